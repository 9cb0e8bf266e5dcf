"""The `search` command's expressions.

Expected trees follow the Search Reference, "search": OR before AND, implied AND, IN as OR;
positions are counted by hand.
"""

from __future__ import annotations

import pytest

from splay.errors import SplError
from splay.spl.searchexpr import parse_search_expr
from splay.spl.tree import And, Compare, MatchAll, Not, Or, SearchExpr, Subsearch, Term, TimeBound


def shape(expr: SearchExpr) -> str:
    """The tree as text with every group in parentheses, without positions."""
    match expr:
        case And(parts):
            return "(" + " AND ".join(map(shape, parts)) + ")"
        case Or(parts):
            return "(" + " OR ".join(map(shape, parts)) + ")"
        case Not(part):
            return f"NOT {shape(part)}"
        case Compare(field, op, value, quoted, _):
            return f'{field}{op}"{value}"' if quoted else f"{field}{op}{value}"
        case Term(text, kind, _):
            return f"{kind}:{text}"
        case TimeBound(name, value, _):
            return f"time:{name}={value}"
        case Subsearch(pipeline, _):
            return "[" + " | ".join(command.name for command in pipeline.commands) + "]"
        case MatchAll():
            return "all"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", "all"),
        ("*", "all"),
        ("error", "word:error"),
        ("a b", "(word:a AND word:b)"),
        ("a AND b", "(word:a AND word:b)"),
        ("a OR b c", "((word:a OR word:b) AND word:c)"),
        ("a b OR c", "(word:a AND (word:b OR word:c))"),
        ("NOT a OR b", "(NOT word:a OR word:b)"),
        ("(a b) OR c", "((word:a AND word:b) OR word:c)"),
        ("a or b", "(word:a AND word:or AND word:b)"),
        ('"x y"', "phrase:x y"),
        ("EventCode=4876", "EventCode=4876"),
        ("EventCode = 4876", "EventCode=4876"),
        ("a!=b", "a!=b"),
        ("a<=5", "a<=5"),
        ("source=XmlWinEventLog:Security", "source=XmlWinEventLog:Security"),
        (r'path="C:\\x"', r'path="C:\x"'),
        ('a="b \\"c\\""', 'a="b "c""'),
        ('a=""', 'a=""'),
        ("a IN (1, 2)", "(a=1 OR a=2)"),
        ('a IN ("x y")', 'a="x y"'),
        ("earliest=-70m@m a", "(time:earliest=-70m@m AND word:a)"),
        ("TERM(10.0.0.1)", "term:10.0.0.1"),
        ("CASE(Admin)", "case:Admin"),
        ("a [search b | fields c]", "(word:a AND [search | fields])"),
        ("a=[search b | return c]", "[search | return]"),
        ("a IN [search b | return c]", "[search | return]"),
        ("a IN (1, [search b | return c])", "(a=1 OR [search | return])"),
        ("()", "all"),
        ('a IN ("b",, "c",)', '(a="b" OR a="c")'),  # as published detections write it
        ("sourcetype::access", "sourcetype=access"),
        ("ip=TERM(10.0.0.1)", "(ip=10.0.0.1 AND term:10.0.0.1)"),
        ("starthoursago=168 endhoursago=1", "(time:earliest=-168hours AND time:latest=-1hours)"),
        ("startdaysago=2", "time:earliest=-2days"),
        ("starttime=10/31/2025:14:00:00", "time:earliest=10/31/2025:14:00:00"),
        ("endtimeu=1761919200", "time:latest=1761919200"),
        ("(()) a=1", "(all AND a=1)"),
        ("a NOT ( )", "(word:a AND NOT all)"),
        (
            "eventtype=wineventlog_security OR Channel=security OR "
            "source=XmlWinEventLog:Security EventCode=4876",
            "((eventtype=wineventlog_security OR Channel=security OR "
            "source=XmlWinEventLog:Security) AND EventCode=4876)",
        ),
    ],
)
def test_tree(text: str, tree: str) -> None:
    assert shape(parse_search_expr(text)) == tree


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("a OR", 4, "missing"),
        ("OR a", 0, "OR"),
        ("(a", 0, "never closed"),
        ("a)", 1, "unexpected"),
        ("a=", 2, "no value"),
        ("a IN ()", 6, "IN"),
        ("a IN (,)", 7, "missing in the list"),
        ("a IN (1, 2", 5, "never closed"),
        ("TERM()", 0, "no term"),
        ("starthoursago=x", 0, "whole number"),
        ("searchtimespanhours=1", 0, "searchtimespanhours is not supported"),
    ],
)
def test_mistakes_are_placed(text: str, at: int, words: str) -> None:
    with pytest.raises(SplError, match=words) as caught:
        parse_search_expr(text)
    assert caught.value.at == at


def test_the_places_of_what_is_compared() -> None:
    """Counted in the search around it, which this one stands at 10 of; IN's at the field's name."""
    tree = parse_search_expr('a (b=1 OR "c") d IN (1, "2")', 10)
    assert tree == And(
        (
            Term("a", "word", 10),
            Or((Compare("b", "=", "1", False, 13), Term("c", "phrase", 20))),
            Or((Compare("d", "=", "1", False, 25), Compare("d", "=", "2", True, 25))),
        )
    )
