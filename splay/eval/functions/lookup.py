"""lookup(): what a CSV table has for the values of a row, as a JSON object.

Source: Splunk Search Reference, "Comparison and Conditional functions" (lookup).
Where the documentation is silent: a row without one of the inputs, and one without a match, give
null; so does a cell that is empty. The table's name, its columns and the two calls of JSON
functions are written out, as the documented syntax has them, so that they are checked beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from splay.errors import ConfError, SplError
from splay.eval.jsonvalue import to_json
from splay.eval.operators import plain_value
from splay.eval.registry import Arguments, Compiled, Result, Table, built
from splay.eval.value import as_list, to_text
from splay.spl.tree import Call, Expr, String

if TYPE_CHECKING:
    from splay.rows import Row

_HINT = 'Write lookup("table.csv", json_object("column", field), json_array("output", ...))'


@built("lookup(<lookup_table>, <json_object>, <json_array>)", "any any any", "string")
def lookup(arguments: Arguments) -> Compiled:
    name, inputs, outputs = arguments.call.args
    table = _table(name, arguments)
    pairs = _members(inputs, "json_object", 2)
    wanted = [_column(item, table) for item in _members(outputs, "json_array", 1)]
    columns = [_column(column, table) for column in pairs[::2]]
    values = [arguments.compile(value) for value in pairs[1::2]]

    def run(row: Row) -> Result:
        given = {}
        for column, read in zip(columns, values, strict=True):
            found = as_list(plain_value(read(row)))
            if len(found) != 1:
                return None
            given[column] = to_text(found[0])
        return _answer(table.match(given), wanted)

    return run


def _answer(matches: list[dict[str, str | list[str]]], wanted: list[str]) -> str | None:
    """{"column": "value"}, or a list where several rows match."""
    answer: dict[str, str | list[str]] = {}
    for column in wanted:
        held = [match[column] for match in matches]
        found = [text for one in held for text in ([one] if isinstance(one, str) else one)]
        cells = [text for text in found if text != ""]
        if cells:
            answer[column] = cells[0] if len(cells) == 1 else cells
    return to_json(answer) if answer else None


def _table(expr: Expr, arguments: Arguments) -> Table:
    if not isinstance(expr, String):
        raise SplError("lookup() needs a table's name in double quotes", at=expr.at, hint=_HINT)
    find = arguments.context.lookup
    if find is None:
        raise SplError("there are no lookups here", at=expr.at)
    try:
        return find(expr.value)
    except ConfError as error:
        raise SplError(f"lookup(): {error.placed}", at=expr.at, hint=error.hint) from error


def _members(expr: Expr, name: str, step: int) -> Sequence[Expr]:
    """The arguments of the call of this name, a multiple of `step`."""
    if isinstance(expr, Call) and expr.name == name and expr.args and len(expr.args) % step == 0:
        return expr.args
    raise SplError(f"lookup() needs {name}() here", at=expr.at, hint=_HINT)


def _column(expr: Expr, table: Table) -> str:
    if not isinstance(expr, String):
        raise SplError("lookup() needs a column in double quotes", at=expr.at, hint=_HINT)
    if expr.value not in table.columns:
        message = f"lookup(): the table has no column {expr.value!r}"
        raise SplError(message, at=expr.at, hint=f"It has: {', '.join(table.columns)}")
    return expr.value
