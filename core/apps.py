"""Core: accounts, keys, access, audit, outbox."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Imports no other app; the others fill its registries."""

    name = "core"
    verbose_name = "Hearth"

    def ready(self) -> None:
        """Register core's own checks, handlers and signals."""
        from core import access, beat_runs, checks  # noqa: F401
