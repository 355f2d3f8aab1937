from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.report_page import open_page as timed_opening
from benchmarks.report_page import write_synthetic_results
from plots.design_points import read_design_points
from sparsim import design_report_data
from sparsim.design_report import embedded_json, page_text, write_design_report
from tests.sparsim.design_pages import (
    _BROWSER,
    NETWORK,
    STUDY,
    needs_browser,
    open_page,
    point_with,
    text_of,
    write_results,
)
from workloads.errors import ConfigError


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    return write_design_report(write_results(folder / "r.sqlite"), folder / "report.html").path


def test_nothing_is_loaded(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|\bsrc=[^x]|<link|@import|url\(", text)


def test_names_are_no_markup(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(re.findall(r"<script", text)) == 3
    assert "<img" not in text
    assert "<title>&lt;/script&gt;&lt;script&gt;" in text


@given(st.text())
def test_json_ends_no_element(text: str) -> None:
    found = embedded_json([text])
    assert not set("<>&") & set(found)
    assert found.isascii()


def test_names_that_look_like_places_stay() -> None:
    assert "<title>{{script}}</title>" in page_text({"title": "{{script}}"}, [])


def test_it_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    results = write_results(tmp_path / "r.sqlite")
    with pytest.raises(ConfigError, match=r"page '.*a\.txt': expected a name that ends in \.html, found '\.txt'"):
        write_design_report(results, tmp_path / "a.txt")
    with pytest.raises(ConfigError, match=r"page '.*none/a\.html': cannot be written: No such file or directory"):
        write_design_report(results, tmp_path / "none" / "a.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ConfigError, match="cannot be written: Is a directory"):
        write_design_report(results, tmp_path / "folder.html")
    assert not list(tmp_path.glob(".*.partial"))


@needs_browser
def test_a_point_with_its_layers_and_command(page: Path, tmp_path: Path) -> None:
    document = open_page(page, f"point={point_with(8).identity}", tmp_path)
    text = text_of(document)
    assert [unescape(title) for title in re.findall("<title>(.*?)</title>", document)] == [f"{STUDY}: r.sqlite"]
    assert "<b>first</b> 1234 77 0.25 compute" in text
    assert "4 of 4 points" in text
    shell = NETWORK.replace("'", "'\\''")
    assert (
        f"sparsim run '{shell}' -a edge_npu --set array.rows=8 --bind seq=8 --compress 'nm:2:8; keep=first' "
        "--objective latency --mapper layers"
    ) in text
    assert f"point 0 of {STUDY}" in text


@needs_browser
def test_points_without_layers(page: Path, tmp_path: Path) -> None:
    text = text_of(open_page(page, f"point={point_with(4).identity[:16]}", tmp_path / "a"))
    assert "The results file has no layers of this point. The command below prints them." in text
    text = text_of(open_page(page, f"point={point_with(6).identity[:16]}", tmp_path / "b"))
    assert "reason: no <plan> fits" in text
    assert "The command below" not in text


@needs_browser
def test_layers_left_out_are_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design_report_data, "MOST_LAYERS_BYTES", 100)
    page = write_design_report(write_results(tmp_path / "r.sqlite"), tmp_path / "report.html")
    text = text_of(open_page(page.path, f"point={point_with(8).identity[:16]}", tmp_path / "profile"))
    assert f"{page.layers_note} The command below prints them." in text


@needs_browser
@pytest.mark.parametrize(
    ("view", "rows"),
    [
        ("", [8, 4, 6, 2]),
        ("sort=array.rows", [2, 4, 6, 8]),
        ("sort=energy_mj&down=1", [8, 4, 2, 6]),  # without a figure last
        ("min.energy_mj=3&sort=array.rows", [4, 8]),
        ("min.energy_mj=3&max.array.rows=5", [4]),
        ("not.status=ok", [6]),
        ("not.array.rows=8&not.array.rows=6", [4, 2]),
        ("sort=none&x=none&min.none=1", [8, 4, 6, 2]),
    ],
)
def test_sorted_and_filtered_rows(page: Path, tmp_path: Path, view: str, rows: list[int]) -> None:
    """A row is: position, status, reason, network, rows, then figures."""
    document = open_page(page, view, tmp_path)
    body = document.partition('id="table"')[2].partition("</table>")[0]
    heads = [text_of(one).strip(" ▴▾") for one in re.findall("<th .*?</th>", body)]
    cells = [re.findall("<td.*?</td>", row) for row in re.findall("<tr.*?</tr>", body)]
    place = heads.index("array.rows")
    assert [int(text_of(row[place])) for row in cells if row] == rows
    assert f"{len(rows)} of 4 points" in text_of(document)


@needs_browser
def test_chosen_axes(page: Path, tmp_path: Path) -> None:
    document = open_page(page, f"x={quote('array.rows')}&y=power_w&colour=status&logy=1", tmp_path)
    selects = re.findall(r'<select id="(\w+)">(.*?)</select>', document)
    chosen = {name: re.findall(r"<option[^>]*selected[^>]*>([\w.]+)<", options) for name, options in selects}
    legend = text_of(document.partition('id="legend"')[2].partition("<aside")[0])
    assert "ok infeasible" in legend
    assert chosen == {"x": ["array.rows"], "y": ["power_w"], "colour": ["status"]}


@needs_browser
@pytest.mark.parametrize(
    ("view", "num_best"),
    [
        ("x=energy_mj&y=area_mm2", 1),
        ("x=energy_mj&y=inferences_per_second", 3),
        ("x=energy_mj&y=array.rows&min.macs=4", 1),
    ],
)
def test_the_front(page: Path, tmp_path: Path, view: str, num_best: int) -> None:
    """Every figure is the number of rows: more of one costs more of the other, unless more is better."""
    assert f'<span id="numfront">({num_best})</span>' in open_page(page, view, tmp_path)


@needs_browser
def test_the_front_is_that_of_the_figures(tmp_path: Path) -> None:
    write_synthetic_results(tmp_path / "r.sqlite", 500)
    page = write_design_report(tmp_path / "r.sqlite", tmp_path / "report.html")
    document = open_page(page.path, "x=latency_ms&y=power_w", tmp_path / "profile")
    num_best = len(read_design_points(tmp_path / "r.sqlite").pareto("latency_ms", "power_w"))
    assert num_best > 3
    assert f'<span id="numfront">({num_best})</span>' in document


@needs_browser
def test_many_points_open_quickly(tmp_path: Path) -> None:
    """20,000 points, with the rows in sight alone in the document; the benchmark tells how long it takes."""
    write_synthetic_results(tmp_path / "r.sqlite", 20_000)
    page = write_design_report(tmp_path / "r.sqlite", tmp_path / "report.html")
    begin = time.perf_counter()
    opened, _ = timed_opening(str(_BROWSER), page.path, tmp_path / "profile")
    assert opened < 3
    assert opened <= time.perf_counter() - begin
