"""What was made of a text once is not made again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline_core.text.memo import Memo


def test_threads_that_ask_for_the_same_share_one_computation() -> None:
    memo: Memo[str, object] = Memo()
    asked, answered = threading.Barrier(4, timeout=10), threading.Event()
    computed: list[object] = []

    def compute() -> object:
        answered.wait(10)
        computed.append(object())
        return computed[-1]

    def ask() -> object:
        asked.wait()
        return memo.get("text", compute)

    with ThreadPoolExecutor(4) as pool:
        given = [pool.submit(ask) for _ in range(3)]
        asked.wait()
        answered.set()
        assert {future.result(10) for future in given} == set(computed)
    assert len(computed) == 1


def test_the_last_thirty_two_are_remembered() -> None:
    memo: Memo[int, int] = Memo()
    for key in range(33):
        memo.get(key, lambda key=key: key)

    assert list(memo.latest()) == list(range(32, 0, -1))
    assert memo.get(1, lambda: -1) == 1
    assert memo.get(0, lambda: -1) == -1


def test_a_failure_is_not_remembered() -> None:
    memo: Memo[str, int] = Memo()

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        memo.get("text", fail)
    assert memo.get("text", lambda: 1) == 1
