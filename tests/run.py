"""`make test`: every check, then the tests on SQLite, and again on PostgreSQL and Redis where they are named.

Environment: DATABASE_URL_TEST and REDIS_URL_TEST name the servers; CI=true makes a missing one a failure.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
CI = os.environ.get("CI") == "true"

Step = tuple[str, list[str], dict[str, str]]


def lint(scratch: str) -> list[Step]:
    """Everything that reads the code without running it."""
    production = {
        "HEARTH_VAR_DIR": scratch,
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "hearth.example",
        "DEBUG": "0",
    }
    python = [PYTHON, "-m"]
    manage = [PYTHON, "manage.py"]
    return [
        ("ruff", [*python, "ruff", "check", "."], {}),
        ("ruff format", [*python, "ruff", "format", "--check", "."], {}),
        (
            "mypy",
            [*python, "mypy", "core", "advocacy", "casework", "referrals"],
            {"HEARTH_VAR_DIR": scratch, "DEBUG": "1"},
        ),
        ("import contracts", [str(Path(PYTHON).parent / "lint-imports")], {}),
        ("migrations", [*manage, "makemigrations", "--check", "--dry-run"], production),
        ("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production),
        (
            "API document",
            [*manage, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
            production,
        ),
    ]


def tests(scratch: str) -> list[Step]:
    """The suite, once for each pair of back ends."""
    pytest = [
        PYTHON,
        "-m",
        "pytest",
        "-n",
        os.environ.get("TEST_PROCESSES", "2"),
        "--dist",
        "loadgroup",
        *sys.argv[1:],
    ]
    steps: list[Step] = [("tests on SQLite", pytest, {"HEARTH_VAR_DIR": f"{scratch}/sqlite"})]
    database, redis = os.environ.get("DATABASE_URL_TEST"), os.environ.get("REDIS_URL_TEST")
    if database and redis:
        steps.append(
            (
                "tests on PostgreSQL and Redis",
                pytest,
                {"HEARTH_VAR_DIR": f"{scratch}/postgresql", "DATABASE_URL": database, "REDIS_URL": redis},
            )
        )
    elif CI:
        sys.exit("CI runs on PostgreSQL and Redis too: set DATABASE_URL_TEST and REDIS_URL_TEST.")
    else:
        print(
            "DATABASE_URL_TEST and REDIS_URL_TEST are not set: PostgreSQL and Redis are left out.", flush=True
        )
    return steps


def main() -> int:
    """Run every step, whatever fails before it; 1 if one did."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="hearth-test-") as scratch:
        steps = lint(scratch)
        if sys.argv[1:] != ["lint"]:
            steps += tests(scratch)
        for name, command, extra in steps:
            print(f"\n--- {name}", flush=True)
            started = time.monotonic()
            inherited = {
                k: v
                for k, v in os.environ.items()
                if k not in ("DEBUG", "DATABASE_URL", "REDIS_URL", "SITE_URL")
            }
            code = subprocess.run(command, cwd=ROOT, env={**inherited, **extra}, check=False).returncode
            print(
                f"--- {name}: {'ok' if code == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s",
                flush=True,
            )
            if code:
                failed.append(name)
    print("\nAll is well." if not failed else f"\nFailed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
