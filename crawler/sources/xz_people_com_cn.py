"""人民网西藏频道, http://xz.people.com.cn/, the Tibet channel of 人民日报's site.

Not verified on the live site: lists are derived from public spiders of 2018, addresses from links
of 2018-2026, the three layouts from public spiders of other channels of 人民网 (2013-2026),
which share them. `wencang check xz_people_com_cn` names the rules that find nothing.
"""

import re

from crawler.sources import Form, Source

SECTIONS = {
    "138901": "要闻",
    "389272": "要闻",
    "349479": "本网专稿",
    "389275": "七地市",
    "389276": "省市援藏",
    "389277": "央企援藏",
    "389273": "精准扶贫",
    "389274": "党建要闻",
    "139194": "生态",
    "139190": "教育",
    "378471": "医疗",
    "139191": "交通",
    "389261": "天气",
    "389267": "通讯",
    "389268": "扎西秀",
    "389269": "汽车生活",
    "389270": "招商引资",
    "226402": "海外看西藏",
    "389271": "藏区时讯",
    "389258": "文艺之窗",
}

_PATH = "starts-with(normalize-space(.), '人民网') and contains(., '>>')"
_CRUMBS = f"//body//*[{_PATH}][not(*[{_PATH}])]"


def _has_class(name: str) -> str:
    return f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')"


_NEW = f"//div[{_has_class('rm_txt_con')}]"
_OLD = f"//div[{_has_class('text_con_left')}]"
_OLDEST = f"//div[{_has_class('text_c')}]"

NEW = Form(  # since 2020, in UTF-8 or GB2312
    name="new",
    mark=_NEW,
    title=f"{_NEW}/preceding-sibling::h1",
    body=f"{_NEW}//div[@id='rm_txt_zw'] | {_NEW}[not(.//div[@id='rm_txt_zw'])]",
    info=f"{_NEW}/preceding-sibling::div[contains(., '来源')]/div[contains(., '来源')]",
    authors=f"{_NEW}/preceding-sibling::div[{_has_class('author')}]",
    crumbs=_CRUMBS,
    related=f"{_NEW}/following::a/@href",
)

OLD = Form(  # since about 2014, in some channels longer than in others
    name="old",
    mark=_OLD,
    title=f"//div[{_has_class('text_title')}]/h1",
    body=f"{_OLD}/div[@id='rwb_zw' or {_has_class('box_con')}]",
    info=f"//div[{_has_class('text_title')}]//div[contains(., '来源')][not(div)]",
    authors=f"//div[{_has_class('text_title')}]/p[{_has_class('author')}]",
    crumbs=_CRUMBS,
    related=f"{_OLD}/following::a/@href",
)

OLDEST = Form(  # about 2012 to 2014, in GB2312
    name="oldest",
    mark=_OLDEST,
    title=f"//*[@id='p_title'] | {_OLDEST}/h1[not(@id)]",
    body=f"//*[@id='p_content'] | {_OLDEST}//div[{_has_class('show_text')}][not(@id)]",
    info=f"{_OLDEST}//*[self::p or self::h5][contains(., '来源')][not(ancestor::*[@id='p_content'])]",
    authors=f"{_OLDEST}/p[{_has_class('author')}]",
    crumbs=_CRUMBS,
    related=f"{_OLDEST}/following::a/@href",
    editor="//*[@id='p_editor']",
)

SOURCE = Source(
    name="xz_people_com_cn",
    site="xz.people.com.cn",
    title="人民网西藏频道",
    hosts=frozenset({"xz.people.com.cn"}),
    # Further pages of an article end in -2, -3 ...; before 2013 the address had no date.
    article=re.compile(
        r"http://xz\.people\.com\.cn/(?:n\d?/(?P<date>\d{4}/\d{4})/c|GB/(?:\d+/)*)"
        r"(?P<section>\d+)(?(date)-|/)(?P<key>\d{6,})\.html"
    ),
    forms=(NEW, OLD, OLDEST),
    lists=tuple(f"http://xz.people.com.cn/GB/{section}/" for section in SECTIONS),
    rows="//div[contains(@class, 'ej_list_box')]//a[not(ancestor::div[contains(@class, 'page_n')])]/@href",
    page_count=re.compile(r"(?s)\A.*index(\d+)\.html[^<>]*>\s*\1\s*</a>"),  # the last numbered link
    page_url="{list}index{next}.html",
    sections=SECTIONS,
)
