"""Casework: identification, the case record, consent, follow-up."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Imports core, and advocacy's facts."""

    name = "casework"

    def ready(self) -> None:
        """Read the instruments, so that a bad file stops the start; register the outbox's handlers."""
        from casework.instruments import load_instruments
        from casework.services import follow_ups  # noqa: F401

        load_instruments()
