"""`manage.py load_demo`."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.models import User
from referrals.demo import DOMAIN, found_second_team, found_world
from referrals.demo_services import furnish_directory
from referrals.demo_story import tell_story

SAMPLE = Path(settings.BASE_DIR) / "advocacy" / "samples" / "invented_facts.csv"
_WHAT = {
    "assigned": "caseworker of the demo's case",
    "teammate": "caseworker of the same team",
    "supervisor": "supervisor of that team",
    "second_team": "supervisor of another team of that organisation",
    "focal_point": "the partner's focal point",
    "stranger": "caseworker of another organisation",
    "advocate": "advocacy officer",
    "administrator": "people and teams; no cases",
}


class Command(BaseCommand):
    """Make the database and the made-up world of the demo; run again, it keeps what is there."""

    help = "Makes the demo's database and made-up people. Refuses to run where DEBUG is off."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Key file, tables, people, a case, and the sample of facts."""
        if not settings.DEBUG:
            raise CommandError(
                "The demo's password is public. Set DEBUG=1, and never where there are real people."
            )
        if not settings.KEK_FILE.exists():
            call_command("make_kek", verbosity=0, stdout=self.stdout)
        call_command("migrate", verbosity=0, interactive=False)
        if not User.objects.exists():
            self.stdout.write("Making the made-up world of the demo ...")
            world = found_world(password=settings.DEMO_PASSWORD)
            found_second_team(world, password=settings.DEMO_PASSWORD)
            furnish_directory(world)
            tell_story(world, due_at=timezone.now() + timedelta(seconds=30))
            call_command(
                "import_facts",
                str(SAMPLE),
                mapping="ctdc",
                source="sample",
                stdout=self.stdout,
                stderr=self.stderr,
            )
        self._print_sign_ins()

    def _print_sign_ins(self) -> None:
        self.stdout.write(f"\nHearth: {settings.SITE_URL}\nEverybody's password: {settings.DEMO_PASSWORD}\n")
        for persona, what in _WHAT.items():
            address = f"{persona.replace('_', '-')}@{DOMAIN}"
            self.stdout.write(f"  {address:<30} {what}")
        self.stdout.write("Stop everything with Ctrl-C; start over with: make demo RESET=1\n")
