"""The desk as an MCP server, asked by the real client; the gate before it; and what is told where the extra is missing."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator
from importlib.util import find_spec
from typing import Any

import anyio
import pytest
from conftest import Running, start
from fake_desk import FakeDesk
from test_api import call
from typer.testing import CliRunner

from bot.app.security import MAX_BODY, allowed
from bot.app.server import build_app
from ingest.errors import UsageError
from ruledesk import app

needs_mcp = pytest.mark.skipif(
    find_spec("mcp") is None, reason="the extra mcp is not installed: see constraints-mcp.txt"
)
LOGIN = "Basic " + base64.b64encode(b"desk:sesame").decode()


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """The chat with MCP, open to all."""
    desk = FakeDesk()
    server, thread, url = start(desk, mcp=True)
    yield Running(url, desk, None)
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="module")
def locked() -> Iterator[Running]:
    """The chat with MCP, behind a login."""
    desk = FakeDesk()
    server, thread, url = start(desk, mcp=True, auth=lambda *given: given == ("desk", "sesame"))
    yield Running(url, desk, None)
    server.should_exit = True
    thread.join(5)


def with_client(url: str, work: Callable[[Any], Awaitable[Any]], headers: dict[str, str] | None = None) -> Any:
    """What `work` returns of a session with the real client over streamable HTTP."""
    import httpx
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def run() -> Any:
        async with (
            httpx.AsyncClient(headers=headers, timeout=20) as web,
            streamable_http_client(url + "gradio_api/mcp/", http_client=web) as (read, write, *_),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await work(session)

    return anyio.run(run)


def tool(url: str, name: str, headers: dict[str, str] | None = None, **arguments: Any) -> Any:
    """The result of one tool call."""
    return with_client(url, lambda session: session.call_tool(name, arguments), headers)


@needs_mcp
def test_two_tools_that_say_what_they_do_and_take(served: Running) -> None:
    tools = {t.name: t for t in with_client(served.url, lambda s: s.list_tools()).tools}
    assert set(tools) == {"ask", "check"}
    for name, text in (("ask", "question"), ("check", "draft")):
        schema = tools[name].inputSchema
        assert set(schema["properties"]) == {text, "platform"}
        assert schema["required"] == [text]
        assert schema["properties"][text]["type"] == "string"
        assert "characters" in schema["properties"][text]["description"]
        assert "天猫" in schema["properties"]["platform"]["description"]
        assert "rules" in tools[name].description


@needs_mcp
def test_the_tools_give_the_contracts_json(served: Running) -> None:
    given = tool(served.url, "ask", question="刷信用卡可以另收手续费吗?", platform="天猫")
    assert not given.isError
    assert json.loads(given.content[0].text) == served.desk.ask("刷信用卡可以另收手续费吗?", "天猫").to_json()
    found = json.loads(tool(served.url, "check", draft="刷卡要手续费").content[0].text)
    assert found == served.desk.check("刷卡要手续费").to_json()


@needs_mcp
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"question": ""}, "empty"),
        ({"question": "可以吗", "platform": "火星"}, "火星"),
        ({"question": "坏了吗?"}, "error"),
    ],
)
def test_a_wrong_call_is_an_error_in_one_line(served: Running, arguments: dict[str, str], word: str) -> None:
    result = tool(served.url, "ask", **arguments)
    assert result.isError
    assert word in result.content[0].text
    assert "Traceback" not in result.content[0].text and "sqlite" not in result.content[0].text


@needs_mcp
def test_the_login_guards_the_tools(locked: Running) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    path = locked.url + "gradio_api/mcp/"
    for headers in ({}, {"Authorization": "Basic " + base64.b64encode(b"desk:open").decode()}):
        status, body, answered = call(path, hello, Accept="application/json, text/event-stream", **headers)
        assert status == 401 and "log in" in body["error"] and answered["www-authenticate"].startswith("Basic")
    given = tool(locked.url, "ask", {"Authorization": LOGIN}, question="刷信用卡可以吗?")
    assert json.loads(given.content[0].text)["verdict"] == "no"


@needs_mcp
def test_the_gate_takes_small_posts_from_its_own_host_only(served: Running) -> None:
    path = served.url + "gradio_api/mcp/"
    assert call(path)[0] == 405
    assert call(path, method="DELETE")[0] == 405
    assert call(path, {}, Origin="https://elsewhere.example")[0] == 403
    assert call(path, {}, Origin=served.url.rstrip("/"))[0] in (400, 406)  # the protocol's own refusal of {}
    headers = call(path, {})[2]
    assert "default-src 'self'" in headers["content-security-policy"]
    for more in ("schema", "sse", "messages/", "http"):
        assert call(path + more)[0] == 404
    with contextlib.suppress(OSError):  # the server may hang up before it has read what it will not take
        assert call(path, b"x" * (MAX_BODY + 1))[0] == 413


@needs_mcp
def test_the_two_endpoints_stay_the_only_ones_with_mcp(served: Running) -> None:
    assert set(call(served.url + "gradio_api/info")[1]["named_endpoints"]) == {"/ask", "/check"}


def test_without_mcp_its_endpoint_is_shut(chat: Running) -> None:
    assert call(chat.url + "gradio_api/mcp/", {})[0] == 404
    assert not allowed("/gradio_api/mcp") and allowed("/gradio_api/mcp/", mcp=True)
    assert not allowed("/gradio_api/mcp/schema", mcp=True)


@pytest.mark.skipif(find_spec("mcp") is not None, reason="the extra mcp is installed")
def test_without_the_extra_the_command_that_installs_it_is_told() -> None:
    with pytest.raises(UsageError, match=r'pip install "ruledesk\[mcp\]"'):
        build_app(FakeDesk(), mcp=True)
    done = CliRunner().invoke(app, ["chat", "--mcp"])
    assert done.exit_code == 2 and 'pip install "ruledesk[mcp]"' in done.stderr
