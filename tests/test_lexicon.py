"""The user's own lexicon, and the new words that are proposed for it."""

from __future__ import annotations

import json
import logging
import random
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from archive.article import Article
from archive.errors import UsageFault
from archive.lock import exclusive
from archive.settings import load
from archive.store import ArticleStore
from indexer.text import lexicon
from indexer.text.analyzer import Analyzer, fold
from indexer.text.analyzer import lexicon as shipped
from indexer.text.lexicon import Line, differ, merged, own, read, with_word, without, write
from indexer.text.new_terms import new_terms, texts
from tests.support.program import Wencang
from tests.support.sample import ANALYZER, TEXTS

SHIPPED = "山南市"  # in indexer/text/words.txt

# The file


def test_what_a_line_may_be(tmp_path: Path) -> None:
    text = "\ufeff# 名称\r\n雲端牧歌\r\n格桑驿站 50  # 客栈\n\n-山南市\n5Ｇ牧场"
    (tmp_path / "lexicon.txt").write_text(text, encoding="utf-8", newline="")
    assert own(read(tmp_path)) == {
        "云端牧歌": Line("雲端牧歌\r", "云端牧歌"),
        "格桑驿站": Line("格桑驿站 50  # 客栈", "格桑驿站", 50),
        "山南市": Line("-山南市", "山南市", out=True),
        "5g牧场": Line("5Ｇ牧场", "5g牧场"),
    }
    assert read(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("云端 牧歌", "frequency"),
        ("云端 牧歌 3", "blank"),
        ("云端·牧歌", "not a word"),
        ("c++", "not a word"),
        ("café", "Latin"),
        ("-", "not a word"),
        ("——", "not a word"),
        ("云" * 17, "too long"),
        ("云端牧歌 0", "frequency"),
        ("云端牧歌 -1", "frequency"),
        ("云端牧歌 ²", "frequency"),
        ("云端牧歌 99999999999", "frequency"),
        ("-山南市 3", "frequency"),
    ],
)
def test_a_line_that_is_no_word_is_named_with_the_way_out(tmp_path: Path, bad: str, reason: str) -> None:
    (tmp_path / "lexicon.txt").write_text(f"# 词\n{bad}\n", encoding="utf-8")
    with pytest.raises(UsageFault, match=rf"lexicon\.txt:2: .*{reason}.*"):
        read(tmp_path)
    with pytest.raises(UsageFault, match=";"):
        merged(tmp_path)


def test_a_file_that_is_no_utf_8_is_named_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "lexicon.txt").write_bytes("# 词\n".encode() + "云端牧歌\n".encode("gb18030"))
    with pytest.raises(UsageFault, match=r"lexicon\.txt:2: is not valid UTF-8"):
        read(tmp_path)


def test_comments_and_order_stay(tmp_path: Path) -> None:
    text = "# 人名\n洛桑央吉\n\n# 项目\n格桑驿站 50\n"
    (tmp_path / "lexicon.txt").write_text(text, encoding="utf-8")
    lines = with_word(read(tmp_path), lexicon.typed(" 雲端牧歌 "))
    assert with_word(lines, lexicon.typed("云端牧歌")) == lines, "a word that is there is not doubled"
    write(tmp_path, lines)
    assert (tmp_path / "lexicon.txt").read_text(encoding="utf-8") == text + "雲端牧歌\n"
    write(tmp_path, without(without(read(tmp_path), "云端牧歌"), "格桑驛站"))
    assert (tmp_path / "lexicon.txt").read_text(encoding="utf-8") == "# 人名\n洛桑央吉\n\n# 项目\n"


def test_a_shipped_word_is_taken_out_and_put_back() -> None:
    out = without([], SHIPPED)
    assert [one.text for one in out] == [f"-{SHIPPED}"]
    assert without(out, SHIPPED) == out
    assert with_word(out, lexicon.typed(SHIPPED)) == []
    with pytest.raises(UsageFault, match="not in the lexicon"):
        without([], "云端牧歌")


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    write(tmp_path, [lexicon.typed("云端牧歌")])
    with pytest.raises(UsageFault):
        write(tmp_path, (lexicon.typed(word) for word in ("格桑驿站", "c++")))
    assert [one.word for one in read(tmp_path)] == ["云端牧歌"]


