"""A cost whose formula is not understood, but which speaks of output and labels alone.

In: a stated cost that has no value here, ``C = \\frac{1}{N_{out}} \\sum_i (\\hat y_i - y_i)^2``,
``C = \\sum_k L(a_k, t_k)``.  Out: a cost that stands for every function of the output.

Claims speak of the cost and its first derivatives at one point, and there any value and any
slopes are possible: it is taken as affine in the output, with free coefficients.  What holds of
it holds of the cost of the note, whatever that is; labels and second derivatives are not judged.
"""

from __future__ import annotations

from derive.meaning.facts import CostLine, Facts, subtree
from derive.meaning.notation import function_word, names_in, plain_name
from derive.meaning.penalties import PENALTY
from derive.meaning.roles import Occurrence, resolve
from derive.meaning.setting import Outside, Setting
from derive.program import (
    SCALAR,
    Composition,
    Expr,
    Gradient,
    Leaf,
    Partial,
    Plus,
    Statement,
    Symbol,
    Times,
    total,
    walk,
)
from derive.reading.syntax import Applied, Big, Derivative, Name, Node, Picture, Sum, Unreadable
from derive.reading.tree import plain

NOT_UNDERSTOOD = "the formula of the cost is not understood"
_KNOWN = frozenset({"log", "ln", "exp", "max", "min", "mean", "sum", "sqrt", "abs", "e", "pi"})


def any_loss(setting: Setting, cost: CostLine) -> Expr | None:
    """Any function of the output, where the cost is one; None where it may be something else."""
    if not speaks_of_output_alone(setting, cost.formula) or _says_more(setting.facts):
        return None
    output = setting.symbol(f"A{setting.depth}")
    slope, level = f"slope of {cost.name.base}", f"value of {cost.name.base}"
    setting.leaves[slope] = Leaf(output.shape)
    setting.leaves[level] = Leaf(SCALAR)
    setting.open_loss = cost.name.base
    setting.supposed_loss = True
    return Plus(total(Times(Symbol(slope, output.shape), output)), Symbol(level, SCALAR))


def speaks_of_output_alone(setting: Setting, formula: Node) -> bool:
    """Outputs and labels, numbers and functions without a formula: nothing else is in it."""
    facts = setting.facts
    whole = plain(formula)
    if isinstance(whole, Sum):  # a term of its own may be a penalty of the weights
        return all(speaks_of_output_alone(setting, term) for _, term in whole.terms)
    parts = list(subtree(formula))
    if any(isinstance(p, Derivative | Picture | Unreadable) for p in parts):
        return False
    heads = {id(p.head) for p in parts if isinstance(p, Applied) and _is_free(facts, p.head)}
    bound = {p.index for p in parts if isinstance(p, Big)}
    output = False
    for name in names_in(formula):
        if id(name) in heads or name.base in bound:
            continue
        found = resolve(facts.roles, name)
        if found.role == "Y" or (found.role == "A" and _is_output(setting, found)):
            output |= found.role == "A"
        elif name.mark or found.role not in (None, "size") or not _is_number(facts, name):
            return False
    return output


def _says_more(facts: Facts) -> bool:
    """The text speaks of a penalty, or labels are computed from what the network computes."""
    if PENALTY.search(facts.document.source):
        return True
    for line in facts.lines:
        head = plain_name(line.left)
        if head is None or not line.first or facts.roles.role_of(head) != "Y":
            continue
        if {facts.roles.role_of(n) for n in names_in(line.right)} & {"A", "Z", "W", "b"}:
            return True
    return False


def _is_free(facts: Facts, head: Name) -> bool:
    """A function that the world knows, or to which the note gives no formula."""
    if head.base in _KNOWN or function_word(head.base) in _KNOWN:
        return True
    if head.primes or head.mark:
        return False
    for line in facts.lines:
        left = plain(line.left)
        name = left.head if isinstance(left, Applied) else plain_name(left)
        if name is not None and name.base == head.base and line.first:
            return False
    return True


def _is_output(setting: Setting, found: Occurrence) -> bool:
    try:
        return setting.program_name(found, {}) == f"A{setting.depth}"
    except Outside:
        return False


def _is_number(facts: Facts, name: Name) -> bool:
    """A letter that no line computes: ``N_{out}``, ``K``."""
    if name.base in _KNOWN:
        return True
    heads = [plain_name(line.left) for line in facts.lines]
    return not any(n is not None and n.base == name.base for n in heads)


def tells_of_cost(setting: Setting, statement: Statement) -> str:
    """Why a claim that fails is left open: it says what slopes a cost has that is not read."""
    if not setting.supposed_loss:
        return ""
    if not setting.facts.affine:  # nor is the forward pass: nothing is refuted
        return NOT_UNDERSTOOD
    if isinstance(statement, Composition):
        return ""
    sides = (statement.left, statement.right)
    both = all(any(isinstance(n, Gradient | Partial) for n in walk(side)) for side in sides)
    return "" if both else NOT_UNDERSTOOD
