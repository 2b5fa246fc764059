"""Real input, where it lies; invented input, made here."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = (
    "yearOfRegistration,Datasource,gender,citizenship,isForcedLabour,"
    "ControlCategory,RecruiterCategory,ExploitType,Labor_Type,ageCategories"
)
ROW = "2021,Hotline,Female,UA,1,Threats,Other,Forced Labor,Domestic Work,Age 30-38"


@pytest.fixture(scope="session")
def ctdc_file() -> Path:
    """The real rows: in the folder named by SHARED_DATA, or in ../shared/data beside the project."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    path = Path(os.environ.get("SHARED_DATA", beside)) / "ctdc" / "ctdc_kanonymised_14k.csv"
    if not path.is_file():
        reason = "the CTDC rows are not here: set SHARED_DATA to the folder of real data"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A file of the CTDC form with these lines below its header."""

    def write(*lines: str | bytes, header: str = HEADER) -> Path:
        path = tmp_path / "facts.csv"
        path.write_bytes(
            b"\n".join(line.encode() if isinstance(line, str) else line for line in (header, *lines))
        )
        return path

    return write
