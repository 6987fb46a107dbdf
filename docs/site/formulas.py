"""Writes the formulas of docstrings, which are plain text, as MathML.

A formula stands in a paragraph of its own that is indented by four spaces:

    q(z | x) = N(z; m(x), L(x) L(x)^T),    loss = sum_k softmax_k(a_k) z_(k+1)

Letters are variables, longer words are text, `_` and `^` begin an index and a power of one word or
of one bracket, and two or more spaces separate formulas. A paragraph that Python can parse is code.
"""

import ast
import html
import re
import textwrap

_SYMBOLS = {
    "<=": "≤",
    ">=": "≥",
    "<-": "←",
    "->": "→",
    "||": "∥",
    "-": "−",
    "'": "′",
    "~": "∼",
    "...": "…",
    " . ": "·",
    "sum": "∑",
    "prod": "∏",
    "integral of": "∫",
}
_LETTERS = {"alpha": "α", "epsilon": "ε", "phi": "φ", "pi": "π", "sigma": "σ"}
_ELEMENTS = {
    "space": '<mspace width="0.2em"></mspace>',
    "gap": '<mspace width="1em"></mspace>',
    "number": "<mn>{}</mn>",
    "code": "<mtext><code>{}</code></mtext>",
    "operator": '<mo stretchy="false">{}</mo>',
}
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_TOKEN = re.compile(
    r"(?P<gap> {2,})|(?P<dot> \. )|(?P<space> )|(?P<code>`[^`]+`)|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<operator>integral of\b|<=|>=|<-|->|\|\||\.\.\.|[-'~+=<>|/*^_,;:.()\[\]{}])"
    r"|(?P<word>sum(?=_)|prod(?=_)|[A-Za-z]+(?:[-_][a-z]{3,})*)"
)
_SIGN_OF_FORMULA = re.compile(r" (=|<=|<-|\+) ")


def with_mathematics(docstring):
    """Return a docstring with its formulas as MathML."""
    return "\n\n".join(map(_paragraph, re.split(r"\n[ \t]*\n", docstring)))


def _paragraph(text):
    return mathematics(textwrap.dedent(text).strip()) if _is_formula(text) else text


def _is_formula(text):
    lines = text.split("\n")
    return all(line.startswith("    ") for line in lines) and bool(
        _SIGN_OF_FORMULA.search(text) and not re.match(r"\s*(- |>>>)", text) and not _is_code(text)
    )


def _is_code(text):
    try:
        ast.parse(textwrap.dedent(text))
    except SyntaxError:
        return False
    return True


def mathematics(text):
    """Return formulas as an HTML element, with a line for each line."""
    lines = (f"<math>{_Reader(line).until(None)}</math>" for line in text.split("\n"))
    return f'<div class="formula">{"".join(lines)}</div>'


class _Reader:
    """Reads the tokens of a line from left to right."""

    def __init__(self, text):
        self.tokens = [(match.lastgroup, match[0]) for match in _TOKEN.finditer(text)]
        assert sum(len(token) for _, token in self.tokens) == len(text), text
        self.place = 0

    def next(self):
        """Return the kind and the text of the next token, which is (None, None) after the last."""
        return self.tokens[self.place] if self.place < len(self.tokens) else (None, None)

    def take(self):
        """Return the next token and go on to the one after it."""
        token = self.next()
        self.place += 1
        return token

    def until(self, end):
        """Return all tokens before a closing bracket, which is taken too, as one element."""
        parts = []
        while self.next()[1] not in (end, None):
            parts.append(self.scripted(self.atom()))
        self.take()
        return f"<mrow>{''.join(parts)}</mrow>"

    def atom(self):
        """Return one token, or a root, as an element."""
        kind, text = self.take()
        if text == "sqrt" and self.next()[1] == "(":
            self.take()
            return f"<msqrt>{self.until(')')}</msqrt>"
        return _element(kind, text)

    def scripted(self, base):
        """Return an element with the index and the power that follow it."""
        scripts = {}
        while self.next()[1] in ("_", "^"):
            _, mark = self.take()
            scripts[mark] = self.script()
        if not scripts:
            return base
        name = {("_",): "msub", ("^",): "msup"}.get(tuple(scripts), "msubsup")
        children = base + scripts.get("_", "") + scripts.get("^", "")
        return f"<{name}>{children}</{name}>"

    def script(self):
        """Return an index or a power: a bracket without its signs, or a word with its sign."""
        kind, text = self.take()
        if text in _BRACKETS:
            return self.until(_BRACKETS[text])
        if text == "-":
            return f"<mrow>{_element(kind, text)}{self.atom()}</mrow>"
        if kind == "word" and len(text) <= 2 or kind == "number":
            return f"<mrow>{self._joined(text)}</mrow>"
        return _element(kind, text)

    def _joined(self, text):
        """Return the letters and digits of an index, as of l_ik or a_1m, each as a variable."""
        if self.next()[0] in ("word", "number"):
            text += self.take()[1]
        return "".join(_element("word" if part.isalpha() else "number", part) for part in text)


def _element(kind, text):
    """Return a token as an element."""
    written = html.escape(text.strip("`"))
    if text in _SYMBOLS:
        return f"<mo>{_SYMBOLS[text]}</mo>"
    return _word(written) if kind == "word" else _ELEMENTS[kind].format(written)


def _word(text):
    """Return a variable, or a word as text."""
    if text in _LETTERS:
        return f"<mi>{_LETTERS[text]}</mi>"
    differential = re.fullmatch(r"d(phi|log|[A-Za-z])", text)
    if differential:
        return f"<mi>d</mi>{_word(differential[1])}"
    return f"<mi>{text}</mi>" if len(text) == 1 else f"<mtext>{text}</mtext>"
