"""Tables of a results file, and the view that people query."""

from __future__ import annotations

from collections.abc import Sequence

from sweeps.outcome import METRIC_TYPES

APPLICATION_ID = 0x53_50_52_53
"""Marks an SQLite file as Sparsim's: "SPRS"."""
FORMAT_VERSION = 1

LABELS = ("network", "bindings", "batch", "accelerator", "compression", "seed", "objective", "mapper", "time_limit_s")
"""What every point has, beside what its study changes in the accelerator."""

_METRICS = "".join(f", {name} {kind}" for name, kind in METRIC_TYPES.items())

TABLES = f"""
CREATE TABLE points (
    identity TEXT PRIMARY KEY, model_version TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    seconds REAL NOT NULL, finished_at TEXT NOT NULL, layers BLOB NOT NULL{_METRICS}
) WITHOUT ROWID;
CREATE TABLE studies (
    study_id INTEGER PRIMARY KEY, name TEXT NOT NULL, model_version TEXT NOT NULL, document TEXT NOT NULL,
    opened INTEGER NOT NULL, UNIQUE (name, model_version)
);
CREATE TABLE study_points (
    study_id INTEGER NOT NULL, identity TEXT NOT NULL, position INTEGER NOT NULL, parameters TEXT NOT NULL,
    violates TEXT NOT NULL, PRIMARY KEY (study_id, identity)
) WITHOUT ROWID;
CREATE TABLE parameters (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""A point stands once, whatever studies it belongs to; ``opened`` counts up, the study's last run has the highest."""


def views(fields: Sequence[str]) -> str:
    """Return the SQL of ``results``, a row a point of each study's last run, and of ``all_results``, of every run.

    Parameters
    ----------
    fields : sequence of str
        Dotted fields that studies change: a column each.
    """
    chosen = "".join(f', json_extract(sp.parameters, \'$."{name}"\') AS "{name}"' for name in (*LABELS, *fields))
    metrics = "".join(f", p.{name}" for name in METRIC_TYPES)
    return f"""
    DROP VIEW IF EXISTS results;
    DROP VIEW IF EXISTS all_results;
    CREATE VIEW all_results AS
        SELECT s.name AS study, sp.position, p.status, p.reason{chosen}{metrics}, sp.violates, p.seconds,
            p.model_version, p.identity
        FROM study_points sp JOIN studies s USING (study_id) JOIN points p USING (identity);
    CREATE VIEW results AS
        SELECT * FROM all_results AS a WHERE a.model_version = (
            SELECT model_version FROM studies WHERE name = a.study ORDER BY opened DESC LIMIT 1
        );
    """
