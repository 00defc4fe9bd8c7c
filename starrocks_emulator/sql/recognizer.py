"""Recognizes StarRocks' statements by the rules in `grammar`.

The rules are a parsing expression grammar: a choice takes the first alternative that matches. Each rule becomes a
function. The tokens that may begin an alternative are computed once, so that a choice tries few of them.
"""

import re
from collections.abc import Callable, Sequence

from starrocks_emulator import errors
from starrocks_emulator.sql.grammar import ADVICE, RULES
from starrocks_emulator.sql.lexer import RESERVED, Token, tokenize

_END = "<EOF>"
_KINDS = {"name", "string", "number", "integer", "binary"}
"""The kinds of tokens that rules name."""
_NO_MATCH = -1


class _Text:
    """A statement's tokens as rules compare them: a keyword, a symbol, or a kind of token."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = [*keys, _END]
        self.furthest = 0
        """Place of the last token that was compared and did not match."""
        self.ends: dict[tuple[str, int], int] = {}
        """Results of rules by their names and places."""


Rule = Callable[[_Text, int], int]
"""Matches tokens from a place on; returns the place after them, or _NO_MATCH."""
_Node = tuple[str, tuple["_Node", ...], str]
"""A part of a rule: kind, parts, and the text of a keyword, symbol or name."""


def _read(text: str) -> dict[str, _Node]:
    """The rules by name."""
    found = {}
    for name, body in re.findall(r"^(\w+):((?:.|\n(?![\w\n]))*)", text, re.MULTILINE):
        words = re.findall(r"'[^']+'|\w+|[()|?*+!&]", body)
        words.append(")")
        found[name] = _choice(words)
    return found


def _choice(words: list[str]) -> _Node:
    """Alternatives up to the closing parenthesis; `words` loses what is read."""
    alternatives: list[_Node] = []
    parts: list[_Node] = []
    while True:
        word = words.pop(0)
        if word in {"|", ")"}:
            alternatives.append(("sequence", tuple(parts), ""))
            parts = []
            if word == ")":
                return ("choice", tuple(alternatives), "") if len(alternatives) > 1 else alternatives[0]
        elif word in "!&":
            parts.append((word, (_part(words, words.pop(0)),), ""))
        else:
            parts.append(_part(words, word))


def _part(words: list[str], word: str) -> _Node:
    node: _Node
    if word == "(":
        node = _choice(words)
    elif word.startswith("'") or word.isupper():
        node = ("token", (), word.strip("'"))
    else:
        node = ("token" if word in _KINDS else "rule", (), word)
    if words[0] in {"?", "*", "+"}:
        node = (words.pop(0), (node,), "")
    return node


def _keywords(node: _Node) -> set[str]:
    kind, parts, text = node
    found = {text} if kind == "token" and text.isupper() else set()
    return found.union(*map(_keywords, parts))


_NODES = _read(RULES)
_KEYWORDS = set().union(*map(_keywords, _NODES.values()))
NAMES = frozenset({"name", *(_KEYWORDS - RESERVED)})
"""Keys of tokens that may be names: words that are no keywords, and keywords of the rules that are not reserved."""


def _matching(text: str) -> frozenset[str]:
    """The keys of the tokens that a keyword, a symbol or a kind of token in a rule matches."""
    return NAMES if text == "name" else frozenset({text, "integer"} if text == "number" else {text})


_Begin = tuple[frozenset[str], bool]
"""The keys that may begin a part of a rule, and whether it also matches no token."""


def _begin(node: _Node) -> _Begin:
    kind, parts, text = node
    if kind == "token":
        return _matching(text), False
    if kind == "rule":
        if text not in _BEGINNINGS:
            _BEGINNINGS[text] = _begin(_NODES[text])
        return _BEGINNINGS[text]
    if kind in {"!", "&"}:
        return frozenset(), True
    if kind == "choice":
        begins = [_begin(part) for part in parts]
        return frozenset().union(*(keys for keys, _ in begins)), any(empty for _, empty in begins)
    keys: frozenset[str] = frozenset()
    for part in parts:
        more, empty = _begin(part)
        keys |= more
        if not empty:
            return keys, kind in {"?", "*"}
    return keys, True


_BEGINNINGS: dict[str, _Begin] = {}
_RULES: dict[str, Rule] = {}


def _compiled(node: _Node) -> Rule:
    kind, parts, text = node
    if kind == "token":
        return _token(_matching(text))
    if kind == "rule":
        return _rule(text)
    rules = tuple(_compiled(part) for part in parts)
    if kind == "sequence":
        return rules[0] if len(rules) == 1 else _sequence(rules)
    if kind == "choice":
        return _alternatives(tuple(zip((_begin(part) for part in parts), rules, strict=True)))
    if kind in {"!", "&"}:
        return _ahead(rules[0], wanted=kind == "&")
    return _repeated(rules[0], _begin(parts[0])[0], at_least=kind == "+", at_most=kind == "?")


def _token(keys: frozenset[str]) -> Rule:
    def match(text: _Text, place: int) -> int:
        if text.keys[place] in keys:
            return place + 1
        text.furthest = max(text.furthest, place)
        return _NO_MATCH

    return match


def _sequence(rules: Sequence[Rule]) -> Rule:
    def match(text: _Text, place: int) -> int:
        for rule in rules:
            place = rule(text, place)
            if place == _NO_MATCH:
                break
        return place

    return match


def _alternatives(rules: Sequence[tuple[_Begin, Rule]]) -> Rule:
    keys = frozenset().union(*(begin for (begin, _), _ in rules))
    by_key = {key: tuple(rule for (begin, empty), rule in rules if empty or key in begin) for key in keys}
    others = tuple(rule for (_, empty), rule in rules if empty)

    def match(text: _Text, place: int) -> int:
        for rule in by_key.get(text.keys[place], others):
            end = rule(text, place)
            if end != _NO_MATCH:
                return end
        text.furthest = max(text.furthest, place)
        return _NO_MATCH

    return match


def _repeated(rule: Rule, begin: frozenset[str], at_least: bool, at_most: bool) -> Rule:
    def match(text: _Text, place: int) -> int:
        matched = False
        while text.keys[place] in begin:
            end = rule(text, place)
            if end == _NO_MATCH:
                break
            place, matched = end, True
            if at_most:
                return place
        if at_least and not matched:
            text.furthest = max(text.furthest, place)
            return _NO_MATCH
        text.furthest = max(text.furthest, place)
        return place

    return match


def _ahead(rule: Rule, wanted: bool) -> Rule:
    def match(text: _Text, place: int) -> int:
        furthest = text.furthest
        found = rule(text, place) != _NO_MATCH
        text.furthest = furthest
        return place if found is wanted else _NO_MATCH

    return match


def _remembered(rule: Rule, name: str) -> Rule:
    """A rule that keeps its results; without it, the time grows exponentially with the depth of parentheses."""

    def match(text: _Text, place: int) -> int:
        key = (name, place)
        if key not in text.ends:
            text.ends[key] = rule(text, place)
        return text.ends[key]

    return match


def _rule(name: str) -> Rule:
    """The rule of a name. A rule that is being compiled, because it contains itself, is looked up at each call."""
    if name not in _RULES:
        _RULES[name] = lambda text, place: _RULES[name](text, place)  # noqa: PLW0108 # the entry is replaced below
        rule = _compiled(_NODES[name])
        _RULES[name] = _remembered(rule, name) if name in _REMEMBERED else rule
    return _RULES[name]


_REMEMBERED = {"query", "expression"}
_STATEMENT = _rule("statement")


def _tokens_and_keys(sql: str) -> tuple[list[Token], list[str]]:
    tokens: list[Token] = []
    keys: list[str] = []
    for token in tokenize(sql):
        kind, upper = token.kind, token.text.upper()
        if kind == "hint":
            continue
        if kind == "string" and tokens and tokens[-1].text.upper() == "X" and tokens[-1].end == token.start:
            keys[-1] = "binary"
            continue
        tokens.append(token)
        if kind == "word":
            keys.append(upper if upper in _KEYWORDS or upper in RESERVED else "name")
        elif kind == "number":
            keys.append("integer" if upper.isdigit() else "number")
        else:
            keys.append({"quoted": "name", "string": "string"}.get(kind, token.text))
    return tokens, keys


def check(sql: str) -> None:
    """Refuse a text that is not a query, UPDATE or DELETE in StarRocks' grammar.

    Raises:
        SqlError: 1064 with the first token that StarRocks does not expect.
    """
    tokens, keys = _tokens_and_keys(sql)
    text = _Text(keys)
    try:
        if _STATEMENT(text, 0) == len(tokens):
            return
    except RecursionError:
        return  # sqlglot parses deeper statements, and refuses those that are too deep
    place = text.furthest
    if place >= len(tokens):
        raise errors.syntax("Unexpected input '<EOF>'")
    token = tokens[place]
    line = sql.count("\n", 0, token.start) + 1
    column = token.start - (sql.rfind("\n", 0, token.start) + 1)
    near = (one.text.upper() for one in reversed(tokens[max(0, place - 1) : place + 1]))
    advice = next((ADVICE[word] for word in near if word in ADVICE), None)
    raise errors.syntax(
        f"Unexpected input '{token.text}' at line {line}, column {column}" + (f"; {advice}" if advice else "")
    )
