"""Markdown with front matter -> one article draft: its marks taken off, its headings kept as offsets."""

from __future__ import annotations

import datetime
import re
from typing import Any

import yaml

from ingest.articles import ArticleDraft, Heading
from ingest.decode import clean_text
from ingest.errors import SourceError
from ingest.platforms import PLATFORMS, in_order, normalise_platform

_FENCE = re.compile(r"\A---[ \t]*\n(?P<meta>.*?)\n---[ \t]*(?:\n|\Z)(?P<body>.*)\Z", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*\s*$")
_INLINE = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\*)\*(?=\S)([^*\n]+?)(?<=\S)\*(?!\*)"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
)
KNOWN_KEYS = frozenset({"id", "title", "platforms", "published", "source", "url", "kind", "page"})


class _Loader(yaml.SafeLoader):
    """Dates stay text: a day that no calendar has must be named, not crash the reader."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_markdown(text: str, name: str) -> ArticleDraft:
    """The article of a Markdown file. Front matter must give title, platforms and published (which may be empty).

    Raises SourceError that names the key and what it must be; keys that are not known are refused, so that a slip
    such as "platfroms" is not lost in silence.
    """
    match = _FENCE.match(text.lstrip("\ufeff \n"))
    if not match:
        raise SourceError(f"{name}: no front matter; the file must open with --- title, platforms, published ---")
    meta = _read_meta(match["meta"], name)
    body, headings = _plain(match["body"], str(meta["title"]))
    if not body:
        raise SourceError(f"{name}: no text below the front matter")
    return ArticleDraft(
        title=str(meta["title"]).strip(),
        text=body,
        published=_published(meta.get("published"), name),
        url=_url(meta.get("url"), name),
        headings=headings,
        platforms=_platforms(meta["platforms"], name),
        kind=_kind(meta.get("kind"), name),
        article_id=_article_id(meta.get("id"), name),
        source=str(meta["source"]).strip() if meta.get("source") else None,
    )


def _read_meta(text: str, name: str) -> dict[str, Any]:
    try:
        meta = yaml.load(text, _Loader)  # nosec B506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SourceError(f"{name}: the front matter is not valid YAML ({str(error).splitlines()[0]})") from error
    if not isinstance(meta, dict):
        raise SourceError(f"{name}: the front matter must be lines of key: value")
    for key, value in meta.items():
        # Nested aliases can hold gigabytes in a few lines: nothing but plain values is ever printed or walked.
        if any(isinstance(one, dict | list | set) for one in (value if isinstance(value, list) else [value])):
            raise SourceError(f"{name}: {key} must be a plain value or a list of plain values")
    for key in ("title", "platforms", "published"):
        if key not in meta or (key == "title" and not meta[key]):
            raise SourceError(f"{name}: the front matter lacks {key}")
    unknown = sorted(str(k) for k in set(meta) - KNOWN_KEYS)
    if unknown:
        known = ", ".join(sorted(KNOWN_KEYS))
        raise SourceError(f"{name}: front matter key {unknown[0]!r} is not known; known are {known}")
    return meta


def _published(value: object, name: str) -> str | None:
    if value in (None, "", "null"):
        return None
    try:
        return datetime.date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise SourceError(f"{name}: published is {str(value)!r}; it must be YYYY-MM-DD or empty") from None


def _url(value: object, name: str) -> str | None:
    if not value:
        return None
    if not re.match(r"https?://[^\s]+\Z", str(value)):
        raise SourceError(f"{name}: url is {str(value)!r}; it must be an http(s) address")
    return str(value)


def _platforms(value: object, name: str) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value] if value else []
    known = []
    for one in names:
        platform = normalise_platform(str(one))
        if platform is None:
            raise SourceError(f"{name}: platform {str(one)!r} is not known; known are {' '.join(PLATFORMS)}")
        known.append(platform)
    return in_order(known)


def _kind(value: object, name: str) -> Any:
    if value not in (None, "rules", "exam"):
        raise SourceError(f"{name}: kind is {str(value)!r}; it must be rules or exam")
    return value


def _article_id(value: object, name: str) -> str | None:
    if value is None:
        return None
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", str(value)):
        raise SourceError(f"{name}: id is {str(value)!r}; it must be up to 100 letters, digits, dots, dashes")
    return str(value)


def _plain(body: str, title: str) -> tuple[str, tuple[Heading, ...]]:
    """The body without Markdown marks, and where its headings stand. A first heading that repeats the title goes."""
    lines: list[str] = []
    headings = []
    at = 0
    for raw in clean_text(body).split("\n"):
        found = _HEADING.match(raw)
        line = without_marks(found.group(2) if found else re.sub(r"^[*+](?=\s)", "-", raw))
        if not line:
            continue
        if found and not lines and len(found.group(1)) == 1:
            continue  # the article's own title again
        if found:
            headings.append(Heading(at, at + len(line), len(found.group(1))))
        lines.append(line)
        at += len(line) + 1
    return "\n".join(lines), tuple(headings)


def without_marks(line: str) -> str:
    """A line of Markdown without bold, code, links, pictures and quote marks."""
    for pattern, put in _INLINE:
        line = pattern.sub(put, line)
    return re.sub(r"^>+\s?", "", line).strip()
