"""Steps that several browser tests take."""

from __future__ import annotations

LATE = "超过多久算延迟发货,要赔多少?"
CARD = "刷信用卡可以另收手续费吗?"
BOX = "#rd-question textarea"


def ask(page, question: str) -> None:
    """Types a question, presses Enter, waits for its card."""
    before = page.get_attribute("#rd-answer .rd-card", "data-seq") if page.query_selector("#rd-answer .rd-card") else ""
    page.fill(BOX, question)
    page.press(BOX, "Enter")
    page.wait_for_function(
        "seq => { const c = document.querySelector('#rd-answer .rd-card'); return c && c.dataset.seq !== seq; }",
        arg=before,
    )


def open_tab(page, number: int) -> None:
    """Opens a tab by its place."""
    page.locator("#rd-tabs [role=tab]").nth(number).click()
