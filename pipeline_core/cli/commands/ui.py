"""`suitability ui`."""

from typing import Annotated

import typer


def ui(
    port: Annotated[
        int, typer.Option("--port", min=1, max=65_535, help="Where to listen, on localhost only.")
    ] = 3000,
) -> None:
    """Open Dagster's web interface on localhost; ctrl-c ends it.

    \b
    Example:
      suitability ui --port 3001
    """
    from pipeline_core.cli.driver import load_ui

    raise typer.Exit(load_ui("dagster")(port=port))
