"""``python -m tests.pycode.emitted_edits``: single edits of emitted modules, judged by running.

Each edit changes one place of what a module computes: its public functions, the mathematics, the
training step in its buffers, the update.  The edited module runs in a process of its own, and
output, loss, gradients and three training steps are compared with those of the module; one that
does something else must not be proved.  Exit status 1 if one is.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from codegen import building, proof, spec
from codegen.joining import runtime_source
from codegen.validation import reference
from derive.pycode import validate
from derive.pycode.reference import Reference
from tests.codegen.random_specs import random_spec

from .edits import edits
from .specs import emitted

ROOT = Path(__file__).parents[2]
GENERATED = sorted((ROOT / "generated").glob("*/*.toml"))
OUTSIDE = frozenset({"_runtime", "init", "fit", "save", "load"})
"""Functions that compute nothing: nothing is claimed of them."""
CLOSE = 1e-9
SECONDS = 5


def subject(path: Path) -> tuple[str, Reference]:
    """A module of ``generated/`` and what it has to compute."""
    built = building.build(spec.read(path))
    return path.with_suffix(".py").read_text(), reference(built, proof.gradients(built))


def chosen(source: str, count: int, seed: str) -> list[tuple[str, str]]:
    """Some edits of what a module computes."""
    functions = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef))
    return edits(source, frozenset(n.name for n in functions) - OUTSIDE, count, seed)


def attack(
    name: str, source: str, known: Reference, count: int, seed: int
) -> tuple[Counter[str], list[str]]:
    """How many edits do the same, are not proved, and proved but wrong; and the last of these."""
    picked = chosen(source, count, f"{seed} {name}")
    same = truths(source, [text for _, text in picked])
    counts: Counter[str] = Counter()
    wrong = []
    for (label, text), right in zip(picked, same, strict=True):
        if right:
            counts["equivalent"] += 1
        elif validate(text, known, first=True).proved:
            counts["wrong"] += 1
            wrong.append(f"{name}: {label}")
        else:
            counts["not proved"] += 1
    return counts, wrong


def truths(source: str, sources: list[str]) -> list[bool]:
    """Which sources do what the first one does, by running them in another process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.pycode.emitted_edits", "--child"],
        input=json.dumps([source, *sources]),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, list)
    return found


# -- the process in which they run --------------------------------------------------------------


def child() -> None:
    """Reads sources from stdin; prints for each but the first whether it does the same."""
    signal.signal(signal.SIGALRM, _late)
    first, *others = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "runtime.py").write_text(runtime_source())
        wanted = results(first, folder, 0)
        same = []
        for k, text in enumerate(others, 1):
            signal.alarm(SECONDS)
            try:
                same.append(_alike(results(text, folder, k), wanted))
            except BaseException:
                same.append(False)
            finally:
                signal.alarm(0)
    print(json.dumps(same))


def results(source: str, folder: Path, number: int) -> list[Any]:
    """What a module computes: output, loss, gradients, and losses and parameters of three steps."""
    path = folder / f"edited_{number}.py"
    path.write_text(source)
    description: Any = importlib.util.spec_from_file_location(path.stem, path)
    sys.modules[path.stem] = net = importlib.util.module_from_spec(description)
    out: list[Any] = []
    with np.errstate(all="ignore"):
        description.loader.exec_module(net)
        for m in (5, 3):
            params, X, Y, more = _batch(net, m)
            out.append(net.predict(params, X))
            out.append(net.loss(params, X, Y, *more))
            J, gradients = net.gradients(params, X, Y, *more)
            out += [J, *gradients, *params]
        trainer = net.Trainer(params, 5)
        for m in (5, 3, 5):
            _, X, Y, more = _batch(net, m)
            out.append(trainer.step(X.astype(params[0].dtype), Y, *more))
            out += [np.array(array) for array in trainer.params]
    return out


def _batch(net: Any, m: int) -> tuple[Any, Any, Any, list[Any]]:
    """Parameters and data from one seed, in float64; weights where the module takes them."""
    rng = np.random.default_rng(m)
    known = net.NETWORK
    drawn = {n: rng.uniform(-1, 1, shape) for n, shape in known.shapes.items()}
    drawn |= {n: np.abs(v) + 0.5 for n, v in drawn.items() if n.startswith("var")}
    X = rng.uniform(-1, 1, known.shape(known.features, m))
    Y = rng.uniform(0.1, 0.9, known.shape(known.outputs, m))
    if known.labels == "distribution":
        Y /= Y.sum(axis=1 - known.axis, keepdims=True)
    return net.Params(**drawn), X, Y, [rng.uniform(0, 2, m)] if hasattr(net, "_weights") else []


def _alike(found: list[Any], wanted: list[Any]) -> bool:
    return len(found) == len(wanted) and all(
        np.shape(a) == np.shape(b)
        and bool(np.all(np.abs(a - b) <= CLOSE * (1e-6 + np.max(np.abs(b), initial=0.0))))
        for a, b in zip(found, wanted, strict=True)
    )


def _late(*_: object) -> None:
    raise TimeoutError


# -- the command ----------------------------------------------------------------------------------


def main() -> int:
    """The command; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="modules, all if none is given")
    parser.add_argument("--edits", type=int, default=21, help="of each module")
    parser.add_argument("--random", type=int, default=12, help="modules of random specs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child()
        return 0
    total: Counter[str] = Counter()
    faults = 0
    committed = {path.stem: path for path in GENERATED}
    every = [*committed, *(f"random_{number}" for number in range(options.random))]
    for name in [n for n in every if n in options.names or not options.names]:
        if name in committed:
            source, known = subject(committed[name])
        else:
            number = name.removeprefix("random_")
            text = random_spec(random.Random(f"{options.seed}/{number}"), name)
            source, known = emitted(text)
        counts, wrong = attack(name, source, known, options.edits, options.seed)
        total += counts
        faults += len(wrong)
        print(f"{name:36} {dict(sorted(counts.items()))}", flush=True)
        for case in wrong:
            print("WRONG", case, flush=True)
    print(sum(total.values()), "edits:", dict(sorted(total.items())))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
