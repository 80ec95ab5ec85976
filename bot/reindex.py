"""Re-indexing in a process of its own, at the lowest priority: the chat goes on answering meanwhile.

python -m bot.reindex DIR      one line of JSON for each step, {"step", "done", "total"}; {"error"} where it failed
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from index.building import build_index
from index.manifest import read_manifest
from index.retriever import current_generation
from ingest.errors import CorpusError, RuledeskError

Progress = Callable[[str, int, int], None]


def reindex(corpus: Path, progress: Progress) -> None:
    """Builds the index of a corpus with the models that it has, in another process. Raises CorpusError if it fails."""
    command = [sys.executable, "-m", "bot.reindex", str(corpus)]
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    error = ""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | {"PYTHONPATH": path}
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                row = _row(line)
                error = str(row.get("error", error))
                if "step" in row:
                    progress(str(row["step"]), int(row["done"]), int(row["total"]))
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise CorpusError(error or f"{corpus}: indexing ended with status {process.returncode}; run ruledesk index")


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def _models(corpus: Path) -> str | None:
    """The models that the present index was made with: another choice would embed everything anew."""
    try:
        return "+".join(read_manifest(current_generation(corpus), "").models)
    except (RuledeskError, OSError):
        return None


def main(argv: list[str]) -> int:
    """Builds, telling each step on standard output."""
    with contextlib.suppress(OSError):
        os.nice(10)

    def tell(step: str, done: int, total: int) -> None:
        print(json.dumps({"step": step, "done": done, "total": total}), flush=True)

    corpus = Path(argv[0])
    try:
        build_index(corpus, _models(corpus), tell)
    except (RuledeskError, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
