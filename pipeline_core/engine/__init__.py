"""The engine: runs any pipeline of stages and tasks, durably.

It knows stages, tasks, events and threads, and nothing of what a task is about.
"""

from pipeline_core.engine.analyzer import Analyzer, TaskContext
from pipeline_core.engine.checkpoint import (
    Checkpoint,
    Checkpointer,
    Lease,
    StoredThread,
    TaskRecord,
    ThreadInfo,
)
from pipeline_core.engine.codec import Decoder, Encoder
from pipeline_core.engine.events import (
    ENGINE_EVENTS,
    AnswerReceived,
    CheckpointSaved,
    EngineEvent,
    Event,
    PipelineCancelled,
    PipelineCompleted,
    PipelineFailed,
    PipelineForked,
    PipelineResumed,
    PipelineStarted,
    PipelineSuspended,
    StageCompleted,
    StageFailed,
    StageRestored,
    StageStarted,
    TaskCompleted,
    TaskFailed,
    TaskRestored,
    TaskRetrying,
    TaskStarted,
)
from pipeline_core.engine.executor import Executor
from pipeline_core.engine.failure import Failure, FailureKind
from pipeline_core.engine.fold import apply, fold, outcome_of
from pipeline_core.engine.listener import Listener
from pipeline_core.engine.memory import MemoryCheckpointer
from pipeline_core.engine.outcome import Outcome
from pipeline_core.engine.pieces import Text, whole
from pipeline_core.engine.pipeline import Pipeline, Stage, Task
from pipeline_core.engine.policy import Policy, Retry
from pipeline_core.engine.sqlite import SqliteCheckpointer
from pipeline_core.engine.state import PipelineState, Status
from pipeline_core.engine.store import Change, Store
from pipeline_core.engine.store_checkpointer import StoreCheckpointer

__all__ = [
    "ENGINE_EVENTS",
    "Analyzer",
    "AnswerReceived",
    "Change",
    "Checkpoint",
    "CheckpointSaved",
    "Checkpointer",
    "Decoder",
    "Encoder",
    "EngineEvent",
    "Event",
    "Executor",
    "Failure",
    "FailureKind",
    "Lease",
    "Listener",
    "MemoryCheckpointer",
    "Outcome",
    "Pipeline",
    "PipelineCancelled",
    "PipelineCompleted",
    "PipelineFailed",
    "PipelineForked",
    "PipelineResumed",
    "PipelineStarted",
    "PipelineState",
    "PipelineSuspended",
    "Policy",
    "Retry",
    "SqliteCheckpointer",
    "Stage",
    "StageCompleted",
    "StageFailed",
    "StageRestored",
    "StageStarted",
    "Status",
    "Store",
    "StoreCheckpointer",
    "StoredThread",
    "Task",
    "TaskCompleted",
    "TaskContext",
    "TaskFailed",
    "TaskRecord",
    "TaskRestored",
    "TaskRetrying",
    "TaskStarted",
    "Text",
    "ThreadInfo",
    "apply",
    "fold",
    "outcome_of",
    "whole",
]
