"""Cards as files: what is written comes back, and nothing becomes markup."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineal.errors import InputError
from lineal.governance.card_files import from_markdown, from_yaml, read_card, to_html, to_markdown, to_yaml
from lineal_contract.cards import CARD_FIELDS, CardFact, ModelCard, ShownCard

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=60)


def shown(card: ModelCard) -> ShownCard:
    fact = CardFact(field="evaluation", text="mae 50 <b>", source="run 1")
    return ShownCard(
        model="m", version=1, card=card, facts=(fact,), missing=("owner",), current=None, revision=None
    )


@given(st.fixed_dictionaries(dict.fromkeys(CARD_FIELDS, TEXT)))
def test_yaml_comes_back_as_it_was_written(fields: dict[str, str]) -> None:
    card = ModelCard.model_validate(fields)
    assert from_yaml(to_yaml(shown(card))) == card


def test_markdown_comes_back_without_what_is_known() -> None:
    card = ModelCard(intended_use="screening\n\nwith care", evaluation="a blind test")
    text = to_markdown(shown(card))
    assert "> mae 50 <b> (run 1)" in text
    assert "Missing: Owner" in text
    assert from_markdown(text) == card


def test_html_has_no_markup_of_others() -> None:
    page = to_html(shown(ModelCard(intended_use="<script>alert(1)</script>")))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "mae 50 &lt;b&gt;" in page


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yaml", "intended_use: [1"), ("c.yaml", "- a"), ("c.yaml", "nope: x"), ("c.yaml", "owner: [1]"),
        ("c.yaml", "!!python/object/apply:os.system [echo]"), ("c.md", "## Nope\nx"),
        ("c.yaml", "owner: " + "x" * 501),
    ],
)  # fmt: skip
def test_a_file_that_is_no_card_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError):
        read_card(tmp_path / name)
