"""The backend: rules in core, AWS in adapters, one folder per Lambda function."""
