"""The command line of a network: train, predict, check."""

from __future__ import annotations

import argparse
import importlib.util
import inspect
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np

from codegen.runtime.batches import taken
from codegen.runtime.checkpoints import atomic, save
from codegen.runtime.checks import Array
from codegen.runtime.data import read_data
from codegen.runtime.failures import NonFiniteLoss
from codegen.runtime.network import Model, Network
from codegen.runtime.plots import drawing
from codegen.runtime.quality import confusion, decide
from codegen.runtime.training import checked_data, fit

_THREADS = (
    "Where other programs are at work, set OPENBLAS_NUM_THREADS=1: several threads that wait "
    "for each other can take many times as long as one."
)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def _parser(network: Network) -> argparse.ArgumentParser:
    name = network.name
    parser = _Parser(prog=f"{name}.py", description=f"Train, use and check the network {name}.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=_Parser)

    def command(name: str, help: str, example: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=help, description=help, epilog=f"example: python {network.name}.py {example}"
        )

    train = command(
        "train", "Train on a data file and save the parameters.", f"train data.csv.  {_THREADS}"
    )
    predict = command(
        "predict", "Write the network's output for a data file.", f"predict data.csv -p {name}.npz"
    )
    check = command("check", "Run the gradient tests beside this file.", "check")
    for sub in (train, predict):
        sub.add_argument("data", help=".npz, .csv or IDX file (.gz too), one example a row")
        sub.add_argument("--column", metavar="NAME", help="label column of a .csv, name or index")
    train.add_argument("--labels", metavar="FILE", help="IDX file with the labels")
    train.add_argument(
        "--validation",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="share of the examples that is held back (default: 0.1)",
    )
    train.add_argument("--epochs", type=int, default=network.epochs)
    train.add_argument("--batch-size", type=int, default=network.batch_size)
    train.add_argument("--seed", type=int, default=network.seed)
    train.add_argument("-o", "--output", default=f"{name}.npz", help="default: %(default)s")
    train.add_argument("--plot", metavar="FILE", help="picture of the training (needs matplotlib)")
    predict.add_argument("-p", "--params", default=f"{name}.npz", help="default: %(default)s")
    predict.add_argument("-o", "--output", help=".csv or .npz (default: decisions to stdout)")
    check.add_argument("-v", "--verbose", action="store_true", help="name every test")
    return parser


def main(module: Model, argv: Sequence[str] | None = None) -> int:
    """``python NAME.py train|predict|check``; returns the exit status.

    0 done, 1 a gradient test failed, 2 the call itself failed, with one line on stderr, 141
    nobody reads the output any more.
    """
    network: Network = module.NETWORK
    options = _parser(network).parse_args(argv)
    commands = {"train": _train, "predict": _predict, "check": _check}
    try:
        status = commands[options.command](module, options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except (ValueError, OSError, MemoryError, ImportError, NonFiniteLoss) as error:
        text = " ".join(_complaint(error).split())
        print(f"{network.name}.py: error: {text}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{network.name}.py: interrupted, nothing written", file=sys.stderr)
        return 2


def _complaint(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def _split(
    network: Network, X: Array, Y: Array, share: float, seed: int
) -> tuple[tuple[Array, Array], tuple[Array, Array] | None]:
    """Training and validation examples, drawn at random."""
    if not 0 <= share < 1:
        raise ValueError(f"--validation: got {share:g}, needs at least 0 and less than 1")
    m = X.shape[network.axis]
    held = int(share * m)
    if not held:
        return (X, Y), None
    order = np.random.default_rng(seed).permutation(m)
    first, second = (
        (taken(X, index, network.axis), taken(Y, index, network.axis))
        for index in (order[held:], order[:held])
    )
    return first, second


def _train(module: Model, options: argparse.Namespace) -> int:
    network: Network = module.NETWORK
    X, Y = read_data(network, options.data, labels=options.labels, column=options.column)
    if Y is None:
        raise ValueError(f"{options.data}: holds no labels; name them with --column or --labels")
    if options.seed < 0:
        raise ValueError(f"--seed: got {options.seed}, needs an integer of at least 0")
    target = Path(options.output)
    if not target.parent.is_dir():
        raise ValueError(f"--output: there is no folder {target.parent}")
    if options.plot:
        drawing()
    # refused before the data are divided, so that a message counts the file's own examples
    x, y = checked_data(network, X, Y, network.dtype, "")
    data, held = _split(network, x, y, options.validation, options.seed)
    history = fit(
        module,
        module.init(options.seed),
        *data,
        epochs=options.epochs,
        batch_size=options.batch_size,
        seed=options.seed,
        validation=held,
    )
    save(network, target, history.best)
    print(f"{history.summary()}  in {sum(history.seconds):.1f} s")
    print(f"parameters: {target}")
    if options.plot:
        judged = held or data
        counts = None
        if network.task != "regression" and (network.task == "classes" or network.outputs == 1):
            counts = confusion(network, module.predict(history.best, judged[0]), judged[1])
        history.plot(options.plot, confusion=counts)
        print(f"picture: {options.plot}")
    return 0


def _predict(module: Model, options: argparse.Namespace) -> int:
    network: Network = module.NETWORK
    params = module.load(options.params)
    X, _ = read_data(network, options.data, column=options.column)
    output = module.predict(params, X)
    rows = output.T if network.axis else output
    table = rows
    if network.task != "regression":
        decided = decide(network, output)
        table = (decided.T if network.axis else decided).reshape(len(rows), -1)
    if options.output is None:
        np.savetxt(sys.stdout, table, fmt="%.9g", delimiter=",")
    elif options.output.lower().endswith(".npz"):
        with atomic(options.output) as file:
            np.savez(file, output=output, decision=table)
    else:
        names = [f"a{j}" for j in range(network.outputs)]
        if network.task != "regression":
            rows = np.hstack([table, rows])
            names = [f"decision{j}" for j in range(table.shape[1])] + names
        with atomic(options.output) as file:
            np.savetxt(file, rows, "%.9g", ",", header=",".join(names), comments="")
    return 0


def _check(module: Model, options: argparse.Namespace) -> int:
    """Runs each ``test_*`` function of the test file; its arguments: a temporary folder."""
    path = Path(str(module.__file__)).with_name(f"test_{module.NETWORK.name}.py")
    found = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file() or found is None or found.loader is None:
        raise ValueError(f"there is no {path.name} beside {path.parent / module.NETWORK.name}.py")
    tests = importlib.util.module_from_spec(found)
    found.loader.exec_module(tests)
    names = [name for name in vars(tests) if name.startswith("test_")]
    failed = 0
    for name in names:
        test = getattr(tests, name)
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(Path(folder)) if inspect.signature(test).parameters else test()
            except AssertionError as error:
                failed += 1
                line = traceback.extract_tb(error.__traceback__)[-1].lineno
                text = " ".join(str(error).split()) or "assertion failed"
                print(f"FAILED {name}, line {line}: {text}")
            else:
                if options.verbose:
                    print(f"passed {name}")
    print(f"{module.NETWORK.name}: {len(names) - failed} passed, {failed} failed")
    return 1 if failed else 0
