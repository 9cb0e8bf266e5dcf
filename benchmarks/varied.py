"""Makes a Windows Security log in which hardly two events are alike, as in a company's.

    python -m benchmarks.varied EVENTS mixed|backups FILE [SEED]

500 hosts; 5,000 users, of which one in 200 has a letter beyond ASCII; 2,000 addresses; 300
programs, few of them often; logon ids, process ids, threads, record numbers, times and command
lines (35 to 250 characters, every one different) as they come. One event a line, in the order of
time, over 24 hours, to the microsecond: 1,120 bytes on the average. Of 100 events 40 are 4624, 22
are 4634, 20 are 4688, 10 are 4672, 5 are 4625, 2 are 4776 and one is 4720; one in 20,000 is a 4876.
"backups": all are 4876, of any host and user, so that 400,000 come to some 370,000 pairs. The same
arguments give the same bytes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

HOSTS, USERS, ADDRESSES, PROGRAMS = 500, 5_000, 2_000, 300
ONE_IN = 20_000
MIX = {4624: 40, 4634: 22, 4688: 20, 4672: 10, 4625: 5, 4776: 2, 4720: 1}
START = datetime(2026, 3, 10, tzinfo=UTC)
DAY = 24 * 3600
_TASKS = {
    4624: (2, 12544),
    4625: (0, 12544),
    4634: (0, 12545),
    4672: (0, 12548),
    4688: (2, 13312),
    4720: (0, 13824),
    4776: (0, 14336),
    4876: (0, 12805),
}
# fmt: off
_SYLLABLES = (
    "an", "bel", "cor", "dan", "el", "fer", "gal", "hen", "is", "jo", "kar", "lin", "mar",
    "nor", "os", "pet", "qui", "ros", "sam", "tor", "ul", "vic", "wen",
)
_BEYOND = "äöüéñçøšłğ"
_TOOLS = (
    "cmd.exe", "powershell.exe", "svchost.exe", "rundll32.exe", "msiexec.exe", "certutil.exe",
)
_WORDS = (
    "/c", "-NoProfile", "-File", "/S", "--type=renderer", "-k", "/quiet",
    "--field-trial-handle=", "-p", "-s", ">", "&", "|",
)
# fmt: on
_HEAD = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<Provider Name='Microsoft-Windows-Security-Auditing' "
    "Guid='{{54849625-5478-4994-a5ba-3e3b0328c30d}}'/><EventID>{code}</EventID>"
    "<Version>{version}</Version><Level>0</Level><Task>{task}</Task><Opcode>0</Opcode>"
    "<Keywords>{keywords}</Keywords><TimeCreated SystemTime='{time}'/>"
    "<EventRecordID>{record}</EventRecordID>{correlation}"
    "<Execution ProcessID='{process}' ThreadID='{thread}'/><Channel>Security</Channel>"
    "<Computer>{host}</Computer><Security/></System><EventData>"
)


class Company:
    """Its hosts, users, addresses and programs. chance: where all of it comes from."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.hosts = [f"{self._name(1, 3)}{number:03}.corp.example.com" for number in range(HOSTS)]
        self.users = [self._user(number) for number in range(USERS)]
        self.addresses = [f"10.{n >> 6}.{n * 37 % 256}.{n * 101 % 254}" for n in range(ADDRESSES)]
        folders = (r"C:\Windows\System32", r"C:\Program Files\Vendor {}", r"C:\Users\Public\{}")
        self.programs = [
            chance.choice(folders).format(self._name(1, 3).title())
            + "\\"
            + (_TOOLS[number] if number < len(_TOOLS) else f"{self._name(2, 4)}.exe")
            for number in range(PROGRAMS)
        ]
        weights = [1 / (rank + 1) for rank in range(PROGRAMS)]
        self._often = chance.choices(self.programs, weights, k=50_000)

    def _name(self, least: int, most: int) -> str:
        return "".join(self.chance.choices(_SYLLABLES, k=self.chance.randint(least, most)))

    def _user(self, number: int) -> str:
        if number % 10 == 9:
            return f"{self._name(1, 3).upper()}{number:04}$"
        letter = self.chance.choice(_BEYOND) if number % 200 == 0 else ""
        return f"{self._name(1, 3)}{letter}.{self._name(1, 4)}{number:04}"

    def user(self) -> str:
        return self.chance.choice(self.users)

    def program(self) -> str:
        return self.chance.choice(self._often)

    def sid(self) -> str:
        return f"S-1-5-21-1004336348-1177238915-682003330-{self.chance.randrange(1000, 60000)}"

    def number(self, bits: int) -> str:
        return f"{self.chance.getrandbits(bits):#x}"

    def address(self) -> str:
        return "-" if self.chance.random() < 0.1 else self.chance.choice(self.addresses)

    def command(self, program: str) -> str:
        """A command line; no two are the same."""
        chance = self.chance
        if chance.random() < 0.01:
            key = f"{chance.getrandbits(32):x}{chance.choice(('ff', '0a'))}"
            return (
                f"CertUtil -f -k {key} -p {chance.getrandbits(64):x} C:\\temp\\{self._name(1, 2)}"
            )
        words = [f"{chance.choice(_WORDS)} {self._name(1, 4)}" for _ in range(chance.randint(1, 8))]
        return f'"{program}" {" ".join(words)} {chance.getrandbits(64):016x}'


