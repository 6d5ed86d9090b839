"""Outputs of ops as JSON in run storage: no shared file system, no pickles."""

import json
from collections.abc import Generator
from typing import Any

import dagster as dg

from pipeline_core.engine.store import Change
from pipeline_defs.run_storage_rows import RunStorageRows

IO_PREFIX = "io/"
"""Keys are `io/<run id>/<step key>/<output>`, and for a dynamic output its mapping key after that."""


class JsonIOManager(dg.IOManager):
    """Keeps what ops hand to each other beside the checkpoints.

    Re-executions read the outputs of earlier runs from there, on whatever machine they run. Meant for
    small values: references, not results.
    """

    def __init__(self, rows: RunStorageRows) -> None:
        self._rows = rows

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Store `obj`; TypeError if JSON cannot hold it."""
        self._rows.apply(Change(puts={_key(context): json.dumps(obj)}))

    def load_input(self, context: dg.InputContext) -> Any:
        """Return the stored value; LookupError if the row was pruned since."""
        assert context.upstream_output is not None
        key = _key(context.upstream_output)
        rows = self._rows.get(key)
        if key not in rows:
            raise LookupError(f"the output {key!r} is not stored any more: re-execute all steps")
        return json.loads(rows[key])


# Dagster takes generators, as for other resources, but its types do not say so.
@dg.io_manager(description="Keeps outputs as JSON in Dagster's run storage.")  # pyright: ignore[reportArgumentType]
def json_io_manager(context: dg.InitResourceContext) -> Generator[JsonIOManager]:
    """Keep outputs in the run storage of the instance that the run belongs to."""
    assert context.instance is not None
    rows = RunStorageRows(context.instance)
    try:
        yield JsonIOManager(rows)
    finally:
        rows.close()


def _key(context: dg.OutputContext) -> str:
    return IO_PREFIX + "/".join(context.get_identifier())
