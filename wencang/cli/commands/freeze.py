"""Freeze a corpus, so that it can be cited, and check one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from gettext import gettext as _
from gettext import ngettext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive import settings
from archive.errors import UsageFault
from archive.escaping import printable
from archive.messages import of_error
from wencang.cli.commands import (
    CHECK,
    DONE,
    NOTHING,
    QUESTION,
    Engine,
    Json,
    Since,
    SourceName,
    Until,
    Words,
    articles_of,
    open_archive,
    open_index,
)
from wencang.cli.output import counting, print_json, say

if TYPE_CHECKING:
    from archive.article import Revision
    from archive.store import ArticleStore

app = typer.Typer()


@app.command(**QUESTION)
def freeze(
    ctx: typer.Context, query: Words = [],  # noqa: B006  # never changed
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help=_("The new folder."))] = None,
    text: Annotated[bool, typer.Option(help=_("With --no-text: addresses, titles, dates and digests only."))] = True,
    check: Annotated[Path | None, typer.Option(metavar="DIR", help=_("Check a corpus instead."))] = None,
    fill: Annotated[
        Path | None, typer.Option(metavar="DIR", help=_("Put the texts into a corpus that has none."))
    ] = None,
    source: SourceName = "", since: Since = "", until: Until = "", engine: Engine = "", as_json: Json = False,
) -> int:  # fmt: skip
    """Freeze the articles that a question finds as a corpus to be cited: a BagIt folder (RFC 8493).

    --check tells whether every byte of one is as it was, and what has become of its articles in this archive.

    Examples:
        wencang freeze 援藏 --until 2022 -o aid-corpus
        wencang freeze --check aid-corpus
    """
    if [bool(query), bool(check), bool(fill)].count(True) != 1:
        raise UsageFault("freeze", _("one of QUERY, --check and --fill is needed"))
    if check:
        return _check(ctx.obj, check, as_json)
    if not out:
        raise UsageFault("freeze", _("makes a folder"), _("name its place with -o"))
    with open_archive(ctx.obj) as store:
        if fill:
            return _fill(store, fill, out)
        filters = [("Source", source), ("Since", since), ("Until", until)]
        asked = [("Query", " ".join(query)), *((f"Query-{name}", value) for name, value in filters if value)]
        info = [*asked, *_versions(ctx.obj, store, engine)]
        revisions = articles_of(ctx.obj, store, query, source, since, until, engine)
        return _write(out, revisions, info, text)


def _versions(settings: settings.Settings, store: ArticleStore, engine: str) -> list[tuple[str, str]]:
    """What was asked of which state, and by what."""
    from hashlib import sha256

    from archive.proof.manifest import manifests, sha256_of

    with open_index(settings, engine) as index:
        lexicon = sha256(index.lexicon().encode()).hexdigest()
        indexed = index.position()
    info = [("Engine", engine or settings.engine), ("Lexicon-SHA256", lexicon), ("Index-Position", str(indexed))]
    info.append(("Archive-Sequence", str(store.sequence())))
    if newest := manifests(settings.data)[-1:]:
        info += [("Archive-Manifest", newest[0].name), ("Archive-Manifest-SHA256", sha256_of(newest[0]))]
    return info


def _write(out: Path, revisions: Iterator[Revision], info: Iterable[tuple[str, str]], whole: bool) -> int:
    from archive import clock
    from archive.disk import atomic_folder
    from archive.settings import version
    from wencang.desk.freeze import corpus

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageFault(out, _("is there already"), _("name a new folder with -o"))
    if not (first := next(revisions, None)):
        say(_("no articles: {path} was not written").format(path=out))
        return NOTHING
    now = clock.now()
    made = [("Bagging-Date", f"{now:%Y-%m-%d}"), ("Bag-Software-Agent", f"wencang {version()}")]
    frozen = [("Frozen", now.isoformat(timespec="seconds"))]
    try:
        with counting(_("articles")) as progress, atomic_folder(out) as new:
            count = corpus.freeze(new, _counted(chain([first], revisions), progress), chain(made, info, frozen), whole)
    except OSError as error:
        raise UsageFault(out, of_error(error), _("name another folder")) from error
    say(ngettext("{count} article in {path}", "{count} articles in {path}", count).format(count=count, path=out))
    return DONE


def _counted(revisions: Iterator[Revision], progress: Callable[[int], None]) -> Iterator[Revision]:
    for number, revision in enumerate(revisions, 1):
        progress(number)
        yield revision


def _is_whole(folder: Path) -> bool:
    """Whether a bag is as it was made; what is not is said."""
    from wencang.desk.freeze import bag

    if not folder.is_dir():
        raise UsageFault(folder, _("is no folder"))
    wrong = list(bag.faults(folder))
    for line in wrong:
        say(line)
    say(ngettext("{path}: {wrong} fault", "{path}: {wrong} faults", len(wrong)).format(path=folder, wrong=len(wrong)))
    return not wrong


def _check(settings: settings.Settings, folder: Path, as_json: bool) -> int:
    """Say what is wrong with a bag, and what became of its articles in the archive, if there is one."""
    from archive.database import FILE
    from wencang.desk.freeze import corpus

    if not _is_whole(folder):
        return CHECK
    if not (settings.data / FILE).exists():
        return DONE
    states = Counter[str]()
    with open_archive(settings) as store:
        for one, state, _kept in corpus.compare(store, corpus.read(folder)):
            states[state] += 1
            if as_json:
                print_json({"id": one.id, "url": one.url, "state": state})
            elif state != corpus.SAME:
                print(printable(f"{_(state)}  {one.id}  {one.url}"))
    say(_("in this archive: {states}").format(states=corpus.counted(states)))
    return DONE if states.keys() <= set(corpus.KEPT) else CHECK


def _fill(store: ArticleStore, folder: Path, out: Path) -> int:
    """Write a corpus with the texts that the archive has; what it has not is said."""
    from archive.proof.manifest import sha256_of
    from wencang.desk.freeze import bag, corpus

    if not _is_whole(folder):
        return CHECK
    lacking = 0

    def found() -> Iterator[Revision]:
        nonlocal lacking
        for one, state, revision in corpus.compare(store, corpus.read(folder)):
            if revision:
                yield revision
            else:
                lacking += 1
                say(f"{_(state)}: {one.id} {one.url}")

    def info() -> Iterator[tuple[str, str]]:  # read when the articles are written
        yield from (one for one in bag.read_info(folder) if one[0] not in corpus.OF_THIS_BAG)
        yield "Filled-From-SHA256", sha256_of(folder / bag.MANIFEST)
        if lacking:
            yield "Lacking", str(lacking)

    code = _write(out, found(), info(), whole=True)
    return CHECK if lacking else code
