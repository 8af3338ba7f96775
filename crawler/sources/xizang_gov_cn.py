"""西藏自治区人民政府, http://www.xizang.gov.cn/.

Not verified on the live site: lists and the named layout are derived from public spiders of 2018
and 2019, addresses from links of 2021-2026, the form for later pages from the meta tags of
Chinese government sites. `wencang check xizang_gov_cn` names the rules that find nothing.
"""

import re

from crawler.sources import Form, Source

SECTIONS = {
    "xwzx_406/zwyw": "政务要闻",
    "xwzx_406/bmkx": "部门快讯",
    "xwzx_406/dsdt": "地市动态",
    "xwzx_406/qxxw": "区县新闻",
    "xwzx/zwyw": "政务要闻",
    "xwzx/jjjs": "经济建设",
    "xwzx/gwyxw": "国务院新闻",
    "xwzx/qnyw": "部门快讯",
    "xwzx/dsyw": "地市动态",
    "xwzx/xqxw": "县区新闻",
    "xwzx/xwrp": "新闻热评",
    "xwzx/dwjl": "对外交流",
    "xwzx/shfz": "社会发展",
}

_ARTICLE = "//div[contains(@class, 'xz-xl-article')]"
_TITLE = "normalize-space(//meta[@name='ArticleTitle']/@content)"
_LABELLED = "contains(., '发布时间') or contains(., '来源：')"
_PLACE = "contains(., '当前位置')"

NAMED = Form(  # at least 2018 to 2020
    name="named",
    mark=_ARTICLE,
    title="//div[contains(@class, 'xz-xl-tit')]/h3",
    body=_ARTICLE,
    info="//div[contains(@class, 'xz-xl-info')]/p",
    crumbs="(//div[contains(@class, 'xz-news-bumb')]//a)[last()]",
    related=f"{_ARTICLE}/following::a/@href",
)

TAGGED = Form(  # later layouts, of which only the classes of the CMS (TRS) around the body are known
    name="tagged",
    mark=f"//meta[@name='ArticleTitle'][{_TITLE} != ''][//div[contains(@class, 'TRS_')]]",
    title=f"//body//*[self::h1 or self::h2 or self::h3][normalize-space(.) = {_TITLE}]",
    body="//div[contains(@class, 'TRS_')][not(ancestor::div[contains(@class, 'TRS_')])]",
    info=f"//body//*[self::div or self::p][{_LABELLED}][not(.//div or .//p)]",
    crumbs=f"(//body//*[{_PLACE}][.//a][not(*[{_PLACE}][.//a])]//a)[last()]",
    related="//div[contains(@class, 'TRS_')]/following::a/@href",
    editor="//div[contains(@class, 'TRS_')]/following::*[starts-with(normalize-space(.), '责任编辑')][not(*)]",
)

SOURCE = Source(
    name="xizang_gov_cn",
    site="xizang.gov.cn",
    title="西藏自治区人民政府",
    hosts=frozenset({"www.xizang.gov.cn"}),
    article=re.compile(
        r"http://www\.xizang\.gov\.cn/(?P<section>\w+(?:/\w+){0,4})/"
        r"(?P<month>\d{6})/t(?P<date>(?P=month)\d\d)_(?P<key>\d+)\.html?"
    ),
    forms=(NAMED, TAGGED),
    lists=tuple(f"http://www.xizang.gov.cn/{section}/" for section in SECTIONS if section.startswith("xwzx_406/")),
    rows="//div[contains(@class, 'zx-wdsyw-con')]//li//a/@href",
    page_count=re.compile(r"createPageHTML\(\s*(\d+)"),
    page_url="{list}index_{n}.html",
    sections=SECTIONS,
)
