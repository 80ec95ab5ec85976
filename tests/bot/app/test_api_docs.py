"""Every call that docs/api.md shows is run against a server as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import Running, start
from fake_desk import FakeDesk

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:7860/"
QUESTION, DRAFT = "刷信用卡可以另收手续费吗?", "亲,加微信给您便宜点"
NODE_MODULES = Path(os.environ.get("RULEDESK_NODE_MODULES") or "node_modules")
QUOTE = "客服不能请顾客补这笔差额"


def snippets(kind: str) -> list[str]:
    """The code blocks of one kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def printed(command: list[str], code: str, url: str, folder: Path | None = None) -> str:
    """What a program prints, its address replaced by the one under test."""
    assert ADDRESS in code
    done = subprocess.run(
        command, input=code.replace(ADDRESS, url), cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_code_block_is_run_or_read_here() -> None:
    assert re.findall(r"^```(.+)$", PAGE, re.MULTILINE) == ["sh", "sh", "python", "js", "json", "python mcp"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(chat: Running) -> None:
    ask, check = (json.loads(printed(["bash", "-e"], code, chat.url)) for code in snippets("sh"))
    assert ask == chat.desk.ask(QUESTION, "天猫").to_json()
    assert check == chat.desk.check(DRAFT).to_json() and check["findings"]


def test_python(chat: Running) -> None:
    (code,) = snippets("python")
    first, second = printed([sys.executable, "-"], code, chat.url).splitlines()
    assert first.startswith("no [") and QUOTE in first
    assert second == "False ['offsite_contact']"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.skipif(
    not (NODE_MODULES / "@gradio" / "client").is_dir(),
    reason="no @gradio/client: npm install it and name its node_modules in RULEDESK_NODE_MODULES",
)
def test_javascript(chat: Running, tmp_path: Path) -> None:
    (code,) = snippets("js")
    (tmp_path / "node_modules").symlink_to(NODE_MODULES.absolute())
    shown = printed(["node", "--input-type=module", "-"], code, chat.url, tmp_path)
    assert shown.startswith("no [") and QUOTE in shown
    assert shown.rstrip().endswith("false [ 'offsite_contact' ]")


@pytest.fixture
def with_mcp() -> Iterator[Running]:
    """The chat with its MCP server."""
    server, thread, url = start(FakeDesk(), mcp=True)
    yield Running(url, FakeDesk(), None)
    server.should_exit = True
    thread.join(5)


@pytest.mark.skipif(find_spec("mcp") is None, reason="the extra mcp is not installed: see constraints-mcp.txt")
def test_mcp(with_mcp: Running) -> None:
    (code,) = snippets("python mcp")
    answer = json.loads(printed([sys.executable, "-"], code, with_mcp.url))
    assert answer == with_mcp.desk.ask(QUESTION, "天猫").to_json()
    (config,) = snippets("json")
    assert json.loads(config)["mcpServers"]["ruledesk"]["url"].startswith(ADDRESS)
