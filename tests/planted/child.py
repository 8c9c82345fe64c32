"""``python -m tests.planted.child``: plants bugs, each in a process of its own, and looks.

In, on each line: the name of a bug and its catcher as JSON.  Out, on each line: where the bug
shows, and how; ``null`` if it does not.  The catcher, where it showed the last time, is looked at
first: a question of the battery, or a test.  Then come the battery and the tests.  What the tests
import of others is imported once, before the processes part.  The source on disk stays as it is.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from types import CodeType, ModuleType

import pytest

from .bugs import BUGS, ROOT, Bug

BATTERY_SECONDS, TEST_SECONDS = 60, 240
"""Of processor time, about six times what they take; then the process is ended by a signal."""
TESTS = {
    "tensors": (
        "tests/tensors",
        "tests/adversary/test_attacks.py",
        "tests/adversary/test_reach.py",
    ),
    "check": ("tests/check", "tests/adversary/test_attacks.py", "tests/adversary/test_reach.py"),
    "scalars": ("tests/scalars/test_scalar_table.py", "tests/tensors"),
}
"""By side of the bug, where the tests of the rules are."""
OF_OTHERS = ("hypothesis", "mpmath", "numpy", "sympy")
FIRST = {
    "tensors/functions.py": ("powers", "square", "random", "library"),
    "tensors/rebuild.py": ("powers", "library", "random"),
    "tensors/steps.py": ("powers", "square", "order"),
    "tensors/sign.py": ("powers", "square", "order"),
    "tensors/relations.py": ("square", "powers", "random"),
    "tensors/partial_fractions.py": ("square", "powers"),
    "tensors/vanishing.py": ("order",),
    "tensors/adjoint.py": ("indexed", "networks"),
    "tensors/prove.py": ("indexed", "networks"),
    "check/tape.py": ("own_functions", "networks", "indexed"),
    "check/axes.py": ("indexed", "networks", "own_functions"),
    "check/evaluate.py": ("indexed", "networks", "own_functions"),
    "check/domains.py": ("own_functions", "powers", "order"),
    "check/shape.py": ("small_models", "indexed", "random"),
    "check/signs.py": ("powers", "order"),
    "check/order.py": ("order",),
}
"""By file of the bug, groups of the battery that are likely to catch it."""


class _Planted(SourceFileLoader):
    """Loads a module from another text than that of its file."""

    def __init__(self, module: str, path: str, text: str) -> None:
        super().__init__(module, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.text.encode(), self.path)


class _Finder(MetaPathFinder):
    """Finds one module with a bug in it."""

    def __init__(self, bug: Bug) -> None:
        if bug.path.suffix == ".py":
            path, text = bug.path, bug.planted()
        else:  # data that is read by the one module that names it
            path = bug.path.with_name("table.py")
            read = f'Path(__file__).with_name("{bug.path.name}").read_text(encoding="utf-8")'
            source = path.read_text(encoding="utf-8")
            if source.count(read) != 1:
                raise ValueError(f"{path.name} reads {bug.path.name} in another way: {read}")
            text = source.replace(read, repr(bug.planted()))
        parts = path.relative_to(ROOT).with_suffix("").parts
        self.module = ".".join(parts)
        self.loader = _Planted(self.module, str(path), text)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(fullname, self.loader) if fullname == self.module else None


class _First:
    """A plugin of pytest that keeps the first failure."""

    def __init__(self) -> None:
        self.found: tuple[str, str] | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._keep(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._keep(report)

    def _keep(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and self.found is None:
            self.found = (report.nodeid, str(report.longreprtext).strip().splitlines()[-1])


def in_battery(question: str, first: Sequence[str] = ()) -> tuple[str, str] | None:
    """The first wrong answer: question and how."""
    signal.setitimer(signal.ITIMER_VIRTUAL, BATTERY_SECONDS)
    from .battery import first_error

    try:
        error = first_error(question, first)
    except Exception as error:
        return question, f"crash ({type(error).__name__})"
    return error and (error.question, error.how)


def in_tests(*tests: str) -> tuple[str, str] | None:
    """The first test that fails: its name and how."""
    signal.setitimer(signal.ITIMER_VIRTUAL, TEST_SECONDS)
    first = _First()
    options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    with contextlib.redirect_stdout(io.StringIO()):
        status = pytest.main([*options, *tests], plugins=[first])
    if status in (
        pytest.ExitCode.OK,
        pytest.ExitCode.USAGE_ERROR,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        return None
    return first.found or ("", f"pytest ends with {status}")


def shown(bug: Bug, catcher: str) -> tuple[str, str] | None:
    """Where and how the bug that is planted here shows."""
    if catcher:
        found = in_tests(catcher) if "::" in catcher else in_battery(catcher)
        if found:
            return found
    return in_battery("", FIRST.get(bug.file, ())) or in_tests(*TESTS[bug.side])


def looked_at(name: str, catcher: str) -> tuple[str, str] | None:
    """Plants a bug here; whoever asks does so in a process that ends with the answer."""
    (bug,) = (bug for bug in BUGS if bug.name == name)
    sys.meta_path.insert(0, _Finder(bug))
    return shown(bug, catcher)


def parted(name: str, catcher: str) -> tuple[str, str] | None:
    """The same in a new process, whose end by a signal shows the bug as well."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reader)
        with os.fdopen(writer, "w", encoding="utf-8") as answer:
            json.dump(looked_at(name, catcher), answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as answer:
        text = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status < 0:
        return catcher, f"the process ends with signal {-status}"
    where_and_how: tuple[str, str] | None = json.loads(text)
    return where_and_how


def main() -> int:
    os.chdir(ROOT)
    for module in OF_OTHERS:
        import_module(module)
    for line in sys.stdin:
        name, catcher = json.loads(line)
        print(json.dumps(parted(name, catcher)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
