"""The emitted ``runtime.py`` is the modules of `codegen.runtime`, joined."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from codegen.joining import ORDER, SOURCE, runtime_source


def names(text):
    return {
        node.name
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def imported(nodes):
    imports = [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    modules = {getattr(n, "module", None) or n.names[0].name for n in imports}
    return {m.split(".")[0] for m in modules} - set(sys.stdlib_module_names)


def test_nothing_is_lost_and_nothing_of_the_package_is_left():
    text = runtime_source()
    for name in ORDER:
        assert names((SOURCE / f"{name}.py").read_text()) <= names(text)
    assert "codegen" not in text
    tree = ast.parse(text)
    assert imported(tree.body) == imported(ast.walk(tree)) == {"numpy"}
    # by name, inside the one method that scikit-learn itself calls and where a picture is drawn
    by_name = sorted(part.split('"')[1] for part in text.split("import_module(")[1:])
    assert by_name == ["matplotlib", "matplotlib.figure", "sklearn.utils"]


def test_imports_are_sorted_and_used(tmp_path):
    path = tmp_path / "runtime.py"
    path.write_text(runtime_source())
    command = ["-m", "ruff", "check", "--isolated", "--select=F,I", "--line-length=100"]
    run = subprocess.run([sys.executable, *command, path], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout


@pytest.fixture
def package(tmp_path):
    """Writes a package of two modules; takes the text of the second."""

    def write(second):
        (tmp_path / "__init__.py").write_text('"""Both.\n"""\n')
        (tmp_path / "one.py").write_text('"""First: it."""\n\nimport os\n\n\nsep = os.sep\n')
        (tmp_path / "two.py").write_text(f'"""Second."""\n\n{second}\n')
        return tmp_path

    return write


def test_two_modules_become_one(package):
    text = runtime_source(
        package("import re, os\nfrom codegen.runtime.one import sep\n\nboth = os, sep, re"),
        ("one", "two"),
    )
    assert text.index("# -- first ---") < text.index("# -- second ---")
    assert text.count("import os") == text.count("import re") == 1
    space = {}
    exec(text, space)
    assert space["both"][1] == space["sep"]


@pytest.mark.parametrize(
    ("second", "order", "message"),
    [
        ("import os\n\nsep = 1", ("one", "two"), "one and two both define sep"),
        ("import os", ("one",), "got one; needs one, two"),
        ("from codegen.runtime.one import sep", ("two", "one"), "two needs codegen.runtime.one"),
    ],
)
def test_what_cannot_be_joined(package, second, order, message):
    with pytest.raises(ValueError, match=message):
        runtime_source(package(second), order)
