"""Which files a call means, and their text.

In: the paths of a command line (files, folders, ``-``).  Out: `Source` records in a stable
order.  A file that is named must be readable text of a known kind, else `CallError`; what a
folder holds beside notes and specs is passed over.
"""

from __future__ import annotations

import codecs
import os
import posixpath
import re
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from derive.errors import CallError, one_line

KINDS: Final = {
    ".md": "md", ".markdown": "md", ".txt": "txt", ".tex": "tex", ".toml": "toml", ".py": "py",
}  # fmt: skip
LIMIT: Final = 2 * 1024 * 1024
"""Largest file that is read, in bytes: hundreds of printed pages."""
STDIN: Final = "-"
_LAYER = re.compile(r"^\s*\[\[\s*layer\s*\]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """One text to be judged.

    path: as the user wrote it, ``-`` for stdin.  kind: ``md``, ``txt``, ``tex``, ``toml``
    (a network spec), ``py`` (NumPy source) or ``library`` (the project's own, without text).
    text: line ends as in the file, a byte order mark taken off.  named: the path itself was
    given, not its folder.
    """

    path: str
    kind: str
    text: str = ""
    named: bool = True
    mark: bool = False


def collect(paths: Sequence[str]) -> list[Source]:
    """The sources that `paths` mean, each once, in the order given (folders sorted).

    Raises `CallError` for a path that does not exist, is not a text, is too large, has an
    unknown suffix, or is a folder without anything to judge.
    """
    found: dict[str, Source] = {}
    for path in paths:
        if path == STDIN:
            sources = [_from_stdin()]
        elif os.path.isdir(path):
            sources = list(_from_folder(path))
            if not sources:
                raise CallError(
                    f"{one_line(path)}: no note (.md .txt .tex), spec or NumPy source in this "
                    "folder; name a file, or a folder that holds notes"
                )
        else:
            sources = [_from_file(path)]
        for source in sources:
            found.setdefault(source.path, source)
    return list(found.values())


def file_names(paths: Iterable[str]) -> dict[str, str]:
    """A name for what is written about each path, made different where two share theirs.

    >>> file_names(["a/note.md", "b/note.tex", "-"])
    {'a/note.md': 'note', 'b/note.tex': 'note-2', '-': 'stdin'}
    """
    names: dict[str, str] = {}
    for path in paths:
        base = posixpath.basename(path.replace("\\", "/"))
        stem = "stdin" if path == STDIN else posixpath.splitext(base)[0] or "note"
        name, number = stem, 2
        while name in names.values():
            name, number = f"{stem}-{number}", number + 1
        names.setdefault(path, name)
    return names


def read_text(path: str) -> tuple[str, bool]:
    """The text of a file and whether it began with a byte order mark; `CallError` if unusable."""
    shown = one_line(path)
    try:
        mode = os.stat(path)
        if not stat.S_ISREG(mode.st_mode):
            raise CallError(f'{shown}: not a regular file; pipe the text in and name "-" instead')
        if mode.st_size > LIMIT:
            raise CallError(_too_large(shown, mode.st_size))
        with open(path, "rb") as file:
            data = file.read(LIMIT + 1)
    except FileNotFoundError:
        raise CallError(f"{shown}: no such file or folder; check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CallError(f"{shown}: cannot be read ({one_line(reason)})") from None
    return decode(data, shown)


def decode(data: bytes, shown: str) -> tuple[str, bool]:
    """UTF-8 text of `data` and whether a byte order mark was taken off."""
    if len(data) > LIMIT:
        raise CallError(_too_large(shown, len(data)))
    if b"\0" in data:
        raise CallError(f"{shown}: a binary file, not a text; name a .md, .txt or .tex note")
    mark = data.startswith(codecs.BOM_UTF8)
    try:
        return data[len(codecs.BOM_UTF8) if mark else 0 :].decode("utf-8"), mark
    except UnicodeDecodeError as error:
        raise CallError(
            f"{shown}: not UTF-8 text (byte 0x{data[error.start]:02x} at offset {error.start}); "
            "save it as UTF-8"
        ) from None


def write_atomically(path: Path, text: str) -> None:
    """Writes UTF-8 `text` to a temporary file beside `path`, then renames it over `path`.

    Whoever reads `path` sees the old text or the new, never a part.  Raises `CallError`.
    """
    target = path.resolve()
    name = ""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, stat.S_IMODE(target.stat().st_mode) if target.exists() else _new_mode())
        os.replace(name, target)
    except OSError as error:
        raise CallError(
            f"{one_line(str(path))}: cannot be written ({error.strerror}); "
            "check the folder and its permissions"
        ) from None
    finally:
        if name and os.path.exists(name):
            os.unlink(name)


def _new_mode() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _too_large(shown: str, size: int) -> str:
    return (
        f"{shown}: {size / 2**20:.0f} MiB is more than the {LIMIT // 2**20} MiB that are read; "
        "split the note"
    )


def _from_stdin() -> Source:
    text, mark = decode(sys.stdin.buffer.read(LIMIT + 1), "stdin")
    return Source(STDIN, "md", text, True, mark)


def _from_file(path: str) -> Source:
    text, mark = read_text(path)
    kind = KINDS.get(os.path.splitext(path)[1].lower())
    if kind is None:
        raise CallError(
            f"{one_line(path)}: not a note (.md .txt .tex), network spec (.toml) or Python source "
            "(.py); rename it, or pipe the text in and name -"
        )
    if kind == "toml" and not _LAYER.search(text):
        raise CallError(
            f"{one_line(path)}: no [[layer]] in it, so it is no network spec; "
            "add one, or name another file"
        )
    return Source(path, kind, text, True, mark)


def _from_folder(folder: str) -> Iterator[Source]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "node_modules")
        for name in sorted(files):
            kind = KINDS.get(os.path.splitext(name)[1].lower())
            if kind is None or name.startswith("."):
                continue
            path = os.path.join(root, name)
            try:
                text, mark = read_text(path)
            except CallError as error:
                if "a binary file" not in str(error):
                    print(f"derive: passed over: {error}", file=sys.stderr)
                continue
            if kind != "toml" or _LAYER.search(text):
                yield Source(path, kind, text, False, mark)
