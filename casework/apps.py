"""Casework: identification, the case record, consent, follow-up."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Imports core, and advocacy's facts."""

    name = "casework"

    def ready(self) -> None:
        """Read the instruments, so that a bad file stops the start; register handlers, rules and places."""
        from casework import calendar, links  # noqa: F401
        from casework.instruments import load_instruments
        from casework.services import (  # noqa: F401
            closing,
            contacts,
            emergency,
            erasure,
            exceptions,
            follow_ups,
            import_tables,
            interpreters,
            keeping_out,
            missing,
            national,
            pathways,
            plan,
            rights,
            risk,
            same_person,
            states,
            transfers,
        )
        from core.models import Kind
        from core.notices import places

        load_instruments()
        places.update(
            {
                Kind.CASE: "case",
                Kind.IDENTIFICATION: "identification",
                Kind.DRAFT: "rapid",
                Kind.TRANSFER: "transfer",
            }
        )
