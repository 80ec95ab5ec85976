"""Starting the server as the command does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from fake_desk import FakeDesk

from bot.app.logins import login_line
from bot.app.server import serve
from ingest.errors import UsageError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SCRIPT = """
import sys
from pathlib import Path
from fake_desk import FakeDesk
from bot.app.server import serve
serve(FakeDesk(), port=0, auth_file=Path(sys.argv[1]), feedback_file=Path(sys.argv[2]))
"""


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_it_says_where_it_is_and_leaves_the_processor_alone_until_somebody_asks(tmp_path: Path):
    logins, store = tmp_path / "logins", tmp_path / "feedback.sqlite3"
    logins.write_text(login_line("desk", "open-sesame") + "\n")
    path = os.pathsep.join((str(ROOT), str(HERE)))
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(logins), str(store)],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    ) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "http://" in line)
            url = line.split()[2]
            with urllib.request.urlopen(url + "/health", timeout=10) as response:
                assert response.status == 200
            assert store.exists()
            time.sleep(0.5)
            spent = _processor_seconds(process.pid)
            time.sleep(2)
            assert _processor_seconds(process.pid) - spent < 0.12, "gradio's queue alone would take 0.2 s"
        finally:
            process.terminate()
            process.wait(10)


def test_a_taken_port_is_a_clear_line(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"{port}.*--port"):
            serve(FakeDesk(), port=port, feedback_file=tmp_path / "f.sqlite3")


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70000), ("no such host", 7860)])
def test_an_impossible_address_is_a_clear_line(tmp_path: Path, host: str, port: int):
    with pytest.raises(UsageError, match="cannot listen"):
        serve(FakeDesk(), host=host, port=port, feedback_file=tmp_path / "f.sqlite3")
