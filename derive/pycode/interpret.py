"""The accounts of an entry under guesses about its arguments.

Each guess is run until no two sizes have to be made equal any more.  Guesses under which the
gradients have the shapes of their parameters come first.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.program import Dim, Symbol
from derive.pycode import lengths, picks
from derive.pycode.account import Account, Accountant
from derive.pycode.entry import Entry
from derive.pycode.guess import Declared, Guess, guesses, is_labels
from derive.pycode.interpreter import Interpreter
from derive.pycode.lengths import LAYERS
from derive.pycode.names import DATA
from derive.pycode.plausible import a_matrix_is_a_number, beside_one_column, misfits
from derive.pycode.shapes import Forced, beyond, unforced
from derive.pycode.source import Module
from derive.pycode.store import A_NUMBER, Sizes, Unify, is_constant
from derive.pycode.units import differentiated, speaks_of_examples
from derive.pycode.values import Raised, Unsupported

MOST_UNIFICATIONS = 200
_WORD = re.compile(r"[a-z][a-z_]{2,}")
_NUMBERS = "shapes that fit only if there is one example"


@dataclass(frozen=True)
class Understood:
    """An account with the guess it rests on, or the reason why there is none.

    strained: pairs of sizes that only the gradients need to be equal, with the place of one;
    without an account they are different numbers.
    """

    entry: Entry
    account: Account | None
    guess: Guess | None = None
    problem: Unsupported | None = None
    strained: tuple[tuple[Dim, Dim], ...] = ()
    strained_at: ast.AST | None = None
    message: str = ""
    endless: bool = False
    """It stopped where the length of an argument was asked that nothing says."""


def understand(
    module: Module, entry: Entry, declared: Mapping[str, Declared], layers: int = 0
) -> Iterator[Understood]:
    """The accounts of an entry, those first whose gradients have the shapes of their parameters.

    If no guess runs through, one that says what stopped the one that came furthest.
    layers: how many of them there are taken to be where no guess runs through without that.
    """
    strained: list[tuple[tuple[int, int], Understood]] = []
    problems: list[tuple[int, Understood]] = []
    met: set[tuple[object, ...]] = set()
    natural, examples = False, speaks_of_examples(module)
    numbers: list[Understood] = []
    for guess in _in_turn(module, declared, strained, layers):
        found, steps = _under(module, entry, guess)
        if found.account is None:
            problems.append((steps, found))
            continue
        key = (*_same_as(found.account), bool(found.strained))
        if key in met:
            continue
        met.add(key)
        rank = (misfits(found.account), len(found.strained))
        is_number = a_matrix_is_a_number(found.account)
        if found.account.run.trace.counts_single or (is_number and examples):
            problems.append((steps, replace(found, account=None, problem=Unsupported(_NUMBERS))))
        elif rank == (0, 0) and is_number:
            numbers.append(found)
        elif rank == (0, 0):
            natural = True
            yield found
        else:
            strained.append((rank, found))
    if not natural:
        yield from numbers
    if strained and not (natural or numbers):
        yield min(strained, key=lambda pair: pair[0])[1]
    elif not natural and not numbers:
        failed = _failure(module, entry, problems)
        deeper: Iterator[Understood] = iter(())
        if not layers and not failed.strained and any(found.endless for _, found in problems):
            deeper = understand(module, entry, declared, LAYERS)
        first = next(deeper, failed)
        if first.account is None:
            yield failed
        else:
            yield first
            yield from deeper


def _failure(
    module: Module, entry: Entry, problems: Sequence[tuple[int, Understood]]
) -> Understood:
    """What stopped the guess that came furthest; a clash, if that is what stops all of them."""
    clashing = [found for _, found in problems if found.strained]
    if clashing and not any(
        _cost_runs(module, entry, found.guess)
        for _, found in problems
        if not found.strained and found.guess is not None
    ):
        return clashing[0]
    return replace(max(problems, key=lambda pair: pair[0])[1], guess=None, strained=())


def _in_turn(
    module: Module,
    declared: Mapping[str, Declared],
    strained: list[tuple[tuple[int, int], Understood]],
    layers: int,
) -> Iterator[Guess]:
    """The guesses; where none fits, parameters are numbers whose gradients are, or examples one.

    strained: what was found under the guesses before.  layers: of every guess.
    """
    arrays = differentiated(module)
    count = 0
    for guess in guesses(declared, arrays):
        yield replace(guess, layers=layers)
        count += 1
    if len(strained) < count and not strained:
        if layers and not speaks_of_examples(module):
            yield Guess("column", "column", declared, arrays, one=True, layers=layers)
        return
    numbers = frozenset(
        pair.target
        for _, found in strained
        if found.account is not None
        for pair in found.account.pairs
        if pair.value.ndim == 0 and pair.target not in declared
    )
    numbers |= _stretched_settings(module, strained, declared)
    if numbers:
        for guess in guesses(declared, arrays, numbers):
            yield replace(guess, layers=layers)
    if not speaks_of_examples(module):
        yield Guess("column", "column", declared, arrays, one=True, layers=layers)


def _stretched_settings(
    module: Module,
    strained: list[tuple[tuple[int, int], Understood]],
    declared: Mapping[str, Declared],
) -> frozenset[str]:
    """Arguments called by words of small letters that have axes only because something else has.

    Where shapes clash in what only the gradients do, they had better be numbers.
    """
    found: set[str] = set()
    nodes = [n for s in module.body for n in ast.walk(s)]
    words = {n.arg for n in nodes if isinstance(n, ast.arg) and _WORD.fullmatch(n.arg)}
    for _, each in strained:
        if each.account is None:
            continue
        clashing = {dim for pair in each.strained for dim in pair}
        targets = {pair.target for pair in each.account.pairs}
        for name, dims in each.account.run.trace.own_sizes.items():
            known = name in targets or name in declared or name in DATA or is_labels(name)
            own = {f"{name}_rows", f"{name}_columns"} & {*dims}
            if name in words and not known and clashing & own:
                found.add(name)
    return frozenset(found)


def _same_as(account: Account) -> tuple[object, ...]:
    """Two accounts with the same leaves are the same."""
    leaves = account.run.trace.leaves
    axes = tuple((p.target, p.value.ndim) for p in account.pairs)
    return (tuple((n, leaf.dims) for n, leaf in leaves.items()), axes)


def under(module: Module, entry: Entry, guess: Guess) -> Understood:
    """The account of an entry under one guess."""
    return _under(module, entry, guess)[0]


def again(module: Module, entry: Entry, guess: Guess, sizes: Sizes) -> Account | None:
    """The account of an edited entry, of which most sizes are known."""
    known = Sizes(dict(sizes.same), list(sizes.given))
    for _ in range(MOST_UNIFICATIONS):
        try:
            return Accountant(_start(module, entry, known, guess), entry).account()
        except Unify as event:
            if not known.join(event.left, event.right):
                return None
        except (Unsupported, Raised, RecursionError):
            return None
    return None


def _under(module: Module, entry: Entry, guess: Guess) -> tuple[Understood, int]:
    sizes = Sizes()
    events: list[tuple[Unify, ast.AST | None]] = []
    run: Interpreter | None = None
    for _ in range(MOST_UNIFICATIONS):
        try:
            run = _start(module, entry, sizes, guess)
            account = Accountant(run, entry).account()
            picks.check(account)
            lengths.check(run)
            single = beside_one_column(account, guess)
            if single and all(sizes.join(dim, 1) for dim in single):
                sizes.given += [(dim, 1) for dim in single]
                continue
            return _with_strains(module, entry, account, guess, events), run.steps
        except Unify as event:
            events.append((event, getattr(event, "node", None)))
            if event.what == A_NUMBER and not isinstance(event.right, tuple):
                sizes.given.append((event.left, event.right))
            if not sizes.join(event.left, event.right):
                found = _clash(module, entry, guess, event)
                return found, run.steps if run else 0
        except Unsupported as error:
            endless = run is not None and run.endless
            return Understood(entry, None, guess, error, endless=endless), run.steps if run else 0
        except Raised as error:
            problem = Unsupported(f"line {error} raises")
            return Understood(entry, None, guess, problem), run.steps if run else 0
        except RecursionError:
            problem = Unsupported("nested too deeply to be followed")
            return Understood(entry, None, guess, problem), 0
    return Understood(entry, None, guess, Unsupported("too many unknown sizes")), 0


def _clash(module: Module, entry: Entry, guess: Guess, event: Unify) -> Understood:
    """Two sizes that have to be equal are different numbers of the source.

    Where the cost alone has no such clash the gradients raise an exception.
    """
    node = getattr(event, "node", None)
    problem = Unsupported(str(event), node)
    left, right = event.left, event.right
    numbers = not isinstance(right, tuple) and is_constant(left) and is_constant(right)
    if not (numbers and entry.gradient and node is not None and _cost_runs(module, entry, guess)):
        return Understood(entry, None, guess, problem)
    return Understood(entry, None, guess, problem, ((left, right),), node, str(event))  # type: ignore[arg-type]


def _cost_runs(module: Module, entry: Entry, guess: Guess) -> bool:
    """Whether the cost alone can be computed: by a function of its own."""
    sizes = Sizes()
    for _ in range(MOST_UNIFICATIONS if entry.cost else 0):
        try:
            return Accountant(_start(module, entry, sizes, guess), entry).cost_alone() is not None
        except Unify as event:
            if not sizes.join(event.left, event.right):
                return False
        except (Unsupported, Raised, RecursionError):
            return False
    return False


def _start(module: Module, entry: Entry, sizes: Sizes, guess: Guess) -> Interpreter:
    return Interpreter(module, sizes, guess, entry.loops, not entry.gradient)


def _with_strains(
    module: Module,
    entry: Entry,
    account: Account,
    guess: Guess,
    events: list[tuple[Unify, ast.AST | None]],
) -> Understood:
    trace = account.run.trace
    assert isinstance(account.cost, Symbol)
    own = trace.own_sizes | _made_sizes(module, entry, guess)
    extra = unforced(account.cost, own, trace.definitions, trace.sizes)
    extra += [p for p in _beyond_cost(module, entry, guess, trace.sizes) if p not in extra]
    if not extra:
        return Understood(entry, account, guess)
    joined = Sizes()
    at, message = None, ""
    wanted = {frozenset(pair) for pair in extra}
    for event, node in events:
        joined.join(event.left, event.right)
        if any(joined.find(a) == joined.find(b) for a, b in map(tuple, map(sorted_pair, wanted))):
            at, message = node, str(event)
            break
    return Understood(entry, account, guess, None, tuple(extra), at, message)


def _made_sizes(module: Module, entry: Entry, guess: Guess) -> dict[str, tuple[Dim, Dim]]:
    """The sizes that ``__init__`` gives to arrays, before any were found to be equal."""
    sizes = Sizes()
    for _ in range(MOST_UNIFICATIONS):
        try:
            run = _start(module, entry, sizes, guess)
            Accountant(run, entry).made()
        except Unify as event:
            if not sizes.join(event.left, event.right):
                return {}
        except (Unsupported, Raised, RecursionError):
            return {}
        else:
            return run.trace.own_sizes
    return {}


def _beyond_cost(module: Module, entry: Entry, guess: Guess, found: Sizes) -> list[tuple[Dim, Dim]]:
    """Sizes that a whole run has made equal and a run of the cost alone has not."""
    sizes = Sizes()
    for _ in range(MOST_UNIFICATIONS):
        try:
            run = _start(module, entry, sizes, guess)
            cost = Accountant(run, entry).cost_alone()
        except Unify as event:
            if not sizes.join(event.left, event.right):
                return []
        except (Unsupported, Raised, RecursionError):
            return []  # the cost needs what the gradients do; then the whole run stands alone
        else:
            if cost is None:
                return []
            behind = Forced(run.trace.own_sizes, run.trace.definitions)
            behind.infer(cost)
            dims = [d for name in behind.used for d in run.trace.own_sizes[name]]
            return beyond(dims, sizes, found)
    return []


def sorted_pair(pair: frozenset[Dim]) -> list[Dim]:
    return sorted(pair, key=str)
