"""Each label: drafts that breach its rule, and drafts that speak of the same matter and keep it."""

from __future__ import annotations

import pytest

from bot.check import ReplyChecker

BREACHES = [
    ("card_fee", None, "信用卡可以的,手续费1%得您自己补一下", "手续费1%"),
    ("card_fee", None, "信用卡?可以呀,另加1%就行", "另加1%"),
    ("invoice_refused", None, "这个价位我们不开发票的哈", "不开发票"),
    ("invoice_refused", None, "发票?没有哦,您看要不要拍", "没有"),
    ("invoice_refused", None, "会计休假了,票就先不开了", "会计休假"),
    ("invoice_refused", None, "要票的话只能给您一张收据", "收据"),
    ("invoice_charge", None, "发票可以开,税点6个点您出", "税点6个点您出"),
    ("invoice_charge", "天猫", "发票单独寄的,快递费到付哈", "到付"),
    ("invoice_false_item", None, "袜子可以给您开成办公用品的票", "开成办公用品"),
    ("invoice_false_item", None, "票上的品名随您定,发我就好", "随您定"),
    ("invoice_false_amount", None, "您付了120,发票给您开600没事", "开600"),
    ("invoice_false_amount", None, "票面给您往高了写一点", "往高了写"),
    ("invoice_title", None, "个人抬头开不了,得是公司", "个人抬头开不了"),
    ("invoice_title", "天猫", "我们只给单位开票", "只给单位"),
    ("offline_payment", None, "您直接转账到我农行卡上,我就发货", "转账到我农行"),
    ("offline_payment", None, "扫我的收款码付,便宜二十", "收款码"),
    ("offsite_contact", None, "加我微信发您图", "微信"),
    ("offsite_contact", None, "打我电话13812345678说吧", "13812345678"),
    ("close_order", None, "看您没付款,这单我先帮您关了", "这单我先帮您关了"),
    ("leak", None, "那位李女士的收货地址是东湖路5号", "收货地址是"),
    ("free_shipping", None, "全店包邮的,不过这件特价不参加", "不参加"),
    ("cod_refused", "天猫", "货到付款我们不支持的", "货到付款我们不支持"),
    ("out_of_stock", None, "您付款的那件没货了,换一款吧", "没货"),
    ("absolute_terms", None, "我们家全网第一,独一无二", "全网第一"),
    ("abuse", None, "你有病吧,买不起就别问", "你有病"),
    ("competitor", "京东", "淘宝那家也是我们的店", "淘宝"),
    ("rude_phrase", "京东", "这是规定", "这是规定"),
]

CLEAN = [
    ("信用卡付款不收任何手续费,您放心", None),
    ("信用卡?可以的,手续费店里承担", None),
    ("发票没有随包裹的话,我马上给您补寄", None),
    ("开票机坏了,修好后给您补开并寄出,运费我们出", None),
    ("发票免费开,不用补税点", None),
    ("发票内容要和实际购买一致,不能开成文具", None),
    ("抬头写个人写公司都行", None),
    ("实付100就开100,多开是不可以的", None),
    ("抱歉不能发银行卡号,请在平台付款", None),
    ("请不要私下转账,谨防上当", None),
    ("抱歉不能加微信哦,请在旺旺上沟通", None),
    ("您想加微信我理解,不过只能在旺旺联系", None),
    ("自称客服让您加QQ退款的都是骗子", None),
    ("快递员会打电话联系您的", None),
    ("订单我们不会擅自关闭,您可以自己取消", None),
    ("按您的要求,订单已经关闭了", "天猫"),
    ("需要我帮您取消订单吗?", None),
    ("她的收货地址我们不能透露,请用下单账号联系", None),
    ("特价款同样包邮的,您放心", None),
    ("指定发顺丰要补12元,默认快递包邮", None),
    ("货到付款是支持的,签收时付给快递员", None),
    ("退货请不要发到付件", None),
    ("没有缺货,今天就发", None),
    ("这个颜色下架补货中,到货通知您", None),
    ("第一时间给您处理,最晚明天答复", None),
    ("最好提前一天告诉我们改地址", None),
    ("效果因人而异,不敢说是最好的", None),
    ("这款面料是100%棉", None),
    ("滚筒洗衣机也能洗,垃圾袋是赠品", None),
    ("您别生气,是我们没做好", None),
    ("京东快递明天送达", "京东"),
    ("作为新客户您可以领券,快收到货了吧", None),
    ("您可以申请平台介入,这是您的权利", None),
    ("发票的税点店里自己扛,您别管", None),
    ("补票的邮费算我们店里的", None),
    ("不用扫码也不用加微信,在这儿说就行", None),
    ("有人在微信自称本店客服,那是骗子,别加", None),
    ("扫箱子上的二维码看安装视频", None),
    ("您担心拍完没货,不会的,库存够", None),
]


