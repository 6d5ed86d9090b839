"""The folder that problems are dropped into."""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

from pipeline_core.errors import UnreadableInputError
from pipeline_defs.problem_files import MAX_BYTES

ACCEPTED = "accepted"
REJECTED = "rejected"
REASON_SUFFIX = ".reason.txt"

_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", "~")


class Stamp(NamedTuple):
    """What changes when somebody writes to a file."""

    size: int
    mtime_ns: int


class InboxFolder:
    """A folder whose files leave it for `accepted` or `rejected` beneath it.

    Moves are renames: a file is in one of the three places at any time, and none is overwritten by
    other content.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self) -> None:
        """Make the folders that are not there, for the owner only: problems may be confidential."""
        for folder in (self.path, self.path / ACCEPTED, self.path / REJECTED):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def arrivals(self) -> dict[str, Stamp]:
        """Return the files by name, the oldest first; not hidden ones, nor those named as unfinished."""
        found: dict[str, Stamp] = {}
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.name.startswith((".", "~")) or entry.name.lower().endswith(_UNFINISHED):
                    continue
                try:
                    if entry.is_file():
                        found[entry.name] = _stamp(entry.stat())
                except OSError:  # gone, or a link to nothing
                    continue
        return dict(sorted(found.items(), key=lambda item: (item[1].mtime_ns, item[0])))

    def read(self, name: str, stamp: Stamp) -> bytes | None:
        """Return the content of a file; None if it is not the one that had this stamp.

        Raises:
            UnreadableInputError: it is too large, or may not be read.
            OSError: it cannot be read now.
        """
        if stamp.size > MAX_BYTES:
            raise UnreadableInputError(name, f"is larger than {MAX_BYTES // 2**20} MB", "split it")
        try:
            with (self.path / name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
                after = _stamp(os.fstat(file.fileno()))
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise UnreadableInputError(name, "may not be read", "change its permissions") from error
        return content if after == stamp and len(content) == stamp.size else None

    def accept(self, name: str, stamp: Stamp) -> bool:
        """Move a file that is taken care of; False if it changed since it had this stamp."""
        target = self._target(ACCEPTED, name)
        (self.path / name).rename(target)
        if _stamp(target.stat()) == stamp:
            return True
        # Somebody saved it a moment ago: it comes back as a new arrival, unless a newer one is there.
        try:
            os.link(target, self.path / name)
        except FileExistsError:
            return False
        target.unlink()
        return False

    def reject(self, name: str, reason: str) -> Path:
        """Move a file that cannot be used, with the reason beside it, and return where it is."""
        target = self._target(REJECTED, name)
        self._write(target.with_name(target.name + REASON_SUFFIX), f"{reason}\n")
        (self.path / name).rename(target)
        return target

    def reject_rows(self, name: str, rows: str, reasons: str) -> Path:
        """Put rows of a file that cannot be used into a file of their own, with the reasons beside it.

        Idempotent: the same rows go to the same file.
        """
        digest = hashlib.sha256(rows.encode()).hexdigest()[:8]
        path = Path(name)
        target = self.path / REJECTED / f"{path.stem}.rows-{digest}{path.suffix}"
        self._write(target.with_name(target.name + REASON_SUFFIX), f"{reasons}\n")
        self._write(target, rows)
        return target

    def _target(self, folder: str, name: str) -> Path:
        source, target = self.path / name, self.path / folder / name
        if target.exists():
            try:
                digest = hashlib.sha256(source.read_bytes()).hexdigest()[:8]
            except PermissionError:
                digest = str(source.stat().st_mtime_ns)
            target = target.with_name(f"{target.stem}.{digest}{target.suffix}")
        return target

    def _write(self, path: Path, text: str) -> None:
        draft = path.with_name(f".{path.name}.tmp")
        draft.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
        draft.replace(path)


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_size, stat.st_mtime_ns)
