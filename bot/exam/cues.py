"""The words that exam stems and rules turn on: negators, asking words, roles of figures, pairs of opposites."""

from __future__ import annotations

import re

# Words that turn a clause round. 不同, 不仅, 不足, 不超过 and their like say something else and are taken out first.
NOT_NEGATING = re.compile(
    r"不(?:同(?!意)|仅|但|只是|少于?|论|管|断|久|限|超过|低于|高于|大于|小于|满|足|过|良|妨|错|及时|到位|正当|当|一定|得不|容|愿|符|好|妥)"
    r"|直言不讳|毫不犹豫|参差不齐|络绎不绝|层出不穷|不可避免|不由得?|不禁|不愧|迫不及待|源源不断|不外乎|不遗余力|不厌其烦|必不可少"
    r"|无(?:论|理由|条件|货源|痕|限|线|偿)|未(?:来|成年|必)|非(?:常|购买|特殊|京东)|特别|区别|分别|级别|类别|性别|个别|别(?:的|人|家|号|名)"
    r"|没(?:问题|关系|错)|是不是|能不能|可不可以|有没有|会不会|要不要|是否|能否|可否|免(?:费|税)|差不多|要不|不得不"
)
NEGATORS = re.compile(
    r"不|没有|没|未|无需|无须|无法|无|禁止|严禁|切勿|勿|别|杜绝|避免|回避|规避|拒绝|谢绝|拒不|切忌|忌|防止|免收|免除|驳回"
)
# Headings under which everything is a thing not to do, and lead-ins of such lists; a fresh lead-in ends the list.
BAD_HEAD = re.compile(r"忌|避免|规避|不能说|禁用|禁止|禁语|极限词|高压线|误区|不要做|不可")
# In a list of breaches 「不能开个人发票」 is what the shop wrongly said; in a list of taboos 不能 is the rule itself.
BREACH_LEAD = re.compile(
    r"(?:违约|违规|错误|不当|不恰当)[^。；;，,：:]{0,10}(?:如下|以下|情况|行为|包括|有)[^。；;，,：:]{0,4}[:：]"
)
TABOO_LEAD = re.compile(
    r"(?:禁止|不能说|忌讳|禁用)[^。；;，,：:]{0,10}(?:如下|以下|情况|行为|包括|有|的话)[^。；;，,：:]{0,4}[:：]|(?:忌讳|不能说的话|禁语)\s"
)
FRESH_LEAD = re.compile(
    r"(?:防范|处理技巧|怎么办|提醒|注意|正确|标准|提示|建议|要求|流程|规则)[^。；;，,]{0,6}[:：?？]|(?<=\s)[一二三四五六七八九十]{1,2}\s?[、.．丶]"
)
BAD_CONSEQUENCE = re.compile(
    r"扣\s?(?:\d|[一二两三四六八十])|违背|违规|违反|算是?违|投诉|处罚|被罚|罚款|封号|不恰当|不合规|严重后果"
)
# Consequences that are told only as what is averted.
AVERTED = re.compile(r"(?:避免|防止|以免|以防|免得|预防)[^，,。！!；;]{0,14}")
# A clause that names a case and rules nothing.
CONDITION = re.compile(
    r"^\W*(?:\d{1,2}\W+)?(?:如果?|若|假如|一旦|因)|未[^，,。；;]{1,14}的\W*$|(?:后|时|的话|情况下|前提下)[，,]?\s*$"
)
REPORTED = re.compile(r"(?:商家|卖家|客服|商户)(?:表示|提出|告知|声称|称|回答|说)|[答问][:：]|回答|[“\"]")
THIS_CASE = re.compile(r"^[^。！!？?]{0,12}?(?:这种情况|此种|这样|此时|同样属于|属于)")
DEONTIC = re.compile(
    r"不得|不能|不可|不许|不准|不要|不应|不该|禁止|严禁|切勿|请勿|可以?(?!能)|允许|应当?|必须|务必|一定要|须|只能|仅支持|支持|建议|无需|需要?|能够"
)
# A statement that itself says the act is a breach.
CLAIMS_BREACH = re.compile(
    r"违规|违约|违背|违反|扣[^，,。]{0,6}分|处罚|罚款|投诉|不(?:对|妥|正确|恰当)的?$|(?:是|属于?|做法)错误|危[及害]|泄密|有风险|不安全"
)
# What the last clause of a stem asks for; each match turns the wanted sign round.
ASKS_WRONG = re.compile(
    r"不|无法|错(?!过|峰)误?|有误|禁止|避免|回避|忌|除外|(?:会?被?|要|将|属于)(?:扣分|扣\d|处罚|投诉|降权|罚款)|违规|违反|违约|影响(?!.{0,4}吗)|导致|有风险"
)
ASKS = re.compile(
    r"(?:以下|下列|下面|下述)[^，。；,;]{0,30}?(?:哪|正确|错|不|是|属于|符合|说法|做法|行为|有误)|(?:哪[一二两三个些项种条类句点]|何者|谁)"
    r"|(?:说法|做法|描述|表述|处理|选项|行为)[^，。；,;]{0,8}(?:正确|错|不|有误|合适|恰当|违规)"
)
# Stems that ask whether something holds or may be done; others ask what or how much, and no denial matters to them.
ASKS_POLAR = re.compile(
    r"可以?|能|应|允许|正确|错|不|妥|恰当|合适|违规|属于|禁|回避|避免|做法|说法|要求|支持|适用|提供|享受|予以"
)
# The same at the end of a stem that names no options: 「…一定不要选的原因是」.
TAIL_WRONG = re.compile(
    r"不对|不包[括含]|不属于|不是|不支持|不要|不能|不可以?|不得|不应|不该|不正确|错误|有误|禁止|切忌"
)
# A bar ahead of the asking words in their own clause: 「一定不能让顾客选哪种原因」.
BARRED_AHEAD = re.compile(r"不(?:能|要|得|可以?|应|该|属于|包括|包含|是|支持|宜)[^，,。；;：:]{0,9}$")
INTERROGATIVE = re.compile(
    r"(?:几|多少)个?(?:自然|工作)?(?:分钟|小时|分|天|日|次|元|钱|月|年|倍|笔|件|期|家|人|种|秒|条|个|位)?|多(?:久|大|长|高|快|早|晚)(?:时间|比例)?"
    r"|百分之几|几成|什么|哪[一个些项种条类里天]{0,2}|如何|怎样|怎么|何时|谁"
)
# What a figure is to the rule: read from the words just before and behind it.
ROLES_BEFORE: dict[str, re.Pattern[str]] = {
    "cap": re.compile(r"(?:最高|上限|封顶|最多|不超过|不得超过|不能超过|限额|至多)[^，,。；;\d]{0,6}$"),
    "floor": re.compile(r"(?:最低|至少|不低于|不少于|起码)[^，,。；;\d]{0,5}$"),
    "threshold": re.compile(r"(?:满|达到?|累计至?|超过|大于等于|大于|≥|扣至|扣分至|逾|到)[^，,。；;\d]{0,2}$"),
    "deduct": re.compile(r"(?:扣|记|扣除|扣店铺|扣商家店铺|扣分)[^，,。；;\d]{0,3}$"),
    "reduce": re.compile(r"(?:减免?|优惠|立减|便宜|抵扣?)[^，,。；;\d]{0,2}$"),
    "pay": re.compile(r"(?:赔付?|赔偿|支付|罚款?|违约金|补偿|缴纳|金额)[^，,。；;\d]{0,6}$"),
}
ROLES_AFTER: dict[str, re.Pattern[str]] = {
    "threshold": re.compile(r"^(?:的?商?家?[，,]|以上|及以上)"),
    "within": re.compile(r"^(?:\([^)]{0,4}\)|（[^）]{0,4}）)?(?:之?内|以内|内)"),
    "after": re.compile(r"^(?:之?后|以后)"),
}
# 「仅支持甲」 denies that 乙 will do; 「任意都可以」 claims more than rules grant.
EXCLUSIVE = re.compile(r"(?:仅|只)(?:支持|能|可以?|限|接受|有|允许|和|适用)|必须(?:是|为|通过)?|一律(?:由|通过)")
UNLIMITED = re.compile(r"(?:任意|任何|随意|随便|都可以?|全部|一切|无论|不管)")
GRANTS = re.compile(r"(?<!不)可以?(?!能)|(?<!不)能够?(?!否)|支持|允许|不必|不用|无需|得到|享受")
OPTIONAL = re.compile(r"是否|部分|除外|视情况|酌情|特殊|可根据")
# Stems that ask for a member of a list: whether the rules affirm it does not matter, only whether they name it.
ASKS_MEMBER = re.compile(r"(?:包括|包含|属于|不是|推荐|含有)")
BAD_CLASS = re.compile(r"回避|避免|禁止|违规|违反|错误|不当|忌|不得|不能|不可|扣分|处罚")
COMPARES = re.compile(
    r"(?P<under>未满|不满|不足|低于|小于|少于|不到|未达到?|不超过)|(?P<over>满|达到?|超过|高于|大于|多于|不低于|不少于|至少)"
)
OBLIGES = re.compile(r"应当?(?!该?不)|必须|须|请|需要?")
# 「甲与乙没有关系」: denies whatever the rules affirm of the two.
UNRELATED = re.compile(r"(?:没有?|无)(?:任何)?(?:关系|影响|关联)|无关")
BARS = re.compile(r"不(?:能|可|得|许|准|允许|支持|予|会|要|应)|禁止|严禁|切勿|无法|无需|作废|无效")
TOPIC = re.compile(r"(?:问题|规则|方式|流程|要求|原则|说明|规范|须知|事项|介绍|条件|标准)\s*[:：(（]*\s*$")
ASKING = re.compile(r"(?:吗|呢|么)?[?？]\s*$|(?:吗|呢|是否可以使用|怎么办)\s*$|(?:哪些|什么)[?？]?\s*$")
# Words of which one denies the other where both stand for the same thing.
OPPOSITES: tuple[tuple[str, str], ...] = (
    (r"之前|以前|(?<=[货款功单束期始下])前", r"之后|以后|(?<=[货款功单束期始下])后"),
    (r"有效|(?:可以?|能|继续)使用", r"无效|作废|失效"),
    (r"分期|分次|分几次|分批", r"一次性"),
    (r"包含|包括|含(?=[配税运])", r"不包含|不包括|不含"),
    (
        r"由?(?:商家|卖家|商户|店铺|店家)(?:自己|自行|自|来)?(?:承担|负担|出|支付|付|负责)",
        r"由?(?:买家|顾客|客户|消费者|客人)(?:自己|自行|自|来|方)?(?:承担|负担|出|支付|付|负责)",
    ),
    (r"自愿|自行决定|选择", r"强制|必须"),
    (r"免费|无偿", r"收费|有偿|付费"),
    (r"全额|全数", r"按比例|部分退"),
    (r"自动", r"手动|(?:自己|自行|主动|手工)(?!决定)"),
    (r"公开|展示", r"隐藏"),
    (r"上升|提高|升高|增加", r"下降|降低|减少"),
    (r"线上", r"线下"),
    (r"全部|一律|任意|任何|所有|凡是|均(?=[由可须])", r"部分|选择是否|酌情|个别|仅限|除外|视(?=情况)|是否主动"),
)
