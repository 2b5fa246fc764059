"""`manage.py add_person`."""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core.accounts import create_person, found_team, make_keys
from core.errors import Invalid
from core.models import Organisation, Role, Team, User


class Command(BaseCommand):
    """Make a person, who chooses the password at this terminal; with --team also a new team, which they found."""

    help = (
        "Makes a person, who chooses their password here. With --team and --role they found a new team; to a team that "
        "is there, a member admits them on the Team page. The organisation is made if it is new."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and where."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--organisation", required=True)
        parser.add_argument("--team", help="a new team, founded by this person")
        parser.add_argument("--role", choices=Role.values, default=Role.SUPERVISOR.value)

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing is left behind where something is wrong."""
        password = getpass("Password (14 characters or more): ")
        if password != getpass("The same again: "):
            raise CommandError("The two passwords differ. Nothing was made.")
        try:
            with transaction.atomic():
                user = self._make(options, password)
        except Invalid as error:
            raise CommandError(
                "; ".join(str(text) for texts in error.fields.values() for text in texts)
            ) from None
        self.stdout.write(f"{user.name} can sign in.")

    def _make(self, options: dict[str, Any], password: str) -> User:
        organisation, _made = Organisation.objects.get_or_create(name=options["organisation"])
        user = create_person(email=options["email"], name=options["name"], organisation=organisation)
        make_keys(user=user, password=password)
        if options["team"]:
            if Team.objects.filter(organisation=organisation, name=options["team"]).exists():
                raise CommandError("There is such a team: leave out --team, and a member admits this person.")
            found_team(
                organisation=organisation, name=options["team"], founder=user, role=Role(options["role"])
            )
        return user
