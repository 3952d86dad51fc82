"""What in one document of the API breaks who was written for an earlier one: the rule of docs/api.md.

Requests may ask for no more than before, and answers may say no less. New operations, new optional fields of
requests, new fields and new values in answers break nobody who follows the rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Schema = dict[str, Any]
Direction = Literal["request", "answer"]
_METHODS = ("get", "put", "post", "patch", "delete")
_UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")


@dataclass(frozen=True)
class Break:
    """What breaks, and in which operation."""

    operation: str
    what: str


def breaks(before: Schema, after: Schema) -> list[Break]:
    """Return what `after` breaks of `before`."""
    return list(_Comparison(before, after).operations())


@dataclass(frozen=True)
class _Comparison:
    before: Schema
    after: Schema

    def operations(self) -> Iterator[Break]:
        for path, item in self.before["paths"].items():
            for method in (m for m in _METHODS if m in item):
                there = self.after["paths"].get(path, {}).get(method)
                name = item[method]["operationId"]
                found = ["it is gone"] if there is None else self._operation(item[method], there)
                yield from (Break(name, what) for what in found)
        gone = set(_codes(self.before)) - set(_codes(self.after))
        yield from (Break("problems", f"the code {code} is gone") for code in sorted(gone))

    def _operation(self, before: Schema, after: Schema) -> Iterator[str]:
        if before["operationId"] != after["operationId"]:
            yield f"it is called {after['operationId']} now"
        yield from self._parameters(before.get("parameters", []), after.get("parameters", []))
        if "requestBody" in after:
            asked = _json(after["requestBody"])
            if "requestBody" not in before:
                yield "it wants a body now"
            elif asked is not None:
                yield from self._schema("request", "body", _json(before["requestBody"]), asked, ())
        for status, answer in before["responses"].items():
            if status.startswith("2"):
                yield from self._answer(status, answer, after["responses"].get(status))

    def _answer(self, status: str, before: Schema, after: Schema | None) -> Iterator[str]:
        if after is None:
            yield f"it no longer answers {status}"
        elif (said := _json(before)) is not None:
            yield from self._schema("answer", "answer", said, _json(after), ())

    def _parameters(self, before: list[Schema], after: list[Schema]) -> Iterator[str]:
        known, now = ({p["name"]: p for p in each if "name" in p} for each in (before, after))
        for name, parameter in known.items():
            if name not in now:
                yield f"the parameter {name} is gone"
            else:
                yield from self._schema("request", name, parameter["schema"], now[name]["schema"], ())
        for name, parameter in now.items():
            wanted = parameter.get("required", False)
            if wanted and not known.get(name, {}).get("required", False):
                yield f"the parameter {name} is required now"

    def _schema(
        self, way: Direction, at: str, before: Schema | None, after: Schema | None, seen: tuple[str, ...]
    ) -> Iterator[str]:
        """Compare what stands in one place; a model that leads back to itself is compared once."""
        if before is None or after is None:
            if before is not after:
                yield f"{at} is no JSON any more, or is only now"
            return
        name = before.get("$ref", "")
        if name and name in seen:
            return
        seen = (*seen, name) if name else seen
        olds, news = _forms(self.before, before), _forms(self.after, after)
        must, may = (olds, news) if way == "request" else (news, olds)
        for kind in must:
            if kind not in may:
                yield f"{at} may be {kind} now" if way == "answer" else f"{at} may not be {kind} now"
        for kind in olds.keys() & news.keys():
            yield from self._form(way, at, olds[kind], news[kind], seen)

    def _form(
        self, way: Direction, at: str, before: Schema, after: Schema, seen: tuple[str, ...]
    ) -> Iterator[str]:
        if way == "request":
            yield from _narrowed(at, before, after)
        yield from self._properties(way, at, before, after, seen)
        for inner in ("items", "additionalProperties"):
            if isinstance(before.get(inner), dict) and isinstance(after.get(inner), dict):
                yield from self._schema(way, f"{at}[]", before[inner], after[inner], seen)

    def _properties(
        self, way: Direction, at: str, before: Schema, after: Schema, seen: tuple[str, ...]
    ) -> Iterator[str]:
        known, now = before.get("properties", {}), after.get("properties", {})
        for name, schema in known.items():
            if name not in now:
                yield f"{at}.{name} is gone"
            else:
                yield from self._schema(way, f"{at}.{name}", schema, now[name], seen)
        needed_before, needed = set(before.get("required", ())), set(after.get("required", ()))
        changed = needed - needed_before if way == "request" else needed_before - needed
        for name in sorted(changed & now.keys()):
            yield f"{at}.{name} is required now" if way == "request" else f"{at}.{name} may be missing now"


def _forms(document: Schema, schema: Schema) -> dict[str, Schema]:
    """Return what a schema may be, by type; of two of one type, the one that says more of it."""
    if "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return _forms(document, target)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            found: dict[str, Schema] = {}
            for each in schema[several]:
                for kind, form in _forms(document, each).items():
                    found[kind] = form if kind not in found else {"type": kind}
            return found
    return {schema.get("type", "anything"): schema}


def _narrowed(at: str, before: Schema, after: Schema) -> Iterator[str]:
    """Say what a request may no longer be."""
    old, new = before.get("enum"), after.get("enum")
    if new is not None and (old is None or set(old) - set(new)):
        yield f"{at} takes fewer values"
    if after.get("pattern") not in (None, before.get("pattern")):
        yield f"{at} has another pattern"
    for name in _UPPER:
        if name in after and after[name] < before.get(name, float("inf")):
            yield f"{at} has a lower {name}"
    for name in _LOWER:
        if name in after and after[name] > before.get(name, float("-inf")):
            yield f"{at} has a higher {name}"


def _json(content: Schema) -> Schema | None:
    found: Schema | None = content.get("content", {}).get("application/json", {}).get("schema")
    return found


def _codes(document: Schema) -> list[str]:
    codes: list[str] = document["components"]["schemas"]["ProblemCode"]["enum"]
    return codes
