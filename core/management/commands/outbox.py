"""`manage.py outbox status | retry ID | retry --all | drain`."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from core.dead_letters import retry_all_dead, retry_dead
from core.errors import WrongState
from core.operations import hearts, outbox_now
from core.outbox import drain


class Command(BaseCommand):
    """What the operations page shows and does, for whoever runs the server. Giving work up takes an administrator."""

    help = "Shows the work that waits or failed, tries it again, or does what is due in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of the three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="count what waits and what failed; 1 where something is dead")
        retry = verbs.add_parser("retry", help="give dead work all its attempts again")
        which = retry.add_mutually_exclusive_group(required=True)
        which.add_argument("item", nargs="?", type=UUID, help="the id of one piece of work")
        which.add_argument("--all", action="store_true", dest="everything", help="all of it")
        verbs.add_parser("drain", help="do what is due, in this process, until nothing is")

    def handle(self, *, verb: str, **options: Any) -> None:
        """Do it."""
        {"status": self._status, "retry": self._retry, "drain": self._drain}[verb](**options)

    def _status(self, **_: Any) -> None:
        now = outbox_now()
        self.stdout.write(f"waiting: {now.waiting}, the oldest for {now.oldest:.0f} s")
        self.stdout.write(f"leased: {now.leased}")
        self.stdout.write(f"later: {now.later}")
        self.stdout.write(f"dead: {now.dead}")
        for each in now.failing:
            state = "dead" if each.dead else "failing"
            self.stdout.write(f"  {each.kind}: {each.count} {state}, {each.error}")
        for heart in hearts():
            self.stdout.write(f"{heart.name}: {heart.at.isoformat() if heart.at else 'never'}")
        if now.dead:
            raise CommandError(f"{now.dead} dead: look at the operations page, or `manage.py outbox retry`.")

    def _retry(self, *, item: UUID | None, everything: bool, **_: Any) -> None:
        if item is None:
            self.stdout.write(f"{retry_all_dead(actor=None)} to be tried again.")
            return
        try:
            retry_dead(actor=None, item_id=item)
        except WrongState:
            raise CommandError("There is no dead work with this id.") from None
        self.stdout.write("1 to be tried again.")

    def _drain(self, **_: Any) -> None:
        done, failed = drain()
        self.stdout.write(f"{done} done, {failed} failed attempts.")
