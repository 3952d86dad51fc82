"""The page about a run: whole in itself, and made of text whatever people have written."""

import base64
import hashlib
import math
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineal.report.chart import chart, decades, figure, label, step_ticks, ticks
from lineal.report.elements import el, legible
from lineal.report.page import Told, page
from lineal.report.series import base_name, charts, curve
from lineal_contract.environments import Container, Environment, Hardware, LockFile
from lineal_contract.logs import LogLine, Stream
from lineal_contract.runs import Attempt, Code, Stop
from lineal_contract.series import MetricPoint, RunSeries
from tests import builders
from tests.builders import ANN, BOB, NOW

EVIL = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e\x00\x1b[31m"


class Page(HTMLParser):
    """What a browser would find: elements with their attributes, and the text outside style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self._inside[-1:]):
            self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def series(key: str, *values: float, total: int | None = None) -> RunSeries:
    points = (MetricPoint(step=n, timestamp=NOW + n, value=v) for n, v in enumerate(values))
    return drawn(key, *points, total=total)


def drawn(key: str, *points: MetricPoint, total: int | None = None) -> RunSeries:
    return RunSeries(run_id=builders.hex_id(1), key=key, points=points, total=total or len(points))


def told(**values: Any) -> Told:
    environment = Environment(
        python="3.13", implementation="CPython", platform="linux", hostname="h",
        packages={"numpy": "2.0", EVIL: EVIL}, digest=builders.sha("e"),
        hardware=Hardware(cpu=f"EPYC {EVIL}", cpu_count=96, memory_bytes=2**30, gpus=("A100", "A100", EVIL)),
        container=Container(image=f"train:1 {EVIL}", digest="sha256:abc", container_id="c0ffee" * 4),
        lockfile=LockFile(name="uv.lock", sha256=builders.sha("lock")),
    )  # fmt: skip
    run = builders.finished(
        name=EVIL,
        experiment=EVIL,
        params={EVIL: EVIL, "lr": "0.1"},
        tags={EVIL: EVIL},
        note=f"# Heading\n\n**bold** {EVIL}\n\n[bad](javascript:alert(1)) ![x](https://evil.test/x.png)\n\n"
        "<b>raw</b> [good](https://example.org)",
        error=EVIL,
        code=Code(commit="a" * 40, dirty=True, patch=f"--- a\n+++ b\n@@ -1 +1 @@\n-{EVIL}\n+new\n same\n"),
        environment=environment,
        attempts=(
            Attempt(attempt_id=builders.hex_id(5), actor=BOB, host=EVIL, started_at=NOW, found="killed"),
        ),
        stop=Stop(actor=ANN, requested_at=NOW, reason=EVIL),
        metrics={EVIL: builders.summary(math.nan), "system/cpu": builders.summary(1.0)},
    )
    logged = (
        series(EVIL, 1.0, math.nan, 3.0),
        series("train/loss", 3.0, 2.0),
        series("val/loss", 4.0, 3.0),
        series("system/cpu", 50.0, 60.0),
    )
    children = [builders.run(9, name=EVIL, params={"lr": "1"}), builders.run(10, params={"lr": "2"})]
    lines = [LogLine(NOW, Stream.STDOUT, "epoch 1"), LogLine(NOW, Stream.STDERR, f"careful {EVIL}")]
    given: dict[str, Any] = {
        "lines": lines,
        "run": run,
        "series": logged,
        "parent": builders.run(8),
        "children": children,
        "read_at": NOW,
    }
    return Told(**given | values)


def test_nothing_that_people_write_becomes_markup() -> None:
    found = Page(page(told()))
    assert len(found.of("script")) == 1
    assert found.of("img") == []
    assert not [a for _, attributes in found.found for a in attributes if a.startswith("on") or a == "style"]
    assert found.text.count("<script>alert(1)</script>") >= 10
    assert not set("\u202e\x00\x1b") & set(page(told()))


def test_the_page_asks_the_network_for_nothing() -> None:
    found = Page(page(told()))
    for tag, attributes in found.found:
        assert tag not in {"link", "iframe", "object", "embed", "base", "form"}
        assert not {"src", "srcset", "data", "poster", "action"} & attributes.keys()
    links = [a["href"] or "" for a in found.of("a")]
    assert {urlsplit(link).scheme for link in links} <= {"", "https"}
    assert all(link.startswith("#") or link in EXPECTED for link in links)


EXPECTED = {"https://example.org", "https://evil.test/x.png"}


def test_the_policy_allows_this_style_and_this_script_alone() -> None:
    html = page(told())
    (policy,) = (m["content"] or "" for m in Page(html).of("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_all_that_is_recorded_is_told() -> None:
    text = Page(page(told())).text
    machine = (
        "EPYC",
        "96",
        "2 x A100",
        "train:1",
        "sha256:abc",
        "c0ffeec0ffee",
        "uv.lock",
        "epoch 1",
        "careful",
    )
    names = (*machine, "finished", "lr", "0.1", "numpy", "rows", "model", "2 runs below", "Heading", "new")
    history = ("resumed by bob", "having been killed", "asked to stop by ann")
    for expected in (*names, *history, "a" * 40, builders.hex_id(8)):
        assert expected in text, expected


def test_training_and_validation_are_in_one_chart() -> None:
    figures = re.findall(r'<figcaption><span class="name">([^<]*)<', page(told()))
    assert figures.count("loss") == 1
    assert "system/cpu" in figures


def test_charts_come_in_the_order_in_which_people_count() -> None:
    keys = ["layer/10", "layer/2", "loss", "layer/1"]
    html = page(told(series=[series(key, 1.0) for key in keys]))
    shown = re.findall(r'<figcaption><span class="name">([^<]*)<', html)
    assert shown == ["layer/1", "layer/2", "layer/10", "loss"]


def test_a_bare_run_has_a_page() -> None:
    run = builders.run(metrics={}, params={}, code=Code(), environment=None, datasets=(), artifacts=())
    html = page(Told(run=run))
    assert "<h2" in html
    assert "Metrics" not in Page(html).text


def test_a_page_can_be_walked_by_keyboard_and_by_ear() -> None:
    found = Page(page(told()))
    assert found.of("html")[0]["lang"] == "en"
    assert all(a.get("aria-label") for a in found.of("nav"))
    ids = {a["id"] for _, a in found.found if a.get("id")}
    assert {(a["href"] or "")[1:] for a in found.of("a") if (a["href"] or "").startswith("#")} <= ids
    assert all(a.get("role") == "img" for a in found.of("svg") if "plot" in (a.get("class") or ""))
    assert all(a.get("scope") == "col" for a in found.of("th") if a.get("class") != "note")


@pytest.mark.parametrize(
    ("key", "base"),
    [("train/loss", "loss"), ("val_loss", "loss"), ("loss.validation", "loss"), ("Test-acc", "acc"),
     ("training", "training"), ("valence", "valence"), ("val/", "val/"), ("system/cpu", "system/cpu")],
)  # fmt: skip
def test_a_metric_is_named_without_its_split(key: str, base: str) -> None:
    assert base_name(key) == base


numbers = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 5e-324, 1.8e308, -1.8e308, 0.0, -0.0])
steps = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(steps, numbers), max_size=30))
def test_any_points_can_be_drawn(logged: list[tuple[int, float]]) -> None:
    found = [MetricPoint(step=s, timestamp=NOW, value=v) for s, v in sorted(logged, key=lambda p: p[0])]
    figure_ = chart("m", [curve(drawn("m", *found))])
    for line in figure_.iter("polyline"):
        for number in re.split("[ ,]", line.get("points") or ""):
            assert math.isfinite(float(number))


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_ticks_are_in_their_range(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert all(low <= tick <= high for tick in ticks((low, high), 5))
    if 0 < low < high:
        assert all(tick > 0 for tick in decades((low, high)))


@pytest.mark.parametrize(
    ("values", "places", "shown"),
    [
        ((-0.5, 0.5), [0.0], [0.0]), ((0.0, 2.0), [0.0, 1.0, 2.0], [0.0, 1.0, 2.0]),
        ((0.0, 1.0), [0.0, 0.3, 1.0], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
    ],
)  # fmt: skip
def test_steps_are_whole_and_seconds_are_not(
    values: tuple[float, float], places: list[float], shown: list[float]
) -> None:
    assert step_ticks(values, places) == pytest.approx(shown)


def test_what_is_left_out_is_told() -> None:
    told_ = "".join(chart("m", [curve(series("m", 1.0, math.nan, 2.0, total=9_000))]).itertext())
    assert "9,000 points, at least 1 not finite" in told_


def test_points_of_one_step_are_drawn_over_time() -> None:
    found = [MetricPoint(step=0, timestamp=NOW + n * 500, value=float(n)) for n in range(3)]
    assert [x for x, _ in curve(drawn("m", *found)).points] == [0.0, 0.5, 1.0]


def test_charts_keep_all_their_curves() -> None:
    curves = [curve(series(key, 1.0)) for key in ("loss", "val/loss", "lr")]
    assert {t: [c.key for c in cs] for t, cs in charts(curves).items()} == {
        "loss": ["loss", "val/loss"], "lr": ["lr"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (-0.0, "0"), (0.00012346, "0.0001235"), (1e300, "1e+300")]
)
def test_figures_are_short(value: float, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9_999.0, "9999"), (15_000.0, "15k"), (-250_000.0, "-250k"), (2.5e6, "2.5M"), (4e9, "4G"),
        (6e12, "6T"), (0.0, "0"), (1e-7, "1e-7"), (1e15, "1e15"), (-1.7e308, "-1.7e308"), (-5e-10, "-5e-10"),
    ],
)  # fmt: skip
def test_labels_of_axes_have_room(value: float, text: str) -> None:
    assert label(value) == text


def test_text_is_legible() -> None:
    assert legible("a\n\tb\x1b\u202e\ud800ü") == "a\n\tb\\x1b\\u202e\\ud800ü"
    assert el("p", "a", el("b", "c"), "d", None).find("b") is not None
