"""Measure on every back end there is, write docs/benchmarks.md; 1 if a limit was missed."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.report import page

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"


def measured(database_url: str = "") -> dict[str, Any]:
    """What one back end comes to; the embedded SQLite without an address. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="hearth-benchmarks-") as scratch:
        os.mkdir(f"{scratch}/static")
        environment = {
            **{k: v for k, v in os.environ.items() if k not in ("DEBUG", "DATABASE_URL", "REDIS_URL")},
            "HEARTH_VAR_DIR": scratch,
            "HEARTH_KEK_FILE": f"{scratch}/kek.json",
            "STATIC_ROOT": f"{scratch}/static",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": "hearth.example",
            **({"DATABASE_URL": database_url} if database_url else {}),
        }
        command = [sys.executable, "-m", "benchmarks.measure", *(["--database-only"] if database_url else [])]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def main() -> int:
    """Run."""
    runs = [measured()]
    if server := os.environ.get("DATABASE_URL_TEST"):
        runs.append(measured(server))
    else:
        print("DATABASE_URL_TEST is not set: PostgreSQL is left out.")
    PAGE.write_text(page(runs, on=date.today()))
    results = [result for run in runs for result in run["results"]]
    missed = [result for result in results if result["met"] is False]
    print(f"{PAGE.relative_to(ROOT)}: {len(results)} results, {len(missed)} over their limit.")
    for result in missed:
        print(
            f"  {result['what']}: {result['value'] or format(result['ratio'], '.2f')}, not {result['limit']}"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
