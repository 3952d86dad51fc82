"""Reading a synthesized template by meaning: resources by type, references followed."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A synthesized stack."""

    template_path: Path

    @property
    def folder(self) -> Path:
        """Where templates, assets and reports are."""
        return self.template_path.parent

    @cached_property
    def template(self) -> dict[str, Any]:
        """The template as CloudFormation gets it; read once, because some thousand tests look into it."""
        return json.loads(self.template_path.read_text())

    @property
    def resources(self) -> dict[str, Resource]:
        """All resources by logical id."""
        return self.template["Resources"]

    def of_type(self, resource_type: str) -> dict[str, Resource]:
        """The properties of all resources of a type, by logical id; there is at least one."""
        found = {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == resource_type
        }
        assert found, f"no {resource_type}"
        return found

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every statement of every identity policy, with the logical id of its role or managed policy."""
        for name, role in self.of_type("AWS::IAM::Role").items():
            for policy in role.get("Policies", []):
                yield from ((name, s) for s in policy["PolicyDocument"]["Statement"])
        for policy in self.of_type("AWS::IAM::Policy").values():
            for role in policy["Roles"]:
                yield from ((role["Ref"], s) for s in policy["PolicyDocument"]["Statement"])
        for name, policy in self.of_type("AWS::IAM::ManagedPolicy").items():
            yield from ((name, s) for s in policy["PolicyDocument"]["Statement"])

    def functions(self) -> dict[str, Resource]:
        """The properties of the functions, by the folder that their handler is in."""
        return {p["Handler"].split(".")[1]: p for p in self.of_type("AWS::Lambda::Function").values()}

    def function_ids(self) -> dict[str, str]:
        """The logical ids of the functions, by folder."""
        return {p["Handler"].split(".")[1]: n for n, p in self.of_type("AWS::Lambda::Function").items()}

    def resource(self, reference: Any) -> Resource:
        """The resource that a Ref or GetAtt leads to."""
        return self.resources[target(reference)]


def target(reference: Any) -> str:
    """The logical id in a Ref or GetAtt."""
    match reference:
        case {"Ref": name} | {"Fn::GetAtt": [name, _]}:
            return name
    raise AssertionError(f"no reference: {reference}")


def listed(value: Any) -> list[Any]:
    """A policy's field, which stands alone when it has one value, as a list."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """A CloudFormation value as text, with references in angle brackets."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return separator.join(map(text, parts))
    raise AssertionError(f"not text: {value}")
