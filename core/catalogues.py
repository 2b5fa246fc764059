"""The catalogues of translations: `python -m core.catalogues extract | update | compile`.

`extract` prints every string of the code as a gettext template, which a new language starts from; `update` brings
the .po files in core/locale up to the code, keeping what is translated; `compile` makes the .mo files that Django
reads, and does nothing while they are newer than their sources. Babel does it without gettext's own programs, which
many machines lack. docs/languages.md tells translators how they work.
"""

import os
import sys
from collections.abc import Callable, Generator, Iterable
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "core" / "locale"
SOURCES = (
    *("core/**/*.py", "advocacy/**/*.py", "casework/**/*.py", "referrals/**/*.py"),
    "templates/**/*.html",
)
KEYWORDS: dict[str, Any] = {
    name + lazy: arguments
    for lazy in ("", "_lazy")
    for name, arguments in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
} | {"_": None, "gettext_noop": None}
# Of a header: what would make each `update` a change of every file, and blanks that nobody fills in.
LEFT_OUT = tuple(
    f'"{name}:'.encode()
    for name in (
        *("POT-Creation-Date", "PO-Revision-Date", "Generated-By"),
        *("Project-Id-Version", "Report-Msgid-Bugs-To", "Last-Translator", "Language-Team"),
    )
)


def extract() -> "Catalog":
    """A catalogue of every translatable string in the code and the templates, with the files that have it."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract as extract_from

    template = Catalog(project="Hearth", charset="utf-8")
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            method: Any = "python" if path.suffix == ".py" else extract_from_template
            with path.open("rb") as source:
                found = extract_from(method, source, KEYWORDS, ["Translators:"])
                for _line, message, comments, context in found:
                    place = (path.relative_to(ROOT).as_posix(), 0)
                    template.add(message, locations=[place], auto_comments=comments, context=context)
    return template


def extract_from_template(
    source: IO[bytes], keywords: Iterable[str], comment_tags: Iterable[str], options: dict[str, Any]
) -> Generator[Any, None, None]:
    """What Babel's extractor for Python finds in a Django template that Django has made readable for it."""
    from babel.messages.extract import extract_python
    from django.utils.translation.template import templatize

    # In brackets, since the indentation of a template is not Python's.
    readable = f"({templatize(source.read().decode())}\n)"
    yield from extract_python(BytesIO(readable.encode()), keywords, comment_tags, options)  # type: ignore[arg-type]


def update() -> list[str]:
    """Bring every catalogue up to the code: new strings untranslated, those that are gone left out.

    Returns the languages whose file changed.
    """
    template = extract()
    changed = []
    for path in catalogues():
        catalogue = read(path)
        catalogue.update(template, no_fuzzy_matching=True)
        content = written(catalogue)
        if content != path.read_bytes():
            path.write_bytes(content)
            changed.append(path.parts[-3])
    return changed


def compile() -> list[str]:
    """Make the .mo files that are missing or older than their .po file. Returns the languages."""
    made = []
    for path in catalogues():
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        from babel.messages.mofile import write_mo

        new = path.with_name(f".{os.getpid()}.mo")
        with new.open("wb") as file:
            write_mo(file, read(path))
        new.replace(compiled)  # a server that starts meanwhile never reads half a file
        made.append(path.parts[-3])
    return made


def catalogues() -> list[Path]:
    """The .po files, one a language."""
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> "Catalog":
    """A catalogue as it is on disk. Raises babel.messages.pofile.PoFileError for a file that is not one."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], abort_invalid=True)


def written(catalogue: "Catalog") -> bytes:
    """A catalogue as a .po file, sorted so that a new string moves no other."""
    from babel.messages.pofile import write_po

    file = BytesIO()
    write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return b"".join(
        line for line in file.getvalue().splitlines(keepends=True) if not line.startswith(LEFT_OUT)
    )


def main(arguments: list[str]) -> int:
    """Run one command; 2 where there is no such command."""
    commands: dict[str, Callable[[], str]] = {
        "extract": lambda: written(extract()).decode(),
        "update": lambda: f"Catalogues changed: {', '.join(update()) or 'none'}.\n",
        "compile": lambda: f"Catalogues compiled: {', '.join(compile()) or 'none, all up to date'}.\n",
    }
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write(f"One of: {', '.join(commands)}.\n")
        return 2
    sys.stdout.write(commands[arguments[0]]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
