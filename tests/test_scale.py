"""The made articles of the scale benchmark, and the arithmetic of the plan."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.plan import Plan, backlog, cost, sizes
from bench.scale import Maker, about
from tests.support.sample import ARTICLES

MAKER = Maker(ARTICLES, seed=1)
_DAY = 24 * 60 * 60


@given(number=st.integers(0, 10**9))
def test_an_article_is_made_the_same_each_time_and_says_so(number: int) -> None:
    article = MAKER.article(number)
    assert article == Maker(ARTICLES, seed=1).article(number)
    assert article != Maker(ARTICLES, seed=2).article(number)
    assert article.rights.startswith("made by")
    assert article.url.split("/")[2].endswith(".made.example")
    assert article.title
    assert article.published
    assert 2009 <= article.published.year <= 2018


def test_articles_differ_and_are_as_long_as_real_ones() -> None:
    made = list(islice(MAKER.articles(), 500))
    assert len({article.id for article in made}) == len({article.digest for article in made}) == len(made)
    long, real = (sum(len(each.body) for each in some) / len(some) for some in (made, ARTICLES))
    assert 0.5 < long / real < 2
    assert {article.section for article in made} <= {article.section for article in ARTICLES}
    assert len({article.source for article in made}) == 6


def test_a_question_is_answered_by_the_article_that_it_was_made_of() -> None:
    made = list(islice(MAKER.articles(), 600))
    questions = about(made, 50)
    assert {len(questions.keywords), len(questions.headlines), len(questions.quotes), len(questions.dated)} == {50}
    published = {article.title: article.published for article in made}
    for headline, words, dated in zip(questions.headlines, questions.keywords, questions.dated, strict=True):
        asked, _blank, half = dated.partition(" 日期:")
        first, _dots, last = half.partition("..")
        day = published[headline]
        assert day
        assert (asked, first <= f"{day:%Y-%m}" <= last) == (words, True)
    texts = "\n".join(article.body for article in made)
    assert all(quote.strip('"') in texts for quote in questions.quotes)


@pytest.mark.parametrize("hosts", [1, 2, 5])
@given(sites=st.integers(1, 40), articles=st.integers(1_000, 200_000), puts=st.integers(2, 40))
def test_a_backlog_is_bound_by_sites_hosts_and_database(hosts: int, sites: int, articles: int, puts: int) -> None:
    plan = Plan(articles=articles, sites=sites, hosts=hosts, crawl=5.0, puts=puts)
    assert sum(sizes(plan)) == pytest.approx(articles)
    marks = list(backlog(plan))
    days = [taken for _share, taken in marks]
    assert [share for share, _taken in marks] == [0.5, 0.9, 0.99, 1.0]
    assert days == sorted(days)
    bound = max(max(sizes(plan)) * plan.delay, articles / (hosts * plan.crawl), articles / puts) / _DAY
    assert days[-1] >= bound * 0.999
    more = dict(backlog(replace(plan, hosts=hosts + 1)))
    assert more[1.0] <= days[-1] + 1 / 24  # a host holds a site for an hour, even one that shares too small a database


def test_a_sum_is_made_of_all_the_prices_or_left_open() -> None:
    plan = Plan()
    assert cost(plan, {"disk": None, "object": 1.0, "machine": None}).endswith("x MACHINE")
    whole = cost(plan, {"disk": 100.0, "object": 10.0, "machine": 1.0})
    expected = plan.copies * (plan.database + plan.engine) * 100 + plan.pages * 10 + plan.machines
    assert whole.endswith(f"= {expected:,.0f}")
