"""Keeps the API's document of a release: run `python -m tests.contract.released` when one is made."""

import json
from pathlib import Path

from lineal_contract import openapi

if __name__ == "__main__":
    path = Path(__file__).with_name("released.json")
    path.write_text(json.dumps(openapi.document(), separators=(",", ":"), ensure_ascii=False) + "\n")
