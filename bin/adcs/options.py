"""The command's options: names of fields and of lookups, as the user wrote them."""

from __future__ import annotations

import re
from typing import NamedTuple

_FIELD = re.compile(r"""[^\s,"'`|=\[\]$*()]+""")
_LOOKUP = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*\.csv")


class Options(NamedTuple):
    """Fields to read (`time`: one or more, with commas between) and lookups to read them by."""

    dest: str = "dest"
    caller: str = "Caller_User_Name"
    domain: str = "Caller_Domain"
    time: str = "firstTime,lastTime"
    sid: str = "SubjectUserSid"
    backup_type: str = "BackupType"
    authorities: str = "adcs_certificate_authorities.csv"
    operators: str = "adcs_backup_operators.csv"

    @property
    def times(self) -> list[str]:
        return [name.strip() for name in self.time.split(",")]

    def mistakes(self) -> list[str]:
        """What is wrong with them, one sentence each."""
        found = []
        for name in ("dest", "caller", "domain", "sid", "backup_type"):
            value = getattr(self, name)
            if not _FIELD.fullmatch(value):
                found.append(f'{name}="{value}" is no field name: write one, such as {name}=host')
        if not all(map(_FIELD.fullmatch, self.times)):
            found.append(
                f'time="{self.time}" is no list of field names: write one or more with commas '
                'between, such as time="firstTime,lastTime"'
            )
        for name in ("authorities", "operators"):
            value = getattr(self, name)
            if not _LOOKUP.fullmatch(value) or ".." in value:
                found.append(
                    f'{name}="{value}" is no lookup of this app: write the name of a file in its '
                    f"lookups folder that ends in .csv, such as {name}=my_{name}.csv"
                )
        return found
