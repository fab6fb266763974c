"""What the benches write: each in place of its own figures, and none of the other's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import bench, large, results


def test_each_bench_keeps_the_figures_of_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(results, "ROOT", tmp_path)
    both = {True: dict.fromkeys(large.AIMS, 1.0), False: dict.fromkeys(bench.AIMS, 1.0)}
    for is_large, aims in ((True, large.AIMS), (False, bench.AIMS), (True, large.AIMS)):
        results.record(both[is_large], aims, large=is_large)
    assert json.loads((tmp_path / "results.json").read_text()).keys() == both[True].keys() | both[False].keys()
    known = json.loads((Path(large.__file__).parent / "results.json").read_text())
    assert both[True].keys() <= known.keys()
