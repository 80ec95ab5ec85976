"""Any request that the JSON routes allow, and many that they forbid: an answer or one line, never a fault."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from bot.app.server import build_app
from bot.feedback import FeedbackStore
from tests.crash.scene import LONG
from tests.fuzz.targets import small_desk
from tests.fuzz.test_targets import TEXTS

EXPECTED = {200, 201, 400, 401, 404, 405, 413, 422, 429, 503}
APP = build_app(small_desk(), feedback=FeedbackStore(Path(tempfile.mkdtemp(prefix="ruledesk-fuzz-")) / "f.sqlite3"))
CLIENT = TestClient(APP, raise_server_exceptions=False)
SCHEMA = schemathesis.openapi.from_dict(APP.openapi())
SCHEMA.config.generation.update(modes=list(GenerationMode))
MANY = settings(
    max_examples=2_000 if LONG else 25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)


def sound(status: int, headers: Any, content: bytes) -> None:
    """A status that is meant, and for every error one line of JSON."""
    assert status in EXPECTED, (status, content[:300])
    assert "content-security-policy" in headers
    if status >= 400 and headers["content-type"].startswith("application/json"):
        found = json.loads(content)
        assert "Traceback" not in str(found) and 'File "' not in str(found)
        assert "error" in found or "detail" in found


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@SCHEMA.include(path_regex="^/v1/|^/health|^/metrics").parametrize()
@MANY
def test_every_route_answers_every_request(case: Any) -> None:
    case.headers.pop("Content-Length", None)
    body = case.as_transport_kwargs()
    request = CLIENT.build_request(
        case.method,
        case.formatted_path,
        params=body.get("params"),
        headers={"content-type": "application/json"},
        content=json.dumps(body["json"]).encode() if "json" in body else None,
    )
    reply = CLIENT.send(request)
    sound(reply.status_code, reply.headers, reply.content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["question", "platform", "history", "draft", "vote", "answer", "reason", "note", "verdict"])


@MANY
@given(
    path=st.sampled_from(["/v1/ask", "/v1/check", "/v1/feedback"]),
    body=st.dictionaries(FIELDS, JSON, max_size=5) | JSON | st.binary(max_size=60),
)
def test_any_body_is_answered_or_refused(path: str, body: Any) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = CLIENT.post(path, content=content, headers={"content-type": "application/json"})
    sound(reply.status_code, reply.headers, reply.content)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/articles/../../../etc/passwd",
        "/v1/articles/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/articles/%2e%2e/%2e%2e/pyproject.toml",
        "/v1/articles//etc/passwd",
        "/v1/articles/card%00.jsonl",
        "/v1/articles/file:///etc/passwd",
        "/v1/articles/" + "a" * 5_000,
        "/desk/../../pyproject.toml",
        "/desk/%2e%2e/routes.py",
    ],
)
def test_no_path_leads_to_a_file(path: str) -> None:
    reply = CLIENT.get(path)
    assert reply.status_code in (400, 401, 404, 405)
    assert "root:" not in reply.text and "[project]" not in reply.text and "import" not in reply.text
