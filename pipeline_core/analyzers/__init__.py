"""What performs the thirteen tasks."""

from pipeline_core.analyzers.offline import offline_analyzers

__all__ = ["offline_analyzers"]
