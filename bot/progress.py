"""Progress bars on stderr."""

from __future__ import annotations

import sys
from typing import Any


class Bar:
    """Progress on stderr, shown only for what takes over a second."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._step = ""

    def __call__(self, step: str, done: int, total: int, note: str = "") -> None:
        """`done` of `total` of a step; a negative count adds one to what was done, a total of 0 is not known."""
        from tqdm import tqdm

        if self._bar is None or step != self._step:
            self._close()
            pace = 0.2 if sys.stderr.isatty() else 10
            self._bar = tqdm(desc=step, total=total or None, delay=1, leave=False, mininterval=pace, file=sys.stderr)
            self._step = step
        if note:
            self._bar.set_postfix_str(note[-60:], refresh=False)
        self._bar.update(1 if done < 0 else done - self._bar.n)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
