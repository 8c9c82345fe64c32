"""``NAME.py`` imports wherever it lies, with the ``runtime.py`` beside it and no other."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

import codegen
from tests.codegen.emitted_network import spec_text

FILE = """
import importlib.util, sys, types
sys.modules["runtime"] = types.ModuleType("runtime")
found = importlib.util.spec_from_file_location("anything", sys.argv[1] + "/net.py")
net = importlib.util.module_from_spec(found)
found.loader.exec_module(net)
"""
PACKAGE = """
import sys
sys.path.insert(0, sys.argv[1] + "/..")
import copied.net as net
from copied import runtime
assert net.runtime is runtime
"""
FOLDER = """
import sys
sys.path.insert(0, sys.argv[1])
import net, runtime
assert net.runtime is runtime
"""
ORPHAN = """
import importlib.util, sys
found = importlib.util.spec_from_file_location("no.such.package.net", sys.argv[1] + "/net.py")
net = importlib.util.module_from_spec(found)
found.loader.exec_module(net)
"""
USE = """
import numpy as np
X = np.linspace(-1, 1, 10).reshape(5, 2)
history = net.fit(net.init(0), X, [0, 2], epochs=2)
assert isinstance(history, net.runtime.History) and len(history.loss) == 2
import os
assert os.path.realpath(net.runtime.__file__) == sys.argv[1] + "/runtime.py"
try:
    net.Trainer(net.init(0), 2).step(X * np.nan, [0, 1])
except ValueError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A generated folder, copied to where nothing else is."""
    root = tmp_path_factory.mktemp("imports")
    (root / "net.toml").write_text(spec_text(dtype="float32"))
    codegen.generate(root / "net.toml", root / "out")
    return shutil.copytree(root / "out" / "net", root / "elsewhere" / "copied")


@pytest.mark.parametrize(
    "code",
    [FILE, PACKAGE, FOLDER, ORPHAN],
    ids=["file", "package", "folder", "orphan"],
)
def test_imported(folder, tmp_path, code):
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", code + USE, str(folder)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("X: got nan at [0, 0]")


@pytest.mark.parametrize("options", [(), ("-I",), ("-P",)], ids=["plain", "isolated", "safe"])
def test_run_as_a_script(folder, tmp_path, options):
    run = subprocess.run(
        [sys.executable, *options, str(folder / "net.py"), "predict", "nothing.csv"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 2
    assert run.stderr == "net.py: error: net.npz: No such file or directory\n"


def test_its_tests_run_isolated(folder, tmp_path):
    run = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(folder / "net.py"), "check"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_two_networks_keep_their_own_runtimes(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other")
    (other / "runtime.py").write_text((folder / "runtime.py").read_text() + "\nOTHER = True\n")
    code = f"""
import sys
sys.path.insert(0, {str(folder)!r})
import net as first
del sys.modules["net"]
sys.path.insert(0, {str(other)!r})
import net as second
assert second.runtime.OTHER and not hasattr(first.runtime, "OTHER")
"""
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
