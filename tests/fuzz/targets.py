"""Every place where bytes of strangers are read: each may refuse with one line, and nothing else may happen.

tests/fuzz/test_targets.py feeds them from hypothesis, `python -m tests.fuzz NAME` from atheris.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from bot.answers import Answer
from bot.app.login_file import read_logins
from bot.app.logins import basic_login
from bot.batch import read_lines, read_row
from bot.check.normalise import fold
from bot.desk import Desk
from bot.question import read_question
from index.manifest import read_current, read_manifest
from index.query import concept_terms, terms_of
from ingest.articles import Article, Passage
from ingest.decode import clean_text, decode_bytes
from ingest.errors import CorpusError, RuledeskError
from ingest.exam import ExamItem, parse_exam
from ingest.frontmatter import parse_markdown
from ingest.html_pages import parse_html
from ingest.inflate import OverLimit, collect, inflate
from ingest.passages import split_article
from ingest.pipeline import parse_file
from ingest.robots import RobotsRules
from ingest.saved_pages import parse_saved_page
from ingest.site_urls import normalise_url
from ingest.store import read_corpus
from tests.bot.desks import make_desk

LIMIT = 100_000


def text_of(data: bytes) -> str:
    """The bytes as text, whatever they are; lone surrogates too."""
    return (
        data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace")
        if _is_text(data)
        else data.decode("latin-1")
    )


def _is_text(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def one_line(call: Callable[[], object]) -> None:
    """A refusal is a RuledeskError of one line; anything else that is raised is a fault."""
    try:
        call()
    except RuledeskError as error:
        assert "\n" not in str(error), "a refusal of more than one line"
        assert len(str(error)) < 2_000, "a refusal that repeats its input"


def decode(data: bytes) -> None:
    """The bytes of a page, its charset declared by the host."""
    name, _, body = data.partition(b"\n")
    one_line(lambda: clean_text(decode_bytes(body, name.decode("latin-1") or None)))


def compressed(data: bytes) -> None:
    """A compressed body: never more than the limit comes out, however it is built."""
    encoding = ("gzip", "deflate", "", "br")[data[0] % 4] if data else ""
    with contextlib.suppress(OverLimit, zlib.error):
        assert len(collect(inflate([data[1:7], data[7:]], encoding), LIMIT, lambda: None, cut=False)) <= LIMIT


def robots(data: bytes) -> None:
    """A robots.txt."""
    rules = RobotsRules.from_reply(200, data)
    one_line(lambda: rules.require("https://rules.example.test/a?b=c", "ruledesk/1"))
    assert 0 <= rules.delay("ruledesk/1") <= 10


def address(data: bytes) -> None:
    """A link on a page: what comes out is an http(s) address and stays the same when it is read again."""
    found = normalise_url(text_of(data), "https://rules.example.test/list/1.html")
    if found is not None:
        assert found.startswith(("http://", "https://")) and normalise_url(found) == found


def html(data: bytes) -> None:
    """An HTML page: what it says is text, and its headings stand where they say."""

    def read() -> None:
        for draft in parse_html(text_of(data), "https://rules.example.test/1.html").drafts:
            assert all(0 <= h.start < h.end <= len(draft.text) for h in draft.headings)

    one_line(read)


def markdown(data: bytes) -> None:
    """A Markdown file with front matter."""
    one_line(lambda: parse_markdown(text_of(data), "page.md"))
    one_line(lambda: parse_markdown(f"---\n{text_of(data)}\n---\n正文一句。", "page.md"))


def saved_page(data: bytes) -> None:
    """A page saved as text."""
    one_line(lambda: parse_saved_page(text_of(data), "page.txt"))


def any_file(data: bytes) -> None:
    """A file of any suffix, from its bytes to passages whose words stand in their article; exams to their items."""
    suffix = (".md", ".html", ".txt", ".htm", ".exe")[len(data) % 5]

    def read() -> None:
        for draft in parse_file(data, "page" + suffix):
            article = Article("a", "rules", draft.title, (), None, None, ("x",), draft.text, draft.headings)
            for passage in split_article(article):
                assert article.text[passage.start : passage.end] == passage.text and len(passage.text) <= 400
            for item in parse_exam(article):
                json.dumps(item.to_json(), ensure_ascii=False).encode()
            json.dumps(article.to_json(), ensure_ascii=False).encode()

    one_line(read)


def stored_rows(data: bytes) -> None:
    """A line of a corpus file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "articles.jsonl").write_bytes(data)
        (folder / "passages.jsonl").write_bytes(data)
        try:
            read_corpus(folder)
        except CorpusError as error:
            assert "\n" not in str(error) and "ruledesk ingest" in str(error)
    for make in (Article.from_json, Passage.from_json, ExamItem.from_json):
        # What the readers of files turn into a line.
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            make(json.loads(data))


