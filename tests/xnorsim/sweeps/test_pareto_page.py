"""The page of a sweep, in a browser: what it shows, and that it asks nobody for anything."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Opened, chromium
from tests.xnorsim.sweeps.made import SPEC, made
from xnorsim.cli.app import run
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.reading import Reading

pytestmark = pytest.mark.browser

# Where a design stands on the screen, by its place among those of the page.
_PLACE = """(point) => {
  const plot = document.getElementById("plot"), box = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
  const trace = plot.data.find((one) => one.customdata && one.customdata.includes(point));
  const at = trace.customdata.indexOf(point);
  return [box.left + xaxis._offset + xaxis.d2p(trace.x[at]), box.top + yaxis._offset + yaxis.d2p(trace.y[at])];
}"""

_AS_OPENED = """() => {
  chosen = null;
  for (const id of ["chosen", "why"]) at(id).hidden = true;
  at("log").checked = true;
  fillControls();
  draw();
}"""
_FRONT = """() => document.getElementById("plot").data.filter((one) => (one.name || "").startsWith("the front"))
  .map((one) => one.customdata.map((i) => points.row[i]))"""
_LAYERS = """() => document.getElementById("roofline").data.filter((one) => one.mode === "markers")
  .flatMap((one) => one.x.map((x, i) => [x, one.y[i], one.marker.symbol]))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def file(sweep: SweepDirectory, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("page") / "pareto.html"
    assert run(["pareto", str(sweep.path), "--html", str(target)]) == 0
    return target


@pytest.fixture(scope="module")
def page_of_all(browser: Browser, file: Path) -> Iterator[Opened]:
    """Open the page, once: it takes a second to be read."""
    opened = Opened.of(browser, file)
    yield opened
    opened.page.close()


@pytest.fixture
def opened(page_of_all: Opened) -> Iterator[Opened]:
    """Return the page as it opens; whatever a test does with it, it asks for nothing and complains of nothing."""
    page_of_all.page.evaluate(_AS_OPENED)
    yield page_of_all
    assert page_of_all.requests == []
    assert page_of_all.complaints == []


def point_of(page: Page, row: int) -> int:
    """Return a row's place among the designs of the page."""
    return int(page.evaluate("(row) => points.row.indexOf(row)", row))


def hovered(page: Page) -> str:
    """Return what stands beside the mouse."""
    texts = page.locator("#plot .hoverlayer .hovertext").all_text_contents()
    return "".join(texts).replace("\u00a0", " ")


def hovered_design(page: Page) -> int | None:
    """Return the row of the design that stands beside the mouse."""
    found = re.match(r"design (\d+)", hovered(page))
    return None if found is None else int(found[1])


def within_reach(page: Page, rows: list[dict[str, Any]]) -> tuple[set[int], tuple[float, float]]:
    """Return rows at one place, by energy and area, which the mouse reaches there: no other mark lies over theirs."""
    names = ("energy_pj.on_chip", "area_mm2.total")
    for axis, name in zip("xy", names, strict=True):
        page.select_option(f"#{axis}", name)
    for row in rows:
        x, y = page.evaluate(_PLACE, point_of(page, row["row"]))
        page.mouse.move(x, y)
        page.wait_for_timeout(150)  # as long as the library lets pass between two labels, and more
        alike = {one["row"] for one in rows if all(one[name] == row[name] for name in names)}
        if hovered_design(page) in alike:
            return alike, (x, y)
    raise AssertionError("no mark of the front is within reach")


def front_of(sweep: SweepDirectory, workload: str) -> list[dict[str, Any]]:
    reading = Reading.of(sweep)
    rows = [sweep.row(row) for row in reading.rows[reading.front].tolist()]
    return [row for row in rows if row["workload"] == workload]


def test_the_front_is_all_there(opened: Opened, sweep: SweepDirectory) -> None:
    reading = Reading.of(sweep)
    cells = opened.page.locator("#front tbody tr td:first-child").all_inner_texts()
    assert [int(cell) for cell in cells] == reading.rows[reading.front].tolist()
    for place, workload in enumerate(reading.workloads.texts):
        opened.page.select_option("#workload", str(place))
        (drawn,) = opened.page.evaluate(_FRONT)
        assert sorted(drawn) == sorted(row["row"] for row in front_of(sweep, workload))


def test_every_design_is_drawn_at_its_numbers(opened: Opened, sweep: SweepDirectory) -> None:
    rows = {row["row"]: row for row in sweep.table().to_pylist() if row["status"] == "ok"}
    points = opened.page.evaluate("points")
    names = opened.page.evaluate("data.numbers")
    assert sorted(points["row"]) == sorted(rows)
    for name, numbers in zip(names, points["numbers"], strict=True):
        assert numbers == [rows[row][name] for row in points["row"]]


def test_hovering_shows_the_design(opened: Opened, sweep: SweepDirectory) -> None:
    rows, place = within_reach(opened.page, front_of(sweep, "resnet18 image_size=64"))
    opened.page.mouse.move(*place)
    label = hovered(opened.page)
    found = hovered_design(opened.page)
    assert found is not None
    assert found in rows
    row = sweep.row(found)
    for field in ("arrays.xnor.rows", "port.width_bits", "vector_unit.clock_gating"):
        assert f"{field}  {row[field]}" in label
    assert f"{row['utilization.overall'] * 100:.4g}%" in label
    assert ("at the same place" in label) == (len(rows) > 1)


def test_a_click_shows_the_accelerator(opened: Opened, sweep: SweepDirectory) -> None:
    page = opened.page
    rows, place = within_reach(page, front_of(sweep, "resnet18 image_size=64"))
    page.mouse.click(*place)
    page.wait_for_selector("#chosen:not([hidden])")
    found = re.fullmatch(r"Design (\d+), on the front", page.locator("#name").inner_text())
    assert found is not None
    row = int(found[1])
    assert row in rows
    assert tomllib.loads(page.locator("#toml").inner_text()) == sweep.accelerator(row) | {
        "name": f"xnor-int8-row-{row}",
        "description": f"row {row} of a sweep over xnor-int8",
    }
    ring = page.evaluate("document.getElementById('plot').data.at(-1)")
    assert ring["x"] == pytest.approx([sweep.row(row)["energy_pj.on_chip"] / 1e12])
    assert ring["y"] == [sweep.row(row)["area_mm2.total"]]
    command = page.locator("#command").inner_text()
    assert command == f"xnorsim run resnet18 -p image_size=64 --accelerator design-{row}.toml --technology 45nm"


def test_every_design_has_the_accelerator_of_its_row(opened: Opened, sweep: SweepDirectory) -> None:
    rows = opened.page.evaluate("points.row")
    texts = opened.page.evaluate("points.row.map((_, i) => tomlOf(i))")
    assert len(rows) > 100
    for row, text in list(zip(rows, texts, strict=True))[::5]:
        expected = {**sweep.accelerator(row), "name": f"xnor-int8-row-{row}"}
        assert tomllib.loads(text) == expected | {"description": f"row {row} of a sweep over xnor-int8"}


def test_the_accelerator_is_copied_and_saved(opened: Opened, sweep: SweepDirectory, tmp_path: Path) -> None:
    page = opened.page
    row = front_of(sweep, "mnist-tfc")[0]["row"]
    page.locator(f"#front tr[data-row='{row}']").click()
    with page.expect_download() as waiting:
        page.click("#save")
    waiting.value.save_as(tmp_path / "saved.toml")
    assert waiting.value.suggested_filename == f"design-{row}.toml"
    assert (tmp_path / "saved.toml").read_text() == page.evaluate("document.getElementById('toml').textContent")
    opened.requests[:] = [url for url in opened.requests if not url.startswith("blob:")]
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#copy")
    assert tomllib.loads(page.evaluate("navigator.clipboard.readText()"))["name"] == f"xnor-int8-row-{row}"


def test_other_numbers_and_colours_are_shown(opened: Opened) -> None:
    page = opened.page
    options = page.locator("#x option").evaluate_all("(all) => all.map((one) => one.value)")
    assert {"latency_s", "energy_pj.on_chip", "area_mm2.total", "utilization.overall"} == set(options)
    page.select_option("#x", "area_mm2.total")
    page.select_option("#y", "energy_pj.on_chip")
    for colour in page.locator("#colour option").evaluate_all("(all) => all.map((one) => one.value)"):
        page.select_option("#colour", colour)
    page.uncheck("#log")
    for colour, unit in (("latency_s", "[mµ]?s"), ("area_mm2.total", " mm²"), ("utilization.overall", "%")):
        page.select_option("#colour", colour)
        ticks = page.locator("#plot .cbaxis text").all_text_contents()
        # An area of half a square millimetre is 0.5 of them, not 500m.
        assert ticks
        assert all(re.fullmatch(rf"[\d.]+{unit}", tick) for tick in ticks), ticks
    titles = page.locator("#plot .xtitle, #plot .ytitle").all_text_contents()
    assert titles == ["area, total", "energy, on chip"]


def test_no_plot_has_a_button_that_sends_it_anywhere(opened: Opened) -> None:
    page = opened.page
    page.locator("#front tbody tr").first.click()
    for plot in ("plot", "moves", "roofline"):
        titles = page.locator(f"#{plot} .modebar-btn").evaluate_all("(all) => all.map((one) => one.dataset.title)")
        assert titles == ["Download plot as a PNG", "Zoom", "Pan", "Reset axes"]
    page.hover("#plot")
    with page.expect_download() as waiting:
        page.locator("#plot .modebar-btn").first.click()
    assert waiting.value.suggested_filename.endswith(".png")
    opened.requests[:] = [url for url in opened.requests if not url.startswith(("blob:", "data:"))]


def test_the_reasons_of_a_design_of_the_front(opened: Opened, sweep: SweepDirectory) -> None:
    page = opened.page
    row = front_of(sweep, "resnet18 image_size=64")[0]
    page.locator(f"#front tr[data-row='{row['row']}']").click()
    assert page.locator("#reasons").is_visible()
    assert page.locator("#moves .xtitle, #moves .x2title").count() >= 2
    cells = page.locator("#layers tbody tr td:nth-child(3)").all_inner_texts()
    assert sum(int(cell.replace(",", "")) for cell in cells) == row["cycles"]
    marks = page.evaluate(_LAYERS)
    assert {symbol for _, _, symbol in marks} == {"circle", "circle-open"}
    width_bits, dram_bits = row["port.width_bits"], 256
    for x, y, symbol in marks:
        assert y <= x * (width_bits if symbol == "circle" else dram_bits) * (1 + 1e-12)


def test_a_design_without_reasons_says_how_to_get_them(opened: Opened, sweep: SweepDirectory) -> None:
    page = opened.page
    row = page.evaluate("points.row[points.group.findIndex((group) => group !== FRONT)]")
    page.evaluate("(row) => choose(points.row.indexOf(row))", row)
    assert not page.locator("#reasons").is_visible()
    assert page.locator("#without").inner_text().endswith(f"xnorsim pareto {sweep.path} --why {row}")


def test_the_page_of_one_design_opens_at_it(browser: Browser, sweep: SweepDirectory, tmp_path: Path) -> None:
    reading = Reading.of(sweep)
    row = int(reading.rows[reading.others[5]])
    assert run(["pareto", str(sweep.path), "--why", str(row), "--html", str(tmp_path / "why.html")]) == 0
    opened = Opened.of(browser, tmp_path / "why.html")
    assert opened.page.locator("#name").inner_text() == f"Design {row}"
    assert opened.page.locator("#reasons").is_visible()
    assert opened.requests == opened.complaints == []
    opened.page.close()


def test_a_design_is_explained_where_there_is_no_front(browser: Browser, tmp_path: Path) -> None:
    spec = {**SPEC, "constraints": {"area_mm2.total": {"at_most": 0.001}}, "workloads": ["mnist-tfc"]}
    sweep = made(spec, tmp_path / "sweep")
    row = next(row["row"] for row in sweep.table().to_pylist() if row["status"] == "ok")
    assert run(["pareto", str(sweep.path), "--why", str(row)]) == 0
    opened = Opened.of(browser, sweep.path / "pareto.html")
    opened.page.select_option("#colour", "arrays.xnor.rows")
    names = opened.page.evaluate("document.getElementById('plot').data.map((one) => one.name)")
    assert names == [f"outside the constraints ({len(Reading.of(sweep).others)})", f"design {row}"]
    assert opened.requests == opened.complaints == []
    opened.page.close()


def test_the_page_is_dark_where_the_reader_is(browser: Browser, file: Path) -> None:
    papers = []
    for dark in (False, True):
        opened = Opened.of(browser, file, dark=dark)
        papers.append(opened.page.evaluate("getComputedStyle(document.body).backgroundColor"))
        opened.page.close()
    assert papers == ["rgb(255, 255, 255)", "rgb(20, 23, 29)"]


def test_without_a_browser_the_test_fails_and_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.fail.Exception, match="apt install chromium"), chromium():
        pass
