"""Institutions in a text: by how their names end, and by where they may begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from indexer.analyzer import fold
from indexer.figures.figure import Figure, Name, any_of
from indexer.figures.places import gazetteer

_LONGEST = 24  # characters before an ending
# What a department is for, before 厅, 局, 委 and their like.
_MATTERS = (
    "发展和改革 发展改革 发改 教育 科学技术 科技 经济和信息化 工业和信息化 经信 民族宗教事务 民族事务 民宗 公安 国家安全 民政 司法 财政 "
    "人力资源和社会保障 人力资源社会保障 人社 自然资源 国土资源 生态环境 环境保护 环保 住房和城乡建设 住房城乡建设 住建 交通运输 交通 "
    "水利 农业农村 农牧 农业 商务 文化和旅游 文化旅游 文旅 文化 旅游发展 旅发 旅游 卫生健康 卫生和计划生育 卫生计生 卫健 卫生 "
    "退役军人事务 应急管理 审计 外事 国有资产监督管理 国资 广播电视 新闻出版广电 体育 统计 市场监督管理 市场监管 工商行政管理 工商 "
    "质量技术监督 质监 食品药品监督管理 药品监督管理 药监 医疗保障 医保 乡村振兴 扶贫 林业和草原 林草 林业 气象 地震 邮政管理 税务 "
    "信访 能源 粮食和物资储备 粮食 文物 招商引资 民航 供销 铁路 通信管理 烟草专卖 外交 国防 监察 城市管理 城管 移民管理 知识产权"
)
_OFFICES = "委员会 管理局 办公室 厅 局 委 部"
_REGIONS = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 "
    "台湾 内蒙古 广西 宁夏 新疆 香港 澳门 深圳 广州 成都 西安 武汉 杭州 南京 厦门 西藏 中国 国家 全国 中央 中华 中共 国网 武警"
)
_ENDINGS = (
    "委员会 大学 学院 学校 中学 小学 幼儿园 专科学校 有限责任公司 股份有限公司 有限公司 公司 集团 银行 医院 协会 学会 联合会 基金会 科学院 "
    "研究所 研究院 研究中心 出版社 报社 电视台 电台 人民政府 政府 人民法院 法院 人民检察院 检察院 海关 总队 支队 联络组 工作队 援藏队 指挥部 "
    "博物馆 图书馆 档案馆 美术馆 管理处 党校 商会 组织部 宣传部 统战部 党委 纪委监委 纪委 监委 政协 人大常委会 管委会 分行 支行 "
    "合作社 剧团 歌舞团 市委 县委 区委 州委 省委 地委"
)
_WELL_KNOWN = (
    "国务院 中共中央 党中央 国家电网 国家能源集团 中国石油 中国石化 中国移动 中国电信 中国联通 中国铁塔 国铁集团 新华社 人民日报社 "
    "西藏日报社 中央电视台 中央广播电视总台 西藏矿业 西藏航空 西藏天路 国家发展改革委 国家发改委 全国人大常委会 全国人大 全国政协"
)
_FREE = ("大学", "有限公司", "股份有限公司", "有限责任公司", "集团", "银行", "公司")  # need no region before them
_STOPS = (
    r"[的了在与和及是向对为由从到将等把被让于以该这某各本两其来据经赴往给请使用有至得每即就还也都又如他她我些、]"
    r"|前往|考入|考上|进入|走进|联合|位于|毕业|记者|访问|会同|邀请|成立|支持|依托|协调|通过|目前|日前|同时|成为|参观|新建|建设|负责人|当地"
    r"|(?<!第)[一二三四五六七八九十几数\d]+[所家个名位批]|获悉|派出|感谢|批准|加入|考察|走访|帮助|现任|担任|曾任|时任|介绍|开工|创办|[省市县州]级"
)
_NO_NAME = re.compile(
    "(?:[省市县区乡镇村分子母总新老大小]|地区|上市|国有|国企|民营|有限|股份|责任|中心|人民|公立|重点|高等|职业|旅游|基层|区外|商业|综合|专业|企业)*"
)
_HAN = re.compile("[\u3400-\u9fff]*$")
_GENERIC_CITY = re.compile("[\u3400-\u9fff]{2}[省市县区]$")


@cache
def _regions() -> frozenset[str]:
    told = fold(_REGIONS).split()
    levels = ("自治区", "省", "市", "县", "区", "州", "地区")
    return frozenset({*gazetteer(), *told, *(name + level for name in told for level in levels[:3]), *levels})


@cache
def _region() -> re.Pattern[str]:
    return re.compile(any_of(_regions()))


_DEPARTMENT = re.compile(f"(?:{any_of(fold(_MATTERS).split())})(?:{any_of(fold(_OFFICES).split())})(?![长员队门分落])")
_ENDING = re.compile(f"(?:{any_of(fold(_ENDINGS).split())})(?![生长员们])")
_KNOWN = re.compile(any_of(fold(_WELL_KNOWN).split()))
_STOP = re.compile(fold(_STOPS))


def find(folded: str, text: str) -> Iterator[Figure]:
    """In the order of the text; of names in one another the longest."""
    spans = [match.span() for match in _KNOWN.finditer(folded)]
    spans += ((_behind_regions(folded, match.start()), match.end()) for match in _DEPARTMENT.finditer(folded))
    for match in _ENDING.finditer(folded):
        if (start := _beginning(folded, match)) is not None:
            spans.append((start, match.end()))
    last = 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= last:
            last = end
            yield Figure("institution", start, end, text[start:end], Name(folded[start:end]))


def _behind_regions(folded: str, start: int) -> int:
    """Where the regions before a name begin: 西藏自治区山南市教育局."""
    while True:
        sizes = (size for size in range(min(9, start), 0, -1) if folded[start - size : start] in _regions())
        size = next(sizes, 3 if _GENERIC_CITY.search(folded, max(0, start - 3), start) else 0)
        if not size:
            return start
        start -= size


def _beginning(folded: str, ending: re.Match[str]) -> int | None:
    """Where a name with this ending begins: at the first region, else behind what can be no name."""
    end = ending.start()
    if ending[0] in ("市委", "县委", "区委", "州委", "省委", "地委"):
        end += 1
    low = _HAN.search(folded, max(0, end - _LONGEST), end)
    first = low.start() if low else end
    regions = [match.span() for match in _region().finditer(folded, first, end)]
    stops = [
        stop.end()
        for stop in _STOP.finditer(folded, first, end)
        if not any(start <= stop.start() < last for start, last in regions)
    ]
    first = max(stops, default=first)
    started = next((start for start, _last in regions if start >= first), None)
    if started is not None:
        return started
    free = ending[0] in _FREE and 2 <= end - first <= 10 and not _NO_NAME.fullmatch(folded, first, end)
    return first if free else None
