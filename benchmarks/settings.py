"""Hearth's settings as in production, with the tables of the plain peers beside its own and a database of its own."""

import os

from core.settings import *  # noqa: F403
from core.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
DATABASES["default"].setdefault("TEST", {})
if DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"]["NAME"] = f"hearth_benchmarks_{os.getpid()}"
