"""Score one dimension of a case, with the statements the score rests on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_core.models import Case, DimensionResult, Evidence, Question, Score
from pipeline_core.rubric.reading import Reading, Statement
from pipeline_core.rubric.schema import DimensionSpec, OptionSpec, QuestionSpec, RubricSpec
from pipeline_core.rubric.targets import SCORES, Target

_SPEAKS = 0.3
"""From this probability on a statement counts as speaking for a score."""
_CONTRADICTS = 0.45
_MOST_QUOTES = 3
_BY_ANSWER = 0.92
_SILENT_AT_MOST = 0.6
_BY_CUES = (0.4, 0.62, 0.72, 0.8)


@dataclass(frozen=True)
class Speaking:
    """A statement, what it speaks for, and how plainly."""

    statement: Statement
    score: Score | None
    probability: float


def score_dimension(
    spec: RubricSpec, dimension: DimensionSpec, case: Case, reading: Reading
) -> DimensionResult:
    """Return the score of a dimension, its evidence, its gaps and what would change it."""
    speaking = statements_speaking(reading, dimension.id)
    chosen = chosen_option(spec, dimension, case)
    if chosen is not None:
        score, confidence = chosen[1].score or "neutral", _BY_ANSWER
        evidence = (_answer_evidence(case, chosen[0], score),)
        silent = False
    else:
        score, confidence = _judged(reading, dimension.id, speaking)
        silent = not speaking
        if silent:
            confidence = min(confidence, _SILENT_AT_MOST)
        evidence = _evidence(dimension, speaking, score) or _hint(dimension, reading, score)
    total = sum(each.weight for each in spec.dimensions)
    return DimensionResult(
        dimension=dimension.id,
        title=dimension.title,
        score=score,
        confidence=round(confidence, 3),
        weight=round(dimension.weight / total, 4),
        reasoning=_reasoning(dimension, score, evidence, silent=silent)
        + _power_to_stop(dimension, reading, score, silent=silent),
        evidence=evidence,
        information_gaps=(dimension.says.silent,) if silent else (),
        would_change=_would_change(dimension, score),
        questions=_questions(dimension, case, silent=silent, confidence=confidence),
    )


def own_score(
    spec: RubricSpec, dimension: DimensionSpec, case: Case, reading: Reading
) -> tuple[Score, float]:
    """Return the score of a dimension by the text and the answers, and how sure it is."""
    chosen = chosen_option(spec, dimension, case)
    if chosen is not None:
        return chosen[1].score or "neutral", _BY_ANSWER
    return _judged(reading, dimension.id, statements_speaking(reading, dimension.id))


def statements_speaking(reading: Reading, subject: str) -> list[Speaking]:
    """Return the statements that speak for a score of a dimension, or for a signal, the plainest first."""
    out: list[Speaking] = []
    judged = reading.judged
    wanted = [target for target in reading.targets if target.subject == subject]
    for row, statement in enumerate(reading.statements):
        for target in wanted:
            if judged is None:
                probability = 0.7 if target in statement.hits else 0.0
            else:
                column = reading.targets.index(target)
                probability = round(1 / (1 + math.exp(-float(judged.statement[row, column]))), 4)
            if probability >= _SPEAKS:
                out.append(Speaking(statement, target.as_score, probability))
    return sorted(out, key=lambda each: -each.probability)


def chosen_option(
    spec: RubricSpec, dimension: DimensionSpec, case: Case
) -> tuple[QuestionSpec, OptionSpec] | None:
    """Return the option of this dimension's question that was answered, if one was."""
    questions = [question for question in (dimension.question,) if question is not None]
    own = {question.id for question in questions}
    questions += [question for question in spec.questions if question.id in own]
    for question in questions:
        answer = case.answers.get(question.id, "").strip().casefold()
        for option in question.options:
            if option.score is not None and option.text.casefold() == answer:
                return question, option
    return None


def _judged(reading: Reading, dimension: str, speaking: Sequence[Speaking]) -> tuple[Score, float]:
    if reading.judged is not None and dimension in reading.judged.dimensions:
        probabilities = reading.judged.dimensions[dimension]
        best = max(range(len(SCORES)), key=lambda i: (probabilities[i], -abs(i - 1)))
        return SCORES[best], probabilities[best]
    counts = {score: sum(each.score == score for each in speaking) for score in SCORES}
    lead = counts["favorable"] - counts["unfavorable"]
    score: Score = "favorable" if lead > 0 else "unfavorable" if lead < 0 else "neutral"
    strength = abs(lead) if lead else min(counts["neutral"], 1)
    return score, _BY_CUES[min(strength, len(_BY_CUES) - 1)]


