"""Packages for the tests of the directory: the specification's examples, and small ones of the tests' own."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from referrals.hsds.loading import Counts
from referrals.hsds.problems import Problem
from referrals.hsds.schema import tables
from referrals.hsds.types import TermMapping
from referrals.services.hsds import import_directory

EXAMPLES = Path(__file__).with_name("hsds")
_NAMESPACE = UUID("5a3e6b0e-6a0f-4b6c-9d9b-0d8c3f1a7e11")

Row = Mapping[str, object]


def uid(name: str) -> str:
    """The id of something made up, by a name that a test can read."""
    return str(uuid5(_NAMESPACE, name))


def write(folder: Path, **rows: Sequence[Row]) -> Path:
    """A package of CSV files: table -> rows, each a mapping of columns."""
    folder.mkdir(exist_ok=True)
    for table, of_the_table in rows.items():
        names = list(dict.fromkeys(name for row in of_the_table for name in row)) or list(
            tables()[table].columns
        )
        text = io.StringIO()
        writer = csv.DictWriter(text, names)
        writer.writeheader()
        writer.writerows(of_the_table)
        (folder / tables()[table].path).write_text(text.getvalue(), "utf-8")
    return folder


def organization(id: str = "org", /, **values: object) -> dict[str, object]:
    return {"id": uid(id), "name": f"Organization {id}", "description": "Helps.", **values}


def service(id: str = "advice", /, of: str = "org", **values: object) -> dict[str, object]:
    return {
        "id": uid(id),
        "organization_id": uid(of),
        "name": f"Service {id}",
        "status": "active",
        **values,
    }


def located(service: str, location: str = "house", **values: object) -> dict[str, Sequence[Row]]:
    """A service at a location with an address and a phone there."""
    return {
        "location": [
            {
                "id": uid(location),
                "location_type": "physical",
                "name": f"Secretname {location}",
                "latitude": 41.9,
                "longitude": 12.5,
                **values,
            }
        ],
        "service_at_location": [
            {"id": uid(f"{service} at {location}"), "service_id": uid(service), "location_id": uid(location)}
        ],
        "address": [
            {
                "id": uid(f"address {location}"),
                "location_id": uid(location),
                "address_1": f"1 Secretstreet {location}",
                "city": "Rome",
                "state_province": "RM",
                "postal_code": "00100",
                "country": "IT",
                "address_type": "physical",
            }
        ],
        "phone": [
            {
                "id": uid(f"phone {location}"),
                "location_id": uid(location),
                "number": f"555 Secretphone {location}",
            }
        ],
    }


def typed(service: str, code: str) -> dict[str, Sequence[Row]]:
    """That a service is of one of our kinds."""
    return {
        "taxonomy": [{"id": uid("taxonomy"), "name": "hearth", "description": "Kinds."}],
        "taxonomy_term": [
            {
                "id": uid(f"term {code}"),
                "code": code,
                "name": code,
                "description": code,
                "taxonomy": "hearth",
                "taxonomy_id": uid("taxonomy"),
            }
        ],
        "attribute": [
            {
                "id": uid(f"{service} is {code}"),
                "link_id": uid(service),
                "link_entity": "service",
                "taxonomy_term_id": uid(f"term {code}"),
            }
        ],
    }


def bring_in(path: Path, **options: Any) -> tuple[Counts, list[Problem]]:
    """Import, and what was told."""
    problems: list[Problem] = []
    options = {"source": "hsds", "mapping": TermMapping(), **options}
    return import_directory(path=path, tell=problems.append, **options), problems


def said(problems: Sequence[Problem]) -> list[tuple[str, str, str, str]]:
    """Where each problem is, and how bad."""
    return [(each.file, each.row, each.column, each.weight.value) for each in problems]


def cells(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each CSV file, without their empty cells."""
    return {
        path.name: [
            {name: cell for name, cell in row.items() if cell}
            for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
        ]
        for path in folder.glob("*.csv")
    }


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def everything(folder: Path) -> str:
    """All that an export wrote, as one text."""
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.iterdir()))
