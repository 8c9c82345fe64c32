"""The committed networks: in step with the generator, right to the last digits."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import codegen
from codegen.spec import read
from derive.verdict import Kind, Verdict
from derive.verify import verify_paths
from tests.codegen.emitted_network import (
    batch,
    complex_step,
    load,
    part,
    spec_text,
    textbook,
    worst,
)
from tests.codegen.emitted_network import emit as emitted

ROOT = Path(__file__).parents[2] / "generated"
NAMES = sorted(p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))


@pytest.fixture(params=NAMES)
def net(request):
    return load(ROOT / request.param, request.param)


def test_committed_networks_are_in_step():
    assert codegen.check_all(ROOT) == ""


def test_every_network_has_its_rows_twin():
    columns = [name for name in NAMES if not name.endswith("_rows")]
    assert sorted([*columns, *(f"{name}_rows" for name in columns)]) == NAMES
    for name in NAMES:
        spec = read(ROOT / name / f"{name}.toml")
        assert spec.columns != name.endswith("_rows")


def test_gradients_against_complex_step(net):
    params, X, Y = batch(net, 4)
    found = net.gradients(params, X, Y)[1]
    assert worst(found, complex_step(net, params, X, Y, entries=40)) < 1e-12


def test_gradients_against_central_differences(net):
    """Error of the formula h^2, of rounding eps/h: 1e-7 of the largest entry leaves room."""
    params, X, Y = batch(net, 4)
    found = net.gradients(params, X, Y)[1]
    rng = np.random.default_rng(2)
    h = 1e-5
    reference = [np.full_like(p, np.nan) for p in params]
    for n, p in enumerate(params):
        for flat in rng.permutation(p.size)[:20]:
            index = np.unravel_index(flat, p.shape)
            costs = []
            for sign in (1, -1):
                moved = [a.copy() for a in params]
                moved[n][index] += sign * h
                costs.append(net.loss(net.Params(*moved), X, Y))
            reference[n][index] = (costs[0] - costs[1]) / (2 * h)
    assert worst(found, reference) < 1e-7


def test_training_equals_gradients_and_rule(net):
    optimizer = read(Path(net.__file__).with_name(f"{net.NETWORK.name}.toml")).training.optimizer
    params, X, Y = batch(net, 6)
    trainer = net.Trainer(params, 6)
    update = textbook(net, optimizer, net.LEARNING_RATE)
    mirror = net.Params(*(a.copy() for a in params))
    for count in (6, 5, 6):
        x, y = part(net, X, count), part(net, Y, count)
        update(mirror, net.gradients(mirror, x, y)[1])
        trainer.step(x, y)
        assert worst(trainer.params, mirror) < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_its_own_tests_pass(name):
    run = subprocess.run(
        [sys.executable, "-W", "error", str(ROOT / name / f"{name}.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_linear_cost_of_a_note_is_named():
    text = (ROOT / "tanh_sigmoid_classifier" / "derivation.md").read_text()
    assert "no training objective" in text


@pytest.mark.parametrize("name", NAMES)
def test_its_derivation_is_a_note_that_verifies(name):
    """The reader, which knows nothing of the generator, reads and proves every equation."""
    (report,) = verify_paths([ROOT / name / "derivation.md"])
    judged = {claim.latex: claim.verdict for claim in report.claims}
    assert set(judged.values()) == {Verdict.VERIFIED, Verdict.DEFINITION}
    assert sum(claim.kind is Kind.GRADIENT for claim in report.claims) >= 6


# -- beside PyTorch ----------------------------------------------------------------------------


@pytest.fixture
def torch(capsys):
    """PyTorch, or a skip whose reason is printed."""
    if importlib.util.find_spec("torch") is None:
        reason = "PyTorch is not installed: nothing is compared with its autograd"
        with capsys.disabled():
            print(f"\n{reason}")
        pytest.skip(reason)
    import torch

    torch.set_num_threads(1)
    return torch


def _torch_cost(torch, net, spec, tensors, X, Y):
    """The cost of the spec in PyTorch's own functions, examples as rows."""
    named = torch.nn.functional
    value = torch.tensor((X.T if net.NETWORK.axis else X) / (spec.input_scale or 1.0))
    labels = torch.tensor(np.ascontiguousarray(Y.T if net.NETWORK.axis else Y))
    functions = {
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "relu": torch.relu,
        "leaky_relu": lambda z: named.leaky_relu(z, 0.01),
        "softmax": lambda z: torch.softmax(z, 1),
    }
    for k, layer in enumerate(spec.layers):
        weight, bias = tensors[2 * k], tensors[2 * k + 1]
        if net.NETWORK.axis:
            weight, bias = weight.T, bias.T
        logits = value @ weight + bias
        value = functions[layer.activation](logits)
    m = len(labels)
    if spec.loss == "cross_entropy":
        return -(labels * torch.log_softmax(logits, 1)).sum() / m
    if spec.loss == "binary_cross_entropy":
        return named.binary_cross_entropy_with_logits(logits, labels, reduction="sum") / m
    return ((value - labels) ** 2).sum() / m * (0.5 if spec.loss.startswith("half") else 1.0)


def test_gradients_equal_those_of_pytorch(net, torch):
    spec = read(Path(net.__file__).with_name(f"{net.NETWORK.name}.toml"))
    params, X, Y = batch(net, 8)
    tensors = [torch.tensor(p, requires_grad=True) for p in params]
    cost = _torch_cost(torch, net, spec, tensors, X, Y)
    cost.backward()
    own, found = net.gradients(params, X, Y)
    assert own == pytest.approx(float(cost.detach()), rel=1e-12)
    assert worst(found, [t.grad.numpy() for t in tensors]) < 1e-12


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("examples", ["columns", "rows"])
def test_a_hundred_steps_beside_pytorch(torch, tmp_path, optimizer, examples):
    text = spec_text("tanh", optimizer=optimizer, examples=examples)
    net = emitted(text, tmp_path)
    (tmp_path / "net.toml").write_text(text)
    spec = read(tmp_path / "net.toml")
    params, X, Y = batch(net, 32)
    tensors = [torch.tensor(p.copy(), requires_grad=True) for p in params]
    rule = torch.optim.Adam if optimizer == "adam" else torch.optim.SGD
    theirs = rule(tensors, lr=0.05)
    trainer = net.Trainer(params, 32)
    for _ in range(100):
        theirs.zero_grad()
        _torch_cost(torch, net, spec, tensors, X, Y).backward()
        theirs.step()
        trainer.step(X, Y)
    assert worst(trainer.params, [t.detach().numpy() for t in tensors]) < 1e-9
