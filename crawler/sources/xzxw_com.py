"""中国西藏新闻网, http://www.xzxw.com/, the site of 西藏日报.

Not verified on the live site: lists, addresses and the two layouts of 2018 and 2019 are derived
from public spiders of those years, the layout of 2025 from a public theme that copies the
site's pages. `wencang check xzxw_com` names the rules that find nothing.
"""

import re

from crawler.sources import Form, Source

SECTIONS = {
    "xw/xzyw": "西藏要闻",
    "xw/msxw": "民生新闻",
    "xw/cjxw": "财经新闻",
    "xw/fzxz": "法治西藏",
    "xw/kjww": "科教文卫",
    "xw/shengthb": "生态环保",
    "xw/gnyw": "国内要闻",
    "zw/zwyw": "政务要闻",
    "zw/xwfbh": "新闻发布会",
    "zw/qwfb": "权威发布",
    "zw/rsrm": "人事任免",
    "zw/zfgg": "政府公告",
    "jysp": "雪域时评",
    "jysp/xzrbpl": "西藏日报评论",
    "jysp/xzgc": "西藏观察",
    "jysp/zfkj": "珠峰快见",
    "wh/jyyw": "教育要闻",
    "wh/kszx": "考试中心",
    "wh/pxdx": "培训导学",
    "wh/rcjy": "人才就业",
    "wh/xzb": "西藏班",
    "lyrw/zxkj": "资讯空间",
    "lyrw/cmxz": "触摸西藏",
    "lyrw/lybl": "旅游伴侣",
    "lyrw/zdsh": "藏地生活",
    "lyrw/rwbj": "人文笔记",
    "lyrw/xzys": "西藏艺术",
    "lyrw/gysy": "高原视野",
    "gongyi_5554/gyxw": "公益新闻",
    "gongyi_5554/dongtai": "公益动态",
    "gongyi_5554/help": "公益救助",
    "shxf": "生活消费",
}

_HEADING = "//div[contains(@class, 'tbig_title')]/*[self::h1 or self::h2][normalize-space(.)]"
_DETAIL = "//div[contains(@class, 'xw_daodu_detail')]"
_PLACE = "contains(., '当前的位置')"
_CRUMBS = f"(//*[{_PLACE}][a][not(*[{_PLACE}][a])]//a)[last()]"
_RELATED = f"{_DETAIL}/following::a[not(ancestor::div[contains(@class, 'right')])]/@href"

WIDE = Form(  # since 2018; by 2025 the title had moved from h1 to h2, between a headline above and one below
    name="wide",
    mark=_HEADING,
    title=f"{_HEADING}[contains(string(//title), normalize-space(.))]",
    body=_DETAIL,
    info="(//div[contains(@class, 'tbig_title')]/following::*[contains(., '来源')][not(*[contains(., '来源')])])[1]",
    crumbs=_CRUMBS,
    related=_RELATED,
)

COLUMN = Form(  # 2018, as well as the wide one
    name="column",
    mark="//div[contains(@class, 'xw_content_title')]",
    title="//div[contains(@class, 'xw_content_title')]/h3",
    body=_DETAIL,
    info="//div[contains(@class, 'xw_content_title')]/p",
    crumbs=_CRUMBS,
    related=_RELATED,
)

SOURCE = Source(
    name="xzxw_com",
    site="xzxw.com",
    title="中国西藏新闻网",
    hosts=frozenset({"www.xzxw.com"}),
    # Two systems that seem to share one sequence: 1034847 in 2016, 2567146 in 2019 and, with
    # content_, 5185233 in 2022, 6729456 in 2025.
    article=re.compile(
        r"http://www\.xzxw\.com/(?P<section>\w+(?:/\w+){0,2})/(?:(?P<month>\d{6})/t)?"
        r"(?P<date>(?(month)(?P=month)\d\d|\d{4}-\d\d/\d\d))(?(month)_|/content_)(?P<key>\d+)\.html?"
    ),
    forms=(WIDE, COLUMN),
    lists=tuple(f"http://www.xzxw.com/{section}/" for section in SECTIONS),
    rows="//div[contains(@class, 'visit_detail')]//li/a/@href",
    page_count=re.compile(r"createPageHTML\(\s*(\d+)"),
    page_url="{list}index_{n}.html",
    skip=re.compile(r"http://www\.xzxw\.com/(?:tpsp|shuzibao|sjb)/.*"),
    sections=SECTIONS,
)
