"""``python -m tests.pycode.adversary``: single edits of programs, judged by `derive` and by running.

Each edit is refuted, unproven, or a gradient that is right in fact: the edited program runs in
a process of its own and its gradients are compared with central differences of its cost. Exit
status 1 if one that is wrong is verified.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from derive.pycode import Code, open_code
from derive.verdict import Finding, Verdict

from .edits import edits

ROOT = Path(__file__).parents[2]
RUN = (
    "class_rows_labels", "dense_layer", "dictionary_columns", "layer_stages", "list_of_layers",
    "logistic_regression",
)  # fmt: skip
"""The programs of the corpus that the oracle knows how to call."""
CORPUS = [ROOT / "tests" / "code" / "right" / f"{name}.py" for name in RUN]


@dataclass
class Tally:
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Edits of which something wrong was verified, with their source."""


Shapes = dict[str, list[str | int]]


def truths(
    path: Path, sources: list[str], shapes: list[Shapes | None] | None = None
) -> list[dict[str, bool] | None]:
    """Which gradients of each source are right, by running it in another process.

    shapes: those of its arrays, where they are not those of the program that was edited.
    """
    shapes = shapes or [None] * len(sources)
    request = {"name": path.stem, "path": str(path), "sources": sources, "shapes": shapes}
    done = subprocess.run(
        [sys.executable, "-m", "tests.pycode.recipes"],
        input=json.dumps(request), capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    out = json.loads(done.stdout)
    assert isinstance(out, list)
    return out


def chosen(path: Path, count: int, seed: int) -> list[tuple[str, str]]:
    """Some edits of the mathematics of a program."""
    text = path.read_text()
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    names = frozenset(n.name for n in functions) - {"__init__"}
    return edits(text, names, count, f"{seed} {path.stem}")


def outcome(findings: tuple[Finding, ...], truth: dict[str, bool] | None) -> str:
    """What became of one edit; ``wrong`` if a gradient was verified that is none."""
    verified = [f.latex.split(":")[0] for f in findings if f.verdict == Verdict.VERIFIED]
    if not verified:
        verdicts = {f.verdict for f in findings}
        return "refuted" if Verdict.REFUTED in verdicts else "unproven"
    if truth is None:
        return "wrong"
    if any(not truth.get(name, all(truth.values())) for name in verified):
        return "wrong"
    if len(verified) == len(findings):
        return "equivalent"
    return "refuted" if Verdict.REFUTED in {f.verdict for f in findings} else "unproven"


def _shapes(code: Code) -> Shapes:
    """The shapes that the arrays of a program were found to have."""
    for group in code.groups:
        if group.understood.account is not None:
            leaves = group.understood.account.run.trace.leaves
            return {name: list(leaf.dims) for name, leaf in leaves.items()}
    return {}


def attack(path: Path, count: int, seed: int) -> Tally:
    """`count` edits of one program."""
    tally = Tally()
    picked = chosen(path, count, seed)
    for (label, source), first in zip(
        picked, truths(path, [source for _, source in picked]), strict=True
    ):
        code, truth = open_code(path.name, source, mends=False), first
        what = outcome(code.findings, truth)
        if what == "wrong":  # an edit of the forward pass may have given the arrays other shapes
            [truth] = truths(path, [source], [_shapes(code)])
            what = outcome(code.findings, truth)
        right = truth is not None and all(truth.values())
        tally.counts[
            what if not right or what in ("equivalent", "wrong") else f"{what}, right"
        ] += 1
        if what == "wrong":
            tally.wrong.append(f"{path.stem}: {label}: {truth}\n{source}")
    return tally


def _difference(path: Path, source: str) -> list[str]:
    """The lines that an edit changes."""
    old = ast.unparse(ast.parse(path.read_text())).split("\n")
    lines = difflib.unified_diff(old, source.split("\n"), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")][:8]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pycode.adversary", description=__doc__)
    parser.add_argument("--edits", type=int, default=40, help="of each program")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="programs whose names begin so")
    parser.add_argument("--show", action="store_true", help="print the sources that are wrong")
    args = parser.parse_args()
    total: Counter[str] = Counter()
    wrong = 0
    for path in CORPUS:
        if not path.stem.startswith(args.only):
            continue
        started = time.perf_counter()
        tally = attack(path, args.edits, args.seed)
        total += tally.counts
        seconds = time.perf_counter() - started
        print(f"{path.stem:40} {seconds:5.1f} s  {dict(sorted(tally.counts.items()))}", flush=True)
        for case in tally.wrong:
            wrong += 1
            print("WRONG", case.split("\n")[0], flush=True)
            if args.show:
                print("\n".join(_difference(path, case.split("\n", 1)[1])))
    print(sum(total.values()), "edits:", dict(sorted(total.items())))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
