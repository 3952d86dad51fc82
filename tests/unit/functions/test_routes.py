"""Each route is handled by the function its table entry names, and by no other."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import functions
from functions.http import Api
from lineal_contract.routes.route import PATH_PARAMETERS, Route
from lineal_contract.routes.table import ROUTES

FOLDERS = sorted(path.parent.name for path in Path(functions.__file__).parent.glob("*/handler.py"))
HANDLERS = {folder: import_module(f"functions.{folder}.handler").handler for folder in FOLDERS}
APIS = {folder: handler for folder, handler in HANDLERS.items() if isinstance(handler, Api)}


def test_every_function_has_a_handler() -> None:
    assert all(callable(handler) for handler in HANDLERS.values())


@pytest.mark.parametrize("folder", APIS)
def test_a_function_handles_the_routes_that_name_it(folder: str) -> None:
    own = [route for route in ROUTES if route.function == folder]
    assert APIS[folder].keys == {key for route in own for key in (route.key, route.token_key)}


def test_every_route_names_a_function() -> None:
    assert {route.function for route in ROUTES} == set(APIS)


def test_no_two_routes_are_the_same() -> None:
    assert len({route.key for route in ROUTES}) == len({route.name for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_each_parameter_of_a_path_has_a_shape(route: Route[Any]) -> None:
    names = {part[1:-1] for part in route.path.split("/") if part.startswith("{")}
    assert names <= set(PATH_PARAMETERS)
    assert route.url_path(**dict.fromkeys(names, "a/b")).count("a%2Fb") == len(names)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_only_what_concerns_all_is_outside_a_project(route: Route[Any]) -> None:
    root = route.path.split("/")[1]
    assert ("{project}" in route.path) or root in ("admin", "audit")
    assert (root == "v1") is (route.function in ("tracking", "registry"))
