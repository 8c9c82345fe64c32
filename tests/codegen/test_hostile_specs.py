"""Specs that are made to hurt: each ends at once with one line, and nothing is written."""

from __future__ import annotations

import os
import time

import pytest

import codegen
from codegen.spec import SpecError, parse

GOOD = """
name = "digits"
input = 7
loss = "cross_entropy"
[[layer]]
units = 5
activation = "relu"
[[layer]]
units = 3
activation = "softmax"
[training]
optimizer = "adam"
"""
SECONDS = 2.0


def put(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def activation(formula: str, more: str = "", name: str = "mine") -> str:
    text = put('"relu"', f'"{name}"')
    return f'{text}[activations.{name}]\nformula = "{formula}"\n{more}'


def constant(name: str, value: str = "1.0") -> str:
    return activation(f"{name}*x", f"[activations.mine.parameters]\n{name} = {value}\n")


def tower(function: str, height: int) -> str:
    return f"{function}(" * height + "x" + ")" * height


def layers(count: int) -> str:
    one = '[[layer]]\nunits = 1\nactivation = "tanh"\n'
    return f'name = "d"\ninput = 1\nloss = "mse"\n{one * count}'


HOSTILE = {
    "nothing": "",
    "zero bytes": "\0" * 10,
    "byte order mark": "\ufeff" + GOOD,
    "arrays in arrays": "a = " + "[" * 100_000,
    "tables in tables": "a = " + "{a = " * 50_000,
    "a long number": put("units = 5", "units = 1" + "0" * 4_400),
    "a long hexadecimal number": put("units = 5", "units = 0x" + "f" * 5_000),
    "twenty thousand layers": layers(20_000),
    "one layer too many": layers(101),
    "wide layers": layers(3).replace("units = 1", "units = 1000000"),
    "a wide input": put("input = 7", "input = 1000001"),
    "negative": put("units = 5", "units = -5"),
    "not a number": put("units = 5", "units = nan"),
    "infinite": put('"adam"', '"adam"\nlearning_rate = 1e400'),
    "denormal": put('"adam"', '"adam"\nlearning_rate = 1e-320'),
    "a rounded epsilon": put('"adam"', '"adam"\nepsilon = 1e-400'),
    "a small scale": put("input = 7", "input = 7\ninput_scale = 1e-320"),
    "a large scale": put("input = 7", "input = 7\ninput_scale = 1e308"),
    "a large penalty": put("input = 7", "input = 7\nl2 = 1e308"),
    "a letter of another script": put('"digits"', '"d\u00efgits"'),
    "__init__": put('"digits"', '"__init__"'),
    "__main__": put('"digits"', '"__main__"'),
    "_": put('"digits"', '"_"'),
    "a device": put('"digits"', '"con"'),
    "a device in capitals": put('"digits"', '"NUL"'),
    "numpy": put('"digits"', '"numpy"'),
    "sklearn": put('"digits"', '"sklearn"'),
    "a test": put('"digits"', '"test_digits"'),
    "None": put('"digits"', '"None"'),
    "an absolute path": put('"digits"', '"/tmp/digits"'),
    "a path upwards": put('"digits"', '"../digits"'),
    "a path with other slashes": put('"digits"', '"..\\\\digits"'),
    "a line break": put('"digits"', '"a\\nb"'),
    "a zero byte in a name": put('"digits"', '"a\\u0000b"'),
    "a template": put('"digits"', '"{{7*7}}"'),
    "text turned round": put("input = 7", 'input = 7\ndescription = "a\\u202Eb"'),
    "a long text": put("input = 7", f'input = 7\ndescription = "{"x" * 5_000}"'),
    "a large power": activation("x^1000000000"),
    "powers of powers": activation("x^16^16^16"),
    "a negative power": activation("x^-1000000000"),
    "a large number": activation("1e999999999*x"),
    "a small number": activation("x+1e-999999999"),
    "many digits": activation("x*" + "9" * 900),
    "many brackets": activation("(" * 400 + "x" + ")" * 400),
    "exponentials of exponentials": activation(tower("exp", 6)),
    "thirty tanh": activation(tower("tanh", 30)),
    "six tanh": activation(tower("tanh", 6)),
    "a long product": activation("*".join(["(1+x)"] * 100)),
    "a division by zero": activation("x/0"),
    "a hidden division by zero": activation("1/(x-x)"),
    "no dependence": activation("3"),
    "a call": activation("__import__('os').system('id')"),
    "an attribute": activation("x.__class__"),
    "two statements": activation("x;import os"),
    "a lambda": activation("lambda: x"),
    "an infinite constant": constant("a", "inf"),
    "a constant that is none": constant("a", "nan"),
    "a large constant": constant("a", "1e308"),
    "a function as a constant": constant("exp"),
    "a keyword as a constant": constant("lambda"),
    "the name of the cost": activation("x^3", name="cost"),
    "the name of the forward pass": activation("x", name="forward"),
    "the name of a derivative": activation("x", name="tanh_prime"),
    "the name of a keyword": activation("x", name="lambda"),
    "the name of the library": activation("x", name="relu"),
    "many formulas": GOOD + "".join(f'[activations.a{k}]\nformula = "x"\n' for k in range(3_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_one_line_at_once(text):
    started = time.process_time()
    with pytest.raises(SpecError) as caught:
        parse(text.encode(), "net.toml")
    assert time.process_time() - started < SECONDS
    message = str(caught.value)
    assert message.startswith("net.toml: ")
    assert "\n" not in message
    assert len(message) < 400


def test_files_that_are_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "long").write_bytes(b"#" * 1_000_001)
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\0x")
    for path in (*sorted(tmp_path.iterdir()), tmp_path, tmp_path / "none", "/dev/zero"):
        with pytest.raises(SpecError) as caught:
            codegen.generate(type(tmp_path)(path), tmp_path / "out")
        assert str(path) in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_a_linear_formula_is_emitted(tmp_path):
    (tmp_path / "net.toml").write_text(constant("np", "2.0"))
    assert codegen.generate(tmp_path / "net.toml", tmp_path)
