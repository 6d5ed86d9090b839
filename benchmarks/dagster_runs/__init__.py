"""How long a run of the Dagster job takes beyond what its tasks take."""
