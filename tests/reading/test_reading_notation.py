"""Every notation with the tree that it must become."""

import pytest

from derive.reading import tree
from derive.reading.syntax import Group, Name, Unreadable

from .sketch import expression, piece

NAMES = {
    "W[2]": "W!2",
    "A[i]": "A!i",
    "B[l-1]": "B!l-1",
    "W[2]^T": "W!2^T",
    "W_3": "W_3",
    "w^1": "w^1",
    "W^{[2]}": "W^[2",
    "w^{(2)}": "w^(2",
    "W^{[2]T}": "W^[2^T",
    "W^{(l)\\top}": "W^(l^\\top",
    "W^{[l-1] T}": "W^[l-1^T",
    "x^{(i)[l]}": "x^(i^[l",
    "W_{ij}^{(l)}": "W_ij^(l",
    "A^{[2]}_{i,k}": "A^[2_i,k",
    "A^{\\top}": "A^\\top",
    "A^\\intercal": "A^\\intercal",
    "A^{\\mathsf T}": "A^T",
    "A^\\text{T}": "A^T",
    "A{}^T": "A^T",
    "{W^{[2]}}^T": "W^[2^T",
    "W^(2)": "W^(2",
    "x^10": "x^10",
    "W_12": "W_12",
    "C^{-1}": "C^-1",
    "C^-1": "C^-1",
    "e^{-z_3}": "e^-z_3",
    "e^{(a-b)}": "e^(a-b)",
    "dZ": "d.Z",
    "dZ_3": "d.Z_3",
    "d\\hat{y}": "d.hat.y",
    "d\\theta": "d.theta",
    "\\mathrm{d}W": "d.W",
    "d W": "[d W]",
    "dcost": "d.'cost'",
    "adz": "[a d.z]",
    "ya_3": "[y a_3]",
    "\\partial z[2]": "partial.z!2",
    "\\Delta W": "Delta.W",
    "\\Delta^{(l)}": "Delta^(l",
    "\\delta_j^l": "delta_j^l",
    "\\nabla_{W^{(l)}} J": "[nabla.W^(l J]",
    "\\nabla_a C \\odot \\sigma'(z^L)": "[nabla.a C⊙sigma'(z^L:]",
    "\\hat{y}": "hat.y",
    "\\hat{y_i}": "hat.y_i",
    "\\hat{\\mathbf{y}}_i": "mathbf.hat.y_i",
    "\\mathbf{\\hat y}": "mathbf.hat.y",
    "\\mathbf{W}^\\top": "mathbf.W^\\top",
    "\\mathcal{L}": "mathcal.L",
    "\\boldsymbol{\\delta}^l": "boldsymbol.delta^l",
    "\\text{cost}": "'cost'",
    "\\mathrm{softmax}": "'softmax'",
    "\\operatorname{diag}": "'diag'",
    "Cost": "'Cost'",
    "W_{out}": "W_out",
    "x_{\\text{in}}": "x_in",
    "s_{l}": "s_l",
    "\\mathbf{1}": "mathbf.1",
    "\\ell": "ell",
    "a''": "a''",
    "f^{\\prime}": "f'",
    "f'^{(L)}": "f'^(L",
    "f^{(L)'}": "f'^(L",
}

