"""Command lines that the companion search takes for signs, however they are written, and others.

What Windows makes of a line follows Microsoft's pages: "Parsing C command-line arguments", cmd,
about_PowerShell_exe, certutil, reg add, wbadmin; letters follow Unicode's compatibility table.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from splay.apps import AppSet
from tests.detection.companion import FORMS, app_with_cas, companion, on, process
from tests.detection.searching import ROOT
from tests.efficacy.sources import CERTUTIL, KEYS, PROVIDER, REGISTRY, ran
from tests.published_events import EVE, SYSTEM, Published


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return app_with_cas(tmp_path_factory.mktemp("app"))


SPELLINGS = {
    "certutil -backupKey C:\\t": "key_backup_command",
    "certutil.exe  /BackupKEY C:\\t": "key_backup_command",
    f'"{CERTUTIL}" -f -p "pa ss" -backupkey C:\\t': "key_backup_command",
    'certutil -b"ack"upKey C:\\t': "key_backup_command",
    "certutil –backupKey C:\\t": "key_backup_command",
    "copied.exe -backupKey C:\\t": "key_backup_command",
    "CERTUTIL -config ca01\\Corp /backup C:\\t": "full_backup_command",
    "powershell -c Backup-CARoleService -Path C:\\t -KeyOnly": "key_backup_command",
    "powershell -c backup-caroleservice C:\\t -key": "key_backup_command",
    "powershell -c Backup-CARoleService C:\\t -Password $p": "full_backup_command",
    "certutil -p x -ExportPfx my 6100 k.pfx": "pfx_export_command",
    "powershell Export-PfxCertificate -Cert $c -FilePath k.pfx": "pfx_export_command",
    "vssadmin.exe  Create  Shadow /For=C:": "shadow_copy",
    "wmic shadowcopy call create Volume='C:\\'": "shadow_copy",
    "powershell (gwmi -List Win32_ShadowCopy).Create('C:\\','x')": "shadow_copy",
    "diskshadow.exe /s C:\\t\\s.txt": "shadow_copy",
    'ntdsutil "ac i ntds" ifm "create full C:\\t" q q': "shadow_copy",
    "esentutl.exe /y /vss C:\\k /d C:\\t": "shadow_copy",
    "certutil -setreg CA\\AuditFilter 125": "audit_filter_command",
    'certutil -p "<x" -backupKey C:\\t': "key_backup_command",
    "certutil -p </Data></EventData> -backupKey C:\\t": "key_backup_command",
    "certutil\n-backupKey C:\\t": "key_backup_command",
    "certutil\n-p x\n-backup C:\\t": "full_backup_command",
    "certutil -p Process Command Line: -backupKey C:\\t": "key_backup_command",
    "certutil /setreg ca\\auditfilter -2": "audit_filter_command",
    'certutil -p \\" -backupKey C:\\t': "key_backup_command",
    'cmd.exe /c "certutil -b"ack"upKey C:\\t&dir"': "key_backup_command",
    "%COMSPEC% /c start /b certutil -backup C:\\t": "full_backup_command",
    "cmd /c powershell -nop -w hidden -c certutil -exportPFX my 61 k": "pfx_export_command",
    "pwsh -c & {$r = ADCSAdministration\\Backup-CARoleService C:\\t -key}": "key_backup_command",
    "powershell -c Invoke-CimMethod -Class Win32_ShadowCopy -Method Create": "shadow_copy",
    "diskshadow -l C:\\t\\log.txt": "shadow_copy",
    "certutil -setreg CA\\AuditFilter 0x7D": "audit_filter_command",
    "certutil -setreg CA\\AuditFilter ０ｘ０": "audit_filter_command",
    "certutil -f -delreg Corp\\AuditFilter": "audit_filter_command",
    "certutil -setreg CA\\AuditFilter %V%": "audit_filter_command",
    f'reg add "{REGISTRY}" /f /d 0x40 /v AuditFilter /t REG_DWORD': "audit_filter_command",
    f'reg add "{REGISTRY}" /v AuditFilter /t REG_DWORD /f': "audit_filter_command",
    f"pwsh -c sp '{PROVIDER}' AuditFilter 0": "audit_filter_command",
    f"powershell New-ItemProperty '{PROVIDER}' -Value 64 -Name AuditFilter": "audit_filter_command",
    f"powershell Set-ItemProperty '{PROVIDER}' AuditFilter ([int]0x7d)": "audit_filter_command",
    f"powershell Set-ItemProperty '{PROVIDER}' -Name AuditFilter -Value $v": "audit_filter_command",
    "powershell $c.DeleteConfigEntry('AuditFilter')": "audit_filter_command",
    "powershell $c.SetConfigEntry('ca01\\Corp','','AuditFilter',[int]125)": "audit_filter_command",
    "wbadmin start backup -backupTarget:E: -allCritical -quiet": "system_state_backup",
    "wbadmin start backup -backupTarget:E: -include:D:,C: -quiet": "system_state_backup",
    'wbadmin start backup "-include:C:\\ProgramData\\Microsoft" -quiet': "system_state_backup",
    "tar -cf C:\\t\\k.tar C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys": "key_file_copy",
    "xcopy C:\\PROGRA~3\\MICROS~1\\Crypto\\Keys\\* C:\\t": "key_file_copy",
    "cmd /c type C:\\ProgramData\\Microsoft\\Crypto\\Keys\\k > C:\\t\\k": "key_file_copy",
    f"powershell [IO.File]::ReadAllBytes('{KEYS}\\k')": "key_file_copy",
}
NEAR_MISSES = [
    "certutil -dump C:\\t\\cert.cer",
    "certutil -backupDB C:\\t",
    "certutil -store my",
    "certutil -verifystore my",
    "certutil -setreg CA\\AuditFilter 127",
    "certutil -setreg CA\\AuditFilter +2",
    "certutil -setreg CA\\AuditFilter -64",
    "certutil -getreg CA\\AuditFilter",
    "powershell Backup-CARoleService -Path C:\\t -DatabaseOnly",
    "notepad certutil-backup.txt",
    "vssadmin list shadows",
    "vssadmin delete shadows /all",
    "wmic shadowcopy list brief",
    'ntdsutil "ac i ntds" files info q q',
    "esentutl /mh C:\\edb.log",
    "findstr /i diskshadow log.txt",
    'findstr /s "certutil -backupKey" C:\\logs\\*.txt',
    "cmd /c findstr /i -backupKey log.txt",
    "powershell Get-Content log.txt | Select-String certutil -backupKey",
    "cmd /c echo certutil -backupKey C:\\t",
    "diskshadow /?",
    "certutil -backupKey -?",
    "vssadmin create shadow /?",
    "wbadmin start backup -backupTarget:E: -include:D:",
    "wbadmin get versions",
    "C:\\scripts\\certutil_reports\\run.exe --mode -backup daily",
    'certutil -p "a -backupKey b" -dump C:\\t\\c.cer',
    "certutil -setreg CA\\AuditFilter 0x7f",
    "certutil -setreg CA\\AuditFilter +0",
    "certutil -setreg CA\\CRLFlags 0",
    f'reg add "{REGISTRY}" /v AuditFilter /t REG_DWORD /d 0x7f /f',
    f'reg query "{REGISTRY}" /v AuditFilter',
    f"powershell Set-ItemProperty '{PROVIDER}' -Name AuditFilter -Value 0x7f",
    "powershell if ($ca.AuditFilter -eq 0) {exit}",
    "dir C:\\ProgramData\\Microsoft\\Crypto\\Keys",
    f"powershell Set-ItemProperty '{PROVIDER}' -Name AuditFilter -Value ([int]127)",
    "reg add HKCU\\Software\\Viewer /v AuditFilter /t REG_DWORD /d 0",
    "powershell Select-String Win32_ShadowCopy.Create C:\\logs\\a.log",
    "powershell Get-WmiObject Win32_ShadowCopy -Filter created",
    "esentutl /y C:\\vss\\a.edb /d D:\\vss\\a.edb",
    "xcopy C:\\Users\\eve\\AppData\\Roaming\\Microsoft\\Crypto C:\\t",
]


@pytest.mark.parametrize("form", ["xml", "classic"])
def test_command_lines_count_in_every_spelling(form: str, app: Path, tmp_path: Path) -> None:
    commands = [*SPELLINGS, *NEAR_MISSES]
    path = r"C:\t\x.exe"  # so that the command line alone decides
    texts = [
        getattr(on(number, process(command, path))[0], form)()
        for number, command in enumerate(commands)
    ]
    rows = companion(texts, tmp_path / "data", [app])
    found = {commands[int(str(row["dest"])[2:4])]: row["signals"] for row in rows}
    assert found == SPELLINGS


@pytest.mark.parametrize("form", FORMS)
def test_a_program_that_looks_for_words_is_none_that_does_what_they_say(
    form: str, app: Path, tmp_path: Path
) -> None:
    """One CA beside them shows that the search does find."""
    lines = (
        "findstr -setreg CA\\AuditFilter 0",
        "findstr -backupKey C:\\logs\\a.log",
        "find -exportPFX C:\\logs\\a.log",
        "notepad -backupKey certutil.txt",
        "certutil -backupKey C:\\t",
    )
    texts = [getattr(on(n, ran(line))[0], form)() for n, line in enumerate(lines)]
    rows = companion(texts, tmp_path / "data", [app])
    assert [row["dest"] for row in rows] == ["ca04.example.com"]


def test_letters_are_folded_by_unicodes_table() -> None:
    """Each character of the basic plane that NFKC takes for one letter or digit, and no other."""
    macro = AppSet([ROOT]).conf("macros")["adcs_folded(1)"].settings["definition"]
    folded = {
        one: into
        for alike, into in re.findall(r'"([^"]+)", "([a-z0-9])"', macro)
        for one in alike.split("|")
    }
    plain = {chr(code): unicodedata.normalize("NFKC", chr(code)).lower() for code in range(0x10000)}
    assert folded == {
        one: into
        for one, into in plain.items()
        if not one.isascii() and len(into) == 1 and into.isascii() and into.isalnum()
    }


@pytest.mark.parametrize("form", FORMS)
def test_a_renamed_certutil_is_known_by_what_sysmon_says_of_its_file(
    form: str, app: Path, tmp_path: Path
) -> None:
    data = {"Image": r"C:\t\x.exe", "CommandLine": "x －ｂackup C:\\t"}
    texts = [getattr(Published(1, data=data), form)()]
    [row] = companion(texts, tmp_path / "data", [app])
    assert (row["signals"], row["Caller_Domain"], row["Caller_User_Name"]) == (
        "full_backup_command",
        "EXAMPLE",
        "eve",
    )
    assert str(row["reasons"]).endswith("(Sysmon event 1)")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "line",
    [
        r"cmd /q /c cer^tutil -back^upKey C:\t",
        r"C:\Windows\System32\certutil.exe -backupKey C:\t",
        r'cmd.exe /c "certutil -b""ackupKey C:\t & sc delete x"',
        r"%COMSPEC% /q /c start /b certutil －backupKey C:\t",
        r"powershell.exe -nop -w hidden -c certutil -backup`Key C:\t",
    ],
)
@pytest.mark.parametrize(("code", "name"), [(7045, "ImagePath"), (4697, "ServiceFileName")])
def test_a_service_is_judged_by_what_it_runs(
    code: int, name: str, line: str, form: str, app: Path, tmp_path: Path
) -> None:
    texts = [getattr(Published(code, data={name: line}), form)()]
    [row] = companion(texts, tmp_path / "data", [app])
    assert row["signals"] == "key_backup_command"
    assert str(row["reasons"]).endswith(f"(event {code})")


@pytest.mark.parametrize("form", FORMS)
def test_the_caller_of_a_service_and_what_the_system_exports_for_it(
    form: str, app: Path, tmp_path: Path
) -> None:
    """7045 has the SID alone, 4697 the name; the export an hour later is a start of the CA."""
    texts = [
        getattr(one, form)()
        for one in (
            Published(7045, data={"ImagePath": "certutil -backupKey C:\\t"}),
            Published(4697, data={"ServiceFileName": "certutil -backupKey C:\\t"}),
            Published(5059, subject=SYSTEM, seconds=2),
            Published(5059, subject=SYSTEM, seconds=3600),
        )
    ]
    [row] = companion(texts, tmp_path / "data", [app])
    assert (row["Caller_User_Name"], row["count"], row["risk_score"]) == ("eve", 3, 60)
    [row] = companion(texts[:1], tmp_path / "alone", [app])
    assert row["Caller_User_Name"] == EVE["SubjectUserSid"]


@pytest.mark.parametrize("form", FORMS)
def test_nothing_in_a_line_can_end_it_or_pass_for_another_field(
    form: str, app: Path, tmp_path: Path
) -> None:
    hostile = "certutil\nCurrentDirectory: C:\\\nUser: A\\b\n-backupKey C:\\t"
    texts = [getattr(Published(1, data={"CommandLine": hostile}), form)()]
    [row] = companion(texts, tmp_path / "data", [app])
    assert (row["signals"], row["Caller_User_Name"]) == ("key_backup_command", "eve")
