"""Why an instrument file was refused. Each error names the file and the place in it."""


class InstrumentError(Exception):
    """An instrument file that can't be used: `file`, `place` (`indicators[3].strength`) and `reason`."""

    def __init__(self, file: str, place: str, reason: str) -> None:
        super().__init__(f"{file}: {place}: {reason}" if place else f"{file}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


class MalformedFile(InstrumentError):
    """Not YAML, not a mapping, a key written twice, an alias, or too large."""


class UnknownField(InstrumentError):
    """A field that the format does not have: most often a misspelling."""


class BadValue(InstrumentError):
    """A field that is missing, of the wrong type, or outside its list of values."""


class DuplicateId(InstrumentError):
    """An id used twice in one file, or by two files."""


class UnknownDimension(InstrumentError):
    """An indicator of a dimension that the file does not declare."""


class UnknownStrength(InstrumentError):
    """A strength other than strong, medium and weak."""


class UnknownIndicatorReference(InstrumentError):
    """A branching condition on an indicator that the file does not declare."""


class BranchingCycle(InstrumentError):
    """Branching conditions that wait for each other, so that none would ever be asked."""


class MissingLabel(InstrumentError):
    """No label, an empty one, or one without English."""


class UnknownInstrument(LookupError):
    """There is no instrument of that id."""

    def __init__(self, id: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no instrument {id!r}; there are: {', '.join(known)}")
        self.id = id
        self.known = known
