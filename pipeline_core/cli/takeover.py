"""Tells whether who holds a thread is dead, so that nobody need wait for its lease to run out."""

import os
import socket


def is_dead(owner: str) -> bool:
    """Tell whether `owner`, written as `host/pid/...`, was a process of this machine that is gone.

    False where that cannot be told.
    """
    host, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    if host != socket.gethostname() or not pid.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
