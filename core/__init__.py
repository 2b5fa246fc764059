"""Settings, accounts, keys, access, audit and outbox of Hearth."""

from core.celery import app as celery_app

__all__ = ["celery_app"]
