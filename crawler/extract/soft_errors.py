"""Recognizes what servers send with status 200 in place of an article: block pages, captchas, logins, data.

An article about such pages stays one: it has a date or a credit, or is longer than such a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from archive.text.messages import Message, Reason

LONGEST = 300  # characters of running text
_LONGEST_TEXT = 200  # of a block that is looked at
_MOST_TEXT = 3_000
# One character for one: the patterns are in Simplified characters.
_SIMPLIFIED = str.maketrans(
    "訪問請網頁驗證碼錄登陸維護連結這個該刪閱內務統級暫無攔絕禁異開啟瀏覽點擊滑動輸過為後現轉發權進係設稿檔應對尋氣聯",
    "访问请网页验证码录登陆维护连结这个该删阅内务统级暂无拦绝禁异开启浏览点击滑动输过为后现转发权进系设稿档应对寻气联",
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# For each kind: what such a title consists of, and what such a text says. A text that says it is about "your" request
# or "this" page, which no news does.
_KINDS = (
    (Reason.CAPTCHA_PAGE, _any(
        r"(?:安全|人机|滑[动块]|身份|访问|百度安全|网站|行为|图形|系统)?验证(?:码|中心|页面?)?|(?:请?(?:输入|填写|完成))(?:安全|图形)?验证码?.{0,10}|环境异常",
        r"just\sa\smoment\W*|attention\srequired\W*.{0,20}|(?:security|human|robot|bot)\s(?:check|verification|challenge)|captcha|are\syou\s(?:a\s)?(?:human|robot)\W*|checking\syour\sbrowser.{0,20}",
        r".{0,6}(?:浏览器)?安全检查.{0,6}|正在检查.{0,12}",
    ), _any(
        r"(?:请|需要?|拖动|滑动|点击|完成|输入|进行).{0,14}(?:完成|通过|进行)?.{0,6}(?:安全|人机|滑[动块]|拼图|图形)?验证(?!.{0,8}(?:机构|报告))(?:码|，|,|。|后|以|才|方可|继续|$)",
        r"(?:确认|证明|验证)[您你](?:是|不是).{0,6}(?:真人|人类|机器人)|当前环境异常|请.{0,6}(?:开启|启用).{0,4}(?:javascript|cookie)",
        r"(?:verify|confirm|prove)\s(?:that\s)?you(?:'re|\sare)\s(?:a\s|not\sa\s)?(?:human|robot)|enable\s(?:javascript|cookies)|checking\syour\sbrowser|unusual\straffic|i'm\snot\sa\srobot",
        r"(?:正在)?(?:检查|检测|验证)[您你]的?浏览器|看不清.{0,4}换一张",
    )),
    (Reason.BLOCK_PAGE, _any(
        r".{0,12}(?:访问|请求|操作|链接|连接|IP|网页)(?:已|已经)?被?(?:拦截|阻断|拒绝|阻止|禁止|限制|封禁|屏蔽)(?:提示|页面?|了)?.{0,6}|(?:禁止|拒绝|限制)访问.{0,8}|访问(?:异常|受限|过于频繁|频繁|错误|失败|出错)|非法(?:访问|请求)|(?:安全|系统|网站|防火墙)?拦截(?:提示|页面|通知)?",
        r".{0,12}(?:网站|web|应用|云)?(?:防火墙|防护系统|安全狗|创宇盾|云盾|护卫神|云锁|waf).{0,12}",
        r"(?:\d{3}\W*)?(?:forbidden|access\sdenied|request\s(?:blocked|rejected|denied)|too\smany\srequests|not\sacceptable|blocked)\W*|(?:HTTP\W*)?40[135]|error\s1\d{3}.{0,40}",
    ), _any(
        r"[您你](?:所|当前|此次|本次)?的?.{0,8}(?:访问|请求|提交|操作|行为|IP|ip|网址|地址).{0,30}(?:阻断|拦截|阻止|拒绝|禁止|限制|封禁|屏蔽|威胁|攻击|非法|不合法|异常|频繁)",
        r"(?:访问|请求|操作)(?:已|已经)被?(?:网站管理员|管理员|防火墙|系统|安全)?.{0,6}(?:拦截|阻断|拒绝|阻止|屏蔽)|(?:访问|操作|请求|刷新)(?:过于|太过?)?频繁|(?:请求|事件|拦截|攻击|追踪)\s?(?:编号|ID)\s*[:：]",
        r"网站(?:安全狗|防火墙)|疑似.{0,6}(?:攻击|黑客|爬虫|机器)|存在.{0,6}(?:攻击|危险|恶意)(?:行为|代码|请求)",
        r"you\sdon't\shave\spermission\sto\saccess|you\shave\sbeen\sblocked|access\sdenied|request\s(?:was|has\sbeen)\s(?:blocked|rejected)|security\s(?:policy|service)|web\sapplication\sfirewall",
    )),
    (Reason.LOGIN_PAGE, _any(
        r"(?:用户|会员|账号|帐号|系统|请先?|后台|统一|身份|管理员?|立即)?(?:登录|登陆|登入)(?:注册|页面?|系统|界面|入口|平台|超时|提示|后台|/注册|认证|中心)?|统一身份认证.{0,8}|(?:会话|登录)(?:已)?(?:过期|超时)|(?:sign|log)\s?(?:in|on)|login",
    ), _any(
        r"(?:请|[您你]|需要?|必须|尚未|还没有?|未|先|重新)(?:先|用户|您)?.{0,6}(?:登录|登陆|登入)(?:后|再|才|系统|。|，|！|,|!|$)|(?:登录|登陆|登入)(?:后|才)[才可即方能继续查看阅读浏览访问]{1,6}",
        r"(?:用户名|账号|帐号|手机号).{0,30}(?:密码|口令)|(?:会话|登录)(?:状态)?(?:已经?)?(?:过期|超时|失效)|[您你](?:没有|无|暂无).{0,8}权限|仅限?.{0,8}(?:会员|内部|授权)(?:用户|人员)?(?:可|访问|查看|阅读)",
        r"please (?:log|sign) ?in|(?:log|sign) in to (?:continue|view|read)|session (?:has )?expired",
    )),
    (Reason.DELETED_PAGE, _any(
        r".{0,12}(?:页面?|网页|文章|内容|信息|新闻|稿件|文件|地址|帖子|主题|资源|栏目|链接)(?:已经?|可能|并)?(?:被.{0,6})?(?:不存在|不见了|丢失了?|走丢了?|没有找到|未找到|找不到了?|无法找到|删除|下线|下架|失效|过期|撤[回下稿销]|移除|无法(?:访问|显示|查看))了?.{0,6}",
        r".{0,8}(?:找不到|没有找到|未找到|无法找到|不存在).{0,10}(?:页面?|网页|文章|内容|信息|文件|资源|目录)?|(?:出错了?|错误|温馨|信息|系统)(?:提示|信息|页面?)?|(?:提示|出错)(?:信息|页面?)|抱歉.{0,10}|(?:参数|地址)(?:错误|有误).{0,6}",
        r"(?:HTTP\W*|error\W*)?(?:404|410)\b.{0,30}|(?:page|file|object|content|article)?\s?(?:is\s)?not\sfound.{0,20}|.{0,20}404|gone|oops\W*|page\s(?:does(?:n't|\snot)\sexist|unavailable)",
    ), _any(
        r"(?:[您你](?:所|要|想|正在|请求|浏览)?.{0,8}|[该此本这]篇?个?|当前|链接).{0,4}(?:页面?|网页|文章|内容|信息|新闻|稿件|文件|地址|网址|帖子|主题|资源|栏目|链接|公众号|账号|帐号).{0,14}(?:不存在|不见了|丢失|走丢|没有找到|未找到|找不到|无法找到|删除|下线|下架|失效|过期|撤[回下稿销]|移除|无法(?:访问|显示|查看)|停止访问|迁移|改名|移动)",
        r"(?:抱歉|对不起|很遗憾|哎呀|糟糕|sorry).{0,16}(?:不存在|不见了|丢失|走丢|没有找到|未找到|没找到|找不到|无法找到|删除|下线|下架|失效|过期|违规|错误|出错)",
        r"(?:找不到|没有找到|未找到|无法找到)(?:该|此|这个|相关|指定|[您你].{0,8}的?|请求的)?.{0,4}(?:页面?|网页|文章|文件|资源|信息|记录)|已停止访问该网页|(?:参数|ID)(?:错误|无效|不正确)|已被(?:发布者|作者|管理员|原作者)删除|因违规无法查看",
        r"(?:page|file|resource|url|article|content|object).{0,40}(?:not\s(?:be\s)?found|does(?:n't|\snot)\sexist|no\slonger\s(?:exists|available)|been\s(?:removed|deleted|moved))|\b404\b",
    )),
    (Reason.MAINTENANCE_PAGE, _any(
        r".{0,6}(?:网站|系统|本站|站点|服务器?|网页|页面)(?:正在|暂停|例行|临时|全面)?(?:服务)?(?:系统)?(?:升级|维护|改版|建设|检修|割接|关闭|停机|维修)(?:升级|维护|改版|建设)?(?:中|提示|页面?|期间)?|(?:正在)?(?:升级|维护|建设|改版|检修)(?:维护|改版|升级)?中|(?:网站|本站|系统|站点)(?:已|已经|暂时|临时)?(?:关闭|停止服务|停用|暂停(?:服务|访问)?).{0,4}|(?:系统|服务器?|网络)(?:繁忙|忙|错误|异常|出错|故障|不可用|无响应|内部错误).{0,6}|敬请期待",
        r"(?:HTTP\W*|error\W*)?50\d\b.{0,40}|(?:service|site|temporarily).{0,14}unavailable|bad\sgateway|gateway\stime-?out|(?:internal\s)?server\serror|(?:site\s|website\s|we(?:'ll|\swill)\sbe\s)?(?:under\s(?:maintenance|construction)|maintenance(?:\smode)?|be\sright\sback|back\ssoon)\W*|welcome\sto\snginx\W*|it\sworks\W*|iis\b.{0,20}|.{0,20}test\spage.{0,40}|error(?:\spage)?",
    ), _any(
        r"(?:网站|系统|本站|站点|服务器?|平台|页面?|网页).{0,4}(?:正在|正|目前|现|处于|进行|例行).{0,12}(?:维护|升级|改版|建设|检修|割接|维修)|(?:维护|升级|改版|建设|检修)(?:期间|中).{0,24}(?:不便|谅解|稍后|稍候|无法访问|暂停访问|敬请|关闭)",
        r"(?:请|敬请)?[您你]?.{0,4}(?:稍后|稍候|稍等|过一会儿?)(?:片刻)?[，,]?(?:再|重新|尝试)(?:试|次|来|访问|重试|刷新|尝试|操作|登录|打开)|(?:网站|本站|系统)(?:已|暂时|临时).{0,4}(?:关闭|停止|暂停)|服务(?:器)?(?:暂时)?(?:繁忙|不可用|无法处理|无响应|内部错误|开小差)|系统繁忙",
        r"(?:temporarily|currently)\sunavailable|under\smaintenance|try\sagain\slater|be\sright\sback|server\serror|web\sserver\sis\s(?:down|returning)|if\syou\ssee\sthis\spage,\sthe",
    )),
)  # fmt: skip


def kind_of(title: str, texts: Iterable[str], running: float, evidence: int) -> Message | None:
    """What a page is instead of an article; None if it may be one.

    `texts` are its texts outside links, `running` the characters of running text in them; `evidence`
    is how much speaks for an article: 1 for a printed date, 2 for a credit. A title that consists of
    the words of such a page, and a text that says what such pages say, count 1 against it each.
    """
    if running > LONGEST:
        return None
    title = _folded(title)
    parts = {part.strip(_PUNCTUATION) for part in (title, *re.split(r"[_|｜-]", title))} - {""}
    text = _folded("\n".join(text for text in texts if len(text) <= _LONGEST_TEXT)[:_MOST_TEXT])
    for reason, titled, said in _KINDS:
        is_titled = any(titled.fullmatch(part) for part in parts)
        if is_titled + bool(said.search(text)) > evidence:
            return reason
    return None


_PUNCTUATION = " !！。，,.…~～:：?？"


def _folded(text: str) -> str:
    return text.translate(_SIMPLIFIED)


_HTML = re.compile(r"[^\"'`]*<(?:!doctype|html|head|body)\b", re.IGNORECASE)  # not within a string of a script
_JSON = re.compile(r"\s*(?:[\w$.]{1,60}\s*\()?\s*(?:\[\s*)?\{\s*[\"'}]|\s*\[\s*[\"\d\[\]]")
_JAVASCRIPT = re.compile(
    r"\s*(?:/\*|//|[!;(]*function\b|(?:var|let|const|window|document|self|define|import|export|if|try)\b[\s.({\[]|[\"']use\sstrict|\(\(\)\s*=>|\$\()"
)
_CSS = re.compile(
    r"\s*(?:@(?:charset|import|media|font-face)\b|[\w.#*:, >\[\]=\"'-]{1,200}\{[^{}<]{0,400}:[^{}<]{0,400}[;}])"
)
_FEED = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<\?[^>]{0,400}>\s*|<!--.{0,400}?-->\s*|<!DOCTYPE rss[^>]{0,200}>\s*){0,8}"
    r"<(?:rss|feed|rdf:RDF|urlset|sitemapindex|opml|channel)[\s>]", re.DOTALL,
)  # fmt: skip
_HEAD = 4_000  # characters that tell what a file is


def format_of(source: str) -> str:
    """The name of a format that is not HTML; "" for HTML or an unknown one."""
    head = source[:_HEAD].lstrip("\ufeff")
    if _FEED.match(head):
        return "RSS"
    if _HTML.match(head) or head.lstrip()[:1] == "<":
        return ""
    if _JSON.match(head):
        return "JSON" if _is_json(source) or not _has_markup(head) else ""
    if _has_markup(head):
        return ""
    if _JAVASCRIPT.match(head):
        return "JavaScript"
    return "CSS" if _CSS.match(head) else ""


def _is_json(source: str) -> bool:
    try:
        json.loads(source)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True


def _has_markup(head: str) -> bool:
    return re.match(r"[^\"'<]*<(?:p|div|br|table|h\d|meta|title|script)\b", head, re.IGNORECASE) is not None
