"""The runtime and a hand-written network, imported from a folder as an emitted one is."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from codegen.joining import runtime_source

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder with ``runtime.py`` and the network ``two_layer.py``."""
    path = tmp_path_factory.mktemp("emitted") / "two_layer"
    path.mkdir()
    (path / "runtime.py").write_text(runtime_source())
    shutil.copy(HERE / "two_layer.py", path)
    return path


@pytest.fixture(scope="session")
def emitted(folder):
    """Both modules: ``emitted.runtime`` and ``emitted.net``."""
    sys.path.insert(0, str(folder))
    try:
        names = ("runtime", "two_layer")
        before = {name: sys.modules.pop(name, None) for name in names}
        runtime, net = (importlib.import_module(name) for name in names)
        yield SimpleNamespace(runtime=runtime, net=net)
    finally:
        sys.path.remove(str(folder))
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