def manifest(data: bytes) -> None:
    """A manifest or CURRENT of an index."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "manifest.json").write_bytes(data)
        (folder / "CURRENT").write_bytes(data)
        for read in (read_manifest, read_current):
            try:
                read(folder, "ruledesk index x")
            except RuledeskError as error:
                assert "ruledesk index x" in str(error) and "\n" not in str(error)
            else:
                raise AssertionError("made-up bytes were taken for an index")


def batch_line(data: bytes) -> None:
    """A file of JSON lines."""
    for _, line in read_lines(data):
        one_line(lambda line=line: read_row(line))  # type: ignore[misc]


def login(data: bytes) -> None:
    """A login file and an Authorization header."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "logins"
        path.write_bytes(data)
        one_line(lambda: read_logins(path))
    basic_login(data.decode("latin-1"))
    basic_login("Basic " + data.decode("latin-1"))


def words(data: bytes) -> None:
    """A question or draft as words, as the desk hands it on: without what cannot be printed."""
    text = "".join(c for c in text_of(data)[:3_000] if c.isprintable() or c == "\n")
    read_question(text)
    terms_of(text)
    concept_terms(text)
    assert len(fold(text).starts) == len(fold(text).text)


@cache
def small_desk() -> Desk:
    """A desk over five articles, made once."""
    return make_desk(Path(tempfile.mkdtemp(prefix="ruledesk-fuzz-")))


def question(data: bytes) -> None:
    """The whole way of a question and of a draft: an answer whose quotes stand in the rules, or a refusal."""
    text = text_of(data)
    desk = small_desk()

    def ask() -> None:
        answer: Answer = desk.ask(text)
        for citation in answer.citations:
            article = desk.article(citation.article_id)
            assert article is not None and article.text[citation.start : citation.end] == citation.quote
        assert not (answer.refused and answer.citations)
        json.dumps(answer.to_json(), ensure_ascii=False).encode()

    def check() -> None:
        for finding in desk.check(text).findings:
            assert 0 <= finding.start < finding.end <= len(text)

    one_line(ask)
    one_line(check)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        decode, compressed, robots, address, html, markdown, saved_page, any_file, stored_rows, manifest, batch_line,
        login, words, question,
    )
}  # fmt: skip
SEEDS: tuple[bytes, ...] = (
    "---\ntitle: 赠品\nplatforms: [天猫]\npublished: 2024-01-02\n---\n## 一、补发\n1. 漏发的3天内补发。".encode(),
    b"gb18030\n<html><meta charset=gbk><h1>\xb9\xe6\xd4\xf2</h1><p>\xbf\xdb6\xb7\xd6</p>",
    "<article><h1>规则</h1><p>发布时间:2024-03-04</p><p>扣6分。</p><script>x</script></article>".encode(),
    "1.( A )客服可以收手续费吗?\nA.不可以 B.可以\n2.(√)夜班要交接。\n".encode(),
    "刷信用卡可以另收手续费吗? 微 信 详聊 ３６５ ①".encode(),
    b'{"id": "1", "question": "?", "history": [{"question": "a", "answer": "b"}]}',
    b"User-agent: *\nDisallow: /\nCrawl-delay: 1e9\n",
    b"li:lead:$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2g",
    b"gen-0123456789ab\n",
    b"\x1f\x8b\x08\x00",
)
