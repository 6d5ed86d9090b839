"""The statements that check and make one `Change` inside an open transaction."""

from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection, CursorResult, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline_core.engine.pieces import whole
from pipeline_core.engine.store import Change
from pipeline_defs._dagster import KeyValueStoreTable as Rows

_KEYS_PER_STATEMENT = 500
"""SQLite takes some 32,000 parameters in a statement; other limits are not near."""

_Kind = Literal["guard", "put", "delete"]


def apply_batch(connection: Connection, change: Change, prefix: str) -> bool:
    """Check the guards and make the change; on False the caller must roll back.

    Rows are visited in the order of their keys, so that two batches on the same rows wait for each
    other instead of locking each other out. Checking a guard locks its row until the transaction
    ends; a row that must be absent is held by inserting it.
    """
    for kind, group in groupby(sorted(_kinds(change).items()), key=lambda item: item[1]):
        keys = [key for key, _ in group]
        if kind == "guard":
            if not all(_guarded(connection, change, prefix, key) for key in keys):
                return False
            continue
        for first in range(0, len(keys), _KEYS_PER_STATEMENT):
            part = keys[first : first + _KEYS_PER_STATEMENT]
            if kind == "put":
                _upsert(connection, {prefix + key: whole(change.puts[key]) for key in part})
            else:
                connection.execute(delete(Rows).where(Rows.c.key.in_([prefix + key for key in part])))
    return True


def _kinds(change: Change) -> dict[str, _Kind]:
    kinds: dict[str, _Kind] = dict.fromkeys(change.deletes, "delete")
    kinds.update(dict.fromkeys(change.puts, "put"))
    kinds.update(dict.fromkeys(change.guards, "guard"))
    return kinds


def _guarded(connection: Connection, change: Change, prefix: str, key: str) -> bool:
    """Check one guard and make what the change does to its row."""
    name = prefix + key
    old = change.guards[key]
    new = whole(change.puts[key]) if key in change.puts else None
    if old is None:
        insert = _insert(connection).values(key=name, value=new or "").on_conflict_do_nothing()
        if _rowcount(connection.execute(insert)) != 1:
            return False
        if new is None:
            connection.execute(delete(Rows).where(Rows.c.key == name))
        return True
    row = (Rows.c.key == name) & (Rows.c.value == old)
    if new is None and key in change.deletes:
        return _rowcount(connection.execute(delete(Rows).where(row))) == 1
    kept = old if new is None else new
    return _rowcount(connection.execute(update(Rows).where(row).values(value=kept))) == 1


def _upsert(connection: Connection, rows: dict[str, str]) -> None:
    insert = _insert(connection).values([{"key": key, "value": value} for key, value in rows.items()])
    connection.execute(
        insert.on_conflict_do_update(index_elements=[Rows.c.key], set_={"value": insert.excluded.value})
    )


def _insert(connection: Connection) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(Rows)


def _rowcount(result: CursorResult[Any]) -> int:
    return result.rowcount
