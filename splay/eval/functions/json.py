"""Source: Splunk Search Reference, "JSON functions".

Objects and arrays are compact JSON text. A value that is the text of an object or array is put
in as that; other text is put in as a string, even where it spells a number.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from splay.eval.jsonvalue import Json, change, find, from_json, into_json, load, to_json
from splay.eval.operators import plain_value
from splay.eval.registry import Result, plain
from splay.eval.value import as_list, from_list, to_text
from splay.rows import Scalar, Value

_BAD = object()
Update: TypeAlias = Callable[[Json, Json], Json]


def _document(text: str) -> Json:
    """The document. ValueError, which makes null: the text is no JSON."""
    document = load(text, _BAD)
    if document is _BAD:
        raise ValueError("no JSON")
    return document


def _object(text: str) -> dict[str, Json]:
    document = _document(text)
    if not isinstance(document, dict):
        raise ValueError("no JSON object")
    return document


def _keys(values: tuple[Result, ...]) -> list[str]:
    """Keys or paths as text. ValueError, which makes null: one is null."""
    keys = [to_text(item) for value in values for item in as_list(plain_value(value))]
    if None in values:
        raise ValueError("a key is null")
    return keys


def _check_pairs(first: int) -> Callable[..., None]:
    def check(*constants: object) -> None:
        pairs = constants[first:]
        if len(pairs) % 2:
            raise ValueError("there is a key without a value")
        if any(isinstance(key, (int, float)) for key in pairs[::2]):
            raise ValueError("a key is text in double quotes")

    return check


def _pairs(values: tuple[Result, ...]) -> list[tuple[str, Result]]:
    return list(zip(_keys(values[::2]), values[1::2], strict=True))


@plain("json_object(<members>)", "any*", "string", check=_check_pairs(0))
def json_object(*members: Result) -> str:
    return to_json({key: into_json(value) for key, value in _pairs(members)})


@plain("json_array(<values>)", "any*", "string")
def json_array(*values: Result) -> str:
    return to_json([into_json(value) for value in values])


@plain("json(<value>)", "string", "string")
def json(text: str) -> str:
    _document(text)
    return text


@plain("json_valid(<json>)", "string", "boolean")
def json_valid(text: str) -> bool:
    return load(text, _BAD) is not _BAD


@plain("json_keys(<json>)", "string", "string")
def json_keys(text: str) -> str:
    return to_json(list(_object(text)))


@plain("json_entries(<value>)", "string", "string")
def json_entries(text: str) -> str:
    return to_json([{"key": key, "value": value} for key, value in _object(text).items()])


@plain("json_has_key_exact(<object>, <key>)", "text text", "boolean")
def json_has_key_exact(text: str, key: str) -> bool:
    return key in _object(text)


@plain("json_extract(<json>, <paths>)", "string any*")
def json_extract(text: str, *paths: Result) -> Result:
    document = _document(text)
    found = [find(document, path) for path in _keys(paths)]
    return from_json(document if not paths else found[0] if len(found) == 1 else found)


@plain("json_extract_exact(<json>, <keys>)", "text any*")
def json_extract_exact(text: str, *keys: Result) -> Result:
    document = _document(text)
    if not keys:
        return from_json(document)
    members = document if isinstance(document, dict) else {}
    found = [members.get(key) for key in _keys(keys)]
    return from_json(found[0] if len(found) == 1 else found)


def _changed(text: str, pairs: tuple[Result, ...], update: Update, *, create: bool) -> str:
    """The document with update(new value, old value) at each path, from left to right."""
    document = _document(text)
    for path, value in _pairs(pairs):
        replace = partial(update, into_json(value))
        if path or create:
            change(document, path, replace, create=create)
        else:  # the array itself, as examples of "foreach" have it: json_append(array, "", value)
            document = replace(document)
    return to_json(document)


_PAIRS = "text any any any*"


@plain("json_set(<json>, <path_value_pairs>)", _PAIRS, "string", check=_check_pairs(1))
def json_set(text: str, *pairs: Result) -> str:
    return _changed(text, pairs, lambda new, old: new, create=True)


@plain("json_set_exact(<json>, <key_value_pairs>)", _PAIRS, "string", check=_check_pairs(1))
def json_set_exact(text: str, *pairs: Result) -> str:
    return to_json(_object(text) | {key: into_json(value) for key, value in _pairs(pairs)})


def _wrapped(old: Json) -> list[Json]:
    return old if isinstance(old, list) else [old]


@plain("json_append(<json>, <path_value_pairs>)", _PAIRS, "string", check=_check_pairs(1))
def json_append(text: str, *pairs: Result) -> str:
    return _changed(text, pairs, lambda new, old: [*_wrapped(old), new], create=False)


@plain("json_extend(<json>, <path_value_pairs>)", _PAIRS, "string", check=_check_pairs(1))
def json_extend(text: str, *pairs: Result) -> str:
    return _changed(text, pairs, lambda new, old: [*_wrapped(old), *_wrapped(new)], create=False)


@plain("json_delete(<object>, <keys>)", "text any any*", "string")
def json_delete(text: str, *keys: Result) -> str:
    document = _object(text)
    wanted = [into_json(key) for key in keys]
    for key in [name for item in wanted for name in _wrapped(item)]:
        *outer, last = str(key).split(".")
        holder: Json = document
        for step in outer:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder.pop(last, None)
    return to_json(document)


@plain("json_array_to_mv(<json_array>, <boolean>)", "text any?")
def json_array_to_mv(text: str, quoted: Result = False) -> Value | None:
    document = _document(text)
    if not isinstance(document, list):
        return None
    keep = quoted is True
    items: list[Scalar] = [
        item if isinstance(item, str) and not keep else to_json(item) for item in document
    ]
    return from_list(items)
