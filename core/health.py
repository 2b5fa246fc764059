"""Is everything up that Hearth needs?"""

from datetime import timedelta

from django.db import connection
from django.db.utils import Error as DatabaseError
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.celery import app
from core.models import Heartbeat

SILENCE = timedelta(seconds=30)


def what_is_down() -> list[str]:
    """The names of what does not answer among database, broker and worker (which beat has to reach); [] if all do."""
    down = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        beat = Heartbeat.objects.filter(name="worker", at__gte=timezone.now() - SILENCE).exists()
    except DatabaseError:
        down.append("database")
        beat = False
    try:
        with app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OSError, OperationalError):
        down.append("broker")
    if not beat:
        down.append("worker")
    return down
