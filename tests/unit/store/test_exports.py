"""An export is known by its beginning, and by one form alone, wherever in the folder it stands.

The beginnings are those of the forms' own tests, where their sources are named.
"""

from __future__ import annotations

import pytest

from splay.store.event import Need, ReadReport
from splay.store.parsing.beginning import Beginning, export_reader, forms
from splay.store.parsing.eventmaker import FileFacts, InputSettings, Reading
from splay.store.problems import FileProblems

BEGINNINGS = {
    "event viewer": (
        "Keywords,Date and Time,Source,Event ID,Task Category\n"
        'Audit Success,3/10/2026 9:30:15 AM,Some-Source,4876,Task,"A message.\n'
    ),
    "wevtutil": "Event[0]:\n  Log Name: Security\n",
    "splunk csv": '_time,_raw\n1773135015,"<Event>\n',
    "splunk raw": "_raw\n<Event>\n",
    "splunk json": '{"preview":false,"result":{"_raw":"<Event>"}}\n',
    "splunk xml": "<?xml version='1.0'?>\n<results preview='0'>\n",
    "evtxecmd": "RecordNumber,TimeCreated,EventId,Channel,Computer,Payload\n",
    "powershell csv": '#TYPE A\n"Message","Id","TimeCreated"\n',
    "powershell json": '[{"Id": 4876, "TimeCreated": "2026-03-10", "Message": ""}]\n',
    "powershell list": "Message     : A\nId          : 4876\nTimeCreated : 3/10/2026\n",
    "powershell table": "TimeCreated Id LevelDisplayName Message\n",
    "powershell clixml": '<Objs Version="1" xmlns="http://schemas.microsoft.com/powershell/2004/04">',
}


def reading() -> Reading:
    facts, problems = FileFacts("log", "log", 0, 0), FileProblems("log", ReadReport())
    return Reading(facts, InputSettings(), Need(), problems)


@pytest.mark.parametrize("name", BEGINNINGS)
def test_one_form_knows_it(name: str) -> None:
    block = b" \n" + BEGINNINGS[name].encode()
    knowing = [form for form in forms() if form(Beginning(block), reading()) is not None]
    assert len(knowing) == 1
    assert export_reader(block, reading()) is not None


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", '{"a": 1}\n', "<Event/>", 'a,"\r'])
def test_no_form_knows_other_text(text: str) -> None:
    assert export_reader(text.encode(), reading()) is None
