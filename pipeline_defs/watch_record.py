"""The last verdict on each problem of the watch list."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline_core.engine import Change
from pipeline_defs.run_storage_rows import RunStorageRows

WATCH = "suitability/watch"
"""Tag of a run: the entry of the watch list that it screens."""

_PREFIX = "watch/"


class Verdict(NamedTuple):
    """What was found, and on what grounds."""

    verdict: str
    digest: str
    """That of the entry, see `Watched.digest`."""
    text: str
    """The problem and its context, in short form."""
    fingerprint: Mapping[str, str]
    thread_id: str

    def changes_since(self, before: "Verdict") -> str:
        """Say what else is different from the time of the verdict before."""
        parts = {*self.fingerprint, *before.fingerprint}
        changed = sorted(p for p in parts if self.fingerprint.get(p) != before.fingerprint.get(p))
        told = ["the text"] if self.text != before.text else []
        return ", ".join(told + changed) or "nothing"


def load_verdict(rows: RunStorageRows, id_: str) -> Verdict | None:
    """Return the last verdict on an entry; None if there is none yet."""
    text = rows.get(_PREFIX + id_).get(_PREFIX + id_)
    if text is None:
        return None
    fields: dict[str, Any] = json.loads(text)
    return Verdict(**fields)


def save_verdict(rows: RunStorageRows, id_: str, verdict: Verdict) -> None:
    """Keep a verdict in place of the one before."""
    rows.apply(Change(puts={_PREFIX + id_: json.dumps(verdict._asdict())}))