def _subject(made: Company) -> dict[str, str]:
    return {
        "SubjectUserSid": made.sid(),
        "SubjectUserName": made.user(),
        "SubjectDomainName": "CORP",
        "SubjectLogonId": made.number(32),
    }


def _target(made: Company) -> dict[str, str]:
    return {
        "TargetUserSid": made.sid(),
        "TargetUserName": made.user(),
        "TargetDomainName": "CORP",
        "TargetLogonId": made.number(32),
    }


def _logon(made: Company) -> dict[str, str]:
    return {
        "SubjectUserSid": "S-1-0-0",
        "SubjectUserName": "-",
        "SubjectDomainName": "-",
        "SubjectLogonId": "0x0",
        **_target(made),
        "LogonType": made.chance.choice("235"),
        "LogonProcessName": "Kerberos",
        "WorkstationName": "-",
        "KeyLength": "0",
        "ProcessId": made.number(12),
        "IpAddress": made.address(),
        "IpPort": str(made.chance.randrange(1024, 65536)),
    }


def _failure(made: Company) -> dict[str, str]:
    return {**_logon(made), "Status": "0xc000006d", "FailureReason": "%%2313"}


def _process(made: Company) -> dict[str, str]:
    program = made.program()
    return {
        **_subject(made),
        "NewProcessId": made.number(16),
        "NewProcessName": program,
        "TokenElevationType": "%%1936",
        "ProcessId": made.number(16),
        "CommandLine": made.command(program),
        "TargetUserSid": "S-1-0-0",
        "TargetUserName": "-",
        "ParentProcessName": made.program(),
    }


_DATA: dict[int, Callable[[Company], dict[str, str]]] = {
    4624: _logon,
    4625: _failure,
    4634: lambda made: {**_target(made), "LogonType": made.chance.choice("235")},
    4672: lambda made: {**_subject(made), "PrivilegeList": "SeSecurityPrivilege SeBackupPrivilege"},
    4688: _process,
    4720: lambda made: {**_target(made), **_subject(made), "PrivilegeList": "-"},
    4776: lambda made: {
        "PackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
        "TargetUserName": made.user(),
        "Workstation": made.chance.choice(made.hosts)[:12].upper(),
        "Status": "0x0",
    },
    4876: lambda made: {"BackupType": "1", **_subject(made)},
}


def lines(count: int, *, backups: bool, seed: int = 1) -> Iterator[str]:
    """The events; of the first 20,000 of a mixed log the one in the middle is a 4876."""
    made = Company(random.Random(seed))
    codes = made.chance.choices(list(MIX), list(MIX.values()), k=count)
    for number, code in enumerate(codes):
        backup = backups or number % ONE_IN == ONE_IN // 2
        yield _event(made, 4876 if backup else code, number, count)


def _event(made: Company, code: int, number: int, count: int) -> str:
    chance = made.chance
    micros = int((number + chance.random()) * DAY * 10**6 / count)
    moment = START + timedelta(seconds=micros // 10**6)
    activity = chance.random() < 0.5 and code in (4624, 4625)
    correlation = f"<Correlation ActivityID='{_guid(chance)}'/>" if activity else "<Correlation/>"
    version, task = _TASKS[code]
    head = _HEAD.format(
        code=code,
        version=version,
        task=task,
        keywords="0x8010000000000000" if code == 4625 else "0x8020000000000000",
        time=f"{moment:%Y-%m-%dT%H:%M:%S}.{micros % 10**6:06}000Z",
        record=7_000_000 + number,
        correlation=correlation,
        process=chance.choice((4, 740, 788)),
        thread=chance.randrange(4, 40_000, 4),
        host=chance.choice(made.hosts),
    )
    data = (
        f"<Data Name='{name}'>{escape(value)}</Data>" for name, value in _DATA[code](made).items()
    )
    return f"{head}{''.join(data)}</EventData></Event>"


def _guid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return (
        "{" + "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) + "}"
    )


def main(arguments: list[str]) -> int:
    """Writes the file, whole or not at all."""
    if len(arguments) not in (3, 4) or arguments[1] not in ("mixed", "backups"):
        print(__doc__, file=sys.stderr)
        return 2
    count, path = int(arguments[0]), Path(arguments[2])
    seed = int(arguments[3]) if len(arguments) == 4 else 1
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        events = lines(count, backups=arguments[1] == "backups", seed=seed)
        out.writelines(line + "\n" for line in events)
    partial.replace(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
