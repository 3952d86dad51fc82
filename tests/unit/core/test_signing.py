"""Signed manifests: the layout, who checks them, and what a device makes of them."""

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from functions.adapters.signing import FileSigner
from functions.core.audit.anchoring import Anchoring
from functions.core.errors import BytesChangedError
from lineal.governance.anchor_signatures import fault
from lineal.local import signing_key
from lineal_contract.artifacts import ManifestEntry
from lineal_contract.audit import AuditAnchor
from lineal_contract.policies import Policy, RuleResult, StagePolicy
from lineal_contract.rules import Signed
from lineal_contract.signatures import BadSignatureError, key_id, signed_bytes, statement
from lineal_contract.stages import Stage
from tests import builders
from tests.builders import MODEL, PROJECT
from tests.fakes.trails import MemoryTrails
from tests.fakes.work import MemoryAnchors
from tests.unit.core.town import Town

FILES = tuple(
    ManifestEntry(path=path, object=builders.stored(path.encode())) for path in ("b/x", "a", "b.txt")
)


@pytest.fixture
def signer(tmp_path: Path) -> FileSigner:
    return FileSigner(signing_key.ensure(tmp_path / "key.pem"))


@pytest.fixture
def town(signer: FileSigner) -> Town:
    return Town(signer=signer)


def bundle_of(town: Town, number: int = 1) -> str:
    found = town.models.signature(PROJECT, MODEL, number)
    assert found is not None
    return found


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = signing_key.ensure(tmp_path / "key.pem")
    before = file.read_bytes()
    assert (file.stat().st_mode & 0o777, signing_key.ensure(file).read_bytes()) == (0o600, before)


def test_a_statement_lists_files_in_order_under_one_root() -> None:
    said = json.loads(statement("m", FILES))
    resources = said["predicate"]["resources"]
    assert [r["name"] for r in resources] == ["a", "b.txt", "b/x"]
    digests = b"".join(bytes.fromhex(r["digest"]) for r in resources)
    assert said["subject"] == [{"name": "m", "digest": {"sha256": sha256(digests).hexdigest()}}]


def test_a_registered_version_is_signed(town: Town, signer: FileSigner) -> None:
    version = town.version(50.0)
    bundle = bundle_of(town)
    signed, signature = signed_bytes(bundle, MODEL, version.manifest)
    assert signer.verify(signed, signature)
    hint = json.loads(bundle)["verificationMaterial"]["publicKey"]["hint"]
    assert hint == key_id(signer.public_key()) == town.signing.key().key_id


def test_a_bundle_of_other_files_or_none_is_refused(town: Town) -> None:
    version = town.version(50.0)
    bundle = bundle_of(town)
    for text, model, files in (
        (bundle, "another", version.manifest),
        (bundle, MODEL, FILES),
        ("{}", MODEL, FILES),
        ("x", MODEL, FILES),
    ):
        with pytest.raises(BadSignatureError):
            signed_bytes(text, model, files)


def altered(bundle: str) -> str:
    body = json.loads(bundle)
    signature = bytearray(b64decode(body["dsseEnvelope"]["signatures"][0]["sig"]))
    signature[-1] ^= 1
    body["dsseEnvelope"]["signatures"][0]["sig"] = b64encode(bytes(signature)).decode()
    return json.dumps(body)


def test_what_is_not_signed_by_the_key_is_not_deployed(town: Town) -> None:
    approval_id = town.promoted(50.0)
    assert town.open(approval_id).outcome == "deploy"
    good = bundle_of(town)
    for bad in (altered(good), "{}", None):
        town.models.forge_signature(PROJECT, MODEL, 1, bad)
        with pytest.raises(BytesChangedError):
            town.check(approval_id)
    town.models.forge_signature(PROJECT, MODEL, 1, good)
    assert not town.check(approval_id)


def test_without_a_key_nothing_is_signed_and_nothing_is_asked() -> None:
    town = Town()
    approval_id = town.promoted(50.0)
    assert town.models.signature(PROJECT, MODEL, 1) is None
    assert town.open(approval_id).outcome == "deploy"
    assert not town.check(approval_id)


def signed_rule(town: Town) -> RuleResult:
    """Ask for production of version 1 under the rule, and return how it comes out."""
    asked = Policy(name="signed", stages={Stage.PRODUCTION: StagePolicy(rules=(Signed(),), approvals=1)})
    town.policies.put(PROJECT, asked)
    (result,) = town.evaluate(town.ask(1).approval_id).approval.rule_results
    return result


def test_a_signature_that_fits_is_a_rule_that_holds(town: Town) -> None:
    town.version(50.0)
    assert signed_rule(town).passed


@pytest.mark.parametrize("broken", ["missing", "of another version", "by another key", "no bundle"])
def test_without_a_signature_that_fits_the_rule_refuses(town: Town, tmp_path: Path, broken: str) -> None:
    version = town.version(50.0)
    other = Town(signer=FileSigner(signing_key.ensure(tmp_path / "other.pem")))
    other.version(50.0)
    town.version(40.0)
    bundle = {
        "missing": None, "of another version": bundle_of(town, 2), "by another key": bundle_of(other),
        "no bundle": "{}",
    }[broken]  # fmt: skip
    town.models.forge_signature(PROJECT, MODEL, version.version, bundle)
    result = signed_rule(town)
    assert (result.check, result.passed) == ("signed", False)


def test_an_installation_that_signs_nothing_refuses_too() -> None:
    town = Town()
    town.version(50.0)
    result = signed_rule(town)
    assert (result.passed, result.message) == (False, "this installation signs no versions")


def anchored(town: Town, signer: FileSigner | None) -> AuditAnchor:
    anchors = MemoryAnchors(town.models)
    Anchoring(anchors, town.models, MemoryTrails(), lambda: town.now, signer).anchor_grown()
    return anchors.written[PROJECT, MODEL]


def test_an_anchor_is_signed_for_its_chain_alone(town: Town, signer: FileSigner, tmp_path: Path) -> None:
    town.version(50.0)
    anchor, pem = anchored(town, signer), signer.public_key()
    assert anchor.key_id == key_id(pem)
    assert fault(PROJECT, MODEL, anchor, pem) is None
    assert fault(PROJECT, "another", anchor, pem)
    assert fault("others", MODEL, anchor, pem)
    assert fault(PROJECT, MODEL, anchor.model_copy(update={"sequence": 9}), pem)
    assert fault(PROJECT, MODEL, anchor.model_copy(update={"signature": "?"}), pem)
    other = FileSigner(signing_key.ensure(tmp_path / "other.pem"))
    assert fault(PROJECT, MODEL, anchor, other.public_key())
    town.version(40.0)
    assert fault(PROJECT, MODEL, anchored(town, None), pem) == "the anchor is not signed"
