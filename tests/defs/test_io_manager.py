"""Outputs in run storage."""

import dagster as dg
import pytest

from pipeline_defs.io_manager import IO_PREFIX
from pipeline_defs.run_storage_rows import RunStorageRows
from tests.defs import executor_jobs as jobs


def test_mapped_outputs_travel_through_run_storage(instance: dg.DagsterInstance) -> None:
    result = dg.execute_job(dg.reconstructable(jobs.stored), instance)
    assert result.success
    rows = RunStorageRows(instance)
    stored = rows.scan(f"{IO_PREFIX}{result.run_id}/")
    assert stored[f"{IO_PREFIX}{result.run_id}/doubled[n2]/result"] == "4"
    assert stored[f"{IO_PREFIX}{result.run_id}/seven/result/n2"] == "2"
    assert stored[f"{IO_PREFIX}{result.run_id}/total/result"] == "42"
    rows.close()


def test_a_re_execution_reads_outputs_of_the_earlier_run(sqlite_instance: dg.DagsterInstance) -> None:
    first = dg.execute_job(dg.reconstructable(jobs.stored), sqlite_instance)
    options = dg.ReexecutionOptions(parent_run_id=first.run_id, step_selection=["total"])
    with dg.execute_job(
        dg.reconstructable(jobs.stored), sqlite_instance, reexecution_options=options
    ) as second:
        assert second.success
        assert second.output_for_node("total") == 42


def test_a_value_that_json_cannot_hold_is_refused(sqlite_instance: dg.DagsterInstance) -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        dg.execute_job(dg.reconstructable(jobs.unstorable), sqlite_instance, raise_on_error=True)
