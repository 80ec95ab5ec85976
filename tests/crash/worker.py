"""A process that is warm before it is killed: it forks a child for each ingest and index run and tells its number.

Reads lines "run PAGES CORPUS" or "add STORE" and answers with the child's process id; with "wait" its exit status.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.feedback import Feedback, FeedbackStore
from tests.crash.scene import run


def add_for_ever(store: Path, told: Path) -> None:
    """Stores thumbs, and notes each in a file once the store has it."""
    kept = FeedbackStore(store)
    begin = len(kept.feedback())
    with told.open("ab", buffering=0) as file:
        for number in range(begin, begin + 100_000):
            kept.add(Feedback(f"question {number}", None, "no", "up"))
            file.write(f"question {number}\n".encode())


def main() -> None:
    """Serves until its input ends."""
    child = 0
    for line in sys.stdin:
        word, *args = line.split()
        if word == "wait":
            _, status = os.waitpid(child, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)
            continue
        child = os.fork()
        if child == 0:
            try:
                if word == "run":
                    run(Path(args[0]), Path(args[1]))
                else:
                    add_for_ever(Path(args[0]), Path(args[1]))
            except BaseException as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