def _evidence(dimension: DimensionSpec, speaking: Sequence[Speaking], score: Score) -> tuple[Evidence, ...]:
    notes: dict[Score | None, str] = {each: getattr(dimension.says, each) for each in SCORES}
    chosen: list[Speaking] = []
    for each in speaking:
        known = [other.statement for other in chosen]
        if each.score == score and each.statement not in known and len(chosen) < _MOST_QUOTES:
            chosen.append(each)
    against = [
        each
        for each in speaking
        if each.score != score
        and (each.probability >= _CONTRADICTS or not chosen)
        and each.statement not in [other.statement for other in chosen]
    ]
    chosen += against[:1]
    return tuple(each.statement.evidence(each.score, notes[each.score]) for each in chosen)


def _hint(dimension: DimensionSpec, reading: Reading, score: Score) -> tuple[Evidence, ...]:
    """Return the statement that weighs most for a score that none speaks for outright."""
    if score == "neutral" or reading.judged is None:
        return ()
    column = reading.targets.index(Target(dimension.id, score))
    weights = [round(float(row[column]), 4) for row in reading.judged.statement]
    heaviest = reading.statements[weights.index(max(weights))]
    return (heaviest.evidence(score, "points there most; no sentence says it outright"),)


def _answer_evidence(case: Case, question: QuestionSpec, score: Score) -> Evidence:
    answer = case.answers[question.id]
    return Evidence(
        quote=answer,
        start=0,
        end=len(answer),
        source=f"answer:{question.id}",
        score=score,
        note="as answered",
    )


def _reasoning(dimension: DimensionSpec, score: Score, evidence: Sequence[Evidence], *, silent: bool) -> str:
    meaning = getattr(dimension.says, score)
    if silent:
        if score == "neutral":
            return f"{_upper(dimension.says.silent)}, so this counts neither for nor against."
        hint = f" What points there most is {_quoted(evidence)}." if evidence else ""
        return f"Not said outright; read as a whole, {meaning}.{hint}"
    own = [each for each in evidence if each.score == score]
    against = [each for each in evidence if each.score not in (score, None)]
    text = f"{_upper(meaning)}: {_quoted(own)}." if own else f"Taken together, {meaning}."
    if against:
        text += f" On the other side stands {_quoted(against)}."
    return text


def _power_to_stop(dimension: DimensionSpec, reading: Reading, score: Score, *, silent: bool) -> str:
    """Say apart from what a check costs whether it can stop an error in time."""
    if not dimension.undermined_by:
        return ""
    against = [each for signal in dimension.undermined_by for each in statements_speaking(reading, signal)]
    against = sorted((each for each in against if each.probability >= _CONTRADICTS), key=_plainness)
    if against:
        return f" Power to stop an error: none or little, “{_short(against[0].statement.text)}”."
    if silent:
        return " Power to stop an error: not said."
    if score == "unfavorable":
        return " Power to stop an error: doubtful."
    return " Power to stop an error: yes, as far as the text says."


def _plainness(speaking: Speaking) -> float:
    return -speaking.probability


def _quoted(evidence: Sequence[Evidence]) -> str:
    return " and ".join(f"“{_short(each.quote)}”" for each in evidence[:2])


def _short(quote: str) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= 160 else flat[:157].rstrip() + "…"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _would_change(dimension: DimensionSpec, score: Score) -> str:
    says = dimension.says
    if score == "favorable":
        return f"It would drop if {says.unfavorable}."
    if score == "unfavorable":
        return f"It would rise if {says.favorable}."
    return f"It would rise if {says.favorable}, and drop if {says.unfavorable}."


def _questions(
    dimension: DimensionSpec, case: Case, *, silent: bool, confidence: float
) -> tuple[Question, ...]:
    question = dimension.question
    if question is None or question.id in case.answers or not (silent or confidence < 0.5):
        return ()
    return (as_question(question, dimension.id),)


def as_question(question: QuestionSpec, dimension: str | None = None) -> Question:
    """Return a question of the rubric as it is asked."""
    return Question(
        id=question.id,
        text=question.text,
        why=question.why,
        priority=question.priority,
        dimension=dimension,
        options=tuple(option.text for option in question.options),
        allow_other=question.allow_other,
    )
