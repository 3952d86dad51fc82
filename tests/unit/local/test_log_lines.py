"""Lines of logs as they are shown."""

from lineal.cli.log_lines import named, styled
from lineal.local.logs import Line


def test_a_function_has_one_colour_and_its_name_in_front() -> None:
    first, second = (named(Line("tracking", at, text)) for at, text in ((1, "ERROR: no"), (2, "all well")))
    assert first.plain == "tracking         ERROR: no"
    assert first.spans[0].style == second.spans[0].style
    assert first.spans[0].style != named(Line("audit", 1, "")).spans[0].style


def test_what_is_severe_stands_out() -> None:
    assert styled("2026 ERROR it broke").style == "red"
    assert styled("2026 INFO it works").style == ""


def test_no_control_character_reaches_the_terminal() -> None:
    assert "\x1b" not in named(Line("tracking", 1, "\x1b[2J")).plain
