"""Imports go one way, as docs/architecture.md lists the packages."""

from __future__ import annotations

import ast
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


# Megabytes each, which a process that serves pages need not hold: imported in the functions that want them.
FOR_FEW = {"PIL", "alembic", "cryptography", "lxml", "openpyxl", "psycopg", "typst", "xlsxwriter"}


def test_a_site_on_sqlite_loads_nothing_that_only_few_pages_or_another_database_want(tmp_path: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; print(*sys.modules)"],
        cwd=ROOT,
        env={"DATA_DIR": str(tmp_path), "SECRET_KEY": "only-for-the-test"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert FOR_FEW & set(loaded.stdout.split()) == set()


OWN = {"views", "forms", "jobs", "listeners", "pieces", "commands", "wiring"}  # also as the end of a name: city_views


def test_nobody_imports_what_is_a_features_own() -> None:
    found = []
    for feature in FEATURES:
        for file in (ROOT / "app" / feature).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                for name in _imported(node):
                    _, owner, *rest = [*name.split("."), ""]
                    if owner not in ("core", feature) and OWN & {part.rpartition("_")[2] for part in rest}:
                        found.append(f"{file.relative_to(ROOT)} imports {name}")
    assert found == []


def _imported(node: ast.AST) -> list[str]:
    """The names under `app` that a node imports by their whole name: `app.grants.queries`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name.startswith("app.")]
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("app.") and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
