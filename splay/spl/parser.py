"""Text to tree: a search into its commands; the expressions are in searchexpr.py, evalexpr.py.

Source: Splunk Search Manual, "About the search language"; "About subsearches".
"""

from __future__ import annotations

import re

from splay.errors import SplError
from splay.spl.tokens import blank_comments, split_stages
from splay.spl.tree import Command, Pipeline

_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?=[\s(\"'\[`]|$)")
_MAX_DEPTH = 50
_MAX_COMMANDS = 300


def parse_search(text: str) -> Pipeline:
    """The pipeline of a whole search whose macros are expanded already.

    Without a leading pipe the search starts with an implicit `search`.
    SplError: an unclosed quote, bracket or comment, an empty stage, no command name.
    """
    return parse_pipeline(blank_comments(text), 0, implicit=True)


def parse_pipeline(text: str, offset: int, *, implicit: bool) -> Pipeline:
    """A pipeline that stands at `offset` in the search. Comments are blanked already.

    implicit: whether the first stage may leave out `search`; a subsearch's may not.
    """
    _check_depth(text, offset)
    stages = split_stages(text, offset)
    if len(stages) > _MAX_COMMANDS:
        at = offset + stages[_MAX_COMMANDS].start
        raise SplError(f"a search has at most {_MAX_COMMANDS} commands", at=at)
    commands: list[Command] = []
    for number, (stage, start) in enumerate(stages):
        at = offset + start
        if not stage.strip():
            if number == 0 and (len(stages) > 1 or implicit):
                if len(stages) == 1:
                    commands.append(Command("search", "", offset, offset))
                continue
            raise _empty_stage(at, number, last=number == len(stages) - 1)
        if number == 0 and implicit:
            commands.append(_first(stage, at))
        else:
            commands.append(_command(stage, at, subsearch=number == 0))
    return Pipeline(tuple(commands))


def _check_depth(text: str, offset: int) -> None:
    if text.count("[") > _MAX_DEPTH:
        depth = 0
        for index, char in enumerate(text):
            depth += (char == "[") - (char == "]")
            if depth > _MAX_DEPTH:
                raise SplError(f"more than {_MAX_DEPTH} brackets are open here", at=offset + index)


def _empty_stage(at: int, number: int, *, last: bool) -> SplError:
    if number == 0:
        return SplError("the subsearch is empty", at=at, hint="Write a search between [ and ]")
    where = "the last pipe" if last else "this pipe"
    return SplError(
        f"there is no command after {where}",
        at=at - 1,
        hint="Write a command after it, or remove the pipe",
    )


def _first(stage: str, at: int) -> Command:
    """The first stage of a search without a leading pipe: terms, or `search` and terms."""
    body = stage.lstrip()
    begin = at + len(stage) - len(body)
    name = _NAME.match(body)
    if name and name[1] == "search" and not re.match(r"\s*(=|!=|<|>)", body[name.end() :]):
        return _command(stage, at, subsearch=False)
    return Command("search", body.rstrip(), begin, begin)


def _command(stage: str, at: int, *, subsearch: bool) -> Command:
    body = stage.lstrip()
    begin = at + len(stage) - len(body)
    name = _NAME.match(body)
    if name is None:
        hint = "Begin the subsearch with search, or with | and a generating command"
        raise SplError(
            f"a command name is expected here, not {body.split()[0]!r}",
            at=begin,
            hint=hint if subsearch else "Begin each stage with a command such as stats or where",
        )
    rest = body[name.end() :]
    text = rest.strip()
    text_at = begin + name.end() + len(rest) - len(rest.lstrip())
    return Command(name[1].lower(), text, begin, text_at)
