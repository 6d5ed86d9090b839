"""What the code location runs without being asked."""

import dagster as dg

from pipeline_defs.automation import schedules, sensors
from pipeline_defs.definitions import definitions


def test_the_code_location_can_be_loaded() -> None:
    dg.Definitions.validate_loadable(definitions)


def test_all_sensors_are_on_and_of_the_schedules_all_but_the_one_that_deletes() -> None:
    on = {sensor.name for sensor in sensors if sensor.default_status is dg.DefaultSensorStatus.RUNNING}
    on |= {one.name for one in schedules if one.default_status is dg.DefaultScheduleStatus.RUNNING}
    assert on == {
        "inbox", "resume_answered", "report_failures", "report_verdicts",
        "rescreen_watch_list", "expire_daily",
    }  # fmt: skip
    assert {sensor.name for sensor in sensors} | {one.name for one in schedules} == on | {"prune_daily"}
