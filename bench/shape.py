"""Measures code, `python -m bench.shape [CHECKOUT]`: files by folder, lengths of functions, long parameter lists."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

_LEFT_OUT = {"tests", "bench", "data", "docs", "build"}  # and folders that begin with a dot
_MANY = 6  # parameters


@dataclass(frozen=True, slots=True)
class Function:
    """`lines` from `def` to the last statement; `parameters` without self and cls."""

    file: Path
    name: str
    lines: int
    parameters: int


def files(checkout: Path) -> dict[Path, ast.Module]:
    """The program's files, by their paths in the checkout."""
    paths = (path.relative_to(checkout) for path in sorted(checkout.rglob("*.py")))
    ours = (path for path in paths if path.parts[0] not in _LEFT_OUT and path.parts[0][0] != ".")
    return {path: ast.parse((checkout / path).read_text(encoding="utf-8")) for path in ours}


def functions(file: Path, tree: ast.Module) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = node.args
            names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg) if each]
            parameters = len([name for name in names if name not in ("self", "cls")])
            yield Function(file, node.name, (node.end_lineno or 0) - node.lineno + 1, parameters)


def imported_lines(tree: ast.Module) -> int:
    """The lines of import statements, lazy ones too."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return sum((node.end_lineno or 0) - node.lineno + 1 for node in imports)


def report(checkout: Path) -> Iterator[str]:
    trees = files(checkout)
    yield "files by folder:"
    for folder, count in sorted(Counter(str(path.parent) for path in trees).items()):
        yield f"  {count:3}  {folder}"
    every = [function for path, tree in trees.items() for function in functions(path, tree)]
    lengths = [function.lines for function in every]
    yield f"functions: {len(every)}, median {median(lengths):.0f} lines, p90 {quantiles(lengths, n=10)[-1]:.0f}"
    many = [function for function in every if function.parameters > _MANY]
    in_commands = [function for function in many if function.file.parent.name == "commands"]
    yield f"functions with more than {_MANY} parameters: {len(many)}, {len(in_commands)} of them in commands"
    for function in many:
        yield f"  {function.parameters:3}  {function.file}: {function.name}"
    commands = {path: tree for path, tree in trees.items() if path.parent.name == "commands"}
    lines = sum(len((checkout / path).read_text(encoding="utf-8").splitlines()) for path in commands)
    yield f"lines in commands: {lines}, {sum(map(imported_lines, commands.values()))} of them imports"


if __name__ == "__main__":
    print("\n".join(report(Path(sys.argv[1] if len(sys.argv) > 1 else "."))))
