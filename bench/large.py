"""`make bench-large`: what pages and files cost in a network as large as one may get.

    python -m bench.large [--scale 0.1]

Both databases are filled by `flask bench seed` once, in build/large, and stay there for the next time. Each is measured
in a process of its own, in which the site answers a client of its own: so a figure is all that the site and the
database do, without the network and without other people. A page is asked for several times, and the figure is the
median; `cold` is the first time after the process has begun, when it has read no edition yet. The rows of a file are
counted as they come, with no more in memory than the site keeps; `export_peak_mb` is all the memory of a process that
answers with files alone, the site's own code in it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

from app.config import ROOT

from .results import Aim, Figure, record

FOLDER = ROOT / "build" / "large"
DATABASES = ("sqlite", "postgresql")
RUNS = 7  # of each page, after one that warms up
REPORT = "/reports/completion"
FILES = {"csv": "/reports/people.csv?period=all", "xlsx": "/reports/people.xlsx?period=all"}
PAGES = ("completion_page", "completion_filtered", "city_page", "home")

AIMS = {
    **{f"{page}_1m_ms_{database}": Aim(300) for page in PAGES for database in DATABASES},
    **{f"eligibility_network_seconds_{database}": Aim(1) for database in DATABASES},
    **{f"{page}_{database}": Aim(100) for page in ("grant_page_ms", "rule_count_ms") for database in DATABASES},
    "export_peak_mb": Aim(150),
}


def main() -> None:
    """Fill both databases where need be, measure, write, and say how it stands against the aims."""
    parser = argparse.ArgumentParser(prog="bench.large")
    parser.add_argument("--scale", default="1", help="0.1 is a tenth of the people; such figures are not written")
    scale = parser.parse_args().scale
    measure = [sys.executable, "-m", "bench.large_database"]
    figures: dict[str, Figure] = {}
    for database in DATABASES:
        command = [*measure, database, scale]
        environment = {**os.environ, "DURABLE": "yes"}
        if database == "postgresql":
            postgres = str(ROOT / "scripts" / "postgres")
            if subprocess.run([postgres, "--find"], check=False, capture_output=True).returncode:
                print("  SKIPPED PostgreSQL: there is none")
                continue
            environment["KEPT"] = str(FOLDER / f"postgresql-{scale}")
            command = [postgres, *command]
        said = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
        figures |= json.loads(said.splitlines()[-1])
    if peaks := [value for name, value in figures.items() if name.startswith("export_peak_mb_")]:
        figures["export_peak_mb"] = max(float(peak) for peak in peaks)
    if scale == "1":
        record(figures, AIMS, large=True)
    else:
        print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
