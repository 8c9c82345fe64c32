"""Array programs: each rule of the graph by numbers, and memory that is never overwritten early."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.buffers import Allocator
from codegen.forms import lower_form
from codegen.graph import ELEMENTWISE, Graph, PlanError, infix, level_of
from codegen.numpy_printer import statements

GRID = np.concatenate(
    [
        [0.0, -0.0, 5e-324, -5e-324, 1e-300, -1e-300, 709.0, -709.0, 745.0, -746.0, 1e300, -1e300],
        np.linspace(-40, 40, 81),
        np.random.default_rng(0).permutation(np.geomspace(1e-20, 700, 60)),
        -np.geomspace(1e-20, 700, 60),
    ]
)


def run(form, z, **constants):
    """A form through the graph and the printer, and as NumPy reads it."""
    graph = Graph()
    values = {"z": graph.input("z", ("n", "m"))}
    values |= {name: graph.const(repr(value)) for name, value in constants.items()}
    lines = statements(graph, lower_form(graph, form, values), "result =")
    printed = {"np": np, "z": z}
    exec("\n".join(lines), printed)
    plain = {"np": np, "z": z, **constants}
    *before, last = form.split(";")
    exec("\n".join([*(b.strip() for b in before), f"result = {last.strip()}"]), plain)
    return printed["result"], plain["result"], lines


def test_exponential_of_the_negative_part_is_bit_for_bit():
    """exp(min(z, 0)) = max(exp(-|z|), z >= 0), one exponential for both parts of a sigmoid."""
    found, expected, lines = run("np.exp(np.minimum(z, 0.0)) / (1.0 + np.exp(-np.abs(z)))", GRID)
    assert found.tobytes() == expected.tobytes()
    assert "\n".join(lines).count("np.exp(") == 1


@pytest.mark.parametrize("slope", [0.01, 0.2, 0.75])
def test_two_slopes_are_the_slopes_themselves(slope):
    """c + (1 - c) step(z) = max(step(z), c), without the rounding of the sum."""
    form = "slope + (1.0 - slope) * np.heaviside(z, 0.0)"
    found, expected, lines = run(form, GRID, slope=slope)
    assert set(found) == {slope, 1.0}
    assert np.abs(found - expected).max() <= 2.3e-16
    assert "np.maximum" in lines[-1]
    assert found[0] == slope


def test_a_slope_above_one_stays_a_sum():
    found, expected, lines = run("1.5 + (1.0 - 1.5) * np.heaviside(z, 0.0)", GRID)
    assert found.tobytes() == expected.tobytes()
    assert "np.maximum" not in lines[-1]


def test_factors_of_one_and_minus_one_vanish():
    found, expected, lines = run("1.0 * z + -1.0 * (z * z) * 1.0", GRID / 1e160)
    assert found.tobytes() == expected.tobytes()
    assert lines == ["result = z - np.square(z)"]


def test_two_scales_become_one():
    graph = Graph()
    z = graph.input("z", ("n", "m"))
    once = graph.add("multiply", z, graph.const("2.0 / m"))
    twice = graph.add("multiply", once, graph.const("learning_rate"))
    assert statements(graph, twice, "r =") == ["r = z * (learning_rate * (2.0 / m))"]


def test_equal_steps_are_one_step():
    graph = Graph()
    z = graph.input("z", ("n", "m"))
    first = lower_form(graph, "np.exp(-np.abs(z))", {"z": z})
    count = len(graph.nodes)
    assert lower_form(graph, "e = np.exp(-np.abs(z)); e", {"z": z}) == first
    assert len(graph.nodes) == count


def test_the_sum_of_a_difference_stays_one_sum():
    graph = Graph()
    a, b = graph.input("a", ("n", "m")), graph.input("b", ("n", "m"))
    total = graph.total(graph.add("subtract", a, graph.add("multiply", a, b)))
    assert statements(graph, total, "J =") == ["J = np.sum(a - a * b)"]


@pytest.mark.parametrize("form", ["z[0]", "print(z)", "z @ z", "lambda: z", "x", "z ** 3", "e = z"])
def test_anything_else_in_a_form_is_refused(form):
    graph = Graph()
    with pytest.raises(PlanError):
        lower_form(graph, form, {"z": graph.input("z", ("n", "m"))})


def test_precedence():
    assert infix("subtract", ("a", 9), ("b - c", 1)) == ("a - (b - c)", 1)
    assert infix("divide", ("a * b", 2), ("c * d", 2)) == ("a * b / (c * d)", 2)
    assert [level_of(t) for t in ("m", "1.0 / m", "-1.0", "1 - m", "f(m + 1)")] == [9, 2, 3, 1, 9]


# -- memory ------------------------------------------------------------------------------------

_UNARY = ("negative", "absolute", "tanh", "square")
_BINARY = ("add", "subtract", "multiply", "maximum")


@st.composite
def graphs(draw):
    """A random graph on two arrays, its results, and a cost that reads earlier steps."""
    graph = Graph()
    steps = [graph.input("x", ("n", "m")), graph.input("y", ("n", "m"))]
    for _ in range(draw(st.integers(1, 12))):
        pick = st.sampled_from(steps)
        if draw(st.booleans()):
            step = graph.add(draw(st.sampled_from(_UNARY)), draw(pick))
        else:
            step = graph.add(draw(st.sampled_from(_BINARY)), draw(pick), draw(pick))
        if step not in steps:
            steps.append(step)
            if draw(st.booleans()):
                graph.name(step, f"V{len(steps)}")
    made = [s for s in steps if graph.nodes[s].op in ELEMENTWISE]
    cost = graph.total(draw(st.sampled_from(steps)))
    results = {}
    for s in draw(st.lists(st.sampled_from(made), max_size=3, unique=True)) if made else ():
        results[s] = f"R{len(results)}"
    return graph, results, cost


def fresh_arrays(graph, x, y):
    """The value of every step that is an array."""
    fresh = {}
    for step, node in enumerate(graph.nodes):
        if node.op == "input":
            fresh[step] = {"x": x, "y": y}[node.attr]
        elif node.op in ELEMENTWISE:
            fresh[step] = getattr(np, node.op)(*(fresh[a] for a in node.args))
    return fresh


def run_in_buffers(code, results, x, y):
    """What is where after the lines have run."""
    space = {name: np.full((3, 4), np.nan) for name in (*code.buffers, *results.values())}
    space |= {name: np.array(eval(text)) for name, text in code.constants.items()}
    space |= {name: np.full((3, 4), float(text)) for name, (_, text) in code.filled.items()}
    space |= {"x": x.copy(), "y": y.copy(), "np": np, "vdot": np.vdot}
    space |= {op: getattr(np, op) for op in (*_UNARY, *_BINARY)}
    exec("\n".join(line for _, line in code.lines), space)
    return space


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_buffered_steps_equal_fresh_arrays(drawn):
    """Whatever is written over was dead: buffers give the same bits as fresh arrays."""
    graph, results, cost = drawn
    x, y = np.random.default_rng(0).standard_normal((2, 3, 4))
    fresh = fresh_arrays(graph, x, y)
    space = run_in_buffers(Allocator(graph, results, cost).run(), results, x, y)
    assert np.array_equal(space["x"], x)
    assert np.array_equal(space["y"], y)
    for step, name in results.items():
        assert np.array_equal(space[name], fresh[step])
    node = graph.nodes[cost]
    parts = [fresh[a] for a in node.args]
    exact = np.vdot(*parts) if node.op == "inner" else np.sum(parts[0])
    assert space["J"] == pytest.approx(exact, rel=1e-12, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_results_in_the_place_of_inputs(drawn):
    """A result may take the place of x, and y may be written over, once nothing needs them."""
    graph, results, _ = drawn
    x, y = np.random.default_rng(0).standard_normal((2, 3, 4))
    fresh = fresh_arrays(graph, x, y)
    results = dict(zip(results, ("x", "R"), strict=False))
    try:
        code = Allocator(graph, results, spare=("y",)).run()
    except PlanError:
        step = next(iter(results))
        assert any(s > step for s, n in enumerate(graph.nodes) if 0 in n.args)
        return
    space = run_in_buffers(code, results, x, y)
    for step, name in results.items():
        assert np.array_equal(space[name], fresh[step])