EXPRESSIONS = {
    "f'^{(L)}(z)": "f'^(L(z:",
    "\\text{ReLU}'(Z)": "'ReLU''(Z:",
    "f_2'(z_2)": "f'_2(z_2:",
    "a(1-a)": "a((+1-a):",
    "2(A-Y)": "[2 <((+A-Y)>]",
    "h_{W,b}(x)": "h_W,b(x:",
    "J(W,b;x,y)": "J(W, b, x, y:",
    "(n_1, m)": "tuple(n_1, m)",
    "f(\\cdot)": "f(dots:",
    "W A + b": "(+[W A]+b)",
    "X @ W + b": "(+[X@W]+b)",
    "a \\times b \\cdot c * d \\odot e": "[a×b·c*d⊙e]",
    "a \\circ b \\bullet c": "[a⊙b⊙c]",
    "a / b c": "[a/b c]",
    "-a b": "(-[a b])",
    "a - -b": "(+a+b)",
    "a \\cdot -b": "[a·(-b)]",
    "\\frac{a}{b}": "frac(a, b)",
    "\\frac12": "frac(1, 2)",
    "\\frac1m": "frac(1, m)",
    "\\frac ab": "frac(a, b)",
    "\\dfrac{1}{m}": "frac(1, m)",
    "(a+b)^2": "pow(<((+a+b)>, 2)",
    "(1 + x)^{-1}": "pow(<((+1+x)>, (-1))",
    "(W A)^T": "T(<([W A]>)",
    "(A^{[1]})^T": "T(<(A^[1>)",
    "\\left[ a b \\right]^T": "T(<[[a b]>)",
    "\\bigl( a \\bigr)": "<(a>",
    "g(s)^2": "pow(g(s:, 2)",
    "\\text{softmax}(z)_i": "entry('softmax'(z:)_i",
    "(Wx + b)_i": "entry(<((+[W x]+b)>)_i",
    "(W^T)_{ij}": "W^T_ij",
    "10^{-3}": "pow(10, (-3))",
    "1e-3 + 2.5 + .5": "(+1/1000+5/2+1/2)",
    "2e^x": "[2 e^x]",
    "W\\_1 \\* x": "[W_1*x]",
    "\\left\\| x \\right\\|": "norm(x)",
    "\\mathrm{e}^{x}": "mathrm.e^x",
    "\\frac{\\hat y}{\\mathbf{m}}": "frac(hat.y, mathbf.m)",
    "\\sqrt{v}": "pow(v, 1/2)",
    "\\sqrt[3]{v}": "pow(v, 1/3)",
    "\\|a - b\\|^2": "pow(norm((+a-b)), 2)",
    "\\|a\\|_2^2": "pow(norm(a), 2)",
    "|x| + |y - |z||": "(+abs(x)+abs((+y-abs(z))))",
    "\\exp(-x)": "'exp'((-x):",
    "\\log a": "'log'~a:",
    "\\log a b": "'log'~[a b]:",
    "y_j \\log a_j^{(L)} + b": "(+[y_j 'log'~a_j^(L:]+b)",
    "\\log \\sigma(z)": "'log'~sigma(z::",
    "\\log{x} y": "['log'~<x>: y]",
    "\\max(0, Z)": "'max'(0, Z:",
    "\\sum_{i=1}^m x_i y + c": "(+sum{i|i=1|m}[x_i y]+c)",
    "\\sum dz": "sum{||}d.z",
    "\\sum(\\hat y - y)": "sum{||}<((+hat.y-y)>",
    "\\sum_{\\text{rows}} dZ": "sum{|rows|}d.Z",
    "\\sum_{rows} dZ": "sum{|rows|}d.Z",
    "\\sum\\limits_{i}^{n} -x_i": "sum{i|i|n}(-x_i)",
    "\\sum_i \\sum_j W_{ij}": "sum{i|i|}sum{j|j|}W_ij",
    "\\sum_{i,j} W_{ij}": "sum{i|i|}sum{j|j|}W_ij",
    "\\sum_{j \\ne i} x_j": "sum{j|j\\nei|}x_j",
    "\\prod_{i=1}^n p_i": "prod{i|i=1|n}p_i",
    "1 \\text{ if } z > 0 \\text{ else } 0": "cases(1 if z > 0; 0 if …)",
    "1 \\text{ if } i = j \\text{ else } 0": "cases(1 if i = j; 0 if …)",
    "\\begin{cases} 1, & z > 0 \\\\ 0, & z \\leq 0 \\end{cases}": "cases(1 if z > 0; 0 if z <= 0)",
    "\\begin{cases} z & \\text{if } z > 0 \\\\ 0 & \\text{otherwise} \\end{cases}": (
        "cases(z if z > 0; 0 if …)"
    ),
    "\\left\\{\\begin{array}{ll} 1 & z \\ge 0 \\\\ 0 & z < 0 \\end{array}\\right.": (
        "cases(1 if z >= 0; 0 if z < 0)"
    ),
    "\\mathbb{1}[z > 0]": "mathbb.1[z > 0:",
    "\\mathbf{1}\\{y = k\\}": "mathbf.1{y = k:",
    "i \\ne j": "i != j",
    "W \\in \\mathbb{R}^{n \\times m}": "W in mathbb.R^n\\timesm",
    "\\begin{bmatrix} 1 & 2 \\end{bmatrix}^T": "T(picture(bmatrix))",
    "\\underbrace{a + b}_{= c} d": "[<(+a+b)> d]",
    "\\cancel{a} b": "[<a> b]",
    "\\boxed{a}": "<a>",
    "a \\, b \\; c": "[a b c]",
    "a \\label{eq:x} \\tag{1}": "a",
    "w_1 x_1 + \\cdots + w_n x_n": "(+[w_1 x_1]+dots+[w_n x_n])",
    "\\text{np.sum}(dZ, axis=1)": "'sum'(d.Z, 'axis' = 1:",
}

