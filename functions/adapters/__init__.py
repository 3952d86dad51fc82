"""The ports of `functions.core` on AWS. Nothing else in the backend imports boto3."""
