"""The room starts fast: what is heavy runs in other processes or is imported where it is used."""

import subprocess
import sys

HEAVY = {"aws_cdk", "boto3", "botocore", "ministack", "hypercorn", "typer", "onnxruntime"}


def test_importing_the_room_imports_nothing_heavy() -> None:
    code = "import lineal.local, sys; print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not HEAVY & set(loaded.split())
