"""Imports go one way, as docs/architecture.md lists the packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.config import ROOT
from app.wiring import FEATURES


def test_packages_import_downwards_only(tmp_path: Path) -> None:
    checked = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--cache-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_features_are_wired_in_the_order_of_the_architecture() -> None:
    (listed,) = [
        line for line in (ROOT / "docs" / "architecture.md").read_text().splitlines() if "`core < network" in line
    ]
    order = listed.partition("`core < ")[2].partition("`")[0].split(" < ")
    assert [package for package in order if package in FEATURES] == list(FEATURES)
    assert {folder.parent.name for folder in (ROOT / "app").glob("*/wiring.py")} == set(FEATURES)
