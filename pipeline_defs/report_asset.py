"""The report as an asset: one partition for each problem."""

import dagster as dg

from pipeline_core import Report
from pipeline_core.models import PipelineInput
from pipeline_core.render.judges import judges_of
from pipeline_core.render.markdown import markdown
from pipeline_defs.problem_config import partition_of

REPORT = dg.AssetKey("suitability_report")

PROBLEMS_NAME = "problems"

PROBLEMS = dg.DynamicPartitionsDefinition(name=PROBLEMS_NAME)

report_asset = dg.AssetSpec(
    REPORT,
    description="Whether a problem is a good fit for AI, why, and what to do. Made by the job "
    "`screen_problem`, with one partition for each problem. Read a whole report under *Partitions*; see "
    "scores over time with *Plots*, below.",
    group_name="suitability",
    partitions_def=PROBLEMS,
    kinds={"python"},
)


def materialization_of(report: Report, name: str = "") -> dg.AssetMaterialization:
    """Return the materialization of a finished report; its numbers can be plotted over time."""
    given = PipelineInput(problem=report.problem, context=report.context)
    scores = [one.score for one in report.dimensions]
    metadata: dict[str, dg.MetadataValue] = {
        "verdict": dg.MetadataValue.text(report.verdict or "none"),
        "headline": dg.MetadataValue.text(report.headline or ""),
        # Early, as the run page cuts long rows short.
        "report": dg.MetadataValue.md(markdown(report)),
        "confidence": dg.MetadataValue.float(report.confidence or 0.0),
        "score": dg.MetadataValue.float(report.score or 0.0),
        "favorable dimensions": dg.MetadataValue.int(scores.count("favorable")),
        "unfavorable dimensions": dg.MetadataValue.int(scores.count("unfavorable")),
        "open questions": dg.MetadataValue.int(len(report.questions)),
        "risks": dg.MetadataValue.int(len(report.risks)),
        "thread": dg.MetadataValue.text(report.thread_id),
        "judged by": dg.MetadataValue.text("; ".join(judges_of(report)) or "the rubric"),
        **_usage(report),
    }
    return dg.AssetMaterialization(
        asset_key=REPORT,
        partition=partition_of(given, name),
        description=f"{report.verdict}: {report.headline}",
        metadata=metadata,
    )


def _usage(report: Report) -> dict[str, dg.MetadataValue]:
    """Return what models did and consumed; nothing where none was asked."""
    used = report.total_usage
    if used is None:
        return {}
    opinions = [one.second_opinion for one in report.dimensions] + [report.verdict_second_opinion]
    money = {} if used.cost is None else {"cost in US dollars": dg.MetadataValue.float(used.cost)}
    return {
        "requests": dg.MetadataValue.int(used.requests),
        "tokens": dg.MetadataValue.int(used.tokens),
        "input tokens": dg.MetadataValue.int(used.input_tokens),
        "output tokens": dg.MetadataValue.int(used.output_tokens),
        "cost": dg.MetadataValue.text(used.money),
        **money,
        "fallbacks to the rubric": dg.MetadataValue.int(len(report.fallbacks)),
        "second opinions": dg.MetadataValue.int(sum(one is not None for one in opinions)),
    }
