"""Entry point: runs a command and turns what it raises into an exit code and one line."""

import gc
import logging
import os
import sqlite3
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Final

from typer import Abort
from typer.exceptions import TyperException

from pipeline_core.cli import exits
from pipeline_core.cli.app import app
from pipeline_core.cli.session import Interrupted
from pipeline_core.errors import InputError, PipelineError

_FAILURES: Final = (PipelineError, sqlite3.Error, OSError)


def main() -> None:
    """Run the command line of this process and exit."""
    # The matrices here are small: a second thread costs more time than it saves.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What is imported stays: looking through it for garbage costs a command a tenth of its time.
    gc.freeze()
    gc.set_threshold(50_000)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not os.environ.get("SUITABILITY_DEBUG"):
        # What goes wrong is part of the report; its traceback is for who asks for it.
        logging.getLogger("pipeline_core").addHandler(logging.NullHandler())
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; only a bug gets out as an exception."""
    try:
        code = app(args=list(arguments), prog_name="suitability", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # The libraries below exit by themselves when the reader of their output goes away, and only then.
        # What is left in the buffer has nowhere to go; without this, Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.BROKEN_PIPE
    except (KeyboardInterrupt, Abort, Interrupted) as interruption:
        advice = f" Go on with: {interruption.command}" if isinstance(interruption, Interrupted) else ""
        exits.tell(f"Stopped.{advice}")
        return exits.INTERRUPTED
    except (TyperException, *_FAILURES) as error:
        exits.complain(_line(error))
        return exits.BAD_INPUT if isinstance(error, TyperException | InputError) else exits.FAILED
    return code if isinstance(code, int) else exits.COMPLETED


def _line(error: Exception) -> str:
    """Return what to say of an error: what is wrong, and for a wrong call where to read on."""
    if not isinstance(error, TyperException):
        return str(error) or type(error).__name__
    message = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "suitability"
    return f"{message.rstrip('.')} (see: {command} --help)"
