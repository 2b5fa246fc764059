"""Protection services."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Organisation, Sensitivity, Team
from referrals.taxonomy import ServiceType


class Service(models.Model):
    """A service that an organisation offers, and the team that receives its referrals, if it works with Hearth."""

    SENSITIVITY = dict.fromkeys(
        ("id", "organisation", "team", "name", "type", "description", "active"), Sensitivity.SAFE
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="services")
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(_("type"), max_length=40, choices=ServiceType.choices)
    description = models.TextField(_("description"), blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="service_name_once_a_team")]

    def __str__(self) -> str:
        return self.name
