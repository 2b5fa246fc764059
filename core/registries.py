"""How a lower app reaches a higher one: named hooks, filled in AppConfig.ready() and run inside the transaction.

A hook that raises rolls back what called it. That is how a conflict of interest vetoes a grant.
"""

from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Registry(Generic[P]):
    """Functions to be called, in the order in which they were registered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._functions: list[Callable[P, None]] = []

    def register(self, function: Callable[P, None]) -> Callable[P, None]:
        """Add `function`; usable as a decorator. Registering it again changes nothing."""
        if function not in self._functions:
            self._functions.append(function)
        return function

    def run(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call each function; the first exception stops the run and rolls back the transaction around it."""
        for function in self._functions:
            function(*args, **kwargs)
