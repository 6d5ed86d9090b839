"""Reports for tests of rendering."""

from pipeline_core.models import (
    ActionItem,
    Alternative,
    Architecture,
    Component,
    Evidence,
    HumanInTheLoop,
    KeyFactor,
    Question,
    Risk,
    SecondOpinion,
    Split,
    Usage,
)
from pipeline_core.report import DimensionReport, Report, TaskError


def report_saying(text: str) -> Report:
    """Return a complete report that says `text` wherever text from outside can be."""
    evidence = (Evidence(quote=text, start=0, end=len(text), note=text),)
    opinion = SecondOpinion(source="rubric", value="unfavorable", confidence=0.6, reasoning=text)
    used = Usage(models=(text,), requests=2, input_tokens=1000, output_tokens=234, cost=0.5)
    dimension = DimensionReport(
        id="error_tolerance",
        title=text,
        score="favorable",
        confidence=0.8,
        weight=0.2,
        reasoning=text,
        evidence=evidence,
        information_gaps=(text,),
        would_change=text,
        source="model",
        second_opinion=opinion,
    )
    return Report(
        thread_id="t",
        status="completed",
        problem=text,
        context=text,
        language="en",
        domain=text,
        insights=(),
        verdict="CONDITIONAL",
        confidence=0.7,
        headline=text,
        score=60.0,
        key_factors=(KeyFactor(influence="for", text=text, evidence=evidence),),
        conditions=(text,),
        reasons=(text,),
        cause="better_tool",
        better_tool=text,
        split=Split(safe_part=text, risky_part=text),
        overruled=text,
        executive_summary=text,
        narrative=f"## {text}\n\n{text}",
        dimensions=(dimension,),
        questions=(Question(id="q", text=text, why=text, options=(text,)),),
        answers={"a": text},
        risks=(
            Risk(
                category="ethical",
                title=text,
                description=text,
                severity="high",
                likelihood="low",
                mitigation=text,
                evidence=evidence,
            ),
        ),
        alternatives=(
            Alternative(
                name=text,
                uses_ai=False,
                description=text,
                effort="low",
                advantages=(text,),
                disadvantages=(text,),
                when_to_choose=text,
            ),
        ),
        architecture=Architecture(
            pattern=text,
            components=(Component(name=text, purpose=text),),
            human_in_the_loop=HumanInTheLoop(mode="sample", who=text, description=text),
            confidence_threshold=0.7,
            monitoring=(text,),
        ),
        architecture_reasoning=text,
        questions_before_building=(text,),
        action_items=(ActionItem(priority="high", title=text, detail=text),),
        takeaways=(text,),
        errors=(TaskError(task="risks", kind="timeout", message=text),),
        verdict_second_opinion=opinion.model_copy(update={"value": "WEAK_FIT"}),
        sources={"error_tolerance": "model", "screening": "rubric", "verdict": "fallback"},
        fallbacks={"verdict": text},
        usage={"error_tolerance": used},
        total_usage=used,
    )
