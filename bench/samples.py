"""Makes tests/files: one page of our own, saved by each program whose files can be imported.

The PDFs of Chromium and LibreOffice, which hold fonts, go to build.

    python -m bench.samples SINGLE-FILE MONOLITH WACZ REPORTLAB-PYTHON

The arguments are the paths of single-file-cli, monolith and py-wacz, and of a Python that has reportlab; wget, chromium
and LibreOffice are those of the system.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parents[1] / "tests" / "files"
BUILD = Path(__file__).parents[1] / "build"
PORT = 18999
URL = f"http://127.0.0.1:{PORT}/xw/202105/c1.html"
TITLE = "雪山小学换上新锅炉"
LINES = (
    "雪山脚下的小学今年秋天换了新的锅炉，教室里第一次在十月就有了暖气，孩子们把羽绒服挂在墙上。",
    "校长介绍，工程由县里和对口支援的城市一起出资，总投资1260万元，施工队在暑假里赶了四十天，没有耽误开学。",
    "家长们说，过去冬天上课要戴着手套写字，现在作业本再也不会冻得发脆了。",
)
PAGE = (
    f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{TITLE}_高原网</title></head><body>'
    f"<h1>{TITLE}</h1><div>2021-05-03 10:20　来源：高原日报</div>"
    f"<div>{''.join(f'<p>{line}</p>' for line in LINES)}</div></body></html>"
)
PDF = f"""
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate
pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
style = ParagraphStyle("a", fontName="STSong-Light", fontSize=12, leading=18, wordWrap="CJK", firstLineIndent=24)
lines = {["2021-05-03 10:20　来源：高原日报", *LINES]!r}
SimpleDocTemplate("reportlab.pdf", title={TITLE!r}).build([Paragraph(line, style) for line in [{TITLE!r}, *lines]])
"""
CHROMIUM = "/usr/bin/chromium"


def main(single_file: str, monolith: str, wacz: str, python: str) -> None:
    HERE.mkdir(exist_ok=True)
    run = partial(subprocess.run, check=True, cwd=HERE)
    with TemporaryDirectory() as site:
        page = Path(site, "xw/202105/c1.html")
        page.parent.mkdir(parents=True)
        page.write_text(PAGE, encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", PORT), partial(SimpleHTTPRequestHandler, directory=site))
        Thread(target=server.serve_forever, daemon=True).start()
        run(["wget", "-q", "--warc-file=wget", "-O", "/dev/null", URL])
        run([wacz, "create", "-o", "py-wacz.wacz", "--detect-pages", "wget.warc.gz"])
        browser_of = f"--browser-executable-path={CHROMIUM}"
        run([single_file, URL, "singlefile.html", browser_of, '--browser-args=["--no-sandbox"]'])
        run([monolith, "-o", "monolith.html", URL])
        run([python, "-c", PDF])
        run(["soffice", "--headless", "--convert-to", "pdf:writer_web_pdf_Export", "--outdir", BUILD, page])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            tab = browser.new_page()
            tab.goto(URL)
            snapshot = tab.context.new_cdp_session(tab).send("Page.captureSnapshot", {"format": "mhtml"})
            Path(HERE, "chromium.mhtml").write_text(snapshot["data"], encoding="utf-8", newline="")
            tab.pdf(path=BUILD / "chromium.pdf", display_header_footer=True)
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:5])