@pytest.mark.parametrize(("label", "platform", "draft", "words"), BREACHES)
def test_a_breach_is_marked_named_and_cited(
    checker: ReplyChecker, label: str, platform: str | None, draft: str, words: str
) -> None:
    result = checker.check(draft, platform)
    found = [f for f in result.findings if f.label == label]
    assert found, [f.label for f in result.findings]
    assert not result.ok
    at = draft.index(words)
    assert any(f.start < at + len(words) and at < f.end for f in found)
    assert all(f.citations and f.message and f.suggestion for f in found)


@pytest.mark.parametrize(("draft", "platform"), CLEAN)
def test_keeping_the_rule_in_words_that_resemble_the_breach_is_clean(
    checker: ReplyChecker, draft: str, platform: str | None
) -> None:
    result = checker.check(draft, platform)
    assert result.ok, [(f.label, draft[f.start : f.end]) for f in result.findings]


def test_a_draft_that_keeps_one_rule_and_breaches_another_is_marked_for_the_other_alone(checker: ReplyChecker) -> None:
    draft = "微信加不了哦,您直接转账到我银行卡吧"
    assert {f.label for f in checker.check(draft).findings} == {"offline_payment"}


def test_every_suggestion_is_itself_clean(checker: ReplyChecker) -> None:
    suggestions = {f.suggestion for label, p, draft, _ in BREACHES for f in checker.check(draft, p).findings}
    assert len(suggestions) >= 15
    for suggestion in suggestions:
        assert checker.check(suggestion).ok, suggestion


@pytest.mark.parametrize(
    ("label", "draft"),
    [
        ("card_fee", "If you pay by credit card we have to add a 2% surcharge."),
        ("invoice_refused", "Sorry, we do not provide invoices."),
        ("offsite_contact", "Add me on WeChat: shop88"),
        ("offline_payment", "Please make a bank transfer to our account."),
        ("close_order", "We have cancelled your order because the price was wrong."),
        ("abuse", "Are you stupid?"),
    ],
)
def test_english_drafts_are_checked_and_answered_in_english(checker: ReplyChecker, label: str, draft: str) -> None:
    found = [f for f in checker.check(draft).findings if f.label == label]
    assert found
    assert found[0].message.isascii()
    assert found[0].suggestion.isascii()


@pytest.mark.parametrize(
    "draft",
    [
        "We do not charge any fee for credit cards.",
        "Sorry, we cannot add you on WeChat; please talk to us here.",
        "We cannot accept bank transfers.",
        "We always try our best to help you.",
    ],
)
def test_english_refusals_are_clean(checker: ReplyChecker, draft: str) -> None:
    assert checker.check(draft).ok


@pytest.mark.parametrize("draft", ["", "   ", "\u200b", "~~~", "😀", "。!?"])
def test_a_draft_without_words_is_clean(checker: ReplyChecker, draft: str) -> None:
    assert checker.check(draft).to_json() == {"draft": draft, "ok": True, "findings": []}


def test_the_id_of_a_batch_item_comes_back(checker: ReplyChecker) -> None:
    assert checker.check("您好", item_id="d-1").to_json()["id"] == "d-1"
