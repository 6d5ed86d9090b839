"""Find what the text says about how it is done today."""

from pipeline_core.rubric.reading import Reading, Statement
from pipeline_core.text.cues import any_of

_TODAY = (
    "(today|currently|at present|at the moment|right now|so far|until now|as of now|nowadays)",
    "(by hand|manually|instead of thirty|vs <n> today|today's)",
    "(heute|derzeit|bisher|momentan|zurzeit|von hand)",
    "(hoy|actualmente|ahora|a mano|hasta ahora)",
    "(aujourd'hui|actuellement|à la main|pour l'instant)",
    "(oggi|attualmente|finora|hoje|atualmente|até agora)",
    "(現在|いま|今は|手作業)",
)


def todays_way(reading: Reading) -> Statement | None:
    """Return the first statement that tells, with a figure, how the work is done today."""
    found = any_of(_TODAY)
    for statement in reading.statements:
        if found.search(statement.text) and any(char.isdigit() for char in statement.text):
            return statement
    return None
