"""Exam pages -> exam items, with every answer mark taken out of stems and options."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.articles import Article

ItemType = Literal["single_choice", "fill_in", "true_false"]
BLANK = "(  )"


@dataclass(frozen=True, slots=True)
class ExamItem:
    """One question of an exam. `answer` is a letter, a boolean, or for fill_in one list of accepted strings a blank."""

    id: str
    type: ItemType
    stem: str
    answer: str | bool | tuple[tuple[str, ...], ...]
    options: dict[str, str] = field(default_factory=dict)
    evidence: tuple[tuple[str, str], ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The line of exam.jsonl."""
        answer = [list(b) for b in self.answer] if isinstance(self.answer, tuple) else self.answer
        evidence = None if self.evidence is None else [{"article_id": a, "quote": q} for a, q in self.evidence]
        return {
            "id": self.id,
            "type": self.type,
            "stem": self.stem,
            "options": self.options,
            "answer": answer,
            "evidence": evidence,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> ExamItem:
        """Reads a line of exam.jsonl. Raises KeyError, ValueError where it is none."""
        kind, answer = row["type"], row["answer"]
        if kind == "fill_in":
            answer = tuple(tuple(map(str, b)) if isinstance(b, list) else (str(b),) for b in answer)
        elif kind == "true_false" and not isinstance(answer, bool):
            raise ValueError(f"item {row['id']}: the answer of a true_false item must be true or false, not {answer!r}")
        elif kind == "single_choice" and answer not in row["options"]:
            raise ValueError(f"item {row['id']}: answer {answer!r} is none of its options {', '.join(row['options'])}")
        elif kind not in ("single_choice", "true_false"):
            raise ValueError(f"item {row['id']}: type {kind!r} is not single_choice, fill_in or true_false")
        evidence = row.get("evidence")
        found = None if evidence is None else tuple((e["article_id"], e["quote"]) for e in evidence)
        return cls(str(row["id"]), kind, row["stem"], answer, dict(row.get("options") or {}), found)


_TYPES: tuple[tuple[ItemType, str], ...] = (
    ("single_choice", r"(?:单项?|不定项)?选择题?|单选题?"),
    ("fill_in", r"填空题?"),
    ("true_false", r"判断(?:对错|正误|是非)?题?|是非题"),
)
_PART = re.compile(
    r"(?:(?<=\s)|^)(?:第?[一二三四五六七八九十]+[、.．部分\s]{1,4})?\s?(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _TYPES)
    + r")\s?(?:[(（][^)）]{0,30}[)）])?[::]?(?=\s|\d)",
    re.MULTILINE,
)
_NUMBER = re.compile(r"(?:(?<=[\s。)）;；!！?？])|^)(\d{1,3})\s?(?:、|[.．](?!\d))\s*", re.MULTILINE)
_YES, _NO = "√✓✔对是TY", "×xXХ✕✗✘错否FN"
_MARK = r"[(（【\[]\s*{inner}\s*[)）】\]]"
_LETTER_MARK = re.compile(_MARK.format(inner=r"([A-Ha-h])") + r"|(?:正确)?答案\s*[::]\s*([A-H])", re.IGNORECASE)
_JUDGE_MARK = re.compile(
    _MARK.format(inner=rf"([{_YES}{_NO}]|正确|错误)") + r"|(?:正确)?答案\s*[::]\s*(正确|错误|对|错|√|×)"
)
_BLANK_MARK = re.compile(r"[(（【]([^()（）【】]{0,80})[)）】]")
_OPTION = re.compile(
    r"(?:(?<=[\s、;；,，。.)）?？])|^)([A-H])\s?[.、．::)）]\s*"
    r"|(?:(?<=\s)|^)([A-H])(?:(?=[\u4e00-\u9fff])|\s(?=[\u4e00-\u9fff\d]))",
    re.MULTILINE,
)


def looks_like_exam(title: str, text: str) -> bool:
    """Whether an article is an exam: at least two kinds of question parts, or one and an exam's title, with answers."""
    parts = {m.lastgroup for m in _PART.finditer(text)}
    marks = len(_LETTER_MARK.findall(text)) + len(_JUDGE_MARK.findall(text))
    named = re.search(r"试题|考题|考试|题库|真题|测试题", title) is not None
    return marks >= 3 and (len(parts) >= 2 or (named and len(parts) >= 1))


def parse_exam(article: Article) -> list[ExamItem]:
    """The items of an exam article, in order, numbered a part at a time. What is no item is left out."""
    text = article.text
    parts = list(_PART.finditer(text))
    items: list[ExamItem] = []
    for part, following in zip(parts, [*parts[1:], None][: len(parts)], strict=True):
        kind = part.lastgroup
        end = following.start() if following else len(text)
        for number, body in _numbered(text[part.end() : end]):
            item_id = f"{article.article_id}:{kind}:{number}"
            item = _READERS[kind or ""](item_id, body)
            if item is not None:
                items.append(item)
    return items


def _numbered(text: str) -> list[tuple[int, str]]:
    """Items 1, 2, 3 ... of a part; a number out of turn is part of an item's words."""
    starts: list[tuple[int, int, int]] = []
    for match in _NUMBER.finditer(text):
        if int(match.group(1)) == len(starts) + 1:
            starts.append((len(starts) + 1, match.start(), match.end()))
    ends = [s[1] for s in starts[1:]] + [len(text)]
    return [(number, text[begin:end].strip()) for (number, _, begin), end in zip(starts, ends, strict=True)]


def _single_choice(item_id: str, body: str) -> ExamItem | None:
    mark = _LETTER_MARK.search(body)
    if not mark:
        return None
    letter = (mark.group(1) or mark.group(2)).upper()
    rest = body[: mark.start()] + " " + body[mark.end() :]
    starts: list[tuple[str, int, int]] = []
    for match in _OPTION.finditer(rest):
        name = match.group(1) or match.group(2)
        if ord(name) - ord("A") == len(starts):
            starts.append((name, match.start(), match.end()))
    if len(starts) < 2:
        return None
    ends = [s[1] for s in starts[1:]] + [len(rest)]
    options = {n: _tidy_option(rest[b:e]) for (n, _, b), e in zip(starts, ends, strict=True)}
    stem = _tidy_stem(rest[: starts[0][1]])
    return ExamItem(item_id, "single_choice", stem, letter, options) if letter in options and stem else None


def _fill_in(item_id: str, body: str) -> ExamItem | None:
    answers: list[tuple[str, ...]] = []

    def blank(match: re.Match[str]) -> str:
        inner = match.group(1).strip(" 。.")
        if re.fullmatch(r"至少\s?\d+\s?[种个项].{0,4}|单选|多选|每空.*", inner):
            return match.group(0)  # a remark of the examiner, no answer
        if inner:
            answers.append(_accepted(inner))
        return BLANK if inner else match.group(0)

    stem = _BLANK_MARK.sub(blank, body)
    stem = re.sub(r"\s*(?:关于|以上).{0,40}(?:分享|介绍)到?.{0,20}(?:下期见|再见).*$", "", stem)
    return ExamItem(item_id, "fill_in", _tidy_stem(stem), tuple(answers)) if answers else None


def _accepted(answer: str) -> tuple[str, ...]:
    """An answer as printed, and without the unit or filler that an examinee may leave out."""
    forms = [answer]
    figures = re.findall(r"\d[\d.,\-~—]*(?:%|万?[元分天种次]|个?小时|个月|年)?", answer)
    if len(figures) == 1:
        forms += [figures[0], figures[0].rstrip("元分天种次小时个月年")]
    return tuple(dict.fromkeys(forms))


def _true_false(item_id: str, body: str) -> ExamItem | None:
    marks = list(_JUDGE_MARK.finditer(body))
    if not marks:
        return None
    mark = marks[-1]
    sign = mark.group(1) or mark.group(2)
    stem = _tidy_stem(body[: mark.start()] + " " if not body[mark.end() :].strip() else body[: mark.start()])
    return ExamItem(item_id, "true_false", stem, sign in _YES or sign == "正确") if stem else None


def _tidy_stem(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" 、;；")


def _tidy_option(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" 、;；。.,，")


_READERS = {"single_choice": _single_choice, "fill_in": _fill_in, "true_false": _true_false}
