"""A disk that is full, broken or read-only at any step: one clear line, the last good state answers."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ingest.errors import CorpusError
from tests.crash.disks import Failing
from tests.crash.scene import LONG, NEW, OLD, corpus_state, index_state, run, whole_lines, write_pages

ROOT = Path(__file__).parents[2]


def steps_of_a_run(root: Path) -> int:
    disk = Failing(0, 0)
    run(root / "pages", Path(shutil.copytree(root / "corpus", root / "counted")), disk)
    return disk.done


@pytest.fixture
def root(tmp_path: Path) -> Path:
    run(write_pages(tmp_path / "pages", OLD), tmp_path / "corpus")
    write_pages(tmp_path / "pages", NEW)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "always"), [(errno.ENOSPC, True), (errno.ENOSPC, False), (errno.EIO, False), (errno.EROFS, True)]
)
def test_a_fault_at_every_step_loses_nothing(root: Path, number: int, always: bool) -> None:
    steps = steps_of_a_run(root)
    assert steps > 60
    for at in range(1, steps + 1, 1 if LONG or (always and number == errno.ENOSPC) else 4):
        corpus = root / "tried"
        shutil.rmtree(corpus, ignore_errors=True)
        shutil.copytree(root / "corpus", corpus)
        with pytest.raises(CorpusError) as caught:
            run(root / "pages", corpus, Failing(at, number, always))
        assert os.strerror(number) in str(caught.value) and "\n" not in str(caught.value), at
        assert str(corpus) in str(caught.value) and "still answers" in str(caught.value)
        corpus_state(corpus, OLD, NEW)
        index_state(corpus, OLD, NEW)
        whole_lines(corpus)
        run(root / "pages", corpus)
        assert corpus_state(corpus, NEW) == index_state(corpus, NEW) == 0, at
        left = {
            p.name for p in corpus.rglob("*") if p.name.endswith((".tmp", ".new", ".staged", ".committed", ".done"))
        }
        assert not left, f"left behind after a fault at step {at}: {left}"


AS_NOBODY = """
import os, sys
from pathlib import Path
from ingest.errors import CorpusError
from tests.crash.scene import NEW, OLD, corpus_state, index_state, run, write_pages
root = Path(sys.argv[3])
run(write_pages(root / "warm", NEW), root / "elsewhere")  # what is imported late: root's own Python may be out of reach
os.setgroups([])
os.setgid(int(sys.argv[2]))
os.setuid(int(sys.argv[1]))
assert corpus_state(root / "corpus", OLD) == index_state(root / "corpus", OLD) == 0
try:
    run(root / "pages", root / "corpus")
except CorpusError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="takes another user's place: needs root")
def test_a_folder_that_may_only_be_read_answers_and_says_why_it_is_not_written() -> None:
    """As a user without rights, since root may write anything."""
    nobody = pwd.getpwnam("nobody")
    root = Path(tempfile.mkdtemp(prefix="ruledesk-read-only-"))
    try:
        run(write_pages(root / "pages", OLD), root / "corpus")
        write_pages(root / "pages", NEW)
        for path in (root, *root.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, str(nobody.pw_uid), str(nobody.pw_gid), str(root)],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT), "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "cannot be written (Permission denied)" in done.stdout and "still answers" in done.stdout
        assert corpus_state(root / "corpus", OLD) == index_state(root / "corpus", OLD) == 0
    finally:
        shutil.rmtree(root)
