"""西藏之声, http://www.vtibet.com/, the site of the broadcaster of 西藏.

Not verified on the live site: the rules are derived from a public spider of 2018, the addresses of
special pages from a list of links of 2016. `wencang check vtibet_com` names the rules that find
nothing.
"""

import re

from crawler.sources import Form, Source

SECTIONS = {
    "xw_702/yw_705": "要闻",
    "xw_702/sz_704": "时政",
    "xw_702/sh_709": "社会",
    "xw_702/jj_710": "经济",
}

_LEFT = "//div[contains(@class, 'ne_cont_l')]"

DESKTOP = Form(  # at least 2016 to 2018
    name="desktop",
    mark=f"{_LEFT}/h1",
    title=f"{_LEFT}/h1",
    body="//div[contains(@class, 'ne_cont_show')]",
    info=f"({_LEFT}/h1/following-sibling::div[1]//div)[1]",
    crumbs=f"({_LEFT}/h1/preceding-sibling::div[1]/a)[last()]",
    related="//div[contains(@class, 'ne_cont_show')]/following::a/@href",
)

SOURCE = Source(
    name="vtibet_com",
    site="vtibet.com",
    title="西藏之声",
    hosts=frozenset({"www.vtibet.com"}),
    article=re.compile(
        r"http://www\.vtibet\.com/(?P<section>\w+(?:/\w+){0,4})/"
        r"(?P<month>\d{6})/t(?P<date>(?P=month)\d\d)_(?P<key>\d+)\.html?"
    ),
    forms=(DESKTOP,),
    lists=tuple(f"http://www.vtibet.com/{section}/" for section in SECTIONS),
    rows="//table//td/a/@onclick",
    row=re.compile(r"openurl\(\s*['\"]([^'\"]+)"),
    page_count=re.compile(r"createPageHTML\(\s*(\d+)"),
    page_url="{list}index_{n}.html",
    sections=SECTIONS,
)
