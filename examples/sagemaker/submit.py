"""Submit `train.py` as a SageMaker training job in script mode, with boto3 alone.

    python submit.py --role ARN --image URI --bucket BUCKET --data s3://BUCKET/train/

The image is any of SageMaker's framework containers, for example the one for scikit-learn of your region.
"""

import argparse
import io
import os
import tarfile
import time
from pathlib import Path
from typing import Any

import boto3

HERE = Path(__file__).parent


def main() -> None:
    """Upload the script and start the job."""
    parser = argparse.ArgumentParser(description="Submit train.py as a SageMaker training job.")
    parser.add_argument("--role", required=True, help="the job's role: see README.md for what it needs")
    parser.add_argument("--image", required=True, help="the training image's URI")
    parser.add_argument("--bucket", required=True, help="where the script and the model go")
    parser.add_argument("--data", required=True, help="s3:// prefix of the training data")
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=20)
    arguments = parser.parse_args()
    name = f"lineal-example-{time.strftime('%Y%m%d-%H%M%S')}"
    key = f"{name}/source.tar.gz"
    boto3.client("s3").put_object(Bucket=arguments.bucket, Key=key, Body=packed())
    request = job(name, f"s3://{arguments.bucket}/{key}", arguments)
    boto3.client("sagemaker").create_training_job(**request)
    print(f"submitted {name}; its run:")
    print(f"lineal runs list --filter \"tags.`sagemaker.training_job_name` = '{name}'\"")


def packed() -> bytes:
    """Return the archive that script mode unpacks: the script, and what to install."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for each in ("train.py", "requirements.txt"):
            archive.add(HERE / each, each)
    return buffer.getvalue()


def job(name: str, source: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the request. The address and project of lineal go as environment variables, no secret does."""
    return {
        "TrainingJobName": name,
        "RoleArn": arguments.role,
        "AlgorithmSpecification": {"TrainingImage": arguments.image, "TrainingInputMode": "File"},
        "HyperParameters": {
            "epochs": str(arguments.epochs),
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": source,
        },
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": arguments.data}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{arguments.bucket}/{name}/"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large",
            "InstanceCount": arguments.instances,
            "VolumeSizeInGB": 10,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "Environment": {each: os.environ[each] for each in ("LINEAL_API_URL", "LINEAL_PROJECT")},
    }


if __name__ == "__main__":
    main()