# The words together


def words_of(*lines: str, folder: Path) -> str:
    """The words that these lines of a lexicon make with the shipped ones."""
    write(folder, [lexicon.parse(one, one) for one in lines])
    return merged(folder)


def test_equal_lexicons_are_the_same_text(tmp_path: Path) -> None:
    assert merged(tmp_path) == shipped()
    lines = ["云端牧歌", "云端", "牧歌节 7", "-山南市", "# 词", "-卡若区"]
    rng = random.Random(3)
    some = {words_of(*rng.sample(lines, len(lines)), folder=tmp_path) for _again in range(20)}
    assert len(some) == 1
    assert not differ(words_of("雲端牧歌", folder=tmp_path), words_of("云端牧歌 # 同", folder=tmp_path))
    assert not differ(words_of(SHIPPED, folder=tmp_path), shipped())
    assert not differ(words_of("-云端牧歌", folder=tmp_path), shipped()), "taken out is what ships"
    for other in ("云端牧歌", f"{SHIPPED} 900", f"-{SHIPPED}"):
        assert differ(words_of(other, folder=tmp_path), shipped()), other


def test_a_word_that_is_taken_out_is_cut_as_jieba_would(tmp_path: Path) -> None:
    cut = Analyzer(words_of(f"-{SHIPPED}", folder=tmp_path)).words(f"在{SHIPPED}采访")
    assert SHIPPED in ANALYZER.words(f"在{SHIPPED}采访")
    assert SHIPPED not in cut


def test_a_frequency_that_is_not_given_is_the_one_jieba_suggests() -> None:
    jieba.setLogLevel(logging.CRITICAL)
    reference = jieba.Tokenizer()
    reference.initialize()
    words = ["牧歌", "云端牧歌", "格桑驿站", "云端牧歌节", "洛桑央吉家"]
    for word in words:
        reference.add_word(word, reference.suggest_freq(word))
    ours = Analyzer("".join(f"{word}\n" for word in words))
    for text in (*words, "在云端牧歌节上遇见洛桑央吉家的牧歌", "格桑驿站外云端牧歌"):
        assert [word for stretch in ours.cut(text) for word in stretch] == reference.lcut(text, HMM=False)


PIECES = [fold(text[at : at + 3]) for text in TEXTS[:9] for at in range(0, len(text) - 3, 3)]
WORDS = st.lists(st.sampled_from(list(filter(lexicon._WORD.fullmatch, PIECES))), min_size=1, max_size=4).map("".join)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lexicon")


