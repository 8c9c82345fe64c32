"""From syntax to program expressions, in one setting and at given layers.

One method a node kind.  What has no value in the fragment raises `Outside` (the claim will
be unproven), operands that do not fit raise `IllShaped` (it will be refuted).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from derive.meaning.facts import call_of, known_function, names_example
from derive.meaning.notation import Layer, function_word, names_in, plain_name
from derive.meaning.roles import BATCHED, Occurrence, resolve, spelled_function
from derive.meaning.setting import COST, IllShaped, NoLayer, Outside, Setting
from derive.program import (
    ARGUMENT,
    ONE,
    PRIMITIVES,
    SCALAR,
    Apply,
    Entry,
    Expr,
    Function,
    Gradient,
    Index,
    MatMul,
    Number,
    Partial,
    Plus,
    Power,
    ShapeError,
    Sum,
    SumOver,
    Symbol,
    Times,
    Transpose,
    divide,
    function_body,
    minus,
    negate,
    number,
    show_shape,
    softmax,
    total,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain
from derive.scalars import table

MATRIX_SEPARATORS = frozenset({"juxt", "cdot", "times", "at"})
MAX_EXPONENT = 64


ANY_LAYER = "?"
"""The layer letter of a line whose names carry none: it is meant for every layer."""


def found_layer(occurrence: Occurrence, base: str, layers: Mapping[str, int]) -> Occurrence:
    """An occurrence with the layer that a line without layers is judged at."""
    if not occurrence.lost:
        return occurrence
    if ANY_LAYER not in layers:
        raise Outside(f"{base} has lost its layer")
    return replace(occurrence, layer=Layer(ANY_LAYER, 0), lost=False)


class Elaborator:
    """Gives syntax its value.  `layers`: values of layer letters; `bound`: formal names."""

    def __init__(
        self,
        setting: Setting,
        layers: Mapping[str, int] | None = None,
        bound: Mapping[str, Expr] | None = None,
    ) -> None:
        self.setting = setting
        self.roles = setting.facts.roles
        self.layers = dict(layers or {})
        self.bound = dict(bound or {})
        self.column: Index | None = None
        self.indices: dict[str, Index] = {}
        self.free: dict[str, Index] = {}
        self.open: set[tuple[str, str]] = set()
        self.strip_examples = False
        """Sums over the examples stand for their body: the cost of one example."""
        self.whole_batch = False
        """An example letter is passed over: the array of all examples is meant."""

    # -- entry point ------------------------------------------------------------------------

    def value(self, node: sx.Node) -> Expr:
        """The expression of a node; IllShaped or Outside where it has none."""
        try:
            return self._value(node)
        except ShapeError as error:
            raise IllShaped(str(error)) from error

    def _value(self, node: sx.Node) -> Expr:
        match node:
            case sx.Group(body=body):
                return self._value(body)
            case sx.Number(value=value):
                return Number(value)
            case sx.Name():
                return self.name(node)
            case sx.Sum(terms=terms):
                return self._sum(terms)
            case sx.Product(factors=factors):
                return self._product(factors)
            case sx.Fraction_(numerator=a, denominator=b):
                return divide(self._value(a), self._value(b))
            case sx.Power(base=base, exponent=exponent):
                return self._power(base, exponent)
            case sx.Transposed(base=base):
                return self._transpose(self._value(base))
            case sx.Applied():
                return self._applied(node)
            case sx.Big():
                return self._big(node)
            case sx.Derivative():
                return self._derivative(node)
            case sx.Norm(kind=kind, body=body):
                return self._norm(kind, self._value(body))
            case sx.Cases(branches=branches):
                return self._cases(branches)
            case sx.Unreadable():
                raise Outside("a side could not be read")
            case sx.Picture():
                raise Outside("a matrix is drawn rather than written")
            case sx.Dots():
                raise Outside("dots stand for what is left out")
        raise Outside(f"no value for {type(node).__name__.lower().strip('_')} here")

    # -- names --------------------------------------------------------------------------------

    def name(self, name: sx.Name) -> Expr:
        """The value of a name with its scripts."""
        occurrence = resolve(self.roles, name)
        plain_letter = not name.scripts and not name.mark and not name.accent
        if plain_letter and name.base in self.bound:
            return self.bound[name.base]
        if name.base == "e" and occurrence.role is None and not name.mark:
            if occurrence.power is None:
                raise Outside("e stands without an exponent")
            return Apply("exp", 0, self._value(occurrence.power))
        if name.base in self.bound and not name.mark:
            return self._raised(self.bound[name.base], self._sup_power(name))
        if name.mark == "Delta":
            raise Outside("a difference Delta is not understood")
        role = occurrence.role
        if role is None or role == "size":
            return self._scalar_name(name, occurrence)
        if role == "function":
            raise Outside(f"the function {name.base} stands without its argument")
        if role == "cost":
            if not self.setting.has_cost or COST not in self.setting.definitions:
                raise Outside("the cost has no value here")
            return self._raised(self.setting.symbol(COST), occurrence.power)
        if name.primes:
            raise Outside(f"a prime on {name.base}, which is no function")
        value, program_name = self._array(name, occurrence)
        return self._scripted(value, program_name, occurrence)

    def _sup_power(self, name: sx.Name) -> sx.Node | None:
        for script in name.scripts:
            if script.place == "sup":
                return script.node
            raise Outside(f"a script on the parameter {name.base}")
        return None

    def _scalar_name(self, name: sx.Name, occurrence: Occurrence) -> Expr:
        if name.mark:
            raise Outside(f"the gradient by {name.base}, which has no role in the network")
        if name.primes:
            raise Outside(f"a prime on {name.base}, which is no function")
        if occurrence.role == "size":
            return self._raised(self.setting.count(), occurrence.power)
        if name.scripts and occurrence.power is None and not name.word:
            return self._abbreviation(name)
        if (name.base, "") in self.setting.facts.abbreviations:
            return self._abbreviation(name)
        if name.base == "pi":
            raise Outside("the constant pi")
        return self._raised(self.setting.scalar_leaf(name.base), occurrence.power)

    def _abbreviation(self, name: sx.Name) -> Expr:
        """A name that the note introduces for an expression: its value here."""
        key = (name.base, "".join(s.text for s in name.scripts))
        node = self.setting.facts.abbreviations.get(key)
        if node is None:
            raise Outside(f"{name.base} with a script has no role in the network")
        if key in self.open:
            raise Outside(f"{name.base} is defined by itself")
        self.open.add(key)
        try:
            return self._value(node)
        finally:
            self.open.discard(key)

    def _array(self, name: sx.Name, occurrence: Occurrence) -> tuple[Expr, str]:
        """The array that a name with a role stands for, and its name in the program."""
        program_name = self.program_name(name, occurrence)
        if name.mark or occurrence.role == "gradient":
            return self.gradient(program_name), program_name
        return self.setting.symbol(program_name), program_name

    def program_name(self, name: sx.Name, occurrence: Occurrence) -> str:
        """The program's name for an occurrence; for delta, of what it differentiates by."""
        occurrence = found_layer(occurrence, name.base, self.layers)
        role = occurrence.role
        if role == "gradient":
            role = self.roles.gradient_of[name.base]
        if role == "W" and self.roles.unindexed and occurrence.entries == ("0",):
            role, occurrence = "b", Occurrence("b", occurrence.layer)
        as_subject = Occurrence(role, occurrence.layer)
        return self.setting.program_name(as_subject, self.layers)

    def gradient(self, program_name: str) -> Expr:
        """The note's own d<name>: the true gradient times the note's normalisation."""
        if not self.setting.has_cost:
            raise Outside("there is no cost to differentiate")
        if self.setting.mode == "path" and program_name[0] in "Wb":
            raise Outside("a gradient of all examples in a line for one")
        value: Expr = Gradient(program_name, self.setting.shape(program_name))
        scale = self.setting.scale(program_name)
        return value if scale == ONE else Times(scale, value)

    def _scripted(self, value: Expr, program_name: str, occurrence: Occurrence) -> Expr:
        if self.setting.mode == "path":
            if occurrence.transposed:
                raise Outside("a transpose has no meaning on one path of scalars")
            return self._raised(value, occurrence.power)
        row, column = self.position(program_name, occurrence)
        if row is not None or column is not None:
            value = Entry(value, row, column)
        if occurrence.transposed:
            value = self._transpose(value)
        return self._raised(value, occurrence.power)

    def position(self, program_name: str, occurrence: Occurrence) -> tuple[Index | None, Index | None]:
        """Row and column index of an occurrence with entries or an example."""
        dims = self.setting.shape(program_name)
        columns = self.setting.hypothesis.layout == "columns"
        entries = occurrence.entries
        if program_name == f"b{self.setting.depth}" and entries == ("0",):
            entries = ()
        if program_name[0] == "W":
            if len(entries) == 2:
                return self._index(entries[0], dims[0]), self._index(entries[1], dims[1])
            if len(entries) == 1 and 1 in dims:
                index = self._index(entries[0], dims[1] if dims[0] == 1 else dims[0])
                return (None, index) if dims[0] == 1 else (index, None)
            if entries:
                raise Outside("an entry of a weight needs two indices")
            return None, None
        unit_dim, example_dim = dims if columns else (dims[1], dims[0])
        unit: Index | None = None
        if len(entries) == 1:
            unit = self._index(entries[0], unit_dim)
        elif entries:
            raise Outside("too many indices")
        example = self._example(program_name, occurrence, example_dim, unit is not None)
        return (unit, example) if columns else (example, unit)

    def _example(
        self, program_name: str, occurrence: Occurrence, dim: int | str, has_unit: bool
    ) -> Index | None:
        if dim == 1 or program_name[0] == "b" or self.whole_batch:
            return None
        if occurrence.example is not None:
            letter = occurrence.example
            if letter in self.indices:
                return self.indices[letter]
            if self.column is not None and self.column.name == letter:
                return self.column
            return self._index(letter, dim)
        if self.column is not None:
            return self.column
        if has_unit:
            raise Outside("an entry is named, but not of which example")
        return None

    def _index(self, letter: str, dim: int | str) -> Index:
        if letter.isdigit():
            raise Outside(f"the fixed entry {letter}")
        if not letter.isalpha():
            raise Outside(f"the index {letter}")
        known = self.indices.get(letter)
        if known is None:
            known = Index(letter, dim)
            self.indices[letter] = known
            self.free[letter] = known
        if known.dim != dim:
            raise IllShaped(f"the index {letter} runs over {known.dim} and over {dim}")
        return known

    def _raised(self, value: Expr, power: sx.Node | None) -> Expr:
        return value if power is None else self._to_power(value, power)

    # -- operators ----------------------------------------------------------------------------

    def _sum(self, terms: tuple[tuple[int, sx.Node], ...]) -> Expr:
        out: Expr | None = None
        for sign, term in terms:
            value = self._value(term)
            value = value if sign > 0 else negate(value)
            out = value if out is None else Plus(out, value)
        assert out is not None
        return out

    def _product(self, factors: tuple[tuple[str, sx.Node], ...]) -> Expr:
        out = self._value(factors[0][1])
        for separator, node in factors[1:]:
            out = self.multiply(separator, out, self._value(node))
        return out

    def multiply(self, separator: str, left: Expr, right: Expr) -> Expr:
        """One product as it is written; a scalar multiplies anything."""
        if separator == "slash":
            return divide(left, right)
        if self.setting.mode in ("path", "formal") or SCALAR in (left.shape, right.shape):
            return Times(left, right)
        if separator in MATRIX_SEPARATORS:
            return MatMul(left, right)
        return Times(left, right)

    def _transpose(self, value: Expr) -> Expr:
        if self.setting.mode == "path":
            raise Outside("a transpose has no meaning on one path of scalars")
        return value if value.shape == SCALAR else Transpose(value)

    def _power(self, base: sx.Node, exponent: sx.Node) -> Expr:
        inner = plain(base)
        if isinstance(inner, sx.Name) and inner.base == "e" and not inner.scripts:
            return Apply("exp", 0, self._value(exponent))
        if isinstance(inner, sx.Norm) and inner.kind == "norm":
            squared = total(Power(self._value(inner.body), Fraction(2)))
            return self._rooted(squared, exponent)
        return self._to_power(self._value(base), exponent)

    def _rooted(self, squared: Expr, exponent: sx.Node) -> Expr:
        power = constant(exponent) / 2
        return squared if power == 1 else Power(squared, power)

    def _to_power(self, value: Expr, exponent: sx.Node) -> Expr:
        power = constant(exponent)
        if power < 0 and value.shape != SCALAR and value.shape[0] != 1 and value.shape[1] != 1:
            raise Outside("a negative power of a matrix")
        return value if power == 1 else Power(value, power)

    def _norm(self, kind: str, value: Expr) -> Expr:
        if kind == "abs":
            sign = minus(Times(number(2), Apply("step", 0, value)), ONE)
            return Times(value, sign)
        return Power(total(Power(value, Fraction(2))), Fraction(1, 2))

    def _cases(self, branches: tuple[tuple[sx.Node, sx.Comparison | None], ...]) -> Expr:
        if len(branches) != 2 or branches[0][1] is None:
            raise Outside("cases other than one condition and its opposite")
        (then, condition), (otherwise, _) = branches
        assert condition is not None
        gap = minus(self._value(condition.left), self._value(condition.right))
        match condition.relation:
            case ">":
                on = Apply("step", 0, gap)
            case "<":
                on = Apply("step", 0, negate(gap))
            case ">=" | "≥":
                on = minus(ONE, Apply("step", 0, negate(gap)))
            case "<=" | "≤":
                on = minus(ONE, Apply("step", 0, gap))
            case _:
                raise Outside(f"a case by {condition.relation}")
        yes, no = self._value(then), self._value(otherwise)
        return Plus(Times(on, yes), Times(minus(ONE, on), no))

    # -- sums ---------------------------------------------------------------------------------

    def _big(self, node: sx.Big) -> Expr:
        if node.operator != "sum":
            raise Outside("a product over an index")
        facts = self.setting.facts
        over_examples = (
            node.index in self.roles.examples
            or (node.upper == facts.count)
            or node.lower == "rows"
            or (not node.index and not node.upper)
        )
        if self._runs_over_layers(node):
            return self._layer_sum(node)
        if over_examples and self._unit_letter(node):
            over_examples = False
        if not over_examples:
            return self._unit_sum(node)
        if self.strip_examples:
            return self._value(node.body)
        if self.setting.mode in ("path", "single"):
            raise Outside("a sum over the examples in a line for one example")
        if self.column is not None:
            raise Outside("a sum over the examples inside another")
        self.column = Index(node.index or "i", facts.count)
        try:
            body = self._value(node.body)
        finally:
            index, self.column = self.column, None
        return SumOver(index, body)

    def _runs_over_layers(self, node: sx.Big) -> bool:
        if not node.index or node.index in self.layers or node.upper == self.setting.facts.count:
            return False
        layers = [resolve(self.roles, n).layer for n in names_in(node.body)]
        return any(layer is not None and layer.letter == node.index for layer in layers)

    def _layer_sum(self, node: sx.Big) -> Expr:
        """A sum over all layers that have the names of the body."""
        if node.lower not in (f"{node.index}=1", node.index, ""):
            raise Outside("a sum over some of the layers")
        out: Expr | None = None
        for layer in range(self.setting.depth + 2):
            self.layers[node.index] = layer
            try:
                value = self._value(node.body)
            except NoLayer:
                continue
            finally:
                del self.layers[node.index]
            out = value if out is None else Plus(out, value)
        if out is None:
            raise NoLayer("a sum over layers that has none")
        return out

    def _unit_letter(self, node: sx.Big) -> bool:
        """The summed letter is used as a unit, though elsewhere it runs over examples."""
        if not node.index or node.upper == self.setting.facts.count:
            return False
        occurrences = [resolve(self.roles, n) for n in names_in(node.body)]
        return any(node.index in o.entries for o in occurrences) and not any(
            o.example == node.index for o in occurrences
        )

    def _unit_sum(self, node: sx.Big) -> Expr:
        letter = node.index
        if not letter:
            raise Outside("a sum without a letter over something other than the examples")
        if self.setting.mode in ("path",):
            raise Outside("a sum over units on one path of scalars")
        saved, was_free = self.indices.pop(letter, None), self.free.pop(letter, None)
        body = self._value(node.body)
        index = self.indices.pop(letter, None)
        self.free.pop(letter, None)
        if saved is not None:
            self.indices[letter] = saved
        if was_free is not None:
            self.free[letter] = was_free
        if index is None:
            raise Outside(f"the sum over {letter} runs over nothing")
        return SumOver(index, body)

    # -- functions ----------------------------------------------------------------------------

    def _applied(self, node: sx.Applied) -> Expr:
        head = node.head
        word = function_word(head.base) if head.word else head.base
        call = call_of(node)
        if call is not None and call[0] is not head:
            return self._call(call[0], call[1])
        alias = facts_alias(self, head)
        if alias is not None:
            return alias
        if word in ("sum", "npsum"):
            return self._sum_call(node)
        if self.roles.is_cost(head) and not head.primes:
            one = self._cost_of_one(node)
            if one is not None:
                return one
            return self.name(sx.Name(head.span, head.base, head.scripts, word=head.word))
        if len(node.arguments) == 1 and self._is_function(head):
            return self._call(head, node.arguments[0])
        if len(node.arguments) != 1:
            raise Outside(f"{head.base} of {len(node.arguments)} arguments")
        return self.multiply("juxt", self.name(head), self._value(node.arguments[0]))

    def _cost_of_one(self, node: sx.Applied) -> Expr | None:
        """``J(W, b; x^{(k)}, y^{(k)})`` in the batch: the formula of one example, at k."""
        stated = next((c for c in self.setting.facts.costs if c.of_one), None)
        if stated is None or self.setting.mode != "batch":
            return None
        if not names_example(self.roles, node):
            return None
        examples = {
            resolve(self.roles, n).example for a in node.arguments for n in names_in(a)
        } - {None}
        if len(examples) > 1:
            raise Outside("a cost of several examples at once")
        letter = next(iter(examples), None)
        saved = self.column
        if letter is not None and (saved is None or saved.name != letter):
            self.column = self.indices.get(letter) or self._index(
                letter, self.setting.facts.count
            )
        if self.column is None:
            raise Outside("the cost of one example, but not of which")
        try:
            value = self._value(stated.formula)
        finally:
            self.column = saved
        return value if value.shape == SCALAR else total(value)

    def _is_function(self, head: sx.Name) -> bool:
        if head.mark or (head.base in self.bound and not head.primes):
            return False
        return (
            self.roles.role(head.base) == "function"
            or spelled_function(head) in self.setting.facts.bodies
            or known_function(head) is not None
            or head.base in ("exp", "log", "ln", "sqrt", "tanh")
        )

    def _sum_call(self, node: sx.Applied) -> Expr:
        if self.setting.mode == "path":
            raise Outside("a sum over the examples in a line for one example")
        value = self._value(node.arguments[0])
        if len(node.arguments) == 1:
            return total(value)
        axis = constant(node.arguments[1]) if len(node.arguments) == 2 else Fraction(-1)
        if axis not in (0, 1):
            raise Outside("a sum along an axis other than 0 or 1")
        return Sum(value, int(axis))

    def _call(self, head: sx.Name, argument: sx.Node) -> Expr:
        value = self._value(argument)
        order = head.primes
        power = next(
            (s.node for s in head.scripts if s.place == "sup" and not s.bracket and not s.word),
            None,
        )
        layered = any(s.bracket for s in head.scripts)
        name = self.function_name(head, argument)
        out = self.apply(name, order, value)
        if power is not None and not layered and spelled_function(head) not in self._own_symbols():
            out = self._to_power(out, power)
        return out

    def _own_symbols(self) -> set[tuple[str, str]]:
        facts = self.setting.facts
        stated = {s for a in facts.activations.values() for s in a.symbols}
        return stated | set(facts.bodies)

    def apply(self, name: str, order: int, value: Expr) -> Expr:
        """The order-th derivative of a function of this setting, at a value."""
        if name == "identity":
            return value if order == 0 else Plus(Times(number(0), value), number(order == 1))
        if name == "softmax":
            if order:
                raise Outside("softmax has no elementwise derivative")
            if isinstance(value, Entry) and value.shape == SCALAR:
                whole = softmax(value.arg, self.setting.hypothesis.unit_axis)
                return Entry(whole, value.row, value.column)
            if value.shape[self.setting.hypothesis.unit_axis] == 1:
                raise Outside("softmax of one number")
            return softmax(value, self.setting.hypothesis.unit_axis)
        if name == "sqrt" and order == 0:
            return Power(value, Fraction(1, 2))
        if name not in PRIMITIVES and name not in self.setting.functions:
            self.setting.functions[name] = library_function(name)
            self._parameters(name)
        return Apply(name, order, value)

    def _parameters(self, name: str) -> None:
        """Scalar parameters of a library function (a slope) become leaves."""
        from derive.program import walk

        body = self.setting.functions[name].body
        for node in walk(body) if body is not None else ():
            if isinstance(node, Symbol) and node.name != ARGUMENT:
                self.setting.scalar_leaf(node.name)

    def function_name(self, head: sx.Name, argument: sx.Node) -> str:
        """Which function of the setting a head means, at this argument."""
        facts, setting = self.setting.facts, self.setting
        if head.base in ("ln", "log"):
            return "log"
        if head.base in ("exp", "sqrt"):
            return head.base
        spelled = spelled_function(head)
        if spelled in facts.bodies:
            return self.defined_function(spelled)
        layer = self._argument_layer(argument)
        own = self._own_layers(head, spelled)
        if own is not None:
            if layer is not None and layer in own:
                return setting.activations.get(layer, f"g{layer}")
            if own and setting.mode != "formal":
                return setting.activations.get(min(own), f"g{min(own)}")
        known = known_function(head)
        if known is not None:
            return "g_softmax" if known == "softmax" and setting.mode == "path" else known
        if layer is not None and setting.mode != "formal":
            return setting.activations.get(layer, f"g{layer}")
        name = "u_" + "".join(c for c in spelled[0] + spelled[1] if c.isalnum())
        setting.functions.setdefault(name, Function(name))
        return name

    def _own_layers(self, head: sx.Name, spelled: tuple[str, str]) -> list[int] | None:
        """The layers whose stated activation is this function; None if it is of none."""
        facts = self.setting.facts
        from derive.meaning.notation import parse_layer, slot

        for script in head.scripts:
            layer = parse_layer(script.text)
            if slot(script) in self.roles.slots and layer is not None:
                occurrence = Occurrence("Z", layer)
                return [self.setting.layer_number(occurrence, self.layers)]
        layers = [
            n for n in range(1, self.setting.depth + 1) if spelled in facts.activation(n).symbols
        ]
        return layers or None

    def _argument_layer(self, argument: sx.Node) -> int | None:
        name = plain_name(argument)
        if name is None or self.roles.role(name.base) != "Z":
            return None
        occurrence = resolve(self.roles, name)
        if occurrence.lost and ANY_LAYER in self.layers:
            return self.layers[ANY_LAYER]
        if occurrence.layer is None:
            return None
        return self.setting.layer_number(occurrence, self.layers)

    def defined_function(self, spelled: tuple[str, str]) -> str:
        """A function that the note defines, entered into the setting at first use."""
        setting = self.setting
        name = "f_" + "".join(c for c in spelled[0] + spelled[1] if c.isalnum())
        if name in setting.functions:
            body = setting.functions[name].body
            return body.function if _is_plain_call(body) else name  # type: ignore[union-attr]
        parameter, formula, _ = setting.facts.bodies[spelled]
        setting.functions[name] = Function(name)  # a body that mentions itself stays arbitrary
        inner = Elaborator(setting, self.layers, {parameter.base: Symbol(ARGUMENT, SCALAR)})
        body = inner.value(formula)
        if body.shape != SCALAR:
            raise Outside(f"{spelled[0]} is not a function of one number")
        setting.functions[name] = Function(name, body)
        return body.function if _is_plain_call(body) else name  # type: ignore[attr-defined]

    # -- derivatives --------------------------------------------------------------------------

    def _derivative(self, node: sx.Derivative) -> Expr:
        if node.of is None:
            raise Outside("a derivative of nothing")
        if node.order != 1:
            raise Outside("a second derivative")
        by = plain(node.by)
        assert isinstance(by, sx.Name)
        subject = plain(node.of)
        if isinstance(subject, sx.Applied) and self.roles.is_cost(subject.head):
            one = self._cost_of_one(subject)
            if one is not None:
                return self._partial(one, by)
            subject = sx.Name(
                subject.span, subject.head.base, subject.head.scripts, word=subject.head.word
            )
        if by.base in self.bound and not by.scripts:
            return self._formal_derivative(subject, by)
        occurrence = resolve(self.roles, by)
        if occurrence.role is None or occurrence.role in ("size", "function", "cost"):
            return self._by_scalar(subject, by)
        if by.mark or occurrence.transposed:
            raise Outside("a derivative by something other than a name")
        program_name = self.program_name(by, occurrence)
        cost = isinstance(subject, sx.Name) and self.roles.role_of(subject) == "cost"
        if self.setting.mode == "path":
            if cost:
                return Gradient(program_name, SCALAR)
            return Partial(self._value(subject), program_name, None, None)
        row, column = self.position(program_name, occurrence)
        if cost:
            if not self.setting.has_cost:
                raise Outside("there is no cost to differentiate")
            value: Expr = Gradient(program_name, self.setting.shape(program_name))
            return value if row is None and column is None else Entry(value, row, column)
        body = self._value(subject)
        dims = self.setting.shape(program_name)
        missing = [i is None and d != 1 for i, d in zip((row, column), dims, strict=True)]
        if body.shape != SCALAR or any(missing):
            raise Outside("the derivative of one array by another is a linear map")
        return Partial(body, program_name, row, column)

    def _partial(self, body: Expr, by: sx.Name) -> Expr:
        """The derivative of a number by one entry of an array."""
        occurrence = resolve(self.roles, by)
        program_name = self.program_name(by, occurrence)
        row, column = self.position(program_name, occurrence)
        dims = self.setting.shape(program_name)
        if any(i is None and d != 1 for i, d in zip((row, column), dims, strict=True)):
            raise Outside("the gradient of one example beside those of all")
        return Partial(body, program_name, row, column)

    def _formal_derivative(self, subject: sx.Node, by: sx.Name) -> Expr:
        """``dg/ds`` of a defined function, or d/ds of a formula in the parameter s."""
        at = self.bound[by.base]
        if isinstance(subject, sx.Name) and not subject.primes and self._is_function(subject):
            return self.apply(self.function_name(subject, by), 1, at)
        if not isinstance(at, Symbol):
            raise Outside("a derivative by something other than a name")
        return Partial(self._value(subject), at.name, None, None)

    def _by_scalar(self, subject: sx.Node, by: sx.Name) -> Expr:
        if by.scripts or by.mark or by.primes:
            raise Outside(f"a derivative by {by.base}, which has no role in the network")
        leaf = self.setting.scalar_leaf(by.base)
        body = self._value(subject)
        if body.shape != SCALAR:
            raise Outside("the derivative of an array by a number")
        return Partial(body, leaf.name, None, None)


