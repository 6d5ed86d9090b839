"""How the steps of a run learn that it is being cancelled."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

import dagster as dg

_T = TypeVar("_T")


class Cancellation:
    """A request to stop, made once, seen by all threads of a run."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether the run is to stop."""
        return self._event.is_set()

    def request(self) -> None:
        """Ask the run to stop. Idempotent."""
        with self._lock:
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the request; False if `timeout` seconds pass without it."""
        return self._event.wait(timeout)

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Generator[None]:
        """Call `callback` once, from any thread, if the request is made or was made before."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
        if self._event.is_set():
            callback()
        try:
            yield
        finally:
            with self._lock, suppress(ValueError):
                self._callbacks.remove(callback)


_current: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


def current_cancellation() -> Cancellation:
    """Return the cancellation of the run whose step calls this.

    Outside the thread executor it is never requested: stock executors raise the interruption in the
    main thread instead.
    """
    return _current.get() or Cancellation()


def set_current_cancellation(cancellation: Cancellation) -> None:
    """Make `cancellation` the one that this thread's step sees."""
    _current.set(cancellation)


def run_coroutine(make: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Run a coroutine from a step, and cancel it if the run is cancelled.

    It runs in a thread of its own. Stock executors interrupt a step by an exception that a signal
    raises in the main thread; in the middle of an event loop that would hit whichever task happens
    to run. Here it hits only the waiting, and the coroutine is cancelled as asyncio does it.

    Returns:
        What the coroutine returns. When this function ends, the coroutine has ended too.

    Raises:
        DagsterExecutionInterruptedError: the run was cancelled; the coroutine's clean-up is done.
    """
    outcome: Future[_T] = Future()
    loop_thread = _LoopThread(make, outcome)
    cancellation = current_cancellation()
    try:
        with cancellation.calling(loop_thread.cancel):
            loop_thread.start()
            return outcome.result()
    except asyncio.CancelledError:
        if cancellation.requested:
            raise dg.DagsterExecutionInterruptedError("the run was cancelled") from None
        raise
    finally:
        loop_thread.cancel()
        if loop_thread.ident is not None:
            loop_thread.join()


class _LoopThread(threading.Thread):
    def __init__(self, make: Callable[[], Coroutine[Any, Any, _T]], outcome: "Future[_T]") -> None:
        super().__init__(name="step-event-loop", daemon=True)
        self._make = make
        self._outcome: Future[Any] = outcome
        self._context = copy_context()
        self._lock = threading.Lock()
        self._cancelled = False
        self._task: asyncio.Task[Any] | None = None

    def run(self) -> None:
        try:
            result = self._context.run(asyncio.run, self._main())
        except BaseException as error:
            self._outcome.set_exception(error)
        else:
            self._outcome.set_result(result)

    def cancel(self) -> None:
        """Cancel the coroutine, if it has not ended; from any thread."""
        with self._lock:
            self._cancelled = True
            if self._task is not None:
                self._task.get_loop().call_soon_threadsafe(self._task.cancel)

    async def _main(self) -> Any:
        task = asyncio.current_task()
        with self._lock:
            if self._cancelled:
                raise asyncio.CancelledError
            self._task = task
        try:
            return await self._make()
        finally:
            with self._lock:
                self._task = None
