"""A chart as inline SVG: linear, and logarithmic where all values are positive."""

import math
import re
import sys
from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from lineal.report.elements import el
from lineal.report.series import Curve
from lineal.wording import counted

WIDTH, HEIGHT = 400, 210
LEFT, RIGHT, TOP, BOTTOM = 50, 12, 10, 26
COLOURS = 8
_LEAST, _GREATEST = 5e-324, sys.float_info.max

Scale = Callable[[float], float]
Range = tuple[float, float]


def chart(title: str, curves: Sequence[Curve]) -> Element:
    """Return a figure with a drawing, its legend and a table of its figures."""
    shown = [c for c in curves if c.points]
    drawings = [_drawing(title, shown, log=False)] if shown else [el("p", "No finite value.", class_="quiet")]
    if shown and all(y > 0 for c in shown for _, y in c.points):
        drawings.append(_drawing(title, shown, log=True))
    return el(
        "figure",
        el("figcaption", el("span", title, class_="name")),
        *drawings,
        el("ul", (_legend(c, n) for n, c in enumerate(curves)), class_="legend"),
        class_="chart" + (" has-log" if len(drawings) > 1 else ""),
    )


def _legend(curve: Curve, number: int) -> Element:
    notes = [counted(curve.count, "point")]
    if curve.not_finite:
        least = "at least " if curve.thinned else ""
        notes.append(f"{least}{curve.not_finite} not finite")
    if curve.points:
        notes.append(f"last {figure(curve.points[-1][1])}")
    swatch = el(
        "svg",
        el("line", x1="0", y1="5", x2="22", y2="5", class_=_class(number)),
        viewBox="0 0 22 10",
        width="22",
        height="10",
        aria_hidden="true",
    )
    return el("li", swatch, " ", el("span", curve.key, class_="key"), el("small", " ", ", ".join(notes)))


def _drawing(title: str, curves: Sequence[Curve], *, log: bool) -> Element:
    places = [x for c in curves for x, _ in c.points]
    xs = _range(places)
    ys = _range([y for c in curves for _, y in c.points], log=log)
    x, y = _scale(xs, (LEFT, WIDTH - RIGHT)), _scale(ys, (HEIGHT - BOTTOM, TOP), log=log)
    lines = [_line(curve, number, x, y) for number, curve in enumerate(curves)]
    last = "; ".join(f"{c.key}: {len(c.points)} points, last {figure(c.points[-1][1])}" for c in curves)
    return el(
        "svg",
        el("title", f"{title}{', logarithmic' if log else ''}: {last}"),
        _grid(step_ticks(xs, places), ys, x, y, log=log),
        *lines,
        el("line", x1="0", x2="0", y1=str(TOP), y2=str(HEIGHT - BOTTOM), class_="cursor"),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        class_="plot log" if log else "plot linear",
        data_x=f"{xs[0]!r} {xs[1]!r} {LEFT} {WIDTH - RIGHT}",
        data_y=f"{ys[0]!r} {ys[1]!r} {HEIGHT - BOTTOM} {TOP}",
    )


def _line(curve: Curve, number: int, x: Scale, y: Scale) -> Element:
    places = [(x(a), y(b)) for a, b in curve.points]
    if len(places) == 1:
        return el("circle", cx=f"{places[0][0]:.2f}", cy=f"{places[0][1]:.2f}", r="4", class_=_class(number))
    text = " ".join(f"{a:.2f},{b:.2f}" for a, b in places)
    return el("polyline", points=text, class_=_class(number), data_key=curve.key)


def _grid(steps: Sequence[float], ys: Range, x: Scale, y: Scale, *, log: bool) -> Element:
    group = el("g", class_="grid", aria_hidden="true")
    for at in decades(ys) if log else ticks(ys, 5):
        place = f"{y(at):.2f}"
        group.append(el("line", x1=str(LEFT), x2=str(WIDTH - RIGHT), y1=place, y2=place))
        group.append(el("text", label(at), x=str(LEFT - 8), y=f"{y(at) + 4:.2f}", text_anchor="end"))
    for at in steps:
        group.append(el("text", label(at), x=f"{x(at):.2f}", y=str(HEIGHT - 8), text_anchor="middle"))
    return group


def _range(values: Sequence[float], *, log: bool = False) -> Range:
    """The range of some values; a single value gets room around it."""
    low, high = min(values), max(values)
    if low < high:
        return low, high
    if log:
        return max(low / 2, _LEAST), min(high * 2, _GREATEST)
    room = (abs(low) or 1) / 2
    return max(low - room, -_GREATEST), min(high + room, _GREATEST)


def _scale(values: Range, places: Range, *, log: bool = False) -> Scale:
    """Return where a value is drawn. In halves, for the range of two finite numbers may be infinite."""

    def where(value: float) -> float:
        return math.log10(value) if log else value / 2

    low, high = where(values[0]), where(values[1])
    width = high - low or 1.0  # numbers next to one another may be as good as the same
    return lambda value: places[0] + (where(value) - low) / width * (places[1] - places[0])


def ticks(values: Range, count: int) -> list[float]:
    """Return about `count` round numbers within a range."""
    span = values[1] - values[0]
    rough = span / count
    if not sys.float_info.min < rough < _GREATEST:
        return list(values)
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = magnitude * next(m for m in (1, 2, 2.5, 5, 10) if m * magnitude >= rough * 0.999)
    first = math.ceil(values[0] / step)
    return [n * step for n in range(first, first + 2 * count + 2) if values[0] <= n * step <= values[1]]


def step_ticks(values: Range, places: Sequence[float]) -> list[float]:
    """Return about five round numbers within a range of steps; nothing stands between two steps."""
    whole = all(place == int(place) for place in places)
    return [tick for tick in ticks(values, 5) if not whole or tick == int(tick)]


def decades(values: Range) -> list[float]:
    """Return powers of ten within a range, thinned to six; round numbers where it has less than two."""
    low, high = math.ceil(math.log10(values[0])), math.floor(math.log10(values[1]))
    if high - low < 1:
        return [t for t in ticks(values, 5) if t > 0]
    return [10.0**e for e in range(low, high + 1, max(1, (high - low) // 6))]


def figure(value: float) -> str:
    """Return a number as people read it."""
    if abs(value) < 1e6 and value == int(value):
        return str(int(value))
    return f"{value:.4g}"


def label(value: float) -> str:
    """Return a number at an axis, where there is room for some seven characters: 15k, 2.5M, 4G, -1e300."""
    for unit, name in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if 10 * 1e3 <= abs(value) < 1e15 and abs(value) >= unit:
            return f"{value / unit:.4g}{name}"
    return re.sub(r"e\+?(-?)0*", r"e\1", figure(value))


def _class(number: int) -> str:
    return f"curve c{number % COLOURS} d{number % 4}"
