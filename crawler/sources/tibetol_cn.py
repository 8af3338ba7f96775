"""西藏在线, http://www.tibetol.cn/.

Not verified on the live site: the rules are derived from a public spider of 2018, from the texts
it collected and from the default page of the site's CMS (PHPCMS 9). `wencang check tibetol_cn`
names those that find nothing.
"""

import re

from crawler.sources import Form, Source

SECTIONS = {
    "zixun/bwyc": "本网原创",
    "zixun/qitazangqu": "其他藏区",
    "zixun/xizangyaowen": "西藏要闻",
    "zixun/xgbd": "相关报道",
    "wenzhai/zdws": "藏地往事",
    "wenzhai/ryzr": "人与自然",
    "wenzhai/gyms": "高原民俗",
    "wenzhai/yxwh": "雪域文化",
    "wenzhai/sdzl": "圣地之旅",
    "wenzhai/wwkg": "文物考古",
    "wenzhai/wxxs": "学术理论",
    "wenzhai/gjrw": "古今人物",
    "dushu/sx": "书讯",
    "dushu/sp": "书评",
}

_HEADING = "//div[contains(@class, 'col-left')]//h1[span]"

DESKTOP = Form(  # 2018
    name="desktop",
    mark=_HEADING,
    title=f"{_HEADING}/text()[normalize-space(.)]",  # the heading contains the line with date, credit and author too
    body=f"{_HEADING}/following-sibling::div[contains(@class, 'content')]",
    info=f"{_HEADING}/span",
    crumbs=f"({_HEADING}/ancestor::div[contains(@class, 'col-left')]/div[1]/a)[last()]",
    related=f"{_HEADING}/following::a/@href",
)

SOURCE = Source(
    name="tibetol_cn",
    site="tibetol.cn",
    title="西藏在线",
    hosts=frozenset({"www.tibetol.cn"}),
    article=re.compile(
        r"http://www\.tibetol\.cn/html/(?P<section>\w+(?:/\w+){0,2})/(?P<date>\d{4}/\d{4})/(?P<key>\d+)\.html"
    ),
    forms=(DESKTOP,),
    lists=tuple(f"http://www.tibetol.cn/html/{section}/" for section in SECTIONS),
    rows="//div[contains(@class, 'col-left')]/ul/li/a/@href",
    page_count=re.compile(r"(?s)\A.*/(\d+)\.html[^<>]*>\s*\1\s*</a>"),  # the last numbered link
    page_url="{list}{next}.html",
    sections=SECTIONS,
)
