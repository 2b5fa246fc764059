"""Referrals: the services of partners, packets, and the partner's side."""

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    """The highest app: nothing imports it."""

    name = "referrals"

    def ready(self) -> None:
        """Register what ends when a consent is withdrawn, and what casework's pages show of referrals."""
        from core.models import Kind
        from core.notices import places
        from referrals import case_page, erasing, services  # noqa: F401
        from referrals.hsds import withholding  # noqa: F401

        places[Kind.PACKET] = "packet"
