"""The import contracts of pyproject.toml hold, and are there."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_contracts_hold() -> None:
    # In a process of its own: it configures logging, and would silence the loggers of the tests that follow.
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_contracts_are_those_of_the_design() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["type"] == "layers")
    assert layers["layers"] == ["referrals", "casework", "advocacy", "core"]
    assert any(contract.get("forbidden_modules") == ["cryptography"] for contract in contracts)
