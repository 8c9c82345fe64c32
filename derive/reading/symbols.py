"""The vocabulary of mathematical notation: which command or character is what.

Tables only, each with one purpose; the tokenizer, the layout stage and the parser look
things up here, and a new spelling of an old idea is one more entry.  Unicode characters
stand for LaTeX commands, so that everything behind the tokenizer knows one spelling.
"""

from __future__ import annotations

from typing import Final


def words(*texts: str) -> frozenset[str]:
    """The words of the texts."""
    return frozenset(" ".join(texts).split())


RELATIONS: Final = words(
    r"= := =: += -= \Rightarrow \implies \Longrightarrow \iff \Leftrightarrow \leftarrow \gets"
    r" \longleftarrow \equiv \approx \propto \simeq \cong \triangleq \doteq"
)
"""The signs that make two expressions a claim (or a definition, or an assignment)."""

COMPARISONS: Final = {
    "<": "<", ">": ">", "\\lt": "<", "\\gt": ">", "\\le": "<=", "\\leq": "<=", "\\leqslant": "<=",
    "\\ge": ">=", "\\geq": ">=", "\\geqslant": ">=", "\\ne": "!=", "\\neq": "!=", "\\in": "in",
}  # fmt: skip
"""Signs of a condition; they never make a claim."""

ARROWS: Final = words(r"\rightarrow \to \longrightarrow \mapsto \downarrow \hookrightarrow")
"""Behind an equation they open a remark."""

SEPARATORS: Final = {
    "\\cdot": "cdot", "\\times": "times", "*": "ast", "\\ast": "ast", "\\star": "ast",
    "\\odot": "odot", "\\circ": "odot", "\\bullet": "odot", "/": "slash", "\\div": "slash",
    "@": "at", "\\otimes": "outer",
}  # fmt: skip
"""What may stand between two factors, by the name that `Product` gives it."""

OPENERS: Final = {"(": ")", "[": "]", "{": "}", "\\{": "\\}", "\\langle": "\\rangle"}
"""Opening brackets and their partners."""
CLOSERS: Final = {closer: opener for opener, closer in OPENERS.items()}

GREEK: Final = words(
    """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu
    nu xi pi varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma
    Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell hbar infty nabla partial imath
    jmath top intercal perp dagger leftthreetimes rightthreetimes triangle vartriangle aleph beth
    wp varkappa digamma
    """
)
"""Commands that are letters: they are names by themselves."""

FUNCTIONS: Final = words(
    """
    log ln lg exp max min sin cos tan sinh cosh tanh arctan arcsin arccos cot sec csc det tr
    Tr dim ker rank sup inf Pr arg gcd sgn sign diag argmax argmin
    """
)
"""Commands that are functions: without brackets they apply to the factors that follow."""

ELEMENTARY: Final = words("log ln lg exp sin cos tan sinh cosh tanh")
"""Words that apply to what follows them, as the command of that name does: ``log a``."""

BIG: Final = {"\\sum": "sum", "\\prod": "prod"}

ACCENTS: Final = {
    "\\hat": "hat", "\\widehat": "hat", "\\bar": "bar", "\\overline": "bar", "\\tilde": "tilde",
    "\\widetilde": "tilde", "\\vec": "vec", "\\overrightarrow": "vec", "\\dot": "dot",
    "\\ddot": "ddot", "\\check": "check", "\\widecheck": "check", "\\breve": "breve",
    "\\acute": "acute", "\\grave": "grave", "\\mathring": "ring",
}  # fmt: skip

FONTS: Final = words(
    """
    mathbf boldsymbol bm pmb mathcal mathscr mathbb mathfrak mathrm mathsf mathit mathtt
    mathnormal symbf symbfit symcal Bbb mathbfit
    """
)
"""Commands that change the look of their argument; kept as the `font` of a name."""

WORDS: Final = words(
    """
    text textrm textbf textit textsf texttt textnormal mbox operatorname mathop emph hbox
    textsc
    """
)
"""Commands whose argument is read as a word."""

UPRIGHT: Final = words("mathrm mathsf mathit mathtt mathbf")
"""Font commands whose argument is a word when it is several letters."""

