"""Objects that open by no grant: the server's share is handed out once, to whoever proves to hold the rest.

The share lies where all of them lie, wrapped by the KEK, in the table that is backed up apart and briefly; destroying
the object (core/access.py) destroys it, and the off-box journal keeps a restored backup from bringing it back.
"""

from core.access import found_object
from core.actor import Actor
from core.crypto import CannotOpen
from core.errors import NotVisible, Tampered
from core.kek import kek
from core.models import Kind, SealedObject, ServerShare


def found_handed_out(*, actor: Actor) -> tuple[SealedObject, bytes]:
    """A new one, with the share that a key is to be derived with.

    The key that it has like every object is known to nobody: nothing is sealed with it.
    """
    opened, _share = found_object(actor=actor, kind=Kind.ONE_TIME, grants=[])
    return opened.object, share_of(opened.object)


def share_of(object: SealedObject) -> bytes:
    """Its share. Raises NotVisible once it is destroyed, Tampered where the row is not ours."""
    row = ServerShare.objects.filter(object=object).first()
    if row is None or object.kind != Kind.ONE_TIME:
        raise NotVisible
    try:
        return kek().unwrap(row.wrapped, "server-share", object.kind, object.pk)
    except CannotOpen:
        raise Tampered from None
