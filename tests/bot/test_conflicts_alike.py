"""Conflicts in matters that no glossary lists, and the words that set two alike rules apart."""

from __future__ import annotations

import pytest

from bot.conflicts.finder import CorpusConflict, find_conflicts
from bot.conflicts.speech import Speech, common, credit
from bot.conflicts.words import words
from ingest.articles import Article
from ingest.passages import split_article


def _find(one: str, other: str, titles: tuple[str, str] = ("客服培训笔记", "店长例会纪要")) -> list[CorpusConflict]:
    articles = [
        Article(f"a{at}", "rules", title, ("淘宝",), f"202{at}-01-01", None, ("test",), text)
        for at, (title, text) in enumerate(zip(titles, (one, other), strict=True))
    ]
    return find_conflicts(articles, [p for a in articles for p in split_article(a)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一、帐篷出租的清洗费每顶30元。 二、提前约。", "1、租出去的帐篷,清洗费按每顶45元收。 2、看天气。"),
        ("一、露营装备归还后12小时内验完破损。 二、拍照。", "1、装备一归还,24小时内要验出有没有破损。 2、登记。"),
        ("一、向导的小费不低于5%。 二、现场给。", "1、给向导的小费应达到8%。 2、别拖。"),
        ("一、营地篝火可以自带木柴。 二、九点熄灭。", "1、篝火不得自带木柴,由营地供应。 2、注意风向。"),
        ("一、皮划艇的救生衣租用费由商家承担。 二、穿好。", "1、救生衣租用费由顾客自己出。 2、量尺码。"),
        ("问:向导要等多久?答:客人迟到的,向导等候20分钟。", "一、客人没到,向导最多等40分钟。 二、打电话。"),
        # Who writes in is not who must answer.
        ("客服要在20分钟里回复路线咨询。", "顾客发来路线咨询,人工回复不得晚于5分钟。"),
        ("普通的营主最多可以登记20个帮手。", "营主能登记在册的帮手提到50个。"),
        (
            "营地同行退款申请提交后,店家应在48小时内点同意或者驳回。",
            "营地退款申请的审核时间缩短,店家须在24小时内审完。",
        ),
        ("睡袋里可以附上营地小礼物的说明。", "睡袋里一律不许放营地礼品的说明。"),
        ("一、帐篷押金最高200元。 二、退还。", "1、帐篷押金的上限从原来的200元提高到300元。 2、退还。"),
    ],
)
def test_a_matter_outside_the_glossary(one: str, other: str) -> None:
    (found,) = _find(one, other)
    assert found.prefer == 0
    assert [s.published for s in found.sides] == ["2021-01-01", "2020-01-01"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("双人帐篷的清洗费每顶30元。", "家庭帐篷的清洗费每顶45元。"),
        ("鉴定为原木的,看样费由卖家承担。", "鉴定为拼板的,看样费由买家承担。"),
        ("早班向导首次答复不超过30秒。", "晚班向导首次答复不超过60秒。"),
        ("营地退订率高于20%的会预警。", "营地投诉率高于3%的会预警。"),
        ("拍下20分钟没付清的,系统提醒一次。", "拍下3小时没付清的,营位自动释放。"),
        ("向导归还装备的时间为12小时。", "厨师领取食材的时间为3小时。"),
        ("篝火的木柴必须干燥。", "篝火旁不得堆放木柴。"),
        ("帐篷提前3天送到营地。", "帐篷撤营后7天内送到仓库。"),
        ("顾客问路线的,要在1分钟里答。", "顾客问退款进度的,要在10分钟里答。"),
    ],
)
def test_other_kinds_steps_and_acts_are_no_conflict(one: str, other: str) -> None:
    assert _find(one, other) == []


def test_titles_of_one_pattern_set_their_articles_apart() -> None:
    one, other = "装备押金为200元,归还后当天退。", "装备押金为500元,归还后当天退。"
    assert _find(one, other, ("淘宝登山团装备押金", "淘宝潜水团装备押金")) == []
    assert len(_find(one, other, ("淘宝登山团装备押金", "店里的钱怎么收"))) == 1


def test_an_article_that_says_both_agrees_with_its_copy() -> None:
    both = "一、帐篷可以自带,上升期的营地才行。 二、下降期的营地帐篷不能自带。 三、清洗费旺季45元,淡季30元。"
    assert _find(both, both.replace("一、", "1、").replace("二、", "2、").replace("三、", "3、")) == []


def test_only_one_side_of_each_article_is_told() -> None:
    (found,) = _find("现货50件起订。", "现货20件起订,混色也行。看数量,三百件以上有阶梯价。")
    assert [s.article_id for s in found.sides] == ["a1", "a0"]
    assert found.prefer == 0


def test_rare_words_weigh_more_than_common_ones_and_measures_hardly_anything() -> None:
    assert common().rarity("皮划艇") == 1.0 > common().rarity("发票") > common().rarity("天猫") >= 0
    spoken = Speech(words()).of("皮划艇的违约金为300元,商家承担")
    assert spoken.weights["皮划艇"] > 10 * spoken.weights["违约金"]
    assert "商家" not in spoken.weights and "300" not in spoken.weights


@pytest.mark.parametrize(
    ("word", "text", "alone", "least", "most"),
    [
        ("木柴", "自带木柴", False, 1.0, 1.0),
        ("等候", "等待半天", False, 0.8, 0.9),  # a synonym
        ("填错", "写漏写错", False, 0.3, 0.9),  # shares a character, or the sense
        ("白班", "夜班客服", True, 0.0, 0.0),  # the thing is the same, the kind is not
        ("夜间", "夜色很美", True, 0.3, 0.6),
        ("木柴", "帐篷", False, 0.0, 0.0),
    ],
)
def test_how_much_of_a_word_another_text_says(word: str, text: str, alone: bool, least: float, most: float) -> None:
    speech = Speech(words())
    assert least <= credit(word, speech.of(word), speech.of(text), alone=alone) <= most
