"""The tracking function as a transport for the SDK: real client, real rules, stores in memory, no network."""

from urllib.parse import parse_qs, urlsplit

from functions.tracking.handler import handler
from lineal.http.transport import Request, Response
from tests.gateway import matched
from tests.unit.functions.calls import event

API_URL = "https://api.test/stage"
PROJECT = "team"


class InProcess:
    """Answers each request with the handler of its route, as API Gateway would call it."""

    def send(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        route, path = matched(request.method, parts.path.removeprefix(urlsplit(API_URL).path))
        assert isinstance(request.body, bytes)
        sent = event(route) | {
            "pathParameters": path,
            "queryStringParameters": {k: v[0] for k, v in parse_qs(parts.query).items()},
            "body": request.body.decode() or None,
        }
        answer = handler(sent, None)
        return Response(answer["statusCode"], answer["headers"], answer["body"].encode())
