"""Eval expressions. Expected trees follow the Search Reference, "eval" (operators and their
order, quoting of names and strings) and "Predicate expressions"; positions are counted by hand.
"""

from __future__ import annotations

import pytest

from splay.errors import SplError
from splay.spl.evalexpr import parse_eval
from splay.spl.tree import Among, Binary, Call, Expr, Field, Number, String, Unary


def shape(expr: Expr) -> str:
    """The tree as text with every operation in parentheses, without positions."""
    match expr:
        case Number(value, _):
            return str(value)
        case String(value, _):
            return f'"{value}"'
        case Field(name, _):
            return f"<{name}>"
        case Unary(op, operand, _):
            return f"({op} {shape(operand)})"
        case Binary(op, left, right, _):
            return f"({shape(left)} {op} {shape(right)})"
        case Call(name, args, _):
            return f"{name}({', '.join(map(shape, args))})"
        case Among(operand, choices, _):
            return f"({shape(operand)} in {', '.join(map(shape, choices))})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", "1"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("2e3", "2000.0"),
        ("a", "<a>"),
        ("'a b'", "<a b>"),
        ('"a b"', '"a b"'),
        (r'"a \"b\""', '"a "b""'),
        (r'"a\d"', r'"a\d"'),
        ("1+2*3", "(1 + (2 * 3))"),
        ("(1+2)*3", "((1 + 2) * 3)"),
        ("1-2-3", "((1 - 2) - 3)"),
        ("-a*2", "((- <a>) * 2)"),
        ("a . b", "(<a> . <b>)"),
        ('a."x"', '(<a> . "x")'),
        ("a.b", "<a.b>"),
        ("a:b", "<a:b>"),
        ("a==1", "(<a> = 1)"),
        ("a=1 OR b=2 AND c=3", "((<a> = 1) OR ((<b> = 2) AND (<c> = 3)))"),
        # Search Manual, "Boolean expressions": XOR comes last.
        ("a=1 XOR b=2 OR c=3", "((<a> = 1) XOR ((<b> = 2) OR (<c> = 3)))"),
        ("NOT a=1 AND b=2", "((NOT (<a> = 1)) AND (<b> = 2))"),
        ("not a=1", "(NOT (<a> = 1))"),
        ('a LIKE "x%"', '(<a> LIKE "x%")'),
        ("a IN (1, 2)", "(<a> in 1, 2)"),
        ("IF(a>1, lower(b), null())", "if((<a> > 1), lower(<b>), null())"),
    ],
)
def test_tree(text: str, tree: str) -> None:
    assert shape(parse_eval(text)) == tree


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", 0),
        ("a +", 3),
        ("a b", 2),
        ("(a", 0),
        ("f(a, b", 1),
        ("a = = b", 4),
        ("a IN 5", 5),
        ("AND a", 0),
        ("a # b", 2),
    ],
)
def test_mistakes_are_placed(text: str, at: int) -> None:
    with pytest.raises(SplError) as caught:
        parse_eval(text)
    assert caught.value.at == at
