"""Rows that only a holder of the KEK can have written."""

from typing import Any, ClassVar

from django.db import models

from core.errors import Tampered
from core.kek import kek


class Tagged(models.Model):
    """A row with an HMAC tag over its `TAGGED` fields, made on save; call `verify()` before trusting any of them.

    HPKE's base mode and a database constraint can't tell who wrote a row; the tag can. It stops whoever can write
    to the database but has no KEK from swapping a public key, a membership or a grant.
    """

    TAGGED: ClassVar[tuple[str, ...]] = ()

    tag = models.BinaryField(max_length=36, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Tag and save."""
        self.make_tag()
        super().save(*args, **kwargs)

    def make_tag(self) -> None:
        """Tag the row, for whoever saves many in one statement."""
        self.tag = kek().tag(*self._tagged_parts())

    def _tagged_parts(self) -> list[bytes | str]:
        parts: list[bytes | str] = [self._meta.label_lower]
        for name in self.TAGGED:
            value = getattr(self, name)
            parts.append(bytes(value) if isinstance(value, bytes | memoryview) else str(value))
        return parts

    def is_ours(self) -> bool:
        """Whether the tag matches the row."""
        return kek().tag_is_ours(self.tag, *self._tagged_parts())

    def verify(self) -> None:
        """Raise Tampered unless the tag matches the row."""
        if not self.is_ours():
            raise Tampered
