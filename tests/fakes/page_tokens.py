"""Page tokens that anybody can read, and that are of their query all the same."""

import json
from typing import Any

from functions.core.errors import InvalidRequestError


class ClearPageTokens:
    """The `PageTokens` port."""

    def seal(self, scope: str, position: object) -> str:
        return json.dumps([scope, position])

    def open(self, scope: str, token: str) -> Any:
        try:
            sealed, position = json.loads(token)
        except ValueError as error:
            raise InvalidRequestError("the page token is not one of ours") from error
        if sealed != scope:
            raise InvalidRequestError("the page token is not of this query")
        return position
