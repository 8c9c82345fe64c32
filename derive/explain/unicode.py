"""LaTeX as one line of Unicode text, for a terminal.

What has no Unicode form stays in words or in brackets; what cannot be read stays as it is.

>>> in_unicode(r"\\frac{\\partial J}{\\partial W^{[2]}} = \\frac{1}{m} dZ_{2} A_1^T")
'∂J/∂W^[2] = 1/m dZ₂ A₁ᵀ'
>>> in_unicode(r"\\sum_{r} e^{-z_r} \\odot \\sigma'(z)")
"Σᵣ e^(-zᵣ) ⊙ σ'(z)"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_GREEK: Final = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "varepsilon": "ε",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_SYMBOLS: Final = {
    **_GREEK,
    "partial": "∂",
    "nabla": "∇",
    "ell": "ℓ",
    "infty": "∞",
    "odot": " ⊙ ",
    "circ": " ∘ ",
    "bullet": " • ",
    "cdot": " · ",
    "times": " × ",
    "ast": " * ",
    "pm": " ± ",
    "le": " ≤ ",
    "leq": " ≤ ",
    "ge": " ≥ ",
    "geq": " ≥ ",
    "ne": " ≠ ",
    "neq": " ≠ ",
    "in": " ∈ ",
    "approx": " ≈ ",
    "equiv": " ≡ ",
    "to": " → ",
    "rightarrow": " → ",
    "leftarrow": " ← ",
    "gets": " ← ",
    "Rightarrow": " ⇒ ",
    "implies": " ⇒ ",
    "because": "∵ ",
    "sum": "Σ",
    "prod": "∏",
    "dots": "…",
    "ldots": "…",
    "cdots": "…",
    "vdots": "…",
    "top": "T",
    "prime": "'",
    "log": "log",
    "exp": "exp",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "max": "max",
    "min": "min",
    "quad": "   ",
    "qquad": "   ",
}
_DROPPED: Final = (
    "left", "right", "big", "Big", "bigg", "Bigg", "displaystyle", "limits", "nolimits",
)  # fmt: skip
_WORDS: Final = (
    "text", "mathrm", "operatorname", "mathbf", "mathit", "mathsf", "boldsymbol", "bm",
    "mathcal", "textbf",
)  # fmt: skip
_ACCENTS: Final = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "vec": "\u20d7"}
_RAISED: Final = dict(zip("0123456789+-()nT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿᵀ", strict=True))
_LOWERED: Final = dict(
    zip("0123456789+-()ijrtkmnhpsuvleaox", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼᵣₜₖₘₙₕₚₛᵤᵥₗₑₐₒₓ", strict=True)
)
_TOKEN: Final = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_&]|\s+|[^\\{}^_&\s]", re.DOTALL)
_MOST: Final = 20_000
_DEEPEST: Final = 60


class _Unreadable(ValueError):
    pass


def in_unicode(latex: str) -> str:
    """One line of text; LaTeX that cannot be read comes back as it is, on one line."""
    flat = " ".join(latex.split())
    if len(flat) > _MOST or "\\begin" in flat:
        return flat
    try:
        text = _Reader(flat).all()
    except _Unreadable:
        return flat
    return re.sub(r" +([,;)\]])", r"\1", re.sub(r"([(\[]) +", r"\1", " ".join(text.split())))


class _Reader:
    def __init__(self, latex: str) -> None:
        self.tokens: Iterator[str] = iter(_TOKEN.findall(latex))
        self.ahead: str | None = next(self.tokens, None)
        self.depth = 0

    def all(self) -> str:
        text = self.until("")
        if self.ahead is not None:
            raise _Unreadable
        return text

    def take(self) -> str:
        token = self.ahead
        if token is None:
            raise _Unreadable
        self.ahead = next(self.tokens, None)
        return token

    def until(self, end: str) -> str:
        """The text up to a closing brace, or to the end."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise _Unreadable
        parts: list[str] = []
        while self.ahead is not None and self.ahead != "}":
            parts.append(self.one())
        if end:
            if self.ahead != end:
                raise _Unreadable
            self.take()
        self.depth -= 1
        return "".join(parts)

    def argument(self) -> str:
        """What a command or script applies to: a group or one token."""
        while self.ahead is not None and self.ahead.isspace():
            self.take()
        return self.one().strip()

    def one(self) -> str:
        token = self.take()
        if token == "{":
            return self.until("}")
        if token in "^_":
            return _script(token, self.argument())
        if token == "}":
            raise _Unreadable
        if token.startswith("\\"):
            return self.command(token[1:])
        return " " if token.isspace() or token == "&" else token

    def command(self, name: str) -> str:
        if name in ("frac", "dfrac", "tfrac"):
            above, below = self.argument(), self.argument()
            return f"{_grouped(above)}/{_grouped(below)} "
        if name == "sqrt":
            under = _grouped(self.argument())
            bare = under.startswith("(") or not any(c in under for c in _RAISED.values())
            return f"√{under}" if bare else f"√({under})"
        if name in _ACCENTS:
            return self.argument() + _ACCENTS[name]
        if name in _WORDS:
            return self.argument()
        if name in _DROPPED:
            return ""
        if name in ("partial", "nabla") and self.ahead == " ":
            self.take()
        if name in _SYMBOLS:
            return _SYMBOLS[name]
        if not name.isalpha():
            return {"\\": "  ", "{": "{", "}": "}", "|": "‖"}.get(name, " ")
        return f"\\{name} "


def _script(sign: str, text: str) -> str:
    table = _RAISED if sign == "^" else _LOWERED
    plain = text.replace(",", "") if sign == "_" else text
    if text and all(c in table for c in plain):
        return "".join(table[c] for c in plain)
    bracketed = re.fullmatch(r"([(\[][^()\[\]]*[)\]])(T?)", text)
    if bracketed:
        return f"{sign}{bracketed[1]}{'ᵀ' if bracketed[2] else ''}"
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"


def _grouped(text: str) -> str:
    """An operand of a fraction; in brackets if it is more than one thing."""
    text = re.sub(r"^([∂δ]|d(?= \S+$)) +", r"\1", text.strip())
    whole = re.fullmatch(r"\([^()]*\)", text)
    simple = not re.search(r"[\s+/⊙·×*]|(?<!^)-", text)
    return text if whole or simple else f"({text})"
