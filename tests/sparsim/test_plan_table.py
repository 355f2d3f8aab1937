"""Rows and averages of the table of plans."""

from __future__ import annotations

import csv
import io
import json

import pytest

from mapper.certificate import Verdict
from sparsim.export import json_text
from sparsim.plan_table import NETWORKS, Family, TableRow, family_means, table_networks, table_rows, warm_up
from sparsim.plan_table_report import means_lines, rows_table, table_as_csv, table_as_json
from sparsim.plan_text import plain_text
from workloads.errors import NetworkError
from workloads.load import list_networks


@pytest.fixture(scope="module")
def rows() -> list[TableRow]:
    return list(table_rows(table_networks(["resnet50", "resnet9"]), time_limit_s=20))


def test_a_row_for_weights_and_budget(rows: list[TableRow]) -> None:
    keys = [(row.network.label, row.with_weights, str(row.budget)) for row in rows[:6]]
    assert keys == [("resnet50", weights, budget) for weights in (False, True) for budget in ("M_R", "M_H", "M_P")]
    assert len(rows) == 12
    # with weights, 512 x 2048 bytes and more of them are in the scratchpad beside activations
    tight = rows[3]
    assert (tight.answer.capacity_bytes, tight.answer.certificate.objective_bytes) == (2_486_784, 602_112)
    assert tight.reduction_fraction == (1_003_520 - 602_112) / 1_003_520
    assert tight.eviction_reduction_fraction == (10_838_016 - 602_112) / 10_838_016
    assert rows[0].is_degenerate
    assert not tight.is_degenerate
    assert rows[0].reduction_fraction is None  # a baseline moves nothing, so there is nothing to save
    assert all(row.answer.certificate.verdict is Verdict.OPTIMAL for row in rows)


def test_means(rows: list[TableRow]) -> None:
    hand, other = family_means(rows)

    assert (hand.family, other.family) == (Family.HAND_DESIGNED, Family.OTHER)
    assert (hand.num_rows, hand.num_optimal, hand.num_degenerate) == (6, 6, 3)
    saved = [row.reduction_fraction for row in rows[3:6]]
    assert hand.reduction_fraction == pytest.approx(sum(saved) / 3)
    assert hand.largest_gap_fraction == 0
    assert hand.seconds == pytest.approx(sum(row.seconds for row in rows[:6]) / 6)
    assert hand.most_seconds == max(row.seconds for row in rows[:6])


def test_text(rows: list[TableRow]) -> None:
    lines = plain_text(rows_table(rows), *means_lines(rows)).splitlines()
    headings = " ".join(lines[0].split())
    assert headings == (
        "network weights at capacity file bel. file cheap. peak bel. peak cheap. by size tflite ours bound verdict s"
    )
    assert lines[4].split()[:4] == ["resnet50", "yes", "M_R", "2,486,784"]
    assert lines[4].split()[-5:-1] == ["-", "602,112", "602,112", "optimal"]
    assert lines[13].startswith("hand-designed: 6 of 6 optimal, gap at most 0.0%; ")
    assert "(left out: 3 rows with M_R = M_P, 0 more where the best baseline moves nothing)" in lines[14]
    assert lines[15] == "  published: COSMA, a commercial solver: 84% less than the better baseline, 0.296 s"


def test_json_and_csv_say_the_same(rows: list[TableRow]) -> None:
    figures = json.loads(json_text(table_as_json(rows)))
    table = list(csv.DictReader(io.StringIO(table_as_csv(rows))))

    assert [row["objective_bytes"] for row in figures["rows"]] == [int(row["objective_bytes"]) for row in table]
    assert table[3]["tflite_like"] == ""
    assert figures["means"][0]["published"].startswith("COSMA")
    assert figures["means"][1]["published"] is None
    assert table_as_csv([]) == "\n"


def test_names() -> None:
    assert table_networks([]) == NETWORKS
    assert {one.name for one in NETWORKS} <= set(list_networks())
    assert [one.label for one in table_networks(["randwire"])] == [f"randwire seed={seed}" for seed in (1, 2, 3)]
    assert [one.label for one in table_networks(["randwire seed=2"])] == ["randwire seed=2"]
    assert table_networks(["resnet9"])[0].family is Family.OTHER
    with pytest.raises(NetworkError, match="unknown network 'resnet5': expected a file"):
        table_networks(["resnet5"])


def test_warm_up_leaves_nothing_to_compile() -> None:
    warm_up()
    assert next(table_rows(table_networks(["resnet50"]), time_limit_s=20)).seconds < 0.3
