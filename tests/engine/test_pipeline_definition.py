"""A pipeline that cannot work is refused when it is defined."""

from typing import Literal

import pytest

from pipeline_core.engine import Event, Failure, Pipeline, Stage, Task, TaskFailed, TaskStarted
from pipeline_core.errors import PipelineDefinitionError
from pipeline_core.testing.sample import Note, Said, Text


def task(name: str = "a") -> Task:
    return Task(name=name, result=Note)


def pipeline(*stages: Stage) -> Pipeline:
    return Pipeline(name="p", input=Text, stages=stages)


def test_stages_run_in_the_order_of_their_dependencies() -> None:
    defined = pipeline(
        Stage(name="three", after=("two",), tasks=(task("c"),)),
        Stage(name="one", tasks=(task("a"),)),
        Stage(name="two", after=("one",), tasks=(task("b"),)),
    )
    assert defined.stage_names == ("one", "two", "three")
    assert defined.ancestors(defined.stage("three")) == {"one", "two"}


def test_a_circle_of_stages_is_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="in a circle"):
        pipeline(
            Stage(name="one", after=("two",), tasks=(task("a"),)),
            Stage(name="two", after=("one",), tasks=(task("b"),)),
        )


def test_an_unknown_dependency_is_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="comes after 'nothing'"):
        pipeline(Stage(name="one", after=("nothing",), tasks=(task(),)))


def test_names_that_collide_are_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="two tasks are named 'a'"):
        pipeline(Stage(name="one", tasks=(task(), task())))
    with pytest.raises(PipelineDefinitionError, match="two stages are named 'one'"):
        pipeline(Stage(name="one", tasks=(task("a"),)), Stage(name="one", tasks=(task("b"),)))


def test_a_pipeline_without_stages_is_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="has no stages"):
        pipeline()


@pytest.mark.parametrize("name", ["", "a/b", "ä", "x" * 101, "a b"])
def test_names_that_cannot_be_stored_are_refused(name: str) -> None:
    with pytest.raises(PipelineDefinitionError, match="cannot name a task"):
        task(name)
    with pytest.raises(PipelineDefinitionError, match="cannot name a stage"):
        Stage(name=name, tasks=(task(),))


def test_events_that_do_not_tell_the_end_of_a_task_are_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="Said needs a field `result`"):
        Task(name="a", result=Note, completed=Said)

    def fails_wrongly(_: Failure) -> Event:
        return TaskStarted()

    with pytest.raises(PipelineDefinitionError, match="TaskStarted needs a field `failure`"):
        Task(name="a", result=Note, failed=fails_wrongly)
    with pytest.raises(PipelineDefinitionError, match="Event needs a field `failure`"):
        Task(name="a", result=Note, failed=lambda _: Event(type="a:failed"))
    with pytest.raises(PipelineDefinitionError, match="TaskFailed needs a field `failure` and a type"):
        Task(name="a", result=Note, failed=lambda f: TaskFailed.model_construct(type="a:gone", failure=f))


def test_an_event_that_would_end_a_task_before_it_began_is_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="begins with 'x:completed'"):
        Task(name="a", result=Note, started=lambda: Event(type="x:completed"))


class SaidAgain(Event, frozen=True):
    type: Literal["sample:said"] = "sample:said"


def test_two_events_of_one_type_are_refused() -> None:
    with pytest.raises(PipelineDefinitionError, match="'sample:said'"):
        Pipeline(
            name="p",
            input=Text,
            stages=(Stage(name="one", tasks=(task(),)),),
            events=(Said, SaidAgain),
        )