FRACTIONS: Final = words(r"\frac \dfrac \tfrac \cfrac \nicefrac \sfrac")

SPACING: Final = words(
    r"""
    \, \; \: \! \> \/ \displaystyle \textstyle \scriptstyle \limits \nolimits \nonumber
    \notag \blacksquare \square \Box \qed \qedhere \qedsymbol \thinspace
    \medspace \thickspace \negthinspace \enspace \space \null
    \hfill \hline \bf \rm \it \sf \cal \small \large \Large \normalsize \noindent \centering
    \mathstrut \strut \allowbreak \nobreak \break \protect \relax \mathrel \mathbin \mathord
    \mathopen \mathclose \mathpunct
    """
) | {"\\ ", "\\\n"}
"""Commands without meaning: spacing, looks, the sign at the end of a proof."""

SIZES: Final = words(
    r"""
    \left \right \middle \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr \biggl \biggr \Biggl \Biggr
    \bigm \Bigm
    """
)
"""Sizes of the bracket behind them: part of that bracket."""

DECORATIONS: Final = words(
    r"""
    \boxed \fbox \cancel \bcancel \xcancel \underbrace \overbrace \underline \ensuremath \smash
    """
)
"""Commands that leave their argument as it is."""

BRACES: Final = {"\\underbrace": "_", "\\overbrace": "^"}
"""Decorations that are annotated by the script behind their argument."""

SWALLOW: Final = {
    "\\label": 1, "\\tag": 1, "\\hspace": 1, "\\vspace": 1, "\\phantom": 1, "\\hphantom": 1,
    "\\vphantom": 1, "\\color": 1, "\\textcolor": 1, "\\colorbox": 1, "\\overset": 1,
    "\\underset": 1, "\\stackrel": 1, "\\raisebox": 1, "\\mathchoice": 3, "\\ref": 1,
    "\\eqref": 1, "\\cite": 1, "\\eqno": 1, "\\leqno": 1,
    "\\hskip": 0, "\\rule": 2, "\\intertext": 1, "\\shortintertext": 1,
}  # fmt: skip
"""Commands that are dropped with this many arguments; what follows stays."""
DRESSES: Final = words(r"\textcolor \color \colorbox \overset \underset \stackrel")
"""Those of them that say how the argument behind the dropped one looks: part of it."""

WIDE: Final = words(r"\hspace \hskip")
"""Spaces of a stated width: they separate as a wide space does."""
GAPS: Final = words(r"\quad \qquad")
"""Wide spaces: they end an equation outside brackets."""
NEWROW: Final = frozenset([r"\\", r"\newline", r"\cr"])

ROWS: Final = words(
    """
    align aligned alignat alignedat gather gathered equation eqnarray multline multlined
    split flalign displaymath math subequations dmath IEEEeqnarray eqnarray
    """
)
"""Environments that only arrange equations in rows."""
PICTURES: Final = words(
    """
    matrix bmatrix pmatrix vmatrix Vmatrix Bmatrix smallmatrix array tabular bsmallmatrix
    psmallmatrix cases dcases rcases tikzcd
    """
)
"""Environments that draw an array; `cases` is read, the others are kept whole."""
CASES: Final = words("cases dcases")
DISPLAYS: Final = words(
    """
    equation align gather eqnarray multline displaymath math alignat flalign aligned
    gathered split alignedat dmath IEEEeqnarray
    """
)
"""Environments that open a piece of maths by themselves (starred or not)."""

DOTS: Final = words(r"\dots \cdots \ldots \vdots \ddots \dotsb \dotsc \dotsm \dotso")

VOCABULARY: Final = words(
    """
    cost loss error sigmoid softmax relu leakyrelu tanh exp log ln max min sum mean alpha
    beta gamma eta lr rate diag tr trace softplus gelu silu swish elu selu step sign sgn mse
    bce ce sin cos tan net out err std var prod avg average total grad norm dot argmax
    argmin abs sqrt lrelu scores probs hidden logits labels target output input bias weight
    batch rows cols rss sse nll mae rmse
    """
)
"""Runs of letters that are one word even without ``\\text{}``; any run of four or more is one."""

