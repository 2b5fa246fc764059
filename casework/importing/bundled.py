"""Mappings that come with Hearth, for tables that are made to fit them."""

from pathlib import Path

from casework.importing.mapping import CaseMapping, load_mapping

BUNDLED = {"simple": Path(__file__).with_name("mappings") / "simple.yaml"}


def bundled_text(name: str) -> str:
    """A mapping's text. Raises KeyError."""
    return BUNDLED[name].read_text("utf-8")


def bundled(name: str) -> CaseMapping:
    """A mapping, read and checked. Raises KeyError."""
    return load_mapping(bundled_text(name), file=BUNDLED[name].name)
