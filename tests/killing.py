"""kill -9 at a chosen moment: the work is done by a process of its own, which kills itself there.

What is tested has no hook for it.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from unittest import mock

from django.db import connection, connections

KILLED = -signal.SIGKILL
Moment = AbstractContextManager[Any]


def in_a_process(work: Callable[[], object], moment: Moment | None = None) -> int:
    """How a forked process ended that did the work: 0, or KILLED where that moment came. Fails the test if it failed.

    The test needs `django_db(transaction=True)`: the process sees what was committed, through connections of its own.
    """
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            with moment or nullcontext():
                work()
            connections.close_all()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, KILLED), f"the process ended with {code}"
    return code


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def at_statement(number: int) -> Iterator[None]:
    """Instead of the nth SQL statement."""
    count = 0

    def execute(execute: Callable[..., Any], *rest: Any) -> Any:
        nonlocal count
        count += 1
        if count == number:
            _die()
        return execute(*rest)

    with connection.execute_wrapper(execute):
        yield


@contextmanager
def at_call(owner: object, name: str, *, done: bool, number: int = 1) -> Iterator[None]:
    """At the nth call of a function: instead of it, or with `done` as soon as it has returned."""
    function, count = getattr(owner, name), 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == number and not done:
            _die()
        made = function(*arguments, **named)
        if count == number:
            _die()
        return made

    with mock.patch.object(owner, name, call):
        yield
