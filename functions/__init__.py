"""The backend: rules in core, AWS in adapters, one folder per Lambda function."""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # What imports make lives as long as the instance: some 60,000 objects. Looking through them while
    # they grow is an eighth of a cold start; requests make little garbage that has cycles.
    gc.set_threshold(200_000, 20, 100)
