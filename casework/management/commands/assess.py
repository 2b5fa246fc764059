"""`manage.py assess INSTRUMENT ANSWERS.yaml`: assesses a file of answers. Reads and writes no record."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.assessment import (
    Answer,
    Assessment,
    DimensionResult,
    ImpossibleAge,
    UnknownIndicators,
    assess,
)
from casework.assessment.survey import survey_classification
from casework.instruments import Indicator, MalformedFile, UnknownInstrument, instrument
from casework.instruments.strict_yaml import read_mapping

_LISTS = (Answer.PRESENT, Answer.ABSENT, Answer.DECLINED)
_AGES = ("age", "age_at_exploitation")


@dataclass(frozen=True, slots=True)
class _AnswersFile:
    name: str
    answers: dict[str, str]
    places: dict[str, str]
    ages: dict[str, int]

    @classmethod
    def read(cls, path: Path) -> "_AnswersFile":
        """Raises CommandError with the file and the place in it."""
        try:
            content = read_mapping(path.read_text("utf-8"), file=path.name)
        except OSError as error:
            raise CommandError(f"{path.name}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{path.name}: not UTF-8") from None
        except MalformedFile as error:
            raise CommandError(str(error)) from None
        file = cls(path.name, {}, {}, {})
        for key in content:
            if key in _AGES:
                file._read_age(key, content[key])
            elif key in list(_LISTS):
                file._read_list(key, content[key])
            else:
                raise CommandError(f"{path.name}: {key}: expected one of {', '.join([*_LISTS, *_AGES])}")
        return file

    def _read_age(self, key: str, value: Any) -> None:
        if value is not None and type(value) is not int:
            raise CommandError(f"{self.name}: {key}: expected a whole number of years")
        if value is not None:
            self.ages[key] = value

    def _read_list(self, answer: str, ids: Any) -> None:
        if not isinstance(ids, list | None):
            raise CommandError(f"{self.name}: {answer}: expected a list of ids")
        for position, id in enumerate(ids or []):
            place = f"{answer}[{position}]"
            if not isinstance(id, str):
                raise CommandError(f"{self.name}: {place}: expected an id")
            if id in self.places:
                raise CommandError(f"{self.name}: {place}: {id} is answered already, in {self.places[id]}")
            self.answers[id] = answer
            self.places[id] = place


class Command(BaseCommand):
    help = "Assesses a YAML file of answers ({present: [ids], absent: [ids], age: 17}) with an instrument."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("instrument", help="its id, as ilo-adult-labour")
        parser.add_argument("answers", type=Path, help="the YAML file of answers")
        parser.add_argument("--json", action="store_true", help="print JSON instead of text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chosen = instrument(options["instrument"])
        except UnknownInstrument as error:
            raise CommandError(str(error)) from None
        if not chosen.enabled:
            raise CommandError(f"{chosen.id} is switched off until its wording is confirmed.")
        file = _AnswersFile.read(Path(options["answers"]))
        try:
            assessment = assess(chosen, file.answers, **file.ages)
        except UnknownIndicators as error:
            places = ", ".join(f"{file.places[id]} ({id})" for id in error.ids)
            raise CommandError(f"{file.name}: {places}: not an indicator of {chosen.id}") from None
        except ImpossibleAge as error:
            raise CommandError(f"{file.name}: {error.field}: not a possible age") from None
        if options["json"]:
            data = assessment.as_data() | {"survey_classification": survey_classification(assessment)}
            self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(assessment)))


def _lines(assessment: Assessment) -> Iterator[str]:
    yield f"{assessment.instrument.title} ({assessment.instrument.version})"
    for warning in assessment.warnings:
        yield f"Warning: {warning.text}"
    outcome = assessment.screening.outcome if assessment.screening else assessment.outcome
    if outcome:
        yield f"\n{outcome.label}\n{outcome.next_step}"
    if assessment.limit:
        yield str(assessment.limit)
    for result in assessment.dimensions:
        yield f"\n{result.dimension.label}: {_state(result)}"
        yield from map(_evidence, result.evidence)
        if result.unknown:
            yield f"  unknown: {len(result.unknown)}"
    if assessment.screening:
        yield ""
        yield from map(_evidence, assessment.screening.evidence)
    yield f"\nUnknown in all: {assessment.unknown}"


def _state(result: DimensionResult) -> str:
    if result.clause:
        return f"positive ({result.clause.label})"
    return "not positive so far" if result.asked_about else "not asked about"


def _evidence(indicator: Indicator) -> str:
    return f"  {indicator.strength or 'present'}: {indicator.label}"
