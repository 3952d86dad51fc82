"""Where people look at a request. A link decides nothing and identifies nobody."""

PAGE = "page"
"""The page's path below the API's address."""


def approval_page(api_url: str, project: str, approval_id: str) -> str:
    """Return the address of an approval on the page; what is behind `#` reaches no server and no log."""
    return f"{api_url.rstrip('/')}/{PAGE}#/{project}/approvals/{approval_id}"
