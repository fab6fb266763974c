"""docs/settings.md names every setting that the site reads, and nothing else."""

from __future__ import annotations

import re

from app.config import ROOT


def names_read(source: str) -> set[str]:
    """The environment variables that `source` reads."""
    return set(re.findall(r"""env(?:\.get\(|\[|, )\s*["']([A-Z_]+)["']""", source))


def names_documented(page: str, heading: str) -> list[str]:
    """The settings in the table under `heading`, in order."""
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([A-Z_]+)`", section, re.MULTILINE)


def test_every_setting_is_documented_and_no_other() -> None:
    documented = names_documented((ROOT / "docs" / "settings.md").read_text(), "The site")
    read = names_read((ROOT / "app" / "config.py").read_text())
    assert {"DATA_DIR", "SMTP_TLS", "TRUSTED_PROXIES", "PORT"} <= read  # each way of reading is seen
    assert sorted(documented) == sorted(read)


def test_every_setting_of_the_server_is_documented_and_no_other() -> None:
    documented = names_documented((ROOT / "docs" / "settings.md").read_text(), "The server")
    read = set(re.findall(r"""environ\.get\(["']([A-Z_]+)["']""", (ROOT / "gunicorn.conf.py").read_text()))
    assert sorted(documented) == sorted(read)


def test_only_the_settings_read_the_environment() -> None:
    allowed = {ROOT / "app" / "config.py"}
    readers = {file for file in (ROOT / "app").rglob("*.py") if re.search(r"os\.(environ|getenv)", file.read_text())}
    assert readers <= allowed
