"""The values of costs: by their formulas, as parts of a total, or left open.

A cost may be made of others (``J = \\frac{1}{m} \\sum_i L^{(i)} + s``): each mention stands for
the formula that the note gives it, or for the library's loss where it gives none.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from derive.meaning.context import Context
from derive.meaning.example_letters import takes_mean
from derive.meaning.facts import Facts, names_example
from derive.meaning.notation import names_in, plain_name
from derive.meaning.reductions import over_examples, over_units, reduced, substitute
from derive.meaning.roles import resolve
from derive.meaning.setting import COST, Outside
from derive.meaning.which_cost import CostLine, example_of, key_of_cost, ledger
from derive.program import SCALAR, Entry, Expr, Index, Leaf, Plus, Symbol, Times, total
from derive.reading import syntax as sx
from derive.scalars import table


class Costs(Context):
    """A cost word or letter: which number it is, and whether it is the one minimised."""

    def is_part(self, name: sx.Name) -> bool:
        """The name is a number that the total cost is made of: ``s`` in ``J = L + s``."""
        return not (name.mark or name.accent) and self._spelled(name) in self.setting.parts

    def part(self, name: sx.Name) -> str:
        """The program's name of a part of the total."""
        return self.setting.parts[self._spelled(name)]

    def _spelled(self, name: sx.Name) -> str:
        return "".join(key_of_cost(self.roles, name))

    def is_total(self, name: sx.Name, call: sx.Applied | None = None) -> bool:
        """The name is the cost that is minimised, no part of it; Outside if it is another."""
        if self.roles.role_of(name) != "cost" or self.is_part(name):
            return False
        ledger(self.setting.facts).require(name, self.setting.hypothesis.costs, call)
        return True

    @abstractmethod
    def differential(self, program_name: str) -> Expr:
        """What a quantity changes by, to first order."""

    def cost_name(self, name: sx.Name, power: sx.Node | None) -> Expr:
        """The value of a cost by its name, squared or the like."""
        if name.mark == "d" and self.roles.differentials:
            return self.differential(COST)
        if name.mark:
            raise Outside(f"{name.mark} of the cost itself, not by something")
        if self.formulas:
            return self.mentioned(name)
        if power is not None:
            scripts = tuple(s for s in name.scripts if s.node is not power)
            name = replace(name, scripts=scripts)
        if self.is_part(name):
            return self._raised(self.setting.symbol(self.part(name)), power)
        ledger(self.setting.facts).require(name, self.setting.hypothesis.costs)
        if not self.setting.has_cost or COST not in self.setting.definitions:
            raise Outside("the cost has no value here")
        return self._raised(self.setting.symbol(COST), power)

    def stated(self, index: int, column: Index | None = None) -> Expr:
        """The value of a stated cost: of all examples, or of the one in a column.

        In the modes for one example it is that of one; of a mean, without the 1/m.
        """
        cost = self.setting.facts.costs[index]
        if index in self.formulas:
            raise Outside(f"{cost.name.base} is defined by itself")
        batched = self.setting.mode == "batch"
        inner = type(self)(self.setting)
        inner.entrywise, inner.formulas = True, (*self.formulas, index)
        if cost.parts:
            value = inner.closed(cost)
            if value.shape != SCALAR:
                raise Outside(f"{cost.name.base} is no number")
            return value
        if cost.batch:
            if column is not None:
                raise Outside("the cost of all examples inside a sum over them")
            inner.strip_examples = not batched
            value = over_units(self.setting, inner.closed(cost))
            scaled = not batched and has_count(self.setting.facts, cost.formula)
            return Times(self.setting.count(), value) if scaled else value
        if not batched:
            return over_units(self.setting, inner.closed(cost))
        letter = _example_letter(self.setting.facts, cost.formula)
        inner.column = column or Index(letter, self.setting.facts.count)
        inner.indices[letter] = inner.column
        value = over_units(self.setting, inner.closed(cost))
        return value if column is not None else over_examples(self.setting, inner.column, value)

    def closed(self, cost: CostLine) -> Expr:
        """The value of a formula that leaves no index free."""
        value = self.value(cost.formula)
        if self.free:
            letters = ", ".join(sorted(self.free))
            raise Outside(f"nothing says that the cost is summed over {letters}")
        return value

    def mentioned(self, name: sx.Name, call: sx.Applied | None = None) -> Expr:
        """A cost within the formula of another."""
        facts = self.setting.facts
        target = ledger(facts).inside(self.formulas[-1], name, call)
        letter = example_of(self.roles, name, call)
        column = self.column
        if letter is not None and column is not None and column.name != letter:
            raise Outside(f"the cost of the example {letter}, over which nothing sums")
        if target is not None:
            return self.stated(target, None if facts.costs[target].batch else column)
        if self.setting.hypothesis.cost == "stated":
            raise Outside(f"{name.base} is not given a formula")
        if call is not None and beyond_output(facts, call):
            raise Outside(f"{name.base} is given more than output and labels")
        return self.library_loss(column)

    def library_loss(self, column: Index | None = None) -> Expr:
        """The loss of the hypothesis: of all examples, or of the one in a column."""
        setting = self.setting
        if setting.hypothesis.cost == "stated":
            raise Outside("a part of the cost is not given a formula")
        names = {"a": setting.symbol(f"A{setting.depth}"), "y": setting.symbol("Y")}
        entry = substitute(table.loss_entry(setting.hypothesis.cost), dict(names))
        if column is None or setting.mode != "batch":
            return reduced(setting, total(entry))
        at = (None, column) if setting.hypothesis.layout == "columns" else (column, None)
        one = {k: Entry(v, *at) for k, v in names.items()}
        return total(substitute(table.loss_entry(setting.hypothesis.cost), dict(one)))

    def cost_of_one(self, node: sx.Applied) -> Expr | None:
        """``J(W, b; x^{(k)}, y^{(k)})`` in the batch: the formula of one example, at k."""
        if self.setting.mode != "batch" or not names_example(self.roles, node):
            return None
        number = ledger(self.setting.facts).meant(node.head, node)
        if number is None or not (stated := self.setting.facts.costs[number]).of_one:
            return None
        letter = example_of(self.roles, node.head, node)
        saved = self.column
        if letter is not None and (saved is None or saved.name != letter):
            self.column = self.indices.get(letter) or self._index(letter, self.setting.facts.count)
        if self.column is None:
            raise Outside("the cost of one example, but not of which")
        try:
            value = self._value(stated.formula)
        finally:
            self.column = saved
        return value if value.shape == SCALAR else total(value)

    def open_loss(self, node: sx.Applied) -> Expr | None:
        """``l(o, y)``: a loss of output and labels that the note leaves open.

        Claims speak of its value and its first derivatives at one point of each example, and
        there any value and any slopes are possible: it is taken as affine in the output, with
        free coefficients.  Of second derivatives that says nothing: they are not judged.
        """
        names = [plain_name(a) for a in node.arguments]
        roles = [None if n is None else self.roles.role_of(n) for n in names]
        if sorted(r or "" for r in roles) not in (["A", "Y"], ["Y", "Z"]):
            return None
        output = names[roles[0] == "Y"]
        assert output is not None
        value = self.name(output)
        whole = value.arg if isinstance(value, Entry) else value
        slope, constant = f"slope of {node.head.base}", f"value of {node.head.base}"
        self.setting.leaves[slope] = Leaf(whole.shape)
        self.setting.open_loss = node.head.base
        slopes: Expr = Symbol(slope, whole.shape)
        level: Expr
        if isinstance(value, Entry):
            columns = self.setting.hypothesis.layout == "columns"
            levels = (1, whole.shape[1]) if columns else (whole.shape[0], 1)
            self.setting.leaves[constant] = Leaf(levels)
            slopes = replace(value, arg=slopes)
            level = replace(value, arg=Symbol(constant, levels))
        else:
            self.setting.leaves[constant] = Leaf(SCALAR)
            level = Symbol(constant, SCALAR)
        return Plus(total(Times(slopes, value)), level)


def beyond_output(facts: Facts, call: sx.Applied) -> bool:
    """``L(a^{(L)}, y, W)``: the output is an argument, and so is what it is computed from."""
    found = [resolve(facts.roles, n) for a in call.arguments for n in names_in(a)]
    outputs = [o for o in found if o.role in ("A", "Z")]
    layers = {None if o.layer is None else (o.layer.letter, o.layer.offset) for o in outputs}
    return bool(outputs) and (len(layers) > 1 or any(o.role in ("W", "b", "X") for o in found))


def has_count(facts: Facts, formula: sx.Node) -> bool:
    """The formula divides by (mentions) the number of examples outside the bounds of sums."""
    return takes_mean(formula) or any(facts.roles.role(n.base) == "size" for n in names_in(formula))


def _example_letter(facts: Facts, formula: sx.Node) -> str:
    """The letter that a cost of one example gives its example, or one of our own."""
    found = {resolve(facts.roles, n).example for n in names_in(formula)} - {None}
    return min(str(f) for f in found) if found else "e"