CONNECTIVES: Final = words(
    """
    and or where with for if else otherwise by since because so then when as let is are from
    using hence thus therefore now similarly
    und oder wobei mit wenn falls da also aus ist sei für
    et ou où avec pour si car donc soit est
    y donde con para porque entonces como
    e dove con per allora quindi
    и или где при если так
    其中 且 当 ただし
    """
) - {"y", "e"}
"""Words that join equations and are never a name."""

CONDITIONS: Final = words(
    "if when falls wenn si quand lorsque cuando se quando если при indien jeśli gdy 若 如果 当"
)
"""Words in front of a condition, and what stands for its opposite:"""
OTHERWISE: Final = words(
    "else otherwise sonst ansonsten andernfalls sinon altrimenti иначе anders 其他 否则 それ以外"
)

QUANTIFIERS: Final = words(r"\forall \exists")
"""For which values an equation holds: a remark on it."""

UNICODE: Final = {
    "∂": "\\partial", "∑": "\\sum", "Σ": "\\sum", "∏": "\\prod", "√": "\\sqrt", "∇": "\\nabla",
    "⊗": "\\otimes", "⊙": "\\odot", "∘": "\\circ", "•": "\\bullet", "·": "\\cdot",
    "⋅": "\\cdot", "∙": "\\cdot",
    "×": "\\times", "∗": "*", "÷": "\\div", "−": "-", "–": "-", "←": "\\leftarrow",
    "→": "\\rightarrow", "⟶": "\\rightarrow", "⇒": "\\Rightarrow", "⟹": "\\Rightarrow",
    "⇔": "\\Leftrightarrow", "≈": "\\approx", "≡": "\\equiv", "∝": "\\propto", "≔": ":=",
    "≕": "=:",
    "≠": "\\ne", "≤": "\\le", "≥": "\\ge", "∈": "\\in", "′": "'", "’": "'",
    "″": "''", "‴": "'''", "‖": "\\|",
    "∣": "|", "⊤": "\\top", "∞": "\\infty", "…": "\\dots", "⋯": "\\cdots", "⟨": "\\langle",
    "⟩": "\\rangle", "∴": "\\therefore", "∵": "\\because", "ℓ": "\\ell", "ϵ": "\\epsilon",
    "ε": "\\varepsilon", "ϕ": "\\phi", "φ": "\\varphi", "α": "\\alpha", "β": "\\beta",
    "γ": "\\gamma", "δ": "\\delta", "ζ": "\\zeta", "η": "\\eta", "θ": "\\theta", "ι": "\\iota",
    "κ": "\\kappa", "λ": "\\lambda", "μ": "\\mu", "µ": "\\mu", "ν": "\\nu", "ξ": "\\xi",
    "π": "\\pi", "ρ": "\\rho", "σ": "\\sigma", "ς": "\\varsigma", "τ": "\\tau",
    "υ": "\\upsilon", "χ": "\\chi", "ψ": "\\psi", "ω": "\\omega", "Γ": "\\Gamma",
    "Δ": "\\Delta", "∆": "\\Delta", "Θ": "\\Theta", "Λ": "\\Lambda", "Ξ": "\\Xi", "Π": "\\Pi",
    "Φ": "\\Phi", "Ψ": "\\Psi", "Ω": "\\Omega",
}  # fmt: skip
"""Characters and the token that they stand for."""

SUPERSCRIPTS: Final = dict(
    zip(
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿᵀᵗˡᴸᵐʲᵏ",
        "0123456789+-=()inTtlLmjk",
        strict=True,
    )
)
SUBSCRIPTS: Final = dict(
    zip(
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
        "0123456789+-=()aehijklmnoprstuvx",
        strict=True,
    )
)
COMBINING: Final = {
    "\u0302": "\\hat", "\u0304": "\\bar", "\u0303": "\\tilde", "\u20d7": "\\vec",
    "\u0307": "\\dot",
}  # fmt: skip
"""Combining marks and the accent that they draw."""
