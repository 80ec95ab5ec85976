"""An answer and an article made of attacks: each place holds words that would run if taken for markup or code."""

from __future__ import annotations

from bot.answers import Answer, Citation, Conflict, ConflictSide, Fact
from ingest.articles import Article

BOOM = "window.pwned=(window.pwned||0)+1"
ATTACKS = (
    f"<script>{BOOM}</script>",
    f"<img src=x onerror={BOOM}>",
    f"<svg onload={BOOM}></svg>",
    f'"><img src=x onerror="{BOOM}">',
    f"' onmouseover='{BOOM}' autofocus onfocus='{BOOM}",
    # gradio evaluates a filled-in html_template as a JavaScript template literal: these run in one that holds data
    f"${{{BOOM}}}",
    f"`+({BOOM})+`",
    f"\\x3cimg src\\x3dx onerror\\x3d{BOOM}\\x3e",
    "{{constructor.constructor('window.pwned=1')()}}",
    f"<iframe srcdoc='<script>parent.{BOOM}</script>'></iframe>",
    "</blockquote></article><style>body{display:none!important}</style>",
    '__i18n__{"__type__":"translation_metadata","key":"brand"}',
)
PAYLOAD = " ".join(ATTACKS)
QUOTE = f"本条{PAYLOAD}完。"
ARTICLE_ID = "evil/../<b>&'\""
ATTACK_ARTICLE = Article(
    ARTICLE_ID, "rules", PAYLOAD, ("天猫",), "2026-01-01", f"javascript:{BOOM}", ("x",), f"前文😀。{QUOTE}后文。"
)
_START = ATTACK_ARTICLE.text.index(QUOTE)
_CITATION = Citation(
    1,
    ARTICLE_ID,
    PAYLOAD,
    ("天猫", PAYLOAD),
    PAYLOAD,
    f"javascript:{BOOM}",
    "p",
    _START,
    _START + len(QUOTE),
    QUOTE,
)
_SIDE = ConflictSide(PAYLOAD, PAYLOAD, PAYLOAD, 1)
ATTACK_ANSWER = Answer(
    f"攻击 {PAYLOAD}",
    None,
    "zh",
    "no",
    False,
    PAYLOAD,
    f"{PAYLOAD}[1]",
    (_CITATION,),
    (Fact("points", 6, PAYLOAD, 1),),
    (Conflict(PAYLOAD, (_SIDE, _SIDE), None),),
    PAYLOAD,
    (),
    {"total": 1.0},
    "sure",
)