@settings(max_examples=settings().max_examples // 4)  # each loads the dictionary anew: fewer, of more words
@given(st.lists(WORDS, min_size=1, max_size=24))
def test_each_word_comes_out_whole(folder: Path, words: list[str]) -> None:
    analyzer = Analyzer(words_of(*words, folder=folder))
    assert [word for word in words if list(analyzer.cut(word)) != [[word]]] == []
    assert all(map(analyzer.knows, words))


# New words

NAMES = ("云端牧歌", "雍措卓尕", "格珞驿站")
KNOWN = sorted({word for text in TEXTS for stretch in ANALYZER.cut(text) for word in stretch if len(word) == 2})


def invented(count: int = 60) -> list[str]:
    """Texts in which each of NAMES stands between words that change; in the first six as Traditional text has it."""
    rng = random.Random(4)
    some = []
    for n in range(count):
        name = NAMES[n % 3].replace("云", "雲").replace("驿", "驛") if n < 6 else NAMES[n % 3]
        one, other, third, last = rng.sample(KNOWN, 4)
        some.append(f"{one}{other}{name}{third}{last}。山间雪。水路，{other}{one}。")
    return some


def test_names_are_proposed_whole_and_as_printed() -> None:
    found = new_terms(invented, ANALYZER, 10)
    assert {fold(one.word): one.articles for one in found} == dict.fromkeys(NAMES, 20)
    assert {one.word for one in found} == {"雲端牧歌", "雍措卓尕", "格珞驛站"}
    assert all(one.word in one.example for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert new_terms(invented, ANALYZER, 2) == found[:2]


def test_what_is_one_word_already_is_not_proposed(tmp_path: Path) -> None:
    analyzer = Analyzer(words_of(NAMES[0], folder=tmp_path))
    assert {fold(one.word) for one in new_terms(invented, analyzer, 10)} == set(NAMES[1:])


def test_no_proposal_reaches_across_a_sign() -> None:
    apart = [text.replace(name[:2], name[:2] + "，") for text in invented() for name in NAMES if name in text]
    assert not {fold(one.word) for one in new_terms(lambda: apart, ANALYZER, 10)} & set(NAMES)


def test_a_few_articles_propose_nothing() -> None:
    assert new_terms(lambda: invented(6), ANALYZER, 10) == []
    assert new_terms(list, ANALYZER, 10) == []


def test_a_large_archive_is_counted_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = new_terms(invented, ANALYZER, 10)
    monkeypatch.setattr("indexer.text.new_terms._MAX_COUNTED", 150)
    assert [one.word for one in new_terms(invented, ANALYZER, 10)] == [one.word for one in whole]


def test_articles_with_the_same_text_count_once(store: ArticleStore) -> None:
    for n in range(9):
        store.put(Article(url=f"http://www.tibet.cn/{n}", title="云端牧歌", body="开演。", source=f"s{n}"))
    assert list(texts(store.changes())) == ["云端牧歌\n开演。"]


# The command


@pytest.fixture
def cut(wencang: Wencang, tmp_path: Path) -> Wencang:
    """The program, with an archive that it has indexed."""
    with ArticleStore.create(load(tmp_path / "data")) as store:
        for n, text in enumerate(invented()):
            store.put(Article(url=f"http://www.tibet.cn/{n}", title=f"题{n}", body=text))
    assert wencang("index").stderr == ""
    return wencang


DUE = "The whoosh index was built with another lexicon: `wencang index --rebuild` rebuilds it with the present one.\n"


def test_words_come_and_go_and_a_rebuild_is_due(cut: Wencang, tmp_path: Path) -> None:
    done = cut("lexicon", "add", "雲端牧歌", "格珞驿站 50", SHIPPED, "西藏")
    told = ["雲端牧歌: added", "格珞驿站 50: added", f"{SHIPPED}: is a word already", "西藏: is a word already"]
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, told, DUE)
    assert cut("lexicon", "add", "云端牧歌").stdout == "云端牧歌: is a word already\n"
    assert cut("lexicon", "remove", SHIPPED, "格珞驿站").stderr == DUE
    text = f"雲端牧歌\n-{SHIPPED}\n"
    assert (tmp_path / "data" / "lexicon.txt").read_text(encoding="utf-8") == text
    found = cut("云端牧歌", "--limit", "1")
    assert (found.returncode, found.stderr) == (0, "1 of 20 articles\n" + DUE)
    assert cut("index").stderr == DUE
    status = cut("status")
    assert (status.returncode, status.stdout.endswith(f"index whoosh: up to date\n{DUE}")) == (0, True)
    (told_json,) = map(json.loads, cut("status", "--json").stdout.splitlines())
    assert (told_json["indexes"], told_json["lexicon"]) == ({"whoosh": "up to date"}, {"whoosh": DUE.strip()})
    assert cut("index", "--rebuild").stderr == ""
    assert cut("lexicon", "list").stderr == ""
    assert json.loads(cut("status", "--json").stdout)["lexicon"] == {}
    explained = json.loads(cut("explain", "云端牧歌", "--json").stdout)
    assert [word["word"] for word in explained["words"]] == ["云端牧歌"]
    cut("lexicon", "add", "雍措卓尕")
    cut("lexicon", "remove", "雍措卓尕")
    assert cut("status").stdout.endswith("index whoosh: up to date\n"), "the same lexicon again"


def test_another_engine_is_named(cut: Wencang) -> None:
    pytest.importorskip("tantivy")
    assert cut("index", "--engine", "tantivy").returncode == 0
    told = cut("lexicon", "add", "云端牧歌").stderr.splitlines()
    assert [line.split()[1] for line in told] == ["tantivy", "whoosh"]
    assert "`wencang index --rebuild --engine tantivy`" in told[0]


def test_list(wencang: Wencang) -> None:
    assert "lexicon suggest" in wencang("lexicon", "list").stderr
    wencang("lexicon", "add", "云端牧歌", "格珞驿站 50")
    wencang("lexicon", "remove", SHIPPED)
    rows = [line.split() for line in wencang("lexicon", "list").stdout.splitlines()[1:]]
    assert rows == [["云端牧歌", "-", "own"], ["格珞驿站", "50", "own"], [SHIPPED, "-", "out"]]
    every = [json.loads(line) for line in wencang("lexicon", "list", "--all", "--json").stdout.splitlines()]
    assert every[:2] == [
        {"word": "云端牧歌", "frequency": None, "state": "own"},
        {"word": "格珞驿站", "frequency": 50, "state": "own"},
    ]
    assert len(every) == 2 + len(lexicon.shipped())


def test_suggest(cut: Wencang, tmp_path: Path) -> None:
    found = [json.loads(line) for line in cut("lexicon", "suggest", "--json").stdout.splitlines()]
    assert {fold(one["word"]) for one in found} == set(NAMES)
    assert [*found[0]] == ["word", "articles", "score", "example"]
    assert cut("lexicon", "suggest", "雍措卓尕", "--limit", "1").stdout.split()[3:5] == ["雍措卓尕", "20"]
    lines = cut("lexicon", "suggest").stdout.splitlines()
    assert len({cell_len(line[: line.index("20")]) for line in lines[1:]}) == 1, "columns stand under each other"
    cut("lexicon", "add", *NAMES[1:])
    with (tmp_path / "data" / "lexicon.txt").open("a", encoding="utf-8") as file:
        file.write(f"-{NAMES[0]}\n")
    nothing = cut("lexicon", "suggest")
    assert (nothing.returncode, nothing.stdout) == (1, "")


def test_alone_it_prints_its_help(wencang: Wencang) -> None:
    done = wencang("lexicon")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in ("add", "remove", "list", "suggest"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["add", "云端 牧 歌"], "云端 牧 歌: contains a blank"),
        (["add", "云端牧歌", "-c++"], "No such option"),
        (["add", "--", "-云端"], "-云端: is not a word"),
        (["add", "# 词"], "# 词: is not a word"),
        (["add", " "], "'': is not a word"),
        (["remove", "云端牧歌"], "云端牧歌: is not in the lexicon"),
        (["mend"], "No such command"),
    ],
)
def test_wrong_use_is_one_line_and_changes_nothing(
    wencang: Wencang, tmp_path: Path, arguments: list[str], told: str
) -> None:
    done = wencang("lexicon", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data" / "lexicon.txt").exists()


def test_a_bad_line_stops_a_rebuild_and_no_search(cut: Wencang, tmp_path: Path) -> None:
    (tmp_path / "data" / "lexicon.txt").write_text("云端牧歌\nc++\n", encoding="utf-8")
    for arguments in (["index", "--rebuild"], ["lexicon", "list"], ["lexicon", "add", "雪"], ["lexicon", "suggest"]):
        done = cut(*arguments)
        assert done.returncode == 2
        assert "lexicon.txt:2: " in done.stderr
    for answering in (["云端牧歌"], ["index"]):
        done = cut(*answering)
        assert done.returncode == 0
        assert "lexicon.txt:2: " in done.stderr
    assert "lexicon.txt:2: " in cut("status").stdout


def test_two_at_once_do_not_lose_a_word(wencang: Wencang, tmp_path: Path) -> None:
    with exclusive(tmp_path / "data" / "lexicon.lock"):
        assert wencang("lexicon", "add", "云端牧歌").returncode == 4
        assert wencang("lexicon", "remove", SHIPPED).returncode == 4
