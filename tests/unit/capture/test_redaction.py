"""Secrets by class: their names and their shapes; and what only looks alike stays."""

import pytest

from lineal.capture.redaction import HIDDEN, is_secret_name, redacted, redacted_param, secret_values


@pytest.mark.parametrize(
    "name",
    [
        "password", "DB_PASSWORD", "api_key", "apiKey", "API-KEY", "WANDB_API_KEY", "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "hf_token", "clientSecret", "GOOGLE_APPLICATION_CREDENTIALS", "private_key",
        "Authorization", "cookie", "SENTRY_DSN", "connection_string", "DATABASE_URL", "GITHUB_PAT", "auth",
    ],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert redacted_param(name, "a1b2c3d4e5f6") == HIDDEN


@pytest.mark.parametrize(
    "name", ["password", "db.password", "secrets.db", "apiKey", "--api-key", "clientSecret", "AWS_ACCESS_KEY"]
)
def test_params_that_are_secrets_whatever_their_value(name: str) -> None:
    assert redacted_param(name, "x") == HIDDEN
    assert redacted_param(name, "") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [("label_key", "target"), ("image_token", "<image>"), ("token", "[CLS]"), ("auth.mode", "basic"),
     ("forward_pass", "double"), ("signature", "serving_default"), ("max_tokens", "100000000000")],
)  # fmt: skip
def test_params_with_names_like_those_of_secrets_keep_their_plain_words(name: str, value: str) -> None:
    assert redacted_param(name, value) == value


@pytest.mark.parametrize(
    "name",
    ["lr", "max_tokens", "num_tokens", "tokenizer", "token_type", "pad_token", "monkey", "keyboard", "author",
     "batch_size", "key_dim", "primary_key", "compass", "patience", "path", "dropout"],
)  # fmt: skip
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret_name(name)
    assert redacted_param(name, "0.1") == "0.1"


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE", "ghp_" + "a1" * 18, "github_pat_" + "a1" * 18, "glpat-" + "a1" * 10,
        "hf_" + "aB" * 17, "xoxb-" + "1234567890-abc", "sk-" + "a1" * 24, "sk-proj-" + "a1" * 24,
        "AIza" + "x" * 35,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    ],
)  # fmt: skip
def test_shapes_of_secrets(secret: str) -> None:
    assert redacted(f"before {secret} after") == f"before {HIDDEN} after"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgres://ann:secret@host/db", "postgres://[redacted]@host/db"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer [redacted]"),
        ("https://b/o?X-Amz-Signature=abc123&x=1", "https://b/o?X-Amz-Signature=[redacted]&x=1"),
        ("--password=hunter22 --lr=1", "--password=[redacted] --lr=1"),
        ('{"api_key": "abcdef123"}', '{"api_key": "[redacted]"}'),
    ],
)
def test_what_stands_around_a_secret_is_kept(text: str, kept: str) -> None:
    assert redacted(text) == kept


@pytest.mark.parametrize(
    "text",
    ["loss=0.123456", "max_tokens=1000000", "epoch 3: 100%|#####| 10/10", "https://host.test/a@b",
     "basic training"],
)  # fmt: skip
def test_what_is_no_secret_is_kept(text: str) -> None:
    assert redacted(text) == text


def test_values_of_secret_variables_are_known() -> None:
    found = secret_values({"SERVICE_TOKEN": "abc.def/123", "HOME": "/home/ann/x", "TOKEN_SHORT": "ab"})
    assert found is not None
    assert found.sub(HIDDEN, "using abc.def/123 in /home/ann/x") == "using [redacted] in /home/ann/x"
    assert secret_values({"HOME": "/home/ann/x"}) is None
