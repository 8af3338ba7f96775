"""How many articles wencang finds in feeds and sitemaps, beside news-please, Fundus and trafilatura.

    python -m bench.feeds [--peers DIR] [--fundus DIR]

Each tool reads the same feeds and sitemaps, with its own functions and its own way of fetching where it has one, by a
proxy on this machine. The samples are of our own writing, after what sites send: every format, wrong content types,
gzip, GBK, marks and warnings before the first tag, missing ends, addresses in the guid. A sample's articles are known;
"wrong" are addresses that are not in it, as they would be requested. The peers (peers.txt, and fundus.txt, whose lxml
is an older one) are installed in DIR at first use.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from bench.extraction import installed, print_table
from crawler.http.replay import Reply, serving

ROOT = "http://www.example.com"  # not asked: the tools read it through a proxy on this machine
_FOLDER = Path(__file__).resolve().parent
_ITEMS = 6
_TOOLS = ("wencang", "news-please", "fundus", "trafilatura")


@dataclass(frozen=True)
class Sample:
    """What a site answers, and the articles in it."""

    name: str
    kind: str  # feed or sitemap
    body: bytes
    type: str
    articles: tuple[str, ...]
    path: str = ""

    @property
    def address(self) -> str:
        return "/" + (self.path or f"{self.name}.xml")


def urls(name: str, query: str = "") -> tuple[str, ...]:
    return tuple(f"/a/{name}/2023/0510/{number}.html{query}" for number in range(_ITEMS))


def samples(root: str) -> Iterator[Sample]:
    """The samples of a server with this address."""
    yield from _feeds(root)
    yield from _sitemaps(root)


def _feeds(root: str) -> Iterator[Sample]:
    def feed(name: str, text: str, *, type: str = "application/rss+xml", encoding: str = "utf-8", query: str = "",
             body: bytes | None = None, path: str = "") -> Sample:  # fmt: skip
        articles = tuple(root + url for url in urls(name, query))
        return Sample(name, "feed", body or text.encode(encoding), type, articles, path)

    def items(name: str, template: str, query: str = "") -> str:
        return "".join(template.replace("URL", root + url) for url in urls(name, query))

    item = "<item><title>牧民转场</title><link>URL</link><pubDate>Wed, 10 May 2023 08:00:00 +0800</pubDate></item>"
    xml = '<?xml version="1.0" encoding="utf-8"?>\n'
    rss = f'{xml}<rss version="2.0"><channel><title>频道</title><link>{root}/</link>' + "{}</channel></rss>"
    yield feed("rss2", rss.format(items("rss2", item)))
    yield feed("rss2-html", rss.format(items("rss2-html", item)), type="text/html")
    yield feed("rss2-plain", rss.format(items("rss2-plain", item)), type="text/plain; charset=iso-8859-1")
    yield feed("rss2-bom", "\ufeff" + rss.format(items("rss2-bom", item)))
    gbk = rss.format(items("rss2-gbk", item)).replace("utf-8", "GBK")
    yield feed("rss2-gbk", gbk, encoding="gbk", type="text/xml")
    yield feed("rss2-cdata", rss.format(items("rss2-cdata", item.replace("URL", "<![CDATA[URL]]>"))))
    yield feed("rss2-blanks", rss.format(items("rss2-blanks", item.replace("URL", "\n  URL\n"))))
    query = "?from=rss&id=1"
    loose = rss.format(items("rss2-loose", item, query))
    yield feed("rss2-loose", loose, query=query)
    yield feed("rss2-entity", rss.format(items("rss2-entity", item.replace("牧民", "A&nbsp;B &mdash; "))))
    yield feed("rss2-warning", "<b>Warning</b>: date() in rss.php\n" + rss.format(items("rss2-warning", item)))
    yield feed("rss2-cut", rss.format(items("rss2-cut", item)).removesuffix("</channel></rss>"))
    yield feed("rss2-control", rss.format(items("rss2-control", item.replace("牧民", "牧\x0b民"))))
    yield feed("rss2-guid", rss.format(items("rss2-guid", item.replace("link>", "guid>"))))
    relative = rss.format(items("rss2-relative", item)).replace(root + "/a/", "/a/")
    yield feed("rss2-relative", relative)
    yield feed(
        "rss2-gz", "", body=gzip.compress(rss.format(items("rss2-gz", item)).encode()), type="application/x-gzip"
    )
    doctype = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://www.example.com/rss-0.91.dtd">'
    )
    yield feed("rss091", rss.format(items("rss091", item)).replace(xml, xml + doctype).replace("2.0", "0.91"))
    rdf = (
        f'{xml}<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<channel rdf:about="{root}/"><title>频道</title><link>{root}/</link></channel>' + "{}</rdf:RDF>"
    )
    yield feed("rss1", rdf.format(items("rss1", item.replace("<item>", '<item rdf:about="URL">'))))
    time = "<updated>2023-05-10T08:00:00+08:00</updated>"
    entry = f"<entry><id>URL</id><title>牧民转场</title><link href='URL'/>{time}</entry>"
    atom = (
        f'{xml}<feed xmlns="http://www.w3.org/2005/Atom"><title>频道</title><link rel="self" href="{root}/self.xml"/>'
    )
    yield feed("atom", atom + items("atom", entry) + "</feed>", type="application/atom+xml")
    prefixed = (atom + items("atom-prefix", entry) + "</feed>").replace("xmlns=", "xmlns:a=")
    for tag in ("feed", "entry", "id", "title", "link", "updated"):
        prefixed = prefixed.replace(f"<{tag}", f"<a:{tag}").replace(f"</{tag}", f"</a:{tag}")
    yield feed("atom-prefix", prefixed, type="application/atom+xml")
    links = entry.replace(
        "<link", "<link rel='replies' href='URL#comments'/><link rel='enclosure' href='/x.mp3'/><link"
    )
    yield feed("atom-links", atom + items("atom-links", links) + "</feed>", type="application/atom+xml")
    rows = [{"id": str(n), "url": root + url, "title": "牧民转场"} for n, url in enumerate(urls("json"))]
    text = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "频道", "items": rows})
    yield feed("json", text, type="application/feed+json", path="feed.json")


def _sitemaps(root: str) -> Iterator[Sample]:
    def sitemap(name: str, text: str, *, type: str = "application/xml", body: bytes | None = None, path: str = "",
                query: str = "", articles: tuple[str, ...] | None = None) -> Sample:  # fmt: skip
        expected = tuple(root + url for url in urls(name, query)) if articles is None else articles
        return Sample(name, "sitemap", body or text.encode(), type, expected, path)

    def of(name: str, template: str, query: str = "") -> str:
        return "".join(template.replace("URL", escape(root + url)) for url in urls(name, query))

    xml = '<?xml version="1.0" encoding="UTF-8"?>\n'
    spaces = (
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    )
    urlset = xml + f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{spaces}>' + "{}</urlset>"
    url = "<url><loc>URL</loc><lastmod>2023-05-10</lastmod></url>"
    yield sitemap("map", urlset.format(of("map", url)))
    yield sitemap("map-html", urlset.format(of("map-html", url)), type="text/html")
    yield sitemap("map-gz", "", body=gzip.compress(urlset.format(of("map-gz", url)).encode()),
                  type="application/x-gzip", path="map.xml.gz")  # fmt: skip
    yield sitemap("map-gz-plain", "", body=gzip.compress(urlset.format(of("map-gz-plain", url)).encode()),
                  type="text/xml", path="map-plain.xml.gz")  # fmt: skip
    news = (
        "<url><loc>URL</loc><news:news><news:publication><news:name>网</news:name></news:publication>"
        "<news:publication_date>2023-05-10T08:00:00+08:00</news:publication_date><news:title>牧民转场</news:title>"
        "</news:news></url>"
    )
    yield sitemap("map-news", urlset.format(of("map-news", news)))
    image = url.replace("<lastmod>", f"<image:image><image:loc>{root}/i.jpg</image:loc></image:image><lastmod>")
    yield sitemap("map-image", urlset.format(of("map-image", image)))
    yield sitemap("map-query", urlset.format(of("map-query", url, "?a=1&b=2")), query="?a=1&b=2")
    loose = of("map-loose", url, "?a=1&b=2").replace("&amp;", "&")
    yield sitemap("map-loose", urlset.format(loose), query="?a=1&b=2")
    prefixed = urlset.format(of("map-prefix", url)).replace("xmlns=", "xmlns:s=")
    for tag in ("urlset", "url>", "loc", "lastmod"):
        prefixed = prefixed.replace(f"<{tag}", f"<s:{tag}").replace(f"</{tag}", f"</s:{tag}")
    yield sitemap("map-prefix", prefixed)
    yield sitemap("map-old", urlset.format(of("map-old", url)).replace("www.sitemaps.org/schemas/sitemap/0.9",
                  "www.google.com/schemas/sitemap/0.84"))  # fmt: skip
    yield sitemap("map-cut", urlset.format(of("map-cut", url)).removesuffix("</urlset>"))
    yield sitemap("map-warning", "\n\n<b>Notice</b>: map.php\n" + urlset.format(of("map-warning", url)))
    yield sitemap("map-text", "\n".join(root + url for url in urls("map-text")), type="text/plain", path="map.txt")
    index = xml + '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'
    parts = "".join(
        f"<sitemap><loc>{root}/{part}</loc></sitemap>" for part in ("map.xml", "map-news.xml", "map.xml.gz")
    )
    within = tuple(root + url for name in ("map", "map-news", "map-gz") for url in urls(name))
    yield sitemap("index", index.format(parts), articles=within)
    yield sitemap("index-gz", "", body=gzip.compress(index.format(parts).encode()), type="application/gzip",
                  path="index.xml.gz", articles=within)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="DIR", type=Path, default=_FOLDER / ".peers")
    parser.add_argument("--fundus", metavar="DIR", type=Path, default=_FOLDER / ".fundus")
    asked = parser.parse_args()
    peers, fundus = installed(asked.peers), installed(asked.fundus, "fundus.txt")
    table = list(samples(ROOT))
    answers = {ROOT + sample.address: sample for sample in table}

    def answer(url: str) -> Reply:
        sample = answers.get(url)
        return (200, {"Content-Type": sample.type}, sample.body) if sample else (404, {}, b"")

    with serving(answer) as proxy:
        found = {tool: _run(tool, peers, fundus, proxy, table) for tool in _TOOLS}
    for kind in ("feed", "sitemap"):
        chosen = [sample for sample in table if sample.kind == kind]
        print(f"\n{len(chosen)} {kind}s with {sum(len(sample.articles) for sample in chosen)} articles")
        print_table(
            [("", "found", "missed", "wrong", f"whole {kind}s"), *(_row(tool, found[tool], chosen) for tool in found)]
        )
    fewer = [(tool, s.name) for s in table for tool in _TOOLS if _hits(found[tool], s) > _hits(found["wencang"], s)]
    print("\nfinds more than wencang: " + (", ".join(f"{tool} in {name}" for tool, name in fewer) or "none"))
    raise SystemExit(bool(fewer))


def _run(tool: str, peers: Path, fundus: Path, proxy: str, table: list[Sample]) -> dict[str, list[str]]:
    python = {"wencang": Path(sys.executable), "fundus": fundus}.get(tool, peers)
    asked = json.dumps([(sample.name, sample.kind, ROOT + sample.address) for sample in table])
    done = subprocess.run(
        [python, "-m", "bench.feed_readers", tool], input=asked, capture_output=True, text=True, cwd=_FOLDER.parent,
        env=os.environ | {"http_proxy": proxy, "no_proxy": ""},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{tool}: {done.stderr[-2000:]}")
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _hits(found: dict[str, list[str]], sample: Sample) -> int:
    return len(set(found[sample.name]) & set(sample.articles))


def _row(tool: str, found: dict[str, list[str]], chosen: list[Sample]) -> tuple[str, ...]:
    hits = [_hits(found, sample) for sample in chosen]
    missed = sum(len(sample.articles) for sample in chosen) - sum(hits)
    wrong = sum(len(set(found[sample.name]) - set(sample.articles)) for sample in chosen)
    whole = sum(count == len(sample.articles) for count, sample in zip(hits, chosen, strict=True))
    return tool, str(sum(hits)), str(missed), str(wrong), str(whole)


if __name__ == "__main__":
    main()
