"""An S3 server that is quick enough for the client to be what is compared.

It checks signatures, presigned addresses and checksums, and speaks TLS as S3 does: over plain HTTP boto3
would sign the SHA-256 of all that it sends, which it leaves out where TLS is.
"""

import datetime
import ipaddress
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.credentials import ReadOnlyCredentials
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lineal.local.state import HOST, REGION

_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Storage:
    """Where the server is, who is its root, and the certificate that it shows."""

    url: str
    keys: ReadOnlyCredentials
    certificate: Path

    def client(self) -> Any:
        """Return boto3's client as it is by default."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=self.keys.access_key,
            aws_secret_access_key=self.keys.secret_key,
            verify=str(self.certificate),
        )


@contextmanager
def minio(program: Path, folder: Path, keys: ReadOnlyCredentials) -> Iterator[Storage]:
    """Start MinIO over files below `folder`, and stop it."""
    certificate = _certificate(folder / "certificates")
    with socket.socket() as free:
        free.bind((HOST, 0))
        address = f"{HOST}:{free.getsockname()[1]}"
    command = [
        str(program.absolute()), "server", "--quiet", "--no-compat", "--address", address,
        "--certs-dir", str(certificate.parent), str(folder / "objects"),
    ]  # fmt: skip
    settings = {
        "MINIO_ROOT_USER": keys.access_key,
        "MINIO_ROOT_PASSWORD": keys.secret_key,
        "MINIO_REGION": REGION,
        "MINIO_BROWSER": "off",
    }
    with (folder / "storage.log").open("wb") as log:
        process = subprocess.Popen(command, env=os.environ | settings, cwd=folder, stdout=log, stderr=log)
    try:
        _wait(address, process, folder / "storage.log")
        yield Storage(f"https://{address}", keys, certificate)
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"MinIO does not answer:\n{log.read_text()}")


def _certificate(folder: Path) -> Path:
    """Write a certificate of this machine for a day, and its key beside it."""
    folder.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "storage")])
    now = datetime.datetime.now(datetime.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "public.crt", folder / "private.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate
