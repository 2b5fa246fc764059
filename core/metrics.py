"""The same figures as Prometheus reads them: text, one sample a line; no ids, and no word that is not of the code."""

from collections.abc import Iterator, Mapping

from django.utils import timezone

from core.beat_runs import seconds_since
from core.models import BeatRun
from core.operations import LATELY, hearts, outbox_now, schedule

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Samples = list[tuple[Mapping[str, str], float]]


def metrics() -> str:
    """Everything, as one document. As many queries however much waits."""
    return "".join(
        line
        for name, about, samples in _gauges()
        for line in (f"# HELP {name} {about}\n", f"# TYPE {name} gauge\n", *_lines(name, samples))
    )


def _gauges() -> Iterator[tuple[str, str, Samples]]:
    now, outbox, entries = timezone.now(), outbox_now(), schedule()
    runs = [(each.task, each.run) for each in entries if each.run]
    yield (
        "hearth_outbox_oldest_waiting_seconds",
        "How long the first piece of work that waits has been due.",
        [({}, outbox.oldest)],
    )
    yield (
        "hearth_outbox_items",
        "Work that is not done, by where it stands.",
        [({"state": name}, getattr(outbox, name)) for name in ("waiting", "leased", "later", "dead")],
    )
    yield (
        "hearth_outbox_done_per_minute",
        f"Work done in the last {LATELY.seconds // 60} minutes, a minute.",
        [({}, outbox.done_lately / (LATELY.seconds / 60))],
    )
    yield (
        "hearth_outbox_failing_items",
        "Work whose last attempt failed and that is not done since, by kind and the exception's class.",
        [
            (
                {"kind": each.kind, "error": each.error, "state": "dead" if each.dead else "waiting"},
                each.count,
            )
            for each in outbox.failing
        ],
    )
    yield (
        "hearth_heartbeat_age_seconds",
        "How long ago beat and a worker were last known to be alive.",
        [({"name": each.name}, seconds_since(each.at, now)) for each in hearts() if each.at],
    )
    yield (
        "hearth_beat_last_run_timestamp_seconds",
        "When each task of the schedule last began.",
        [({"task": task}, run.at.timestamp()) for task, run in runs],
    )
    yield (
        "hearth_beat_last_run_seconds",
        "How long its last run took.",
        [({"task": task}, run.took_ms / 1000) for task, run in runs],
    )
    yield (
        "hearth_beat_last_run_ok",
        "1 where its last run ended well, 0 where it failed.",
        [({"task": task}, run.outcome == BeatRun.Outcome.OK) for task, run in runs],
    )
    yield (
        "hearth_beat_late",
        "1 where it should have begun a while ago, or never has.",
        [({"task": each.task}, each.late or each.run is None) for each in entries],
    )


def _lines(name: str, samples: Samples) -> Iterator[str]:
    for labels, value in samples:
        named = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{named}}} {value:.15g}\n" if named else f"{name} {value:.15g}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
