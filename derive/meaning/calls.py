"""The values of applications: functions, costs of one example, ``sum(x, axis)``, products."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from fractions import Fraction

from derive.meaning.array_calls import SUM_WORDS, ArrayCalls
from derive.meaning.context import ANY_LAYER
from derive.meaning.facts import call_of, free_letters, known_function, subtree
from derive.meaning.logarithms import to_another_base
from derive.meaning.notation import (
    derivatives_in,
    function_word,
    names_in,
    parse_layer,
    plain_name,
    slot,
)
from derive.meaning.roles import Occurrence, at_an_example, resolve, spelled_function
from derive.meaning.setting import Outside
from derive.program import (
    ARGUMENT,
    PRIMITIVES,
    SCALAR,
    Apply,
    Entry,
    Expr,
    Function,
    Plus,
    Power,
    ShapeError,
    Symbol,
    Times,
    number,
    softmax,
    walk,
)
from derive.reading import syntax as sx
from derive.reading.tree import plain
from derive.scalars import table

FUNCTION_LETTERS = frozenset({"f", "g", "h", "phi", "varphi", "psi", "sigma", "F", "G", "H"})


class Calls(ArrayCalls):
    """A head followed by a bracket, decided by what the head is in the note."""

    def name(self, name: sx.Name) -> Expr:
        """The value of a name; of a function without argument, where all are taken."""
        if self.argument is None or not self._is_function(name):
            return super().name(name)
        order = name.primes + (name.accent == "dot")
        value = self.apply(self.function_name(name, name), order, self.argument)
        return self._raised(value, self._sup_power(name))

    def _applied(self, node: sx.Applied) -> Expr:
        head = node.head
        if self.argument is not None and self._is_factor(node):
            return Times(self.name(head), self._value(node.arguments[0]))
        word = function_word(head.base) if head.word else head.base
        call = call_of(node)
        if call is not None and call[0] is not head:  # max(0, z), whatever the note calls relu
            return self.apply(call[0].base, call[0].primes, self._value(call[1]))
        alias = facts_alias(self, node)
        if alias is not None:
            return alias
        if word in SUM_WORDS or word == "mean":
            return self._sum_call(node, mean=word == "mean")
        if head.word and not head.scripts and not head.primes:
            value = self._array_call(word, node)
            if value is not None:
                return value
        if head.base in self.roles.jacobians:
            raise Outside(f"{head.base} names the derivative of an array")
        if self.roles.is_cost(head) and not head.primes:
            if self.formulas:
                return self.mentioned(head, node)
            one = self.cost_of_one(node)
            if one is not None:
                return one
            return self.name(sx.Name(head.span, head.base, head.scripts, word=head.word))
        if head.base == "1" and len(node.arguments) == 1:
            return self._value(node.arguments[0])  # an indicator: 1[z > 0]
        if word == "prod" and len(node.arguments) > 1:
            return self._chained(node.arguments)
        if len(node.arguments) == 1 and self._is_function(head):
            return self._call(head, node.arguments[0])
        if self.entrywise and self.roles.role_of(head) is None:
            left_open = self.open_loss(node)
            if left_open is not None:
                return left_open
        if len(node.arguments) != 1:
            raise Outside(f"{head.base} of {len(node.arguments)} arguments")
        at_example = at_an_example(self.roles, node)
        if at_example is not None:
            return self.name(at_example)
        if head.word and not head.scripts and self.roles.role_of(head) is None:
            raise Outside(f"nothing says what the function {head.base} is")
        self._is_number(head, node.arguments[0])
        return self.multiply("juxt", self.name(head), self._value(node.arguments[0]))

    def _is_number(self, head: sx.Name, argument: sx.Node) -> None:
        """Raises Outside where a letter before a bracket is as well an unknown function.

        ``g(2x) = 2 g(x)`` holds of a number g.  A number stands without a bracket elsewhere, or
        before a sum of terms or a gradient: ``\\lambda (a - y)``, ``\\alpha (dW)``.
        """
        if self.roles.role(head.base) is not None or head.base in self.bound or head.mark:
            return
        if spelled_function(head) in free_letters(self.setting.facts):
            return
        inner = plain(argument)
        several = isinstance(inner, sx.Sum) and len(inner.terms) > 1
        gradient = any(n.mark or self.roles.role_of(n) == "gradient" for n in names_in(argument))
        gradient = gradient or any(True for _ in derivatives_in(argument))
        if not gradient and (not several or head.base in FUNCTION_LETTERS):
            raise Outside(
                f"{head.base}(...) may be a function or a product: say what it stands for"
            )

    def _is_factor(self, node: sx.Applied) -> bool:
        """``\\sigma (1 - \\sigma)`` among functions without argument: a product."""
        if len(node.arguments) != 1 or plain_name(node.arguments[0]) is not None:
            return False  # sigma(z), and f'(g), the outer function at the inner one
        inside = list(subtree(node.arguments[0]))
        called = [part.head.span for part in inside if isinstance(part, sx.Applied)]
        names = [
            n for n in names_in(node.arguments[0]) if n.span not in called
        ]  # v(u(x)) is a call
        return any(self._is_function(n) for n in names)

    @abstractmethod
    def _chained(self, factors: tuple[sx.Node, ...]) -> Expr:
        """``prod(dJ/do, do/dW)``: the chain rule as a placeholder for the right product."""

    def attached(self, node: sx.Power | sx.Transposed, base: sx.Node) -> sx.Node | None:
        """``a(1 - a)^2``: behind a product with a bracket a script belongs to the bracket."""
        if not isinstance(base, sx.Applied) or len(base.arguments) != 1:
            return None
        word = function_word(base.head.base) if base.head.word else base.head.base
        if self._is_function(base.head) or self.roles.is_cost(base.head) or word in SUM_WORDS:
            return None
        if spelled_function(base.head) in self.setting.facts.outputs or base.head.base == "1":
            return None
        group = sx.Group(base.span, base.bracket, base.arguments[0])
        return sx.Product(node.span, (("", base.head), ("juxt", replace(node, base=group))))

    def _is_function(self, head: sx.Name) -> bool:
        if head.mark or (head.base in self.bound and not head.primes):
            return False
        return (
            self.roles.role(head.base) == "function"
            or spelled_function(head) in self.setting.facts.bodies
            or known_function(head) is not None
            or head.base in ("exp", "log", "ln", "sqrt", "tanh")
        )

    def _call(self, head: sx.Name, argument: sx.Node) -> Expr:
        value = self._value(argument)
        order = head.primes
        power = next(
            (s.node for s in head.scripts if s.place == "sup" and not s.bracket and not s.word),
            None,
        )
        layered = any(s.bracket or self._numbers_layer(s) for s in head.scripts)
        name = self.function_name(head, argument)
        out = self.apply(name, order, value)
        if power is not None and not layered and spelled_function(head) not in self._own_symbols():
            out = self._to_power(out, power)
        return out

    def _numbers_layer(self, script: sx.Script) -> bool:
        """``f^{l+1}`` where scripts in this place hold layers: no power of f."""
        layer = parse_layer(script.text)
        letters = self.roles.letters | self.roles.top
        return slot(script) in self.roles.slots and layer is not None and layer.letter in letters

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
        body = self.setting.functions[name].body
        for node in walk(body) if body is not None else ():
            if isinstance(node, Symbol) and node.name != ARGUMENT:
                self.setting.scalar_leaf(node.name)

    def function_name(self, head: sx.Name, argument: sx.Node) -> str:
        """Which function of the setting a head means, at this argument."""
        facts, setting = self.setting.facts, self.setting
        if head.base in ("ln", "log"):
            other = head.base == "log" and to_another_base(facts.document.source)
            if other or any(s.place == "sub" and s.text != "e" for s in head.scripts):
                raise Outside("a logarithm to another base")
            return "log"
        if head.base in ("exp", "sqrt"):
            return head.base
        spelled = spelled_function(head)
        own = self._own_layers(head, spelled)
        several = spelled in facts.anew and own is not None and setting.mode != "formal"
        if spelled in facts.bodies and not several:
            return self.defined_function(spelled, head.span.start)
        layer = self._argument_layer(argument)
        if own is not None:
            told = setting.mode != "formal" or layer in setting.activations
            if layer is not None and layer in own and told:
                return setting.activations.get(layer, f"g{layer}")
            if own and setting.mode != "formal":
                return setting.activations.get(min(own), f"g{min(own)}")
        if layer is not None and spelled in facts.unsettled:
            raise Outside(f"{head.base} or another function is the activation: nothing tells")
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

    def defined_function(self, spelled: tuple[str, str], at: int = 0) -> str:
        """A function that the note defines, entered into the setting at first use.

        at: where it is used; of several definitions the last above holds.
        """
        setting = self.setting
        later = setting.facts.anew.get(spelled, [])
        above = [k for k, (_, _, line) in enumerate(later, 2) if line.piece.span.start <= at]
        name = "f_" + "".join(c for c in spelled[0] + spelled[1] if c.isalnum())
        name += f"_{above[-1]}" if above else ""
        if name in setting.functions:
            body = setting.functions[name].body
            return body.function if _is_plain_call(body) else name  # type: ignore[union-attr]
        parameter: sx.Name
        formula: sx.Node | None
        parameter, formula, line = later[above[-1] - 2] if above else setting.facts.bodies[spelled]
        if formula is None:
            raise Outside(f"line {line.piece.line} says what {spelled[0]} is, of no one number")
        setting.functions[name] = Function(name)  # a body that mentions itself stays arbitrary
        inner = type(self)(setting, self.layers, {parameter.base: Symbol(ARGUMENT, SCALAR)})
        try:
            body = inner._value(formula)
        except ShapeError:
            raise Outside(f"{spelled[0]} is not a function of one number") from None
        if body.shape != SCALAR:
            raise Outside(f"{spelled[0]} is not a function of one number")
        if any(isinstance(n, Symbol) and n.dims != SCALAR for n in walk(body)):
            raise Outside(f"{spelled[0]} is defined with arrays of the network")
        setting.functions[name] = Function(name, body)
        return body.function if _is_plain_call(body) else name  # type: ignore[attr-defined]


def facts_alias(elaborator: Calls, call: sx.Applied) -> Expr | None:
    """The value of ``h(x)`` where the note says that it is the output ``a^{(L)}``."""
    node = elaborator.setting.facts.outputs.get(spelled_function(call.head))
    if node is None or call.head.primes:
        return None
    column = elaborator.column
    for argument in call.arguments:
        given = plain_name(argument)
        if given is None or elaborator.roles.role_of(given) in ("Y", "cost"):
            raise Outside(f"{call.head.base} of something else than the input")
        if resolve(elaborator.roles, given).entries:
            raise Outside(f"{call.head.base} of one entry of the input")
        for name in names_in(argument):
            example = resolve(elaborator.roles, name).example
            if example is not None and column is not None and example != column.name:
                raise Outside(f"the output of example {example} in a sum over {column.name}")
    return elaborator._value(node)


def _is_plain_call(body: Expr | None) -> bool:
    """The body only renames another function: f(x) = max(0, x)."""
    return isinstance(body, Apply) and body.order == 0 and body.arg == Symbol(ARGUMENT, SCALAR)


def library_function(name: str) -> Function:
    """A function of the library, or an arbitrary one under this name."""
    return table.function(name) if name in table.NAMES else Function(name)
