"""What the compiler refuses, what it reads, and conditions. The rules are those of the Search
Reference, "eval" (Operators) and "where"; positions are counted by hand from 0.
"""

from __future__ import annotations

import re
from datetime import UTC

import pytest

from splay.errors import SplError, UnsupportedError
from splay.eval.expression import EvalContext, compile_condition, compile_expr, fields_of
from splay.eval.registry import FUNCTIONS
from splay.rows import Row
from splay.spl.evalexpr import parse_eval

CONTEXT = EvalContext(now=1534143600.5, tz=UTC)


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ('1+"a"', 1, "given a number and a string"),
        ('a*"2"', 2, "takes numbers, not text"),
        ('-"x"', 1, "the sign - takes numbers"),
        ("5-(a=1)", 4, "does not take true or false"),
        ('"x" . (a=1)', 8, "does not take true or false"),
        ('len(a)="5"', 6, "given a number and a string"),
        ('isnull(a)="true"', 9, "given a boolean and a string"),
        ('"b" < 5', 4, "given a string and a number"),
        *(
            (f"(a=1) {op} (b=2)", 2, f"the operator {op} does not take true or false")
            for op in ("<", "<=", ">", ">=", "LIKE")
        ),
        ("a AND b=1", 0, "not the field a"),
        ("b=1 OR 5", 7, "takes a condition, not a number"),
        ('NOT "x"', 4, "takes a condition, not a string"),
        ("if(5, 1, 2)", 3, "takes a condition, not a number"),
        ("case(a=1, 2, b)", 13, "a condition without a value"),
        ("abs()", 0, "abs() is given 0 arguments"),
        ("abs(1, 2)", 0, "abs() is given 2 arguments"),
        ('abs("x")', 4, "abs() takes numbers, not text"),
        ("len(a=1)", 5, "does not take true or false"),
        ('match(a, "(")', 9, "cannot be read: missing )"),
        ('tonumber("seven")', 0, "'seven' is not a number"),
        ("tonumber(a, 37)", 0, "37 is not a base"),
        ('tostring(a, "octal")', 0, "'octal' is not one of"),
        ('sum(1, 2, "3")', 0, "takes numbers and fields"),
        ('avg(1, 2, "3")', 0, "takes numbers and fields"),
        ("round(a, -1)", 0, "not negative"),
        ("len(5)", 4, "takes text, not a number"),
        ("md5(1+a)", 5, "takes text, not a number"),
        ("upper(null())", 6, "does not take null()"),
        ("1+null()", 2, "does not take null()"),
        ("null()=1", 6, "is given null() and a number"),
        ('strftime(a, "%H")-1', 0, "takes numbers, not text"),
        ('strftime(a, "%H")+1', 17, "is given a string and a number"),
        ('relative_time(a, "yesterday")', 0, "not a relative time"),
        ('lookup("a", json_object("b", c), json_array("d"))', 7, "there are no lookups here"),
        ('relative_time(a, "-1x")', 0, "not a unit of time"),
        ('printf("%d")', 0, "takes 1 value "),
        ('printf("%C", a)', 0, "no conversion '%C'"),
        ('printf("%1$d", a)', 0, "no conversion"),
        ('json_object("a")', 0, "a key without a value"),
        ("json_object(1, 2)", 0, "a key is text"),
        ("mvfilter(a=b)", 10, "one field"),
        ("mvmap(5, a)", 6, "one field"),
        ('searchmatch("(a")', 13, "never closed"),
    ],
)
def test_wrong(text: str, at: int, message: str) -> None:
    with pytest.raises(SplError) as caught:
        compile_expr(parse_eval(text), CONTEXT)
    assert message in caught.value.message
    assert (caught.value.at, type(caught.value)) == (at, SplError)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_function_refuses_names_this_function(name: str) -> None:
    count = max(FUNCTIONS[name].least, 1)
    for argument in ("(a=1)", '"x"', "5", "null()"):
        said = refusal(f"{name}({', '.join([argument] * count)})")
        assert set(re.findall(r"(\w+)\(\)", said)) <= {name, "null"}


def refusal(text: str) -> str:
    """What is said of an expression; "": it is taken."""
    try:
        compile_expr(parse_eval(text), CONTEXT)
    except SplError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    ("text", "at", "hint"),
    [
        ("1+lowr(a)", 2, "Did you mean lower()?"),
        ("xyzzyx(a)", 0, ""),
        ("searchmatch(a)", 12, 'Write the search in double quotes: searchmatch("error")'),
        ('strftime(a, "%Ez")', 0, ""),
        ('strptime(a, "%D")', 0, ""),
    ],
)
def test_refused(text: str, at: int, hint: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        compile_expr(parse_eval(text), CONTEXT)
    assert (caught.value.at, caught.value.hint) == (at, hint)


def test_the_signature_is_the_hint() -> None:
    with pytest.raises(SplError) as caught:
        compile_expr(parse_eval("substr(a)"), CONTEXT)
    assert caught.value.hint == "Write substr(<str>, <start>, <length>)"


@pytest.mark.parametrize(
    ("text", "row", "kind"),
    [
        ("match(a, b)", {"a": "x", "b": "("}, SplError),
        ("strftime(a, b)", {"a": 1, "b": "%D"}, UnsupportedError),
    ],
)
def test_what_only_a_row_shows_to_be_wrong(text: str, row: Row, kind: type[SplError]) -> None:
    compiled = compile_expr(parse_eval(text), CONTEXT)
    with pytest.raises(kind):
        compiled(row)


@pytest.mark.parametrize(
    "text",
    ['match(a, "(x|xx)+$")', 'replace(a, "(x|xx)+$", "")', 'mvfind(a, "(x|xx)+$")'],
)
def test_a_match_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for name in ("comparison_conditional", "text", "multivalue"):
        monkeypatch.setattr(f"splay.eval.functions.{name}.TIME_LIMIT", 0.05)
    compiled = compile_expr(parse_eval(text), CONTEXT)
    with pytest.raises(SplError, match="takes longer"):
        compiled({"a": "x" * 60 + "y"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", set()),
        ("a + 'b c' . upper(d)", {"a", "b c", "d"}),
        ("if(a=1, b, -c)", {"a", "b", "c"}),
        ("NOT a IN (b, 1)", {"a", "b"}),
        ('searchmatch("x=1 OR error")', {"x", "_raw"}),
    ],
)
def test_fields_of(text: str, expected: set[str]) -> None:
    assert fields_of(parse_eval(text)) == expected


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("a=1", {"a": "1"}, True),
        ("a=1", {"a": "2"}, False),
        ("a=1", {}, False),
        ("NOT a=1", {}, False),
        ("isnull(a)", {}, True),
        ("if(a=1, true(), false())", {"a": "1"}, True),
    ],
)
def test_conditions(text: str, row: Row, expected: bool) -> None:
    assert compile_condition(parse_eval(text), CONTEXT)(row) is expected


@pytest.mark.parametrize("text", ["a", "5", '"x"', "a+1", "a+b"])
def test_conditions_are_boolean(text: str) -> None:
    if text == "a+b":  # of unknown kind before it meets a row, and no condition then
        assert compile_condition(parse_eval(text), CONTEXT)({"a": "1", "b": "2"}) is False
        return
    with pytest.raises(SplError):
        compile_condition(parse_eval(text), CONTEXT)


def test_rows_are_not_changed() -> None:
    row: Row = {"m": ["1", "2"]}
    compile_expr(parse_eval("mvmap(m, m*2)"), CONTEXT)(row)
    assert row == {"m": ["1", "2"]}
