"""New SQLite databases as copies of a file that was set up once."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import dagster as dg
from sqlalchemy import Engine, NullPool, create_engine


def copy_template(path: Path, initialize: Callable[[Engine], None]) -> bool:
    """Put a database at `path` that is set up as `initialize` does it, whole or not at all.

    The template lies beside it, one for each version of Dagster. If somebody else puts a database
    there at the same time, theirs stays.

    Returns:
        False if the file system has no hard links; the caller then sets the database up itself.
    """
    template = path.parent / f".template-{dg.__version__}.db"
    if not template.exists():
        _make(template, initialize)
    copy = _temporary_file(path.parent)
    try:
        with template.open("rb") as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        # Unlike a rename, a link does not replace a database that has appeared in the meantime.
        os.link(copy, path)
    except FileExistsError:
        return True
    except OSError:
        return False
    else:
        return True
    finally:
        copy.unlink()


def _make(template: Path, initialize: Callable[[Engine], None]) -> None:
    draft = _temporary_file(template.parent)
    try:
        # Without a pool: closing writes the write-ahead log back, so that the file alone is the database.
        initialize(create_engine(f"sqlite:///{draft}", poolclass=NullPool))
        os.replace(draft, template)
    finally:
        draft.unlink(missing_ok=True)


def _temporary_file(folder: Path) -> Path:
    # A leading dot hides it from whoever lists the databases of all runs.
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=folder)
    os.close(handle)
    return Path(name)
