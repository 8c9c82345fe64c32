"""What is said of a mistake: one sentence what is wrong, one why, in the note's symbols.

In: the edits that undo the mistake.  Out: code, message and the words of the repair.
"""

from __future__ import annotations

from typing import Final

from derive.diagnosis.codes import BY_NAME, CODES
from derive.diagnosis.edit import Edit
from derive.diagnosis.entries import entry_target
from derive.diagnosis.loose import Add, Leaf, Loose, Summed, Turned, leaves, parts, to_expr
from derive.diagnosis.scene import Fault, Scene
from derive.diagnosis.search import Hit
from derive.diagnosis.shadow import Quotient
from derive.diagnosis.vocabulary import is_gradient
from derive.latex import gradient_latex, to_latex, transposed_latex
from derive.program import ONE, Expr, Plus, ShapeError, Sum
from derive.verdict import Kind

_WHAT: Final = {
    "activation-derivative": "the factor {subject} is missing",
    "missing-transpose": "{subject} must be transposed",
    "extra-transpose": "{subject} must not be transposed",
    "wrong-operand": "{other} belongs in the place of {subject}",
    "wrong-index": "the index is wrong: {other}, not {subject}",
    "wrong-layer": "{other} belongs in the place of {subject}",
    "derivative-argument": "the derivative is taken at the wrong place: {other}, not {subject}",
    "derivative-order": "{other} belongs in the place of {subject}",
    "product-order": "{other} must stand before {subject}",
    "missing-term": "the term {other} is missing",
    "extra-term": "the term {subject} is one too many",
    "missing-factor": "the factor {other} is missing",
    "extra-factor": "the factor {subject} is one too many",
    "brackets": "the brackets are in the wrong place: {subject} belongs together",
}


def show(node: Loose | None, scene: Scene) -> str:
    """A loose node in the note's notation, as well as it can be printed."""
    if node is None:
        return ""
    try:
        return to_latex(to_expr(node, scene.examples), scene)
    except ShapeError:
        pass
    texts = [show(part, scene) for part in parts(node)]
    if isinstance(node, Turned):
        return transposed_latex(texts[0], atom=isinstance(node.arg, Leaf))
    if isinstance(node, Add):
        return " + ".join(texts)
    return f" {scene.products[0] or ''} ".replace("  ", " ").join(texts)


def what(edit: Edit, scene: Scene) -> str:
    """What is wrong, as a clause."""
    subject, other = show(edit.subject, scene), show(edit.other, scene)
    match edit.name:
        case "activation-derivative" if edit.layer is not None and edit.layer == scene.depth:
            return f"{jacobian(scene)} is missing: the factor {subject}"
        case "product-kind":
            how = "elementwise" if "elementwise" in edit.verb else "as matrices"
            return f"the product with {subject} must be taken {how}"
        case "sign":
            return f"the sign of {subject} is wrong"
        case "missing-mean" | "extra-mean" | "constant-factor":
            missing = edit.verb.startswith("multiply")
            if missing and subject in ("m", scene.examples):
                return f"there is a factor 1/{scene.examples} too many"
            if missing and subject == r"\frac{1}{2}":
                return "there is a factor 2 too many"
            return (
                f"the factor {subject} is missing"
                if missing
                else (f"there is a factor {subject} too many")
            )
        case "missing-sum" if edit.verb.startswith("sum over"):
            return f"{subject} must be summed over the units, not taken at one of them"
        case "missing-sum":
            return f"the sum of {subject}{_along(edit, scene)} is missing"
        case "wrong-sum" if edit.verb.startswith("drop"):
            return f"the sum over {subject} is one too many"
        case "wrong-sum":
            return f"the sum over {subject} runs along the wrong axis"
        case "exponent" if edit.verb.startswith("square"):
            return f"the exponent 2 of {subject} is missing"
        case "exponent":
            return f"the exponent of {subject} is wrong"
    return _WHAT[edit.name].format(subject=subject, other=other)


def _along(edit: Edit, scene: Scene) -> str:
    """`` over the examples`` where the missing sum runs along them."""
    if edit.subject is None:
        return ""
    try:
        expr = to_expr(edit.subject, scene.examples)
    except ShapeError:
        return ""
    for node in _subtrees(edit.tree):
        if isinstance(node, Summed) and node.arg == edit.subject:
            summed = to_expr(node, scene.examples)
            along = isinstance(summed, Sum) and expr.shape[summed.axis] == scene.examples
            return " over the examples" if along else " over the units"
    return ""


