"""OpenSSF model signing's own verifier accepts the signatures of versions, and refuses changed bytes."""

import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("signed_folder.py")
OWN_UV = Path(__file__).parents[2] / ".uv" / "bin" / "uv"
PACKAGES = ("model-signing==1.*", "pyopenssl", "pydantic", "boto3")


def test_its_own_verifier_accepts_a_signature_and_refuses_changed_bytes(tmp_path: Path) -> None:
    uv = shutil.which("uv") or str(OWN_UV)
    with_packages = [word for package in PACKAGES for word in ("--with", package)]
    words = [uv, "run", "--no-project", "--python", sys.executable, *with_packages]
    run = [*words, "python", str(SCRIPT), str(tmp_path)]
    result = subprocess.run(run, capture_output=True, text=True, timeout=300, check=False)
    assert result.stdout.split() == ["True", "False"], result.stderr
