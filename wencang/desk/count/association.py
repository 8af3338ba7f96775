"""Measures of association between a word and a part of the texts, as published; computed from counts alone.

A word occurs `here` times in a part of size `part`, and `there` times in the rest, of size `rest`. Sizes are
numbers of articles or of words, whichever were counted.
"""

from __future__ import annotations

from math import log, log2

_MOST_DICE = 14  # of two words that always occur together


def log_likelihood(here: int, part: int, there: int, rest: int) -> float:
    """G² of the 2×2 contingency table (Dunning 1993), negative where the word is rarer in the part than in the rest.

    Significant at the 5 % level from 3.84 on, at the 0.1 % level from 10.83 on.
    """
    total, word = part + rest, here + there
    cells = (
        (here, part, word), (part - here, part, total - word), (there, rest, word), (rest - there, rest, total - word),
    )  # fmt: skip
    g_squared = 2 * sum(count * log(count * total / (row * column)) for count, row, column in cells if count)
    return -g_squared if here * rest < there * part else g_squared


def log_ratio(here: int, part: int, there: int, rest: int) -> float:
    """Binary logarithm of the ratio of relative frequencies (Hardie 2014); a count of zero is taken as 0.5.

    1 is twice as frequent in the part, 3 eight times, -1 half as frequent.
    """
    return log2((here or 0.5) / part) - log2((there or 0.5) / rest)


def tf_idf(count: int, with_it: int, articles: int) -> float:
    """TF-IDF: occurrences in the part, times the logarithm of all articles over those with the word."""
    return count * log(articles / with_it)


def log_dice(together: int, first: int, second: int) -> float:
    """logDice of two words (Rychlý 2008): at most 14; one less means half as strongly associated."""
    return _MOST_DICE + log2(2 * together / (first + second))


def pmi(here: int, part: int, word: int, total: int) -> float:
    """Pointwise mutual information in bits: observed over expected co-occurrence (Church and Hanks 1990)."""
    return log2(here * total / (part * word))
