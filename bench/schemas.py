"""Asks the HTTP API what its description allows, and what it forbids.

`python -m bench.schemas [--cases 2000]` makes an archive of the sample, asks with schemathesis, and prints each kind of
finding once: an answer of another shape, status or type than described, a fault of the program, a value that should
have been refused. Texts that the description can't tell from questions and days may be refused.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

import wencang
from wencang.web.app import create_app

HOST = {"Host": "127.0.0.1"}
_CONFIG = {
    "checks": {
        "positive_data_acceptance": {"enabled": False},  # few strings are valid dates or cursors
        "negative_data_rejection": {"expected-statuses": ["400", "404", "410", "414"]},
    }
}
_RARE = ("since", "until", "source", "section", "credit", "cursor")  # left out of most requests: few texts are valid


@dataclass(slots=True)
class Report:
    """Answers by status, and findings with their numbers."""

    statuses: Counter[int] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        return self.statuses.total()


def examine(app: Any, cases: int, known: Mapping[str, Sequence[str]]) -> Report:
    """Send this many generated requests, half of them valid; `known` has ids and questions that exist."""
    schema = schemathesis.openapi.from_asgi(
        "/openapi.json", app, config=schemathesis.Config.from_dict(_CONFIG), headers=HOST
    )
    operations = [operation for path in schema.values() for operation in path.values()]
    report = Report()
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _ask(operation.as_strategy(generation_mode=mode), mode, -(-cases // len(operations) // 2), known, report)
    return report


def _ask(
    strategy: st.SearchStrategy[Any], mode: GenerationMode, cases: int, known: Mapping[str, Sequence[str]],
    report: Report,
) -> None:  # fmt: skip
    @settings(
        max_examples=cases, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy, st.randoms(use_true_random=False))
    def ask(case: Any, random: Any) -> None:
        if mode is GenerationMode.POSITIVE and random.random() < 0.8:
            _make_likely(case, random, known)
        response = case.call(headers=HOST)
        report.statuses[response.status_code] += 1
        try:
            case.validate_response(response)
        except BaseExceptionGroup as failures:
            address = f"{case.method} {response.request.url}"
            report.findings.update(f"{address}: {failure}" for failure in failures.exceptions)

    ask()


def _make_likely(case: Any, random: Any, known: Mapping[str, Sequence[str]]) -> None:
    """Let a case be about what is in the archive."""
    for parameters in (case.path_parameters, case.query):
        for name in parameters.keys() & known.keys():
            is_list = isinstance(parameters[name], list)
            parameters[name] = random.sample(known[name], 2) if is_list else random.choice(known[name])
    for name in _RARE:
        if random.random() < 0.9:
            case.query.pop(name, None)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.schemas", description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000)
    wanted = parser.parse_args().cases
    with TemporaryDirectory() as folder, wencang.open(folder, {}) as archive:
        archive.import_(["data/sample"])
        archive.index()
        known = {"id": [r.article.id for r in archive.latest(limit=20)], "q": ["西藏", "援藏 招商引资", "唐卡 OR 藏戏"]}
        started = perf_counter()
        report = examine(create_app(archive), wanted, known)
        print(f"{report.cases} cases in {perf_counter() - started:.0f} s; answers by status: {dict(report.statuses)}")
    for finding, count in report.findings.most_common():
        print(f"{count} x {finding}")
    sys.exit(bool(report.findings))


if __name__ == "__main__":
    main()
