"""The server of a nursery: `start ORDER` answers with a process id, `wait PID` with an exit code."""

import importlib
import json
import os
import sys

from pipeline_core.testing.child import Order, obey


def serve() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        command, _, argument = line.partition(" ")
        if command == "wait":
            _, status = os.waitpid(int(argument), 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            obey(Order(**json.loads(argument)))
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    importlib.import_module(sys.argv[1])
    serve()
