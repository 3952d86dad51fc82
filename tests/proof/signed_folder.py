"""Signs a folder as the backend does; model signing's own verifier judges it, before and after a change."""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "sdk")]

import model_signing  # type: ignore[import-not-found]  # noqa: E402 - in the environment of its own

from functions.adapters.signing import FileSigner  # noqa: E402
from lineal.local import signing_key  # noqa: E402
from lineal_contract.artifacts import ManifestEntry, StoredObject  # noqa: E402
from lineal_contract.signatures import authenticated, bundle, statement  # noqa: E402

CONTENTS = {"a.onnx": b"1", "b/x.bin": b"22", "b.txt": b""}


def entry(path: str, content: bytes) -> ManifestEntry:
    digest = hashlib.sha256(content).hexdigest()
    stored = StoredObject(
        digest=digest, sha256=digest, size=len(content), bucket="b", key="k", version_id="v"
    )
    return ManifestEntry(path=path, object=stored)


def accepted(model: Path, folder: Path) -> bool:
    judge = model_signing.verifying.Config().use_elliptic_key_verifier(public_key=folder / "public.pem")
    try:
        judge.verify(model, folder / "model.sig")
    except ValueError:
        return False
    return True


def main(folder: Path) -> None:
    model = folder / "model"
    for path, content in CONTENTS.items():
        (model / path).parent.mkdir(parents=True, exist_ok=True)
        (model / path).write_bytes(content)
    signer = FileSigner(signing_key.ensure(folder / "key.pem"))
    payload = statement("model", [entry(*each) for each in CONTENTS.items()])
    text = bundle(payload, signer.sign(authenticated(payload)), signer.public_key())
    (folder / "model.sig").write_text(text)
    (folder / "public.pem").write_text(signer.public_key())
    print(accepted(model, folder))  # noqa: T201
    (model / "a.onnx").write_bytes(b"2")
    print(accepted(model, folder))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
