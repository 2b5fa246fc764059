"""Migrations run both ways, on the back end of this test run."""

from pathlib import Path

import pytest

from tests.running import running

TABLES = """
from django.db import connection
ours = ("core_", "casework_", "referrals_", "advocacy_")
print(sorted(t for t in connection.introspection.table_names() if t.startswith(ours) and t != "core_cache"))
"""


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_migrations_run_forward_and_back_and_forward_again(tmp_path: Path) -> None:
    with running(tmp_path / "hearth") as hearth:
        assert hearth.manage("make_kek").returncode == 0
        for target in ([], ["core", "zero"], ["advocacy", "zero"], []):
            done = hearth.manage("migrate", "--noinput", *target)
            assert done.returncode == 0, done.stderr
            if target == ["advocacy", "zero"]:
                assert hearth.python(TABLES) == "[]"
        assert "core_grant" in hearth.python(TABLES)
