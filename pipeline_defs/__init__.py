"""The pipeline as a Dagster code location."""
