"""Work that is done side by side."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from index.encoders.beside import side_by_side


def test_what_tasks_give_comes_in_their_order() -> None:
    met = threading.Barrier(3, timeout=20)  # passed only where all run at once

    def task(number: int) -> int:
        met.wait()
        return number

    assert side_by_side([partial(task, n) for n in range(3)]) == [0, 1, 2]


def test_one_task_is_done_by_the_caller() -> None:
    assert side_by_side([threading.current_thread]) == [threading.current_thread()]
    assert side_by_side([]) == []


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_is_raised_when_all_have_ended(failing: int) -> None:
    ended = []

    def task(number: int) -> None:
        if number == failing:
            raise ValueError(f"task {number}")
        ended.append(number)

    with pytest.raises(ValueError, match=f"task {failing}"):
        side_by_side([partial(task, n) for n in range(3)])
    assert sorted(ended) == [n for n in range(3) if n != failing]
