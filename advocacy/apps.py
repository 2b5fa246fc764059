"""Advocacy: de-identified facts, and what is told from them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdvocacyConfig(AppConfig):
    """Imports core only."""

    name = "advocacy"
    verbose_name = _("Advocacy")