DERIVATIVES = {
    "\\frac{\\partial L}{\\partial a_3}": "D:partial(L, a_3)",
    "\\frac{\\partial \\text{cost}}{\\partial w_3}": "D:partial('cost', w_3)",
    "\\frac{\\partial (w a + b)}{\\partial a_2}": "D:partial(<((+[w a]+b)>, a_2)",
    "\\frac{\\partial}{\\partial W_{ij}^{(l)}} J(W,b)": "D:partial(J(W, b:, W_ij^(l)",
    "\\frac{\\partial^2 L}{\\partial w^2}": "D2:partial(L, w)",
    "\\frac{\\partial L}{\\partial w^2}": "D:partial(L, w^2)",
    "\\frac{\\delta L_0}{\\delta w^1}": "D:delta(L_0, w^1)",
    "\\frac{dg}{ds}": "D:d(g, s)",
    "\\frac{d\\hat{y}}{ds}": "D:d(hat.y, s)",
    "\\frac{d y}{d x}": "D:d(y, x)",
    "\\frac{\\mathrm{d}L}{\\mathrm{d}w}": "D:d(L, w)",
    "\\frac{d}{ds} g(s)": "D:d(g(s:, s)",
    "\\frac{d}{d_k}": "frac(d, d_k)",
    "\\frac{\\delta}{m}": "frac(delta, m)",
    "\\frac{dZ}{m}": "frac(d.Z, m)",
    "\\partial \\text{cost} / \\partial w_2": "D:partial('cost', w_2)",
    "\\partial J(W) / \\partial W": "D:partial(J(W:, W)",
    "\\partial (wx) / \\partial w": "D:partial(<([w x]>, w)",
    "\\delta L / \\delta w": "D:delta(L, w)",
    "dL/dw x": "[D:d(L, w) x]",
    "dZ / m": "[d.Z/m]",
    "\\partial_z f(z)": "D:partial(f(z:, z)",
    "(-1) \\cdot \\frac{\\partial}{\\partial z} (1 + z)": "[<((-1)>·D:partial(<((+1+z)>, z)]",
    "\\frac{\\partial}{\\partial w} (w x) \\cdot y": "[D:partial(<([w x]>, w)·y]",
    "\\frac{\\partial}{\\partial w} w \\cdot y + 1": "(+D:partial([w·y], w)+1)",
    "\\frac{\\partial}{\\partial w} \\frac{1}{2} (y - a)^2": (
        "D:partial([frac(1, 2) pow(<((+y-a)>, 2)], w)"
    ),
    "\\frac{\\partial L}{\\partial a} \\frac{\\partial a}{\\partial z}": (
        "[D:partial(L, a) D:partial(a, z)]"
    ),
}

UNICODE = {
    "dZ² = A² − Y": "dZ^{2} = A^{2} - Y",
    "∂L/∂W₁ = δ₁ · Xᵀ": "\\partial L/\\partial W_1 = \\delta_1 \\cdot X^T",
    "Σᵢ zᵢ ⊙ W⁽ˡ⁾ᵀ": "\\sum_{i} z_i \\odot W^{(l)T}",
    "‖x‖² ≈ σ′(z)": "\\|x\\|^2 \\approx \\sigma'(z)",
    "W ← W − α × ∇": "W \\leftarrow W - \\alpha \\times \\nabla",
    "a ⇒ b": "a \\Rightarrow b",
    "ŷ": "\\hat{y}",
    "½ m": "\\frac12 m",
    "z₁₂": "z_{12}",
}

