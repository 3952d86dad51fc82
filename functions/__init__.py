"""The backend: rules in core, AWS in adapters, one folder per Lambda function."""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # What imports make lives as long as the instance. Looking through it again and again while it grows is an
    # eighth of a cold start; requests make little garbage that has cycles.
    gc.set_threshold(50_000, 20, 100)
