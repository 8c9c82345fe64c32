"""The statement at fault and its repair: the single edit after which every gradient is right.

In: the text of a file and an entry some of whose gradients are refuted.  Out: a `Mended`: the
statement, its new text, the kind of mistake, and whether all is proved with it.  Edits are tried
where the wrong values were computed, the most likely statement first; each is tried at random
points, and proved and checked as a whole once it seems right.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from derive.diagnosis.codes import BY_NAME
from derive.program import Shape, Symbol, walk
from derive.pycode.assumed import best_case
from derive.pycode.claims import Case
from derive.pycode.entries import entries
from derive.pycode.entry import Entry
from derive.pycode.guess import Guess
from derive.pycode.interpret import again, under
from derive.pycode.names import target_of
from derive.pycode.places import Places
from derive.pycode.plain import behind
from derive.pycode.plausible import fits
from derive.pycode.rewrites import LEVELS, MOST_NAMES, Around, Rewrite, names_in, rewrites
from derive.pycode.scene import pair_value
from derive.pycode.source import Module, Unreadable, parse
from derive.pycode.splices import Splices
from derive.pycode.values import Unsupported
from derive.verdict import Verdict

MOST_TRIES = 160
"""Edits that are tried in the statement at fault, and in all others together."""
MOST_ABOVE_TRIES = 80
"""The same for lines that may be missing above it."""
MOST_WORK = 24_000
"""Definitions that all the edited files may have together: a long file is tried less often."""
MOST_AT_FIRST = 100
"""Simple edits of the statement at fault."""
MOST_ABOVE = 12
MOST_STATEMENTS = 10
MOST_MOVED = 6
"""A statement is moved up by so many others."""
_GRADIENT = re.compile(r"d|g|grad|nabla|err|diff|res|delta")
_SOFTMAX = re.compile(r"softmax|/ *np\.sum\(|\.sum\([^()\n]*keepdims")
_SIZES = ("m", "N", "n", "batch_size", "n_samples", "num_examples", "num_train")


@dataclass(frozen=True)
class Mended:
    """start, end: offsets of what is replaced; statement: the one at fault."""

    statement: ast.stmt
    start: int
    end: int
    text: str
    code: str
    said: str
    proved: bool


class Workshop:
    """One file whose entry computes wrong gradients."""

    def __init__(self, source: str, module: Module, entry: Entry, guess: Guess, case: Case) -> None:
        self.source, self.module, self.entry = source, module, entry
        self.guess, self.case = guess, case
        self.wrong = [p for p in case.account.pairs if not case.seems_right(p)]
        self.places = Places(source)
        self.tries = 0
        self._owner = _statements(module)
        self._shapes = _shapes(case)

    def mend(self) -> Mended | None:
        """The first edit that makes all gradients right and is proved; else one that seems to."""
        kept: Mended | None = None
        suspects = self.suspects[:MOST_STATEMENTS]
        above = (product((1,), self._just_before(suspects[:2])), MOST_ABOVE_TRIES)
        within = (product(range(1, LEVELS), suspects[:1]), MOST_TRIES)
        rounds = (
            (product((0,), suspects[:1]), MOST_AT_FIRST),
            # a line that is missing makes more than one gradient wrong, and no value is to blame
            *((above, within) if len(self.wrong) > 1 and not self._spliced else (within, above)),
            (product(range(LEVELS), suspects[1:]), MOST_TRIES),
        )
        most = MOST_WORK // len(self.case.definitions)
        for pairs, allowed in rounds:
            limit = min(self.tries + allowed, most)
            for level, statement in pairs:
                for start, end, rewrite in self._edits(statement, level):
                    if self.tries >= limit:
                        break
                    found = self._tried(statement, start, end, rewrite)
                    if found is not None and found.proved:
                        return found
                    kept = kept or found
        return kept

    def _tried(self, statement: ast.stmt, start: int, end: int, rewrite: Rewrite) -> Mended | None:
        text = self.source[:start] + rewrite.text + self.source[end:]
        if not self._is_right(text):
            return None
        code = BY_NAME[rewrite.kind]
        proved = self._is_proved(text)
        if proved is None:
            return None
        return Mended(statement, start, end, rewrite.text, code, rewrite.said, proved)

    # -- where ----------------------------------------------------------------------------

    @cached_property
    def suspects(self) -> list[ast.stmt]:
        """The statements that compute what is wrong, the first departure first.

        A value that is the gradient by some value of the forward pass is right.  Of the others
        those come first which no other of them is behind.
        """
        case = self.case
        definitions, trace = case.program.definitions, case.account.run.trace
        values: dict[str, None] = {}
        for pair in self.wrong:
            values |= dict.fromkeys(
                n for n in behind(pair.value.expr, definitions) if n not in case.forward
            )
        wrong = [name for name in values if not case.is_some_gradient(name)]
        in_sight = self._in_sight({name for name in values if name not in wrong})
        wrong = [name for name in wrong if name in in_sight] or wrong
        before = {
            name: sum(n in wrong for n in behind(definitions[name], definitions)) for name in wrong
        }
        names = {n: [n, *(m.name for m in trace.made.get(n, []))] for n in wrong}

        sound = {
            n
            for pair in case.account.pairs
            if pair not in self.wrong
            for n in behind(pair.value.expr, definitions)
        }

        def rank(name: str) -> tuple[bool, bool, int]:
            inner = behind(definitions[name], definitions)
            only_forward = not any(n in values for n in inner)
            helps = only_forward and not any(map(_GRADIENT.match, names[name]))
            return name in sound, helps, before[name]

        order = sorted(wrong, key=rank) + [n for n in values if n not in before]
        order = [n for n in order if any(isinstance(x, Symbol) for x in walk(definitions[n]))]
        first, shared = self._first_scaled(list(values)), self._in_common(wrong, sound)
        found = {id(statement): statement for statement in self._spliced}
        for made in trace.made.get(shared, [])[::-1]:  # where it was given its last name
            statement = self._owner.get(id(made.node))
            if statement is not None:
                found.setdefault(id(statement), statement)
        if first:
            order.insert(0, first)
        for name in order:
            for made in trace.made.get(name, [])[:2]:
                statement = self._owner.get(id(made.node))
                if statement is not None:
                    found.setdefault(id(statement), statement)
        places = [self._owner.get(id(case.place(pair))) for pair in self.wrong]
        at = {id(statement): statement for statement in places if statement is not None}
        decided = any(name not in sound for name in wrong)
        return list((found | at if decided else at | found).values())

    @cached_property
    def _spliced(self) -> list[ast.stmt]:
        """The statement of the first value that, put right alone, puts all gradients right.

        Of a value with several names it is the one that gives it a name that it does not deserve;
        what an argument is called is none.
        """
        splices = Splices(self.case, self.wrong)
        name = splices.switched_off()
        splice = None if name else next(splices.found(), None)
        if splice is not None:
            name = splice.name
        made = self.case.account.run.trace.made.get(name, [])
        made = [m for m in made if m.name == "result" or not isinstance(m.node, ast.Call)]
        wished = {splice.wished} if splice is not None else set()
        called = [m for m in made if target_of(m.name, wished) is not None]
        owners = [self._owner.get(id(m.node)) for m in [*called[:1], *made[:1]]]
        return [statement for statement in owners if statement is not None]

    def _in_sight(self, right: set[str]) -> set[str]:
        """What wrong gradients are computed from without a right one in between."""
        definitions = self.case.program.definitions
        found: set[str] = set()
        stack = [pair.value.expr for pair in self.wrong]
        while stack:
            for node in walk(stack.pop()):
                if isinstance(node, Symbol) and node.name in definitions and node.name not in found:
                    found.add(node.name)
                    own = any(node == pair.value.expr for pair in self.wrong)
                    if own or node.name not in right:
                        stack.append(definitions[node.name])
        return found

    def _in_common(self, wrong: list[str], sound: set[str]) -> str:
        """The last value that all wrong gradients share and no right one does, else "".

        It tells where more than one is wrong and nothing wrong with a gradient's name is shared.
        """
        definitions, forward = self.case.program.definitions, self.case.forward
        own = [p.value.expr.name for p in self.wrong if isinstance(p.value.expr, Symbol)]
        if len(own) < 2 or len(own) != len(self.wrong):
            return ""
        shared = set.intersection(*({*behind(definitions[n], definitions)} for n in own))
        found = [n for n in definitions if n in shared and n not in forward and n not in sound]
        named = [n for n in found if n in wrong and _GRADIENT.match(n)]
        return found[-1] if found and not named else ""

    def _first_scaled(self, names: list[str]) -> str:
        """The first value that is off by the size by which all wrong gradients are, else ""."""
        case, program = self.case, self.case.program
        dims = {d for leaf in program.leaves.values() for d in leaf.dims if isinstance(d, str)}
        wrong = [(p.target, pair_value(p, program.gradient(p.target))) for p in self.wrong]
        forward = [name for name in case.forward if name != program.cost]
        for dim in sorted(dims):
            if all(case.is_scaled(target, value, dim) for target, value in wrong):
                for name in names:
                    value = program.symbol(name)
                    if any(case.is_scaled(other, value, dim) for other in forward):
                        return name
        return ""

    def departure(self) -> ast.stmt | None:
        """The statement that is called at fault where no repair is found."""
        return next(iter(self.suspects), None)

    def _just_before(self, suspects: list[ast.stmt]) -> list[ast.stmt]:
        """The statements of values that a suspect reads, where a line may be missing."""
        read = {
            n.id if isinstance(n, ast.Name) else n.attr
            for s in suspects
            for n in ast.walk(s)
            if isinstance(n, (ast.Name, ast.Attribute))
        }
        found: dict[int, ast.stmt] = {}
        made = [m for each in self.case.account.run.trace.made.values() for m in each]
        for one in made:
            statement = self._owner.get(id(one.node))
            if statement is None or one.name not in read or not _GRADIENT.match(one.name):
                continue
            if any(0 < s.lineno - statement.lineno <= MOST_ABOVE for s in suspects):
                found.setdefault(id(statement), statement)
        return list(found.values())[:4]

    def _edits(self, statement: ast.stmt, level: int) -> Iterator[tuple[int, int, Rewrite]]:
        for rewrite in rewrites(statement, self._around(statement), level):
            start, end = self.places.span(rewrite.node)
            yield start, end, rewrite
        if level == 1:
            yield from self._moved(statement)

    def _moved(self, statement: ast.stmt) -> Iterator[tuple[int, int, Rewrite]]:
        """The statement before one of those above it, or behind the next one."""
        body = next((b for b in _bodies(self.module) if any(s is statement for s in b)), [])
        at = next((k for k, s in enumerate(body) if s is statement), 0)
        indent = "\n" + " " * statement.col_offset
        for first in range(at - 1, max(-1, at - MOST_MOVED - 1), -1):
            part = [statement, *body[first:at]]
            start, end = self.places.span(body[first])[0], self.places.span(statement)[1]
            said = f"line {statement.lineno} before line {body[first].lineno}"
            text = indent.join(ast.unparse(s).replace("\n", indent) for s in part)
            yield start, end, Rewrite(statement, text, "stale-value", said)

    def _around(self, statement: ast.stmt) -> Around:
        """The names of the function that a statement is of, the nearest lines first.

        Those of the functions around it are seen there too.
        """
        bodies = [b for b in _functions(self.module)[:-1] if _holds(b, statement)]
        body = bodies[-1] if bodies else ast.Module(self.module.body, [])
        nodes = sorted(
            (s for s in ast.walk(body) if isinstance(s, ast.stmt) and hasattr(s, "value")),
            key=lambda s: abs(s.lineno - statement.lineno),
        )
        arguments = [a.arg for a in ast.walk(body) if isinstance(a, ast.arg)]
        stored = _stored(body) | set(arguments)
        names = [n for n in names_in(nodes) if n in stored or n.startswith("self.")]
        names = [n for n in dict.fromkeys([*names, *arguments]) if n not in ("self", "grads")]
        sizes = [n for n in names if n in _SIZES]
        arrays = [n for n in names if n not in _SIZES]
        sizes = sizes or [f"{n}.shape[0]" for n in arrays if n in ("X", "x", "y", "dout")][:1]
        shared = _SOFTMAX.search(self.source) is not None
        near = tuple(arrays[:MOST_NAMES])
        shapes = {
            n: self._shapes.get(n.removeprefix("self."), frozenset()) for n in stored | {*near}
        }
        return Around(near, tuple(sizes[:2]), near, shapes, shared)

    # -- whether --------------------------------------------------------------------------

    def _same_entry(self, module: Module) -> Entry | None:
        wanted = (self.entry.owner, self.entry.gradient, len(self.entry.loops))
        stack = entries(module)
        while stack:
            entry = stack.pop(0)
            if (entry.owner, entry.gradient, len(entry.loops)) == wanted:
                return entry
            stack += entry.inner
        return None

    def _case(self, text: str) -> Case | None:
        try:
            module = parse(text)
        except Unreadable:
            return None
        entry = self._same_entry(module)
        if entry is None:
            return None
        account = again(module, entry, self.guess, self.case.account.run.trace.sizes)
        if account is None or not fits(account):
            return None
        if not self.case.assumptions:
            return Case(account)
        try:
            return best_case(account)
        except Unsupported:  # after this edit no cost stands out any more
            return None

    def _is_right(self, text: str) -> bool:
        try:
            return self._holds_all(text)
        except ValueError:  # the sizes that are known do not fit the edited source
            return False

    def _holds_all(self, text: str) -> bool:
        self.tries += 1
        case = self._case(text)
        if case is None:
            return False
        wanted = sorted(p.target for p in self.case.account.pairs)
        pairs = case.account.pairs
        if sorted(p.target for p in pairs) != wanted or case.account.cost != self.case.account.cost:
            return False
        wrong = {p.target for p in self.wrong}
        if any(case.vanishes(target) for target in wrong):
            return False  # nothing is mended where a cost no longer depends on it
        pairs = sorted(pairs, key=lambda p: p.target not in wrong)
        return all(case.is_right(p) for p in pairs)

    def _is_proved(self, text: str) -> bool | None:
        """Whether all is proved of an edited file; None if something is refuted after all."""
        case = self._case(text)
        module = parse(text)
        entry = self._same_entry(module)
        if case is None or entry is None or under(module, entry, self.guess).strained:
            return None
        verdicts = [case.rule(p).verdict for p in case.account.pairs]
        if Verdict.REFUTED in verdicts:
            return None
        return set(verdicts) == {Verdict.VERIFIED}


def _shapes(case: Case) -> dict[str, frozenset[Shape]]:
    """For the names of variables the shapes that they were seen to have."""
    found: dict[str, set[Shape]] = {n: {leaf.dims} for n, leaf in case.program.leaves.items()}
    for name, made in case.account.run.trace.made.items():
        if name in case.account.run.trace.definitions:
            shape = case.account.run.trace.definitions[name].shape
            for each in made:
                found.setdefault(each.name, set()).add(shape)
    return {name: frozenset(shapes) for name, shapes in found.items()}


def _statements(module: Module) -> dict[int, ast.stmt]:
    """For every node the innermost statement that it belongs to."""
    owner: dict[int, ast.stmt] = {}
    for statement in module.body:
        for node in ast.walk(statement):  # parents first, so inner statements overwrite
            if isinstance(node, ast.stmt):
                for part in ast.walk(node):
                    owner[id(part)] = node
    return owner


def _bodies(module: Module) -> Iterator[list[ast.stmt]]:
    yield module.body
    for statement in module.body:
        for node in ast.walk(statement):
            for name in ("body", "orelse"):
                part = getattr(node, name, None)
                if isinstance(part, list):
                    yield part


def _functions(module: Module) -> list[ast.AST]:
    """All functions, the innermost first, and the module."""
    found: list[ast.AST] = [
        node
        for statement in module.body
        for node in ast.walk(statement)
        if isinstance(node, ast.FunctionDef)
    ]
    return [*found[::-1], ast.Module(module.body, [])]


def _holds(body: ast.AST, statement: ast.stmt) -> bool:
    return any(node is statement for node in ast.walk(body))


def _stored(body: ast.AST) -> set[str]:
    return {
        n.id for n in ast.walk(body) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