UNREADABLE = {
    "\\frac": ("an argument", 5, 5),
    "\\frac{a}": ("an argument", 8, 8),
    "x^": ("a script", 2, 2),
    "x_{}": ("a script", 2, 3),
    "a + * b": ("an expression expected, found '*'", 4, 5),
    "a ( b + c": ("'(' is never closed", 2, 3),
    "\\foo x": ("found '\\foo'", 0, 4),
    "a \\pm b": ("found '\\pm'", 2, 5),
    "\\log a (1 - y)": ("brackets around the argument", 5, 14),
    "\\frac{\\partial L}{\\partial (a b)}": ("a name", 27, 28),
    "\\|x\\|_3": ("Euclidean", 5, 6),
    "2^9^9": ("one exponent", 3, 4),
    "\\sum_{i=1}^m": ("an expression", 12, 12),
    "x_i! y": ("an operator expected, found '!'", 3, 4),
}


@pytest.mark.parametrize(
    ("latex", "expected"), [*NAMES.items(), *EXPRESSIONS.items(), *DERIVATIVES.items()]
)
def test_tree(latex: str, expected: str) -> None:
    assert expression(latex) == expected


@pytest.mark.parametrize(("characters", "latex"), UNICODE.items())
def test_unicode_is_read_as_latex(characters: str, latex: str) -> None:
    from .sketch import chain, sketch

    one, other = piece(characters), piece(latex)
    assert [*map(sketch, one.loose)] == [*map(sketch, other.loose)]
    assert [*map(chain, one.chains)] == [*map(chain, other.chains)]


@pytest.mark.parametrize(("latex", "expected"), UNREADABLE.items())
def test_unreadable_with_its_place(latex: str, expected: tuple[str, int, int]) -> None:
    [node] = piece(latex).loose
    message, start, end = expected
    assert isinstance(node, Unreadable)
    assert message in node.message
    assert (node.at.start - 2, node.at.end - 2) == (start, end)


def test_scripts_carry_their_parts() -> None:
    [name] = piece("W_{jk}^{(l-1)}").loose
    assert isinstance(name, Name)
    sub, sup = name.scripts
    assert (sub.place, sub.items, sub.bracket) == ("sub", ("j", "k"), "")
    assert (sup.place, sup.items, sup.bracket) == ("sup", ("l-1",), "(")
    assert sup.node is not None


def test_script_items() -> None:
    def items(latex: str) -> tuple[tuple[str, ...], bool]:
        [name] = piece(latex).loose
        assert isinstance(name, Name)
        return name.scripts[0].items, name.scripts[0].word

    assert items("x_{i,k}") == (("i", "k"), False)
    assert items("x_{12}") == (("12",), False)
    assert items("x_{\\text{rows}}") == (("rows",), True)
    assert items("x_{out}") == (("out",), True)
    assert items("x^{l+1}") == (("l+1",), False)
    assert items("x_\\theta") == (("theta",), False)


def test_spans_point_into_the_source() -> None:
    source = "Here $W_1 = \\frac{a}{b} \\cdot c$ stands."
    from derive.reading import read

    [found] = read(source, "md").pieces[0].chains
    head, part = found.head, found.parts[0]
    assert head is not None
    assert source[head.span.start : head.span.end] == "W_1"
    assert source[part.span.start : part.span.end] == "\\frac{a}{b} \\cdot c"
    assert source[found.span.start : found.span.end] == "W_1 = \\frac{a}{b} \\cdot c"


def test_every_span_lies_within_its_parent() -> None:
    for latex in [*EXPRESSIONS, *DERIVATIVES]:
        [node] = piece(latex).loose
        for parent in tree.walk(node):
            for child in tree.children(parent):
                assert parent.span.start <= child.span.start, latex
                assert child.span.end <= parent.span.end, latex


def test_names_and_plain() -> None:
    [node] = piece("(\\frac{\\partial L}{\\partial w} f(x))").loose
    assert [name.base for name in tree.names(node)] == ["L", "w", "f", "x"]
    assert isinstance(node, Group)
    assert tree.plain(node) is node.body
