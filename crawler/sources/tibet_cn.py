"""中国西藏网, http://www.tibet.cn/.

Not verified on the live site: the rules are derived from public spiders of 2018-2023 and from
stored texts. `wencang check tibet_cn` names those that find nothing.
"""

import re

from crawler.sources import Form, Source

SECTIONS = {  # an article in several channels is archived under the first
    "aid_tibet/news": "援藏资讯",
    "aid_tibet/rw": "援藏人物",
    "news/yc": "原创",
    "news/zx": "资讯",
    "news/zcdt": "涉藏动态",
    "politics": "时政",
    "bwsp": "时评",
    "culture": "文化",
    "culture/ms": "民俗",
    "culture/gy": "工艺",
    "culture/zx": "藏学",
    "culture/wx": "文化资讯",
    "travel": "旅游",
    "medicine/news": "行业动态",
    "medicine/jbzl": "疾病诊疗",
    "medicine/sjys": "四季养生",
    "theory/zjcs": "专家阐释",
    "theory/news": "理论资讯",
    "rediscovery": "文史",
    "religion": "宗教",
    "tech": "科技",
    "book": "读书",
    "data": "数据",
    "edu": "教育",
    "ecology": "生态",
    "fp": "乡村振兴",
    "network/dt": "网络动态",
    "Instant/domestic": "国内",
    "Instant/expo": "博览",
}

_ADDRESS_DATE = r"(?P<month>\d{6})/t(?P<date>(?P=month)\d\d)_(?P<key>\d+)"

# Searched for by the name, which is in few texts: testing the beginning of each tag takes three times as long.
# Only the first ones and what is close around them, as the text of each ancestor is taken.
_NAME = "(//text()[contains(., '中国西藏网')])[position() < 20]"
_CRUMBS = "starts-with(normalize-space(.), '中国西藏网 >')"
_LABELLED = "contains(., '发布时间') and contains(., '来源')"
_INFO = f"//body//*[{_LABELLED}][not(*[{_LABELLED}])]"

DESKTOP = Form(  # since 2018
    name="desktop",
    mark="//div[contains(@class, 'title_box')]",
    title="//div[contains(@class, 'title_box')]//h2",
    body="//div[@id='text']",
    info="//div[contains(@class, 'title_box')]//div[contains(@class, 'info')]",
    authors="//div[contains(@class, 'title_box')]//div[contains(@class, 'info')]/span[1]",
    crumbs=f"{_NAME}/ancestor::*[position() < 5][{_CRUMBS}][1][not(*[{_CRUMBS}])]",
    related="//div[@id='text']/following::a[not(ancestor::div[contains(@class, 'right')])]/@href",
    rights="//div[contains(@class, 'content_banquan')]",
)

MOBILE = Form(  # since 2021, also on www; its classes are unknown, so the mark is its one labelled line
    name="mobile",
    mark=_INFO,
    title="//h1",
    body=_INFO + "/following-sibling::*[self::div or self::article or self::section][.//p][1]",
    info=_INFO,
)

OLD = Form(  # media.tibet.cn, 2011-2013
    name="old",
    mark="//*[text()[contains(., '当前位置')]]",
    title="//h1",
    body="//h1/following-sibling::div[p][1]",
    info="//h1/following-sibling::*[1]",
    crumbs="//*[text()[contains(., '当前位置')]]",
    related="//h1/following-sibling::div[p][1]/following::a/@href",
)

SOURCE = Source(
    name="tibet_cn",
    site="tibet.cn",
    title="中国西藏网",
    hosts=frozenset({"www.tibet.cn", "media.tibet.cn"}),  # canonical: tibet.cn and m.tibet.cn are www.tibet.cn
    article=re.compile(
        r"http://(?:www\.tibet\.cn/cn|media\.tibet\.cn)/(?P<section>\w+(?:/\w+){0,2})/" + _ADDRESS_DATE + r"\.html?"
    ),
    forms=(DESKTOP, MOBILE, OLD),
    lists=tuple(f"http://www.tibet.cn/cn/{section}/" for section in SECTIONS),
    rows="//div[contains(@class, 'listnews')]//li//h4/a/@href",
    page_count=re.compile(r"createPageHTML\(\s*(\d+)"),
    page_url="{list}index_{n}.html",
    skip=re.compile(r"http://(?:media\.tibet\.cn/(?:photo|video)/|www\.tibet\.cn/(?:cn/)?(?:gywm|cloud)/).*"),
    sections=SECTIONS,
    key_prefixes={"media.tibet.cn": "media-"},  # an older system, whose numbers may be the same
)
