"""The values of names: arrays of the network, their gradients, entries, free scalars."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace

from derive.meaning.context import found_layer
from derive.meaning.cost_values import Costs
from derive.meaning.elsewhere import given_by_power
from derive.meaning.facts import orders
from derive.meaning.notation import plain_name
from derive.meaning.roles import Occurrence, resolve
from derive.meaning.setting import Outside
from derive.program import (
    ONE,
    Apply,
    Delta,
    Entry,
    Expr,
    Gradient,
    ShapeError,
    Times,
)
from derive.reading import syntax as sx


class Arrays(Costs):
    """Names with their scripts."""

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
        if name.base == "1" and name.font and not name.mark and not name.primes:
            return ONE  # an array of ones beside another: 1 for each entry
        if self.roles.is_kronecker(name):
            return self._kronecker(name)
        if name.mark == "Delta":
            raise Outside("a difference Delta is not understood")
        role = occurrence.role
        if self.is_part(name):
            return self.setting.symbol(self.part(name))
        if role is None or role == "size":
            return self._scalar_name(name, occurrence)
        if role == "function":
            raise Outside(f"the function {name.base} stands without its argument")
        if role == "cost":
            return self.cost_name(name, occurrence.power)
        if name.primes:
            raise Outside(f"a prime on {name.base}, which is no function")
        if role == "Y" and self.setting.open_loss:
            raise Outside(f"the loss {self.setting.open_loss} is not given")
        value, program_name = self._array(name, occurrence)
        return self._scripted(value, program_name, occurrence)

    def _kronecker(self, name: sx.Name) -> Expr:
        """Kronecker's delta of two indices, one of which the line has used already."""
        letters = name.scripts[0].items
        known = [self.indices[i] for i in letters if i in self.indices]
        if not known or self.setting.mode == "path":
            raise Outside("a Kronecker delta of indices that run over nothing yet")
        left, right = (self._index(i, known[0].dim) for i in letters)
        return Delta(left, right)

    def _same_index(self, condition: sx.Comparison) -> Expr:
        """``i = j`` of two indices as a number, 1 or 0."""
        names = [plain_name(n) for n in (condition.left, condition.right)]
        letters = [n.base for n in names if n is not None and not n.scripts]
        known = [self.indices[i] for i in letters if i in self.indices]
        if len(letters) != 2 or not known or self.setting.mode == "path":
            raise Outside(f"a condition by {condition.relation}")
        left, right = (self._index(i, known[0].dim) for i in letters)
        return Delta(left, right)

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
        if name.accent not in ("", "vec"):
            raise Outside(f"{name.base} with a {name.accent} has no role in the network")
        if occurrence.role == "size":
            return self._raised(self.setting.count(), occurrence.power)
        if name.scripts and occurrence.power is None and not name.word:
            return self._abbreviation(name)
        if any(s.place == "sub" for s in name.scripts) and not name.word:
            below = tuple(s for s in name.scripts if s.place == "sub")
            return self._raised(self._abbreviation(replace(name, scripts=below)), occurrence.power)
        if (name.base, "") in self.setting.facts.abbreviations:
            return self._abbreviation(name)
        if name.base == "pi":
            raise Outside("the constant pi")
        if name.base in ("infty", "∞"):
            raise Outside("infinity is no number")
        if where := given_by_power(self.setting.facts, name.base, name.accent):
            raise Outside(f"line {where} says what a power of {name.base} is")
        return self._raised(self.setting.scalar_leaf(name.base), occurrence.power)

    def _abbreviation(self, name: sx.Name) -> Expr:
        """A name that the note introduces for an expression: its value here."""
        key = (name.base, "".join(s.text for s in name.scripts))
        node = self.setting.facts.abbreviations.get(key)
        if node is None:
            raise Outside(f"{name.base} with a script has no role in the network")
        later = self.setting.facts.renamed.get(key, ())
        node = [node, *(n for n in later if n.span.end <= name.span.start)][-1]
        if key in self.open:
            raise Outside(f"{name.base} is defined by itself")
        self.open.add(key)
        try:
            return self._value(node)
        except ShapeError:
            raise Outside(f"{name.base} does not fit where it is defined") from None
        finally:
            self.open.discard(key)

    def _array(self, name: sx.Name, occurrence: Occurrence) -> tuple[Expr, str]:
        """The array that a name with a role stands for, and its name in the program."""
        program_name = self.program_name(name, occurrence)
        if name.mark == "d" and self.roles.differentials:
            return self.differential(program_name), program_name
        if name.mark or occurrence.role == "gradient":
            return self.gradient(program_name), program_name
        return self.setting.symbol(program_name), program_name

    def program_name(self, name: sx.Name, occurrence: Occurrence) -> str:
        """The program's name for an occurrence; for delta, of what it differentiates by."""
        occurrence = found_layer(occurrence, name.base, self.layers)
        self._one_order(name.base, occurrence)
        if occurrence.unread:
            raise Outside(f"the script {occurrence.unread} of {name.base} is not understood")
        role = occurrence.role
        if role == "gradient":
            role = occurrence.of or self.roles.gradient_of[name.base]
        biased = any(item.b is not None for item in self.setting.facts.affine)
        if role == "W" and self.roles.unindexed and occurrence.entries == ("0",) and biased:
            role, occurrence = "b", Occurrence("b", occurrence.layer)
        as_subject = Occurrence(role, occurrence.layer)
        return self.setting.program_name(as_subject, self.layers)

    def _one_order(self, base: str, occurrence: Occurrence) -> None:
        """Raises Outside where unit and example stand in another order than elsewhere.

        ``A_{ki}`` and ``A_{ik}`` are two entries, of which only one can be meant.
        """
        first = occurrence.example_first
        if first is None or self.setting.mode == "path":
            return
        if self.example_first is None:
            self.example_first = first
        if first != self.example_first or first != orders(self.setting.facts).get(base, first):
            raise Outside(f"unit and example of {base} stand in another order than elsewhere")

    @abstractmethod
    def differential(self, program_name: str) -> Expr:
        """What a quantity changes by, to first order."""

    def gradient(self, program_name: str) -> Expr:
        """The note's own d<name>: the true gradient times the note's normalisation."""
        if not self.setting.has_cost:
            raise Outside("there is no cost to differentiate")
        if self.setting.mode == "path" and program_name[0] in "Wb":
            raise Outside("a gradient of all examples in a line for one")
        self.setting.differentiable(program_name)
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
