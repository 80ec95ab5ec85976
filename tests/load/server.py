"""The web server under load: the real one, over a real corpus or over a desk that only takes time.

python -m tests.load.server (sleep|work|CORPUS) PORT
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.answer_cache import AnswerCache
from bot.answers import Answer
from bot.app.server import serve
from bot.desk import Desk
from bot.desk_api import DeskApi
from tests.bot.app.fake_desk import FakeDesk

SECONDS = 0.025


class SlowDesk(FakeDesk):
    """Takes 25 ms for each question, asleep as one that waits for a disk, or at work as one that computes."""

    def __init__(self, works: bool) -> None:
        super().__init__()
        self._works = works

    def ask(self, question: str, *args: Any, **more: Any) -> Answer:
        if self._works:
            until = time.thread_time() + SECONDS
            while time.thread_time() < until:
                pass
        else:
            time.sleep(SECONDS)
        return super().ask("刷信用卡可以另收手续费吗?", *args, **more)


def main(kind: str, port: str) -> None:
    """Serves until it is ended."""
    made_up = kind in ("sleep", "work")
    desk: DeskApi = SlowDesk(kind == "work") if made_up else Desk.open(Path(kind), cache=AnswerCache())
    with tempfile.TemporaryDirectory() as folder:
        serve(desk, port=int(port), feedback_file=Path(folder) / "feedback.sqlite3")


if __name__ == "__main__":
    main(*sys.argv[1:])
