"""`manage.py publish_services`: Hearth's own services, for the public API and for exports."""

from typing import Any

from django.core.management.base import BaseCommand

from referrals.hsds.own import OwnServices
from referrals.hsds.problems import Problem
from referrals.hsds.withholding import OWN
from referrals.services.hsds import import_form


class Command(BaseCommand):
    """As the services stand now; run again, it takes back those that have closed or become confidential."""

    help = (
        "Puts the services that Hearth's own teams and administrators keep into the public directory, but for "
        "confidential ones and shelters. Nothing does this by itself."
    )

    def handle(self, **_options: Any) -> None:
        """Publish, and count."""
        counts = import_form(
            form=OwnServices(), source=OWN, mapping=None, remove_missing=True, tell=self._say
        )
        self.stdout.write(
            f"Rows: {counts.new} new, {counts.changed} changed, {counts.same} the same, {counts.gone} gone."
        )

    def _say(self, problem: Problem) -> None:
        self.stdout.write(f"{problem.row}, {problem.column}: {problem.message}")
