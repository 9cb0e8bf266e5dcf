"""The chunked protocol's messages, and rows as its CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from splay.csvcells import read_cells
from splay.eval.value import as_list, from_list, to_text
from splay.rows import Row, Scalar

_HEADER = re.compile(rb"chunked 1\.0,(\d{1,18}),(\d{1,18})\n")
MAX_MESSAGE = 1 << 30
"""Bytes of one message: as many are made room for before the first one is read."""
_MV = "__mv_"
_MV_VALUE = re.compile(r"\$((?:[^$]|\$\$)*)\$(?:;|$)")


def write_chunk(stream: IO[bytes], metadata: dict[str, Any], body: str) -> None:
    """One message. OSError when the other side is gone."""
    head, data = json.dumps(metadata).encode(), body.encode("utf-8", "surrogatepass")
    stream.write(b"chunked 1.0,%d,%d\n" % (len(head), len(data)) + head + data)
    stream.flush()


def read_chunk(stream: IO[bytes]) -> tuple[dict[str, Any], str] | None:
    """(metadata, body) of one message; None at the end. ValueError when it is no message."""
    line = stream.readline(200)
    if not line:
        return None
    match = _HEADER.fullmatch(line)
    if match is None:
        raise ValueError(f"it wrote {line[:60]!r} where the protocol wants a header")
    sizes = int(match[1]), int(match[2])
    if sum(sizes) > MAX_MESSAGE:
        raise ValueError(f"its answer would be {sum(sizes)} bytes long, more than {MAX_MESSAGE}")
    head, data = stream.read(sizes[0]), stream.read(sizes[1])
    if len(head) + len(data) < sum(sizes):
        raise ValueError("its answer ends in the middle")
    try:
        metadata = json.loads(head) if head else {}
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the metadata of its answer is not JSON ({error})") from error
    if not isinstance(metadata, dict):
        raise ValueError("the metadata of its answer is not an object")
    return metadata, data.decode("utf-8", "replace")


def write_rows(rows: Sequence[Row]) -> str:
    """The rows as CSV, with a __mv_ column beside each field; "" for no rows."""
    if not rows:
        return ""
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)  # lines end in \r\n, without which a lone \r would not be quoted
    writer.writerow([column for name in names for column in (name, _MV + name)])
    for row in rows:
        writer.writerow([cell for name in names for cell in _cells(row.get(name))])
    return out.getvalue()


def _cells(value: object) -> tuple[str, str]:
    if isinstance(value, str):
        return value, ""
    if value is None:
        return "", ""
    texts = list(map(to_text, as_list(value)))  # type: ignore[arg-type]
    if len(texts) == 1:
        return texts[0], ""
    return "\n".join(texts), ";".join("${}$".format(text.replace("$", "$$")) for text in texts)


def read_rows(body: str) -> Iterator[Row]:
    """The rows of a CSV body; an empty cell is no value."""
    reader = read_cells(io.StringIO(body, newline=""))
    names = next(reader, [])
    places = {name: place for place, name in enumerate(names)}
    plain = [(n, i, places.get(_MV + n)) for n, i in places.items() if not n.startswith(_MV)]
    for cells in reader:
        row: Row = {}
        for name, place, mv_place in plain:
            values: list[Scalar] = []
            if mv_place is not None and mv_place < len(cells) and cells[mv_place]:
                values = [v.replace("$$", "$") for v in _MV_VALUE.findall(cells[mv_place])]
            elif place < len(cells) and cells[place] != "":
                values = [cells[place]]
            value = from_list(values)
            if value is not None:
                row[name] = value
        yield row