def _subtrees(node: Loose) -> list[Loose]:
    return [node, *(inner for part in parts(node) for inner in _subtrees(part))]


def jacobian(scene: Scene) -> str:
    """``the softmax Jacobian``, or that of whatever the output activation is."""
    function = scene.activations.get(scene.depth, "")
    if is_softmax(scene):
        return "the softmax Jacobian"
    spelled = scene.function_spelling.get(function, function)
    return f"the derivative of the output activation {spelled}".rstrip()


def is_softmax(scene: Scene) -> bool:
    """Whether the output activation is a softmax, also where it is read as one path."""
    return "softmax" in scene.activations.get(scene.depth, "").lower()


def repair_words(edits: tuple[Edit, ...], scene: Scene) -> str:
    """What was changed, for the `edit` field of a repair."""
    return "; ".join(
        edit.verb.format(subject=show(edit.subject, scene), other=show(edit.other, scene))
        for edit in edits
    )


def code_of(hit: Hit, fault: Fault) -> str:
    """The code of the mistake that a hit undoes."""
    names = [edit.name for edit in hit.edits]
    if fault.kind is Kind.UPDATE:
        subject = hit.edits[0].subject
        step = subject is not None and any(is_gradient(leaf) for leaf in leaves(subject))
        return BY_NAME["ascent" if names == ["sign"] and step else "update"]
    if len(names) > 1:
        return BY_NAME["several"]
    edit = hit.edits[0]
    if edit.name == "activation-derivative" and edit.layer == fault.scene.depth:
        return BY_NAME["output-jacobian"]
    if edit.name in ("missing-mean", "extra-mean") and is_normalisation(fault):
        return BY_NAME["normalisation"]
    return BY_NAME[edit.name]


def is_normalisation(fault: Fault) -> bool:
    """Whether a stray power of m is a matter of convention: gradients by Z and A carry it."""
    role, _ = fault.scene.roles.get(fault.target or "", ("", None))
    return role in ("preactivation", "activation")


def sentence(hit: Hit, fault: Fault) -> str:
    """The message of a hit: what is wrong and why."""
    code = CODES[code_of(hit, fault)]
    if code.name == "normalisation":
        return normalisation(hit, fault)
    clauses = [what(edit, fault.scene) for edit in hit.edits]
    first = " and ".join(clauses)
    if code.name == "several":
        return first
    return f"{first}. {code.why}"


def normalisation(hit: Hit, fault: Fault) -> str:
    """The message where both sides are the same gradient up to m."""
    scene = fault.scene
    missing = hit.edits[0].name == "missing-mean"
    examples = scene.examples
    factor = examples if missing else f"1/{examples}"
    left = left_latex(fault)
    return f"the right side is {factor} times {left}: only the normalisation 1/{examples} is off"


def left_latex(fault: Fault) -> str:
    """The left side of a claim in the note's notation."""
    scene, target = fault.scene, fault.target
    if fault.left is not None and entry_target(fault.left) is not None:
        return to_latex(fault.left, scene)
    if target is not None:
        own = scene.scale.get(target, ONE) == fault.target_scale
        return gradient_latex(target, scene, carried=own)
    left = fault.left
    return to_latex(left, scene) if left is not None else "the left side"


def true_of(name: str, scale: Expr, scene: Scene) -> str:
    """A gradient with its normalisation, as the note would say it."""
    if scale == scene.scale.get(name, ONE):
        return gradient_latex(name, scene)
    fraction = gradient_latex(name, scene, carried=False)
    return fraction if scale == ONE else f"{to_latex(scale, scene)} {fraction}"


def shadow_clauses(ratio: Quotient, scene: Scene) -> list[str]:
    """What the scalar shadow names: factors missing and too many, number, powers of m.

    Nothing where one sum stands in the place of another: that says no more than both sides do.
    """
    if ratio.missing and ratio.extra and any(isinstance(e, Plus) for e in ratio.factors):
        return []
    clauses = [f"the factor {to_latex(expr, scene)} is missing" for expr in ratio.missing]
    clauses += [f"the factor {to_latex(expr, scene)} is one too many" for expr in ratio.extra]
    if ratio.value < 0:
        clauses.append("the sign is wrong")
    if abs(ratio.value) != 1:
        clauses.append(f"the right side is {abs(ratio.value)} times too large")
    for dim, count in ratio.sizes:
        power = dim if abs(count) == 1 else f"{dim}^{abs(count)}"
        clauses.append(
            f"the factor 1/{power} is missing" if count > 0 else f"a factor 1/{power} is too many"
        )
    return clauses
