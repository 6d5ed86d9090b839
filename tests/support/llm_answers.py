"""A sensible answer of a model for every task."""

from typing import Any

NARRATIVE = (
    "## What it is about\nTickets get a tag 🙂.\n\n## Why this verdict\nMistakes are cheap.\n\n"
    "## What must hold\nKeep the check.\n\n## How to begin\nKeep 500 tickets apart.\n"
)


def dimension(score: str = "favorable", confidence: int = 72) -> dict[str, Any]:
    """Return an answer for a dimension."""
    return {
        "score": score,
        "confidence": confidence,
        "quotes": ["an agent can change a tag with one click", "words that nobody wrote"],
        "questions": [
            {"text": "Who owns the list of tags?", "why": "Somebody must."},
            {"text": "How many tags are new?", "why": "It shows drift."},
        ],
        "information_gaps": ["who owns the list"],
        "would_change": "It would drop if tags decided about money.",
        "reasoning": "The tag comes from a closed list, and a wrong one is changed in passing. " * 4,
    }


def answers() -> dict[str, dict[str, Any]]:
    """Return an answer for each task; `dimension` stands for all dimensions."""
    return {
        "screening": {
            "can_evaluate": True,
            "signal": "likely_positive",
            "confidence": 88,
            "questions": [{"text": "Who uses the report?", "why": "It shows the stakes."}],
            "insights": [{"text": "There is a closed list.", "quote": "22 product-area tags"}],
            "reasoning": "A task with a closed set. It is checked by agents.",
        },
        "dimension": dimension(),
        "verdict": {
            "verdict": "STRONG_FIT",
            "confidence": 90,
            "headline": "Let a model tag the tickets.",
            "key_factors": [
                {
                    "dimension": "error_tolerance",
                    "influence": "for",
                    "text": "A tag is changed with one click.",
                    "quote": "an agent can change a tag with one click",
                }
            ],
            "conditions": ["Keep a test set."],
            "cause": "none",
            "better_tool": "",
            "safe_part": "",
            "risky_part": "",
        },
        "risks": {
            "risks": [
                {
                    "category": "technical",
                    "title": "Rare tags",
                    "description": "Tags used twice a year are learned badly.",
                    "severity": "low",
                    "likelihood": "medium",
                    "mitigation": "Send them to a person.",
                    "quote": "The tag list changes maybe once a year",
                }
            ]
        },
        "alternatives": {
            "alternatives": [
                {
                    "name": "Rules by keyword",
                    "uses_ai": False,
                    "description": "A list of words for each tag.",
                    "effort": "low",
                    "advantages": ["cheap"],
                    "disadvantages": ["coarse"],
                    "when_to_choose": "If most tickets name the product.",
                }
            ]
        },
        "architecture": {
            "pattern": "classify, then confirm",
            "components": [{"name": "classifier", "purpose": "proposes a tag"}],
            "mode": "review_below_threshold",
            "who": "support agents",
            "review": "Agents see doubtful tags first.",
            "confidence_threshold": 80,
            "monitoring": ["share of corrected tags per week, act above 8 %"],
            "questions_before_building": ["Who owns the list?"],
            "reasoning": "The smallest thing that works.",
        },
        "synthesis": {
            "executive_summary": "Let a model tag the tickets. Mistakes are cheap.",
            "narrative": NARRATIVE,
            "action_items": [{"priority": "high", "title": "Keep a test set", "detail": "500 tickets."}],
            "takeaways": ["Cheap mistakes make good first cases."],
        },
    }
