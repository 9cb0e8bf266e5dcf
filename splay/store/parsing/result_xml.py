"""A result in Splunk's XML: its fields' names and texts.

Source: REST API Reference, search/v2/jobs/{search_id}/results: `<field k='name'>` holds the event's
text in `<v>`, in which `<sg>` lights words up, and values in `<value><text>`.
"""

from __future__ import annotations

from splay.eval.xmlvalue import parsed_xml


def fields_of(text: str) -> dict[str, str] | None:
    """The first value of each field of a `<result>`; None where the text is not well-formed."""
    result = parsed_xml(text)
    if result is None:
        return None
    fields: dict[str, str] = {}
    for field in result.iter("field"):
        value = field.find("v")
        if value is None:
            value = field.find("value/text")
        if value is not None:
            fields[str(field.get("k"))] = "".join(map(str, value.itertext()))
    return fields
