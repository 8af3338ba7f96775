"""Bytes to text: every encoding with and without its declaration, mixtures, damage, and what is refused."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import NotAnArticle
from archive.text.messages import Reason
from crawler.extract.encoding import decode
from crawler.extract.extractor import read
from tests.support.program import Wencang

TOLERATED = 3  # seconds; what is quadratic takes minutes
SIMPLIFIED = "雪山脚下的小学今年秋天换了新的锅炉，教室里第一次在十月就有了暖气，孩子们把羽绒服挂在墙上。"
TRADITIONAL = "雪山腳下的小學今年秋天換了新的鍋爐，教室裡第一次在十月就有了暖氣，孩子們把羽絨服掛在牆上。"
JAPANESE = (
    "雪山のふもとの小学校は今年の秋に新しいボイラーに換えた。教室には初めて十月に暖房が入り、子どもたちは喜んだ。"
)
KOREAN = (
    "설산 아래 초등학교는 올해 가을 새 보일러로 바꾸었다. 교실에는 처음으로 시월에 난방이 들어왔고 아이들은 기뻐했다."
)
FRENCH = (
    "À l’école du pied de la montagne enneigée, une chaudière a été installée : « il fait déjà très chaud en août »."
)
RUSSIAN = "В школе у подножия горы этой осенью поставили новый котёл, и дети впервые не мёрзнут на уроках в октябре."
TIBETAN = "གངས་རིའི་འདབས་ཀྱི་སློབ་ཆུང་ལ་ལོ་འདིའི་སྟོན་ཁར་ཐབ་ཀ་གསར་པ་བརྗེས་པ་རེད།"
TEXTS = {
    "utf-8": SIMPLIFIED,
    "utf-8-sig": SIMPLIFIED,
    "gb18030": SIMPLIFIED,
    "gbk": TRADITIONAL,
    "gb2312": SIMPLIFIED,
    "big5": TRADITIONAL,
    "big5hkscs": TRADITIONAL,
    "utf-16": SIMPLIFIED,
    "utf-16-le": SIMPLIFIED,
    "utf-16-be": SIMPLIFIED,
    "iso2022_jp": JAPANESE,
    "cp932": JAPANESE,
    "euc_jp": JAPANESE,
    "cp949": KOREAN,
    "cp1252": FRENCH,
}


def page(text: str, charset: str, times: int = 3) -> str:
    paragraphs = f"<p>{text}</p>\n" * times
    return f'<html><head><meta charset="{charset}"><title>{text[:14]}</title></head><body>{paragraphs}</body></html>'


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize(
    "charset", ["", "utf-8", "gb2312", "big5", "iso-8859-1", "euc-kr", "shift_jis", "x-unknown", "hex"]
)
def test_text_is_decoded_whatever_is_declared(encoding: str, charset: str) -> None:
    printed = page(TEXTS[encoding], charset)
    decoded = decode(printed.encode(encoding))
    assert (decoded.text, decoded.broken, decoded.doubtful) == (printed, 0, False)


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r"])
def test_cyrillic_is_decoded_where_it_is_declared(charset: str) -> None:
    printed = page(RUSSIAN, charset)
    assert decode(printed.encode(charset)).text == printed


@pytest.mark.parametrize(("encoding", "charset"), [("gbk", ""), ("gbk", "gb2312"), ("big5", "big5")])
def test_a_rare_word_is_decoded_as_declared(encoding: str, charset: str) -> None:
    printed = f"<meta charset='{charset}'><p>藏香</p>"
    assert decode(printed.encode(encoding)).text == printed


COMMON = st.text(
    st.characters(codec="gb2312", min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=0, max_size=30
)  # fmt: skip


@given(COMMON, COMMON, st.sampled_from([name for name, text in TEXTS.items() if text is SIMPLIFIED]))
def test_any_words_around_running_text_are_decoded(before: str, behind: str, encoding: str) -> None:
    printed = f"<p>{before}</p><p>{SIMPLIFIED * 3}</p><p>{behind}</p>"
    assert decode(printed.encode(encoding)).text == printed


FOOTER = "高原网版权所有 不得转载"


@pytest.mark.parametrize(
    ("encoding", "foreign", "footer"),
    [
        ("utf-8", "gbk", FOOTER),
        ("utf-8", "big5", "高原網版權所有 不得轉載"),
        ("gbk", "utf-8", FOOTER),
        ("big5", "utf-8", FOOTER),
        ("gbk", "utf-8", SIMPLIFIED * 2),
        ("utf-8", "gbk", SIMPLIFIED * 2),
    ],
)
def test_a_piece_in_another_encoding_is_decoded_by_itself(encoding: str, foreign: str, footer: str) -> None:
    text = TRADITIONAL if encoding == "big5" else SIMPLIFIED
    pieces = [page(text, "gb2312").encode(encoding), f"<div>{footer}</div>".encode(foreign)]
    assert decode(b"\n".join(pieces)).text == f"{page(text, 'gb2312')}\n<div>{footer}</div>"
    assert decode(b"\n".join(reversed(pieces))).text == f"<div>{footer}</div>\n{page(text, 'gb2312')}"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "big5", "cp932", "cp949"])
@pytest.mark.parametrize("script", ["var a = {b: 1}; " * 3000, "/* ok */" * 3000])
def test_scripts_in_the_middle_do_not_hide_the_text(encoding: str, script: str) -> None:
    text = TEXTS.get(encoding, SIMPLIFIED)
    printed = f"<title>{text}</title><script>{script}</script><p>{text}</p>"
    assert decode(printed.encode(encoding)).text == printed


@given(st.integers(0, 400), st.binary(min_size=1, max_size=3), st.sampled_from(["utf-8", "gb18030", "big5hkscs"]))
def test_broken_bytes_cost_no_more_than_their_paragraph(place: int, damage: bytes, encoding: str) -> None:
    text = TEXTS[encoding]
    paragraph = text.encode(encoding) * 3
    damaged = paragraph[:place] + damage + paragraph[place:]
    decoded = decode(page(text, "").encode(encoding) + b"<p>" + damaged + b"</p><p>" + paragraph + b"</p>")
    assert decoded.text.startswith(page(text, ""))
    assert decoded.text.endswith(f"<p>{text * 3}</p>")


def test_tibetan_with_a_broken_byte_is_not_doubted() -> None:
    whole = page(TIBETAN, "utf-8")
    decoded = decode(whole.encode() + b"<p>\xe0\xbd</p>")
    assert (decoded.text, decoded.encoding, decoded.doubtful) == (f"{whole}<p>\ufffd</p>", "utf-8", False)


def unknown(charset: str) -> bytes:
    """A page in an encoding that is not known: of old Tibetan or Uyghur fonts, say."""
    noise = random.Random(charset)
    paragraphs = (bytes(noise.choices(range(0xA1, 0xFF), k=120)) for _ in range(6))
    return f'<meta charset="{charset}"><title>x</title><h1>x</h1>'.encode() + b"".join(b"<p>" + p for p in paragraphs)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "x-user-defined", "iso-8859-6"])
def test_a_page_in_an_unknown_encoding_is_refused(charset: str) -> None:
    with pytest.raises(NotAnArticle) as refusal:
        read(unknown(charset), "http://example.cn/a.html")
    assert refusal.value.reason == Reason.UNKNOWN_ENCODING


def test_a_text_in_an_unknown_encoding_is_refused(tmp_path: Path, wencang: Wencang) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\n".join(RUSSIAN.encode("cp866") for _ in range(6)))
    done = wencang("extract", str(path))
    assert done.returncode == 1
    assert "its text is in an unknown encoding" in done.stderr


def test_a_picture_is_not_text() -> None:
    with pytest.raises(NotAnArticle, match="it is not text"):
        read(b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(4000), "http://example.cn/a.html")


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded(noise: bytes) -> None:
    decoded = decode(noise)
    assert decoded.broken <= decoded.text.count("\ufffd")


SENTENCE = SIMPLIFIED.encode("gbk")
HOSTILE = {
    "text-in-one-line": SENTENCE * 34_000,
    "text-in-pieces": (b"<p>" + SENTENCE + b"</p>\n") * 30_000,
    "utf-8-with-a-broken-byte": SIMPLIFIED.encode() * 22_000 + b"\xff",
    "mixed": (b"<p>" + SENTENCE + b"</p>" + SIMPLIFIED.encode()) * 13_000,
    "noise": random.Random(1).randbytes(3 << 20),
    "one-byte": b"\xff" * (3 << 20),
    "pieces-of-one-byte": b"\x81<" * (3 << 19),
    "pieces-of-one-character": "中<".encode("gbk") * (1 << 20) + b"\xff",
    "lines-of-two-encodings": ("中\n".encode("gbk") + "中国\n".encode()) * 300_000 + SENTENCE * 1000,
    "alternating": b"\x81a" * (3 << 19),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_large_page_is_decoded_in_bounded_time(name: str) -> None:
    start = time.process_time()
    decode(HOSTILE[name])
    assert time.process_time() - start < TOLERATED
