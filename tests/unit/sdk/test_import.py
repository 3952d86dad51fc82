import ast
import subprocess
import sys
from pathlib import Path

import lineal

HEAVY = {"boto3", "botocore", "urllib3", "pydantic", "typer", "click", "rich", "numpy", "onnx", "sklearn"}


def loaded_by(statements: str) -> set[str]:
    """The modules that a new interpreter has loaded after `statements`, and had not before them."""
    program = f"import sys; before = set(sys.modules); {statements}; print(*set(sys.modules) - before)"
    sdk = str(Path(lineal.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": sdk}, capture_output=True, check=True
    )
    return set(done.stdout.decode().split())


def test_importing_lineal_loads_nothing_heavy() -> None:
    assert loaded_by("import lineal") & (HEAVY | {"lineal_contract"}) == set()


def test_using_the_sdk_loads_no_command_line_and_no_boto3() -> None:
    loaded = loaded_by("import lineal; lineal.Client('https://api.test', 'alpha'); lineal.run")
    assert loaded & (HEAVY - {"pydantic", "urllib3"}) == set()


def test_every_public_name_loads_and_has_its_import_for_type_checkers() -> None:
    tree = ast.parse(Path(lineal.__file__).read_text())
    imported = {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lineal.")
        for alias in node.names
    }
    assert {name for _, name in imported} == set(lineal.__all__) == set(dir(lineal))
    for module, name in imported:
        assert getattr(lineal, name) is getattr(sys.modules[str(module)], name)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(lineal, "no_such_name")
