"""Names for runs and models that were given none: two words and a number, told from the id."""

_FIRST = (
    "amber", "ample", "avid", "bold", "brisk", "calm", "civil", "clear", "deft", "eager", "early", "fair",
    "fleet", "fond", "grand", "hardy", "keen", "kind", "lucid", "merry", "mild", "neat", "noble", "prime",
    "proud", "quick", "rapid", "sober", "sturdy", "tidy", "vivid", "witty",
)  # fmt: skip
_SECOND = (
    "auk", "bison", "crane", "dove", "eland", "finch", "gecko", "heron", "ibis", "jay", "kite", "lark",
    "lynx", "mole", "newt", "otter", "owl", "perch", "quail", "raven", "seal", "shrew", "skua", "snipe",
    "stoat", "swan", "tapir", "tern", "trout", "vole", "whale", "wren",
)  # fmt: skip


def name_for(given_id: str) -> str:
    """Return the name of what has an id whose last digits are random hex."""
    number = int(given_id[-8:], 16)
    first, second = _FIRST[number % 32], _SECOND[number // 32 % 32]
    return f"{first}-{second}-{number // 1024 % 1000}"