def facts_alias(elaborator: Elaborator, head: sx.Name) -> Expr | None:
    """The value of ``h(x)`` where the note says that it is the output ``a^{(L)}``."""
    node = elaborator.setting.facts.outputs.get(spelled_function(head))
    return None if node is None or head.primes else elaborator.value(node)


def _is_plain_call(body: Expr | None) -> bool:
    """The body only renames another function: f(x) = max(0, x)."""
    return (
        isinstance(body, Apply) and body.order == 0 and body.arg == Symbol(ARGUMENT, SCALAR)
    )


def library_function(name: str) -> Function:
    """A function of the library, or an arbitrary one under this name."""
    return table.function(name) if name in table.NAMES else Function(name)


def constant(node: sx.Node) -> Fraction:
    """A rational constant: a number, its negative, a quotient; Outside for anything else."""
    inner = plain(node)
    value: Fraction | None = None
    if isinstance(inner, sx.Number):
        value = inner.value
    elif isinstance(inner, sx.Sum) and len(inner.terms) == 1:
        sign, term = inner.terms[0]
        value = sign * constant(term)
    elif isinstance(inner, sx.Fraction_):
        below = constant(inner.denominator)
        value = constant(inner.numerator) / below if below else None
    elif isinstance(inner, sx.Product) and all(s in ("", "slash") for s, _ in inner.factors):
        parts = [constant(f) for _, f in inner.factors]
        value = parts[0]
        for part in parts[1:]:
            value = value / part if part and value is not None else None
    if value is None:
        raise Outside("an exponent that is no constant")
    if abs(value.numerator) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
        raise Outside(f"an exponent beyond {MAX_EXPONENT}")
    return value


__all__ = [
    "BATCHED",
    "Elaborator",
    "IllShaped",
    "NoLayer",
    "Outside",
    "constant",
    "function_body",
    "show_shape",
]
