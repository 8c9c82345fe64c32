"""From a refuted claim to the named mistake and its repair.

In: a `Fault` and the two ways of judging a statement.  Out: a `Diagnosis` whose repairs are
all proved.  The order of the questions is the order of likelihood: is only the normalisation
off, does one edit help, does another reading of the product, is it the gradient of something
else, does it belong to another cost, do two edits help; where nothing does, the derived
gradient is offered, and the scalar shadow says which factors differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.diagnosis.chains import diagnose_chain
from derive.diagnosis.codes import BY_NAME, CODES
from derive.diagnosis.known import Known
from derive.diagnosis.loose import ELEMENTWISE, Leaf, from_expr, leaves, length, parts
from derive.diagnosis.readings import Reading, readings
from derive.diagnosis.scene import Diagnosis, Fault
from derive.diagnosis.search import Hit, double, redundant, single
from derive.diagnosis.shadow import quotient
from derive.diagnosis.targets import (
    Judges,
    Judging,
    OtherTarget,
    holds_for_linear_output,
    other_costs,
    other_target,
)
from derive.diagnosis.updates import as_claim
from derive.diagnosis.wording import (
    code_of,
    is_normalisation,
    jacobian,
    left_latex,
    repair_words,
    sentence,
    shadow_clauses,
    show,
    true_of,
)
from derive.latex import name_latex, to_latex
from derive.program import (
    ONE,
    Apply,
    Composition,
    Equation,
    Expr,
    Gradient,
    Power,
    Program,
    Size,
    Statement,
    Symbol,
    Times,
    function_body,
    walk,
)
from derive.verdict import Kind, Repair, Verdict

LARGEST = 500
"""Claims of more nodes than this are not searched for repairs."""
Prover = Callable[[Statement], bool]
Screen = Callable[[Statement], bool | None]


def diagnose(
    fault: Fault, prover: Prover, agrees: Screen, judges: Judges | None = None
) -> Diagnosis:
    """Names the mistake of a refuted claim and finds its repair.

    prover: proof by the engine, accepted by the checker; agrees: the fast screen, None where
    it cannot tell.  Both are for the program of the scene.  judges: the same two for another
    program (by default made of the engine and the checker).
    """
    if isinstance(fault.statement, Composition):
        return diagnose_chain(fault, fault.statement, prover)
    if size(fault) > LARGEST:
        return Diagnosis(BY_NAME["false"], fault.message or CODES[BY_NAME["false"]].why)
    if fault.kind is Kind.UPDATE:
        fault = as_claim(fault)
    return _Answers(fault, (prover, agrees), judges or judging).answer()


def size(fault: Fault) -> int:
    """The number of nodes of a claim."""
    count = 0
    if isinstance(fault.statement, Equation):
        for side in (fault.statement.left, fault.statement.right):
            count += sum(1 for _ in walk(side))
    pending = [fault.ill_shaped.loose] if fault.ill_shaped is not None else []
    while pending:
        node = pending.pop()
        count += sum(1 for _ in walk(node.expr)) if isinstance(node, Leaf) else 1
        pending.extend(parts(node))
    return count


def judging(program: Program) -> Judging:
    """Proof and screen for a program, from the engine and the checker."""
    from derive.check import Screen as Points
    from derive.check import check
    from derive.tensors import prove

    def proved(statement: Statement) -> bool:
        return prove(program, statement).proved and check(program, statement).accepted

    return proved, Points(program).agrees


class _Answers(Known):
    """The questions that are asked of a fault, one method each; None: ask on."""

    # -- the questions, in order ----------------------------------------------------------------

    def answer(self) -> Diagnosis:
        """The first answer that is proved."""
        known = self._by_aspect() or self._of_nothing() or self._zero()
        if known is not None:
            return known
        if self.tree is None or not self._names_anything():
            return self._unexplained()
        questions = (
            self._normalisation,
            self._one_edit,
            self._reading,
            self._linear_output,
            self._other_target,
            self._other_cost,
            self._two_edits,
        )
        for question in questions:
            found = question()
            if found is not None:
                return self._in_context(found)
        return self._in_context(self._unexplained())

    def _in_context(self, found: Diagnosis) -> Diagnosis:
        """The same mistake under the name that the kind of line gives it."""
        kept = (BY_NAME["normalisation"], BY_NAME["other-target"], BY_NAME["false"])
        if self.circular and found.code not in kept[:1]:
            own = left_latex(self.fault)
            message = f"{own} stands on both sides: {found.message}"
            return Diagnosis(BY_NAME["circular"], message, found.repairs)
        if self.fault.kind is Kind.DEFINITION and found.code not in kept:
            message = f"{self._contradicted()}: {found.message}"
            return Diagnosis(BY_NAME["contradiction"], message, found.repairs)
        return found

    def _contradicted(self) -> str:
        """What a wrong definition contradicts: a line above, or the function of that name."""
        left = self.left
        if isinstance(left, Apply) and isinstance(left.arg, Symbol) and left.order == 0:
            return f"this is not {left.function}"
        return "it contradicts an earlier line"

    def _names_anything(self) -> bool:
        """Whether a name stands in the line; arithmetic on numbers has no mistake to name."""
        sides = [self.left, *(leaf.expr for leaf in leaves(self.line))]
        nodes = (node for side in sides for node in walk(side))
        return any(isinstance(node, Symbol | Gradient) for node in nodes)

    def _by_aspect(self) -> Diagnosis | None:
        """What is known of the claim already; repaired by the derived gradient if there is one."""
        names = {
            "contradicts": "contradiction",
            "shape": "shape-contradiction",
            "vacuous": "vacuous",
            "circular": "circular",
            "remark": "remark",
            "index": "wrong-index",
        }
        if self.fault.aspect not in names:
            return None
        code = CODES[BY_NAME[names[self.fault.aspect]]]
        message = f"{self.fault.message or code.title}. {code.why}"
        if self.fault.aspect == "contradicts":
            found = self._one_edit() if self.tree is not None else None
            if found is None:
                return Diagnosis(code.code, message, self._definition(self.left))
            message = f"{self._contradicted()}: {found.message}"
            return Diagnosis(code.code, message, found.repairs)
        return Diagnosis(code.code, message, self.derived_repair())

    def _normalisation(self) -> Diagnosis | None:
        if self.right is None or not is_normalisation(self.fault):
            return None
        scene = self.fault.scene
        size = Size(scene.examples)
        for factor, times in ((Power(size, Fraction(-1)), scene.examples), (size, "1/m")):
            expr = Times(factor, self.right)
            if self.judge.agreed(expr) and self.judge.proved(expr):
                times = times.replace("m", scene.examples)
                message = (
                    f"the right side is {times} times {left_latex(self.fault)}: "
                    f"only the normalisation 1/{scene.examples} is off"
                )
                words = f"multiply by {to_latex(factor, scene)}"
                if expr == self.left:
                    plain = f"{to_latex(factor, scene)} {to_latex(self.right, scene)}"
                    repair = Repair(plain, Verdict.VERIFIED, words)
                    return Diagnosis(BY_NAME["normalisation"], message, (repair,))
                return self._answer("normalisation", message, [(expr, words)])
        return None

    def _one_edit(self) -> Diagnosis | None:
        hits = single(self.line, self.words, self.judge)
        scale = self.fault.scene.scale
        if hits and redundant(from_expr(hits[0].expr, scale), self.judge):
            return self._from_hits(hits, self.derived())
        return self._from_hits(hits) if hits else None

    def _two_edits(self) -> Diagnosis | None:
        """Two edits; of algebra they prove nothing about what was meant."""
        if self.fault.kind is Kind.ALGEBRA:
            return None
        hits = double(self.line, self.words, self.judge)
        return self._from_hits(hits, self.derived()) if hits else None

    def _from_hits(self, hits: list[Hit], derived: Sequence[Expr] = ()) -> Diagnosis:
        """The repairs that edits lead to; a derived one comes first if it is shorter."""
        scene = self.fault.scene
        message = sentence(hits[0], self.fault)
        code = code_of(hits[0], self.fault)
        if self.fault.ill_shaped is not None:
            message = f"{message} ({self.fault.ill_shaped.message})"
        found = [(hit.expr, repair_words(hit.edits, scene)) for hit in hits]
        found += [(expr, "derived") for expr in derived]
        if derived:
            found.sort(key=lambda repair: length(repair[0], scene.scale))
        return Diagnosis(code, message, self.repairs(found))

    def _reading(self) -> Diagnosis | None:
        """Another order, other transposes, other kinds of product of the same factors."""
        ill = self.fault.ill_shaped
        if ill is None and self.right is not None and self.right.shape == self.left.shape:
            return None
        for reading in readings(self.line, self.left.shape, self.fault.scene.examples):
            if self.judge.screened(reading.expr) and self.judge.proved(reading.expr):
                return self._from_reading(reading, ill.message if ill else "")
        return None

    def _from_reading(self, reading: Reading, reason: str) -> Diagnosis:
        scene = self.fault.scene
        clauses = [f"{show(node, scene)} must be transposed" for node in reading.turned]
        clauses += [_kind_clause(show(node, scene), kind) for node, kind in reading.kinds]
        if reading.moved:
            clauses.append("the factors stand in another order")
        if reading.summed:
            clauses.append("the sum over the examples is missing")
        changes = len(clauses)
        only = {
            (1, 0, False, False): "missing-transpose",
            (0, 1, False, False): "product-kind",
            (0, 0, True, False): "product-order",
            (0, 0, False, True): "missing-sum",
            (0, 0, False, False): "brackets",
        }.get((len(reading.turned), len(reading.kinds), reading.moved, reading.summed))
        name = only if only and changes <= 1 else "ill-shaped"
        message = " and ".join(clauses) or "the brackets are in the wrong place"
        message = f"{message} ({reason})" if reason else message
        return self._answer(name, message, [(reading.expr, "; ".join(clauses))])

    def _other_target(self) -> Diagnosis | None:
        right = self.fitting()
        if right is None or self.fault.target is None:
            return None
        other = other_target(self.fault, right, self.judging, self.entry, self.free)
        if other is None:
            return None
        scene = self.fault.scene
        is_gradient_of = true_of(other.name, other.scale, scene)
        if self._is_own_activation(other):
            message = (
                f"{jacobian(scene)} is missing: the right side is {is_gradient_of}, "
                f"not {left_latex(self.fault)}"
            )
            return Diagnosis(BY_NAME["output-jacobian"], message, self.derived_repair())
        message = f"the right side is {is_gradient_of}, not {left_latex(self.fault)}"
        return Diagnosis(BY_NAME["other-target"], message, self.derived_repair())

    def _is_own_activation(self, other: OtherTarget) -> bool:
        """Whether the right side stops at the output activation above the target."""
        scene = self.fault.scene
        return other.name == scene.named(
            "activation", scene.depth
        ) and self.fault.target == scene.named("preactivation", scene.depth)

    def _linear_output(self) -> Diagnosis | None:
        """Right once the output activation is left out: its Jacobian is missing."""
        fault, scene = self.fault, self.fault.scene
        if fault.target is None:
            return None
        found = holds_for_linear_output(fault, self.left, self.line, self.judges, self.free)
        if found is None or self.judge.agreed(found.expr):
            return None  # true of any output: the mistake lies elsewhere
        known = self._other_target()
        message = f"{jacobian(scene)} is missing"
        if known is not None and known.code == BY_NAME["output-jacobian"]:
            message = known.message
        up_to = f" up to the factor {to_latex(found.factor, scene)}" if found.factor != ONE else ""
        message = f"{message}; the line is right for a linear output{up_to}"
        return Diagnosis(BY_NAME["output-jacobian"], message, self.derived_repair())

    def _other_cost(self) -> Diagnosis | None:
        fault = self.fault
        if fault.target is None:
            return None
        names = other_costs(fault, self.left, self.line, self.judges, self.free)
        if not names:
            return None
        right = fault.right_source or show(self.tree, fault.scene)
        message = (
            f"{right.strip()} is not the gradient of the stated cost: it is that of "
            + ", or of ".join(names)
        )
        return Diagnosis(BY_NAME["cost-does-not-fit"], message, self.derived_repair())

    # -- the end --------------------------------------------------------------------------------

    def _unexplained(self) -> Diagnosis:
        """No edit helps: the derived gradient, and what the scalar shadow says of the rest."""
        fault, scene = self.fault, self.fault.scene
        found = self.derived()
        repairs = self.repairs([(expr, "derived") for expr in found])
        clauses: list[str] = []
        claimed = self.fitting()
        if found and claimed is not None:
            ratio = quotient(claimed, found[0], scene.scale)
            clauses = shadow_clauses(ratio, scene) if ratio.count <= 3 else []
            if ratio.count == 0:
                clauses = [
                    "the factors are right; the mistake lies in a transpose, the order, "
                    "the kind of a product or a sum"
                ]
        if clauses:
            return Diagnosis(BY_NAME["several"], " and ".join(clauses), repairs)
        if fault.ill_shaped is not None:
            return Diagnosis(BY_NAME["ill-shaped"], fault.ill_shaped.message, repairs)
        return self._plainly_false(repairs)

    def _plainly_false(self, repairs: tuple[Repair, ...]) -> Diagnosis:
        fault = self.fault
        if fault.kind is Kind.UPDATE:
            code = CODES[BY_NAME["update"]]
            return Diagnosis(code.code, f"{fault.message or code.title}. {code.why}", repairs)
        name = "false" if fault.target is not None else "algebra"
        if isinstance(self.left, Apply) and self.left.order:
            name, repairs = "local-derivative", self.repairs(self._local_derivative(self.left))
        code = CODES[BY_NAME[name]]
        return Diagnosis(code.code, fault.message or code.why, repairs)

    def _local_derivative(self, left: Apply) -> list[tuple[Expr, str]]:
        """The derivative of a function of the library, as it was derived."""
        from derive.scalars.table import body, derivative

        known = self.fault.scene.program.functions.get(left.function)
        formula = derivative(left.function, left.order)
        if known is None or formula is None or body(left.function) != known.body:
            return []
        expr = function_body(formula, left.arg)
        return [(expr, "derived")] if self.judge.proved(expr) else []

    def _answer(self, name: str, message: str, found: list[tuple[Expr, str]]) -> Diagnosis:
        return Diagnosis(BY_NAME[name], message, self.repairs(found))


def _kind_clause(subject: str, kind: str) -> str:
    how = "multiplied elementwise" if kind == ELEMENTWISE else "multiplied as a matrix"
    return f"{subject} must be {how}"


__all__ = ["diagnose", "judging", "name_latex"]
