"""Coverage-guided fuzzing with atheris: python -m tests.fuzz NAME [seconds] [folder of inputs to keep].

Needs the extra `fuzz` (pip install -c constraints.txt -e '.[test,fuzz]'). What makes it stop is written as crash-...;
turn it into an example of tests/fuzz/test_targets.py.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris


def main() -> None:
    """Fuzzes one target."""
    with atheris.instrument_imports(include=["ingest", "index", "bot"]):
        from tests.fuzz.targets import SEEDS, TARGETS
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"{__doc__}\nNAME is one of {' '.join(TARGETS)}")
    name, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "60"
    folder = Path(sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp(prefix="ruledesk-fuzz-inputs-"))
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS):
        (folder / f"seed{number}").write_bytes(seed)
    options = [
        sys.argv[0],
        str(folder),
        f"-max_total_time={seconds}",
        "-max_len=4096",
        "-timeout=20",
        "-rss_limit_mb=3000",
    ]
    atheris.Setup(options, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
