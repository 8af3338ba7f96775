"""Generates the table of variant characters: `python -m indexer.text.variants > indexer/text/variants.txt`.

One pair per line: a Traditional or variant character and the one it is folded to. The pairs are
from OpenCC's dictionary of characters (Apache-2.0), which keeps the length of a text, and a few
that OpenCC omits because they are also used in Simplified Chinese.
"""

# 乾隆 and 瞭望 become 干隆 and 了望 in articles and in queries alike.
ALSO = """
著着 瞭了 覆复 藉借 甦苏 揹背 帐账 姪侄 妳你 祂他 牠它 彷仿 徬彷 搾榨 燄焰 砲炮 粧妆 餵喂 鑑鉴 痺痹 衞卫 〇零
"""


def table() -> dict[str, str]:
    """Each variant character with the one it is folded to; no value is itself a key."""
    from opencc import OpenCC

    simplified = OpenCC("t2s").convert
    blocks = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FA1F))
    characters = [chr(code) for first, last in blocks for code in range(first, last + 1)]
    pairs = {c: s for c in characters if len(s := simplified(c)) == 1 and s != c}
    pairs |= {pair[0]: pair[1] for pair in ALSO.split() if pair[0] != pair[1]}
    return {c: _last(pairs, s) for c, s in pairs.items() if _last(pairs, s) != c}


def _last(pairs: dict[str, str], character: str) -> str:
    seen = {character}
    while (following := pairs.get(character)) and following not in seen:
        seen.add(character := following)
    return character


if __name__ == "__main__":
    print("\n".join(character + simple for character, simple in sorted(table().items())))
