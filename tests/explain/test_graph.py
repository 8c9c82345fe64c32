"""The computation graph: every value and gradient with its shape, drawn without overlaps."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codegen import proof, spec
from codegen.building import build
from derive.errors import CallError
from derive.explain.graph import Graph, draw, graph_of
from derive.explain.network import network_sections
from derive.program import show_shape
from derive.report.entries import spec_svg
from tests.explain.leaps import leaps

SPEC = """
name = "three"
input = 7
loss = "squared_error"
examples = "{layout}"
l2 = 0.1

[[layer]]
units = 5
activation = "relu"

[[layer]]
units = 4
activation = "tanh"

[[layer]]
units = 3
activation = "softmax"
"""


def graph(layout: str) -> Graph:
    network = build(spec.parse(SPEC.format(layout=layout).encode(), "three.toml"))
    return graph_of(network, proof.gradients(network))


@pytest.fixture(scope="module", params=["columns", "rows"])
def drawn(request: pytest.FixtureRequest) -> tuple[Graph, str]:
    found = graph(request.param)
    return found, draw(found)


def test_every_value_and_every_gradient_has_a_box(drawn: tuple[Graph, str]) -> None:
    found, svg = drawn
    texts = " ".join(ElementTree.fromstring(svg).itertext())
    for k in (1, 2, 3):
        for name in (f"W{k}", f"b{k}", f"Z{k}", f"A{k}", f"dZ{k}", f"dW{k}", f"db{k}"):
            assert name in found.boxes
            assert re.search(rf"\b{name}\b", texts)
    assert "n_0 = 7, n_1 = 5, n_2 = 4, n_3 = 3; m examples" in texts
    assert "(l2 / 2) sum of W^2" in re.sub(r"\s+", " ", texts)


def test_shapes_stand_on_the_edges(drawn: tuple[Graph, str]) -> None:
    found, svg = drawn
    labels = {text.text for text in ElementTree.fromstring(svg).findall(".//{*}text")}
    for source, _, _ in found.edges:
        if source != "J":
            assert show_shape(found.boxes[source].shape) in labels


def test_forward_runs_down_and_backward_runs_up(drawn: tuple[Graph, str]) -> None:
    boxes = drawn[0].boxes
    assert boxes["X"].y < boxes["Z1"].y < boxes["A1"].y < boxes["Z2"].y < boxes["J"].y
    assert boxes["dZ3"].y > boxes["dZ2"].y > boxes["dZ1"].y
    for k in (1, 2, 3):
        assert boxes[f"dZ{k}"].row == boxes[f"Z{k}"].row == boxes[f"dW{k}"].row
    assert ("dZ3", "dZ2", "backward") in drawn[0].edges
    assert ("dZ2", "dW2", "backward") in drawn[0].edges


def test_boxes_do_not_overlap_and_lie_on_the_sheet(drawn: tuple[Graph, str]) -> None:
    found, svg = drawn
    width, height = map(float, re.findall(r'viewBox="0 0 (\S+) (\S+)"', svg)[0])
    for box in found.boxes.values():
        assert 0 < box.x < box.x + box.width < width
        assert 0 < box.y < box.y + box.height < height
    for a, b in itertools.combinations(found.boxes.values(), 2):
        beside = a.x + a.width <= b.x or b.x + b.width <= a.x
        below = a.y + a.height <= b.y or b.y + b.height <= a.y
        assert beside or below, (a.name, b.name)


RICH = """
name = "rich"
input = 6
loss = "cross_entropy"
l1 = 0.01
class_weights = [1.0, 2.0]
sample_weights = true

[[layer]]
units = 5
activation = "relu"
norm = "layer"

[[layer]]
units = 5
activation = "gelu"
skip = 1
dropout = 0.2

[[layer]]
units = 2
activation = "softmax"
"""


def test_normalised_residual_and_dropped_layers(tmp_path: Path) -> None:
    path = tmp_path / "rich.toml"
    path.write_text(RICH, encoding="utf-8")
    network = build(spec.read(path))
    found = graph_of(network, proof.gradients(network))
    texts = " ".join(ElementTree.fromstring(draw(found)).itertext())
    for shown in ("A1 = relu(U1)", "A2 = M2 ⊙ gelu(Z2) + A1", "l1 sum of |W|", "by C and V"):
        assert shown in re.sub(r"\s+", " ", texts)
    skipped = [
        (a, b) for a, b, _ in found.edges if abs(found.boxes[a].row - found.boxes[b].row) > 1
    ]
    assert ("A1", "A2") in skipped
    assert ("dA2", "dA1") in skipped
    title, sections = network_sections(path)
    assert title == "rich"
    named = [section.name for section in sections if section.name]
    assert set(network.parameters) <= set(named)
    assert list(leaps(tuple(step for section in sections[1:-1] for step in section.steps))) == []


def test_the_same_bytes_again(drawn: tuple[Graph, str]) -> None:
    assert draw(drawn[0]) == drawn[1]
    assert "\n\n" not in drawn[1]


def test_a_spec_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "wrong"\n', encoding="utf-8")
    with pytest.raises(CallError) as caught:
        spec_svg(str(wrong))
    assert "\n" not in str(caught.value)
