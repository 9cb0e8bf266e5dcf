"""What public sources show of a CA's key being taken, or of nobody seeing it: samples by source.

Each sample is what the source writes, as the event that Windows logs of it (published_events.py).
What is expected follows from the source: a sign where it speaks of the deed, none where it speaks
of what is ordinary. docs/companion.md shows this table with what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.published_events import SYSTEM, Published

CERTUTIL = r"C:\Windows\System32\certutil.exe"
KEYS = r"C:\ProgramData\Microsoft\Crypto\Keys"
CERTIPY = (
    r"cmd.exe /c certutil -backupkey -f -p certipy C:\Windows\Tasks\Certipy && "
    r"move /y C:\Windows\Tasks\Certipy\* C:\Windows\Tasks\certipy.pfx"
)
REGISTRY = r"HKLM\SYSTEM\CurrentControlSet\Services\CertSvc\Configuration\Corp Issuing CA 1"
PROVIDER = REGISTRY.replace("HKLM", "HKLM:")


@dataclass(frozen=True)
class Sample:
    """One line of the table. expected: the signals of the row that it makes; none, no row."""

    source: str
    shown: str
    events: tuple[Published, ...]
    expected: frozenset[str]


def ran(command: str, path: str = "") -> Published:
    """A process (event 4688); without a path, of the program that the line names."""
    name = command.split()[0].strip('"').replace(".exe", "")
    path = path or rf"C:\Windows\System32\{name}.exe"
    return Published(4688, data={"NewProcessName": path, "CommandLine": command})


def sysmon(command: str, **data: str) -> Published:
    """The same as Sysmon logs it (event 1)."""
    return Published(1, data={"CommandLine": command, **data})


def _command(source: str, command: str, *expected: str, path: str = "") -> Sample:
    return Sample(source, f"`{command}`", (ran(command, path),), frozenset(expected))


def _event(source: str, shown: str, event: Published, *expected: str) -> Sample:
    return Sample(source, shown, (event,), frozenset(expected))


def on(number: int, sample: Sample) -> list[Published]:
    """The sample's events, on a CA of that number."""
    return [replace(one, computer=f"ca{number:03}.example.com") for one in sample.events]


def every_event(samples: Iterable[Sample]) -> list[Published]:
    return [one for number, sample in enumerate(samples) for one in on(number, sample)]


_OFF = "audit_filter_command"
_B = "Microsoft, Securing PKI: Appendix B"
_LABS = "public guides and lab scripts for AD CS"
_HARDEN = "CCDC hardening scripts (CyberLions/CCDC)"
_WELA = "Yamato-Security/WELA, AD CS auditing"
_PSPKI = "PKISolutions/PSPKI, its library"
_4885 = "Ultimate Windows Security, event 4885"
_4891 = "gradenegger.eu, event 4891"

AUDIT = (
    _command(_B, r"certutil –setreg CA\AuditFilter 18"),
    _command(_B, r"certutil -setreg CA\AuditFilter 125", _OFF),
    _command(_LABS, r"certutil -setreg CA\AuditFilter 0xCC", _OFF),
    _command(_LABS, r"certutil -setreg CA\Auditfilter 0x7F"),
    _command(_LABS, r"certutil -setreg ca\AuditFilter 0xff"),
    _command(_LABS, r"certutil -config ca01\Corp -setreg CA\AuditFilter 0", _OFF),
    _command("Microsoft, certutil", r"certutil -setreg CA\AuditFilter 0x0", _OFF),
    _command("Microsoft, certutil", r"certutil -delreg CA\AuditFilter", _OFF),
    _command("Microsoft, certutil", r"certutil -setreg CA\AuditFilter -0x2", _OFF),
    _command("Microsoft, certutil", r"certutil -setreg CA\AuditFilter +0x40"),
    _command("Microsoft, certutil", r"certutil -getreg CA\AuditFilter"),
    _command(_HARDEN, f'reg add "{REGISTRY}" /v AuditFilter /t REG_DWORD /d 127 /f'),
    _command(_HARDEN, f'reg add "{REGISTRY}" /v AuditFilter /t REG_DWORD /d 0 /f', _OFF),
    _command(_HARDEN, f'reg add "{REGISTRY}" /v AuditFilter /t REG_DWORD /d 0x7d /f', _OFF),
    _command("Microsoft, reg delete", f'reg delete "{REGISTRY}" /v AuditFilter /f', _OFF),
    _command(_WELA, f"powershell Set-ItemProperty '{PROVIDER}' -Name AuditFilter -Value 127"),
    _command(_WELA, f"powershell Set-ItemProperty '{PROVIDER}' -Name AuditFilter -Value 0", _OFF),
    _command(_WELA, f"powershell Get-ItemProperty '{PROVIDER}' -Name AuditFilter"),
    _command(
        "Microsoft, Remove-ItemProperty",
        f"powershell -c Remove-ItemProperty '{PROVIDER}' -Name AuditFilter",
        _OFF,
    ),
    _command(
        "Microsoft, Registry.SetValue",
        f"powershell [Microsoft.Win32.Registry]::SetValue('{REGISTRY}','AuditFilter',0)",
        _OFF,
    ),
    _command(_PSPKI, "powershell $c.SetConfigEntry('AuditFilter','',[int]0x7f)"),
    _command(_PSPKI, "powershell $c.SetConfigEntry('AuditFilter','',[int]0)", _OFF),
    _command("jakehildreth/Locksmith2, which reads it", "powershell $cas | Set-CAAuditFilter"),
    _event(_4885, "4885, `Filter: 126`", Published(4885, data={"AuditFilter": "126"})),
    _event(
        _4885, "4885, `Filter: 0`", Published(4885, data={"AuditFilter": "0"}), "audit_filter_off"
    ),
    _event(_4885, "4885, `Filter: 0x7f`", Published(4885, data={"AuditFilter": "0x7f"})),
    _event(_4891, "4891, `Entry: AuditFilter`, `Value: 127`", Published(4891)),
    _event(
        _4891,
        "4891, `Entry: AuditFilter`, `Value: 0x7d`",
        Published(4891, data={"Value": "0x7d"}),
        "audit_filter_off",
    ),
    _event(
        _4891,
        "4891, `Entry: AuditFilter`, `Value:` (none)",
        Published(4891, data={"Value": ""}),
        "audit_filter_off",
    ),
    _event(
        _4891, "4891, `Entry: CRLFlags`", Published(4891, data={"Entry": "CRLFlags", "Value": "0"})
    ),
)

_ELASTIC_LETTERS = "elastic/detection-rules 37148ae6"
_ELASTIC_CERTUTIL = "elastic/detection-rules fd70c98a"
_SIGMA_PFX = "SigmaHQ/sigma 3ffd6f51 and its regression data"
_SIGMA_PFX_POSH = "SigmaHQ/sigma 9e716b33"
_SECURITY_CONTENT = "splunk/security_content, certutil_exe_certificate_extraction"
_MS_BACKUP = "Microsoft, Backing up and restoring the private key"
_MS_CMDLET = "Microsoft, Backup-CARoleService"
_CERTIPY = "ly4k/Certipy, certipy/commands/ca.py"
_PFX = "pfx_export_command"
_BY_SYSTEM = {"SubjectLogonId": "0x3e7"}

EXPORTS = (
    _command(_MS_BACKUP, r"certutil -backupKey C:\t", "key_backup_command"),
    _command(_MS_BACKUP, r"certutil -p pw -backup C:\t", "full_backup_command"),
    _command(_MS_BACKUP, r"certutil -backupDB C:\t"),
    _command(_MS_CMDLET, r"powershell Backup-CARoleService C:\t -KeyOnly", "key_backup_command"),
    _command(_MS_CMDLET, r"powershell Backup-CARoleService C:\t -DatabaseOnly"),
    _event(
        _SIGMA_PFX,
        r"Sysmon 1, `certutil  -p secret_password -exportPFX root 1c61 c:\cert.pfx`",
        sysmon(r"certutil  -p secret_password -exportPFX root 1c61 c:\cert.pfx"),
        _PFX,
    ),
    _event(
        _SIGMA_PFX,
        r"Sysmon 1 of a renamed certutil, `c.exe /exportPFX root 1c61 c.pfx`",
        sysmon(r"c.exe /exportPFX root 1c61 c.pfx", Image=r"C:\t\c.exe"),
        _PFX,
    ),
    _command(_ELASTIC_CERTUTIL, r"certutil -exportPFX my 61 k.pfx", _PFX),
    _command(_SECURITY_CONTENT, r"certutil.exe -exportPFX -p pw my 61 k.pfx", _PFX),
    _command(_ELASTIC_LETTERS, "certutil -exporᵗPFX my 61 k.pfx", _PFX),
    _command(_ELASTIC_LETTERS, "certutil -ᵉˣᵖᵒʳᵗᴾFX my 61 k.pfx", _PFX),
    _command(_ELASTIC_LETTERS, "certutil －ｅｘｐｏｒｔＰＦＸ my 61 k.pfx", _PFX),
    _command(_ELASTIC_LETTERS, r"certutil -bａckupᴷey C:\t", "key_backup_command"),
    _command(_ELASTIC_LETTERS, r"certutil -ᵈump C:\t\ᵇackup.cer"),
    _command(_SIGMA_PFX_POSH, "powershell Export-PfxCertificate -Cert $c -FilePath k.pfx", _PFX),
    _command(_SIGMA_PFX_POSH, "powershell Export-Certificate -Cert $c -FilePath k.cer"),
    _event(
        _CERTIPY,
        f"System 7045, `{CERTIPY}`",
        Published(7045, data={"ImagePath": CERTIPY}),
        "key_backup_command",
    ),
    _event(
        _CERTIPY,
        f"Security 4697, `{CERTIPY}`",
        Published(4697, data={"ServiceFileName": CERTIPY}),
        "key_backup_command",
    ),
    Sample(
        _CERTIPY,
        "7045 and 4697, then 5058 and 5059 by the system",
        (
            Published(7045, data={"ImagePath": CERTIPY}),
            Published(4697, data={"ServiceFileName": CERTIPY}),
            Published(5058, subject=SYSTEM, seconds=2),
            Published(5059, subject=SYSTEM, seconds=2),
        ),
        frozenset({"key_backup_command", "key_export_by_system"}),
    ),
    _event(
        "a service with such words in its path",
        r"System 7045, `C:\certutil\svc.exe -backup daily`",
        Published(7045, data={"ImagePath": r"C:\certutil\svc.exe -backup daily"}),
    ),
    _event(
        "gradenegger.eu, event 5059",
        "5059 by the system, as a CA starts",
        Published(5059, subject=SYSTEM),
    ),
    _event(
        "Azure/Azure-Sentinel aa5eaac7",
        "5058, the CA's key, read by a person",
        Published(5058),
        "ca_key_file_read",
    ),
    _event(
        "Azure/Azure-Sentinel aa5eaac7",
        "5058, the CA's key, read by the system",
        Published(5058, subject=SYSTEM),
    ),
    _event(
        "Azure/Azure-Sentinel 88f8fbc0",
        "5059, the CA's key, exported by a person",
        Published(5059),
        "ca_key_export",
    ),
)

_SIGMA_SHADOW = "SigmaHQ/sigma b17ea6f7"
_SHADOW = "shadow_copy"
_COPY = "key_file_copy"
_STATE = "system_state_backup"
_SNAPSHOT = r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy1"

COPIES = (
    _command(_SIGMA_SHADOW, "vssadmin create shadow /for=C:", _SHADOW),
    _command(_SIGMA_SHADOW, r"wmic shadowcopy call create Volume='C:\'", _SHADOW),
    _command(_SIGMA_SHADOW, r"powershell (gwmi -List Win32_ShadowCopy).Create('C:\','x')", _SHADOW),
    _command("Microsoft, vssadmin", "vssadmin list shadows"),
    _command("SigmaHQ/sigma 0c2f8629", r"diskshadow.exe /s C:\t\s.txt", _SHADOW),
    _command("LOLBAS, Diskshadow", "diskshadow", _SHADOW),
    _command("Microsoft, diskshadow", "diskshadow /?"),
    _command("Microsoft, findstr", "findstr /i diskshadow log.txt"),
    _command("SigmaHQ/sigma d7c75059", r"vshadow.exe -nw -exec=C:\t\x.cmd C:", _SHADOW),
    _command(
        "elastic/detection-rules 00140285", 'ntdsutil "ac i ntds" ifm "cr fu C:\\t" q q', _SHADOW
    ),
    _command(
        "SigmaHQ/sigma a58353df", 'ntdsutil snapshot "activate instance ntds" create q q', _SHADOW
    ),
    _command("Microsoft, ntdsutil", 'ntdsutil "ac i ntds" files info q q'),
    _command("LOLBAS, Esentutl", rf"esentutl.exe /y /vss {KEYS}\k /d C:\t\k", _COPY),
    _command(
        "LOLBAS, Esentutl", r"esentutl.exe /y /vss C:\Windows\ntds\ntds.dit /d C:\t\n", _SHADOW
    ),
    _command("Microsoft, esentutl", r"esentutl /mh C:\edb.log"),
    _command("SigmaHQ/sigma 40b19fa6", rf"cmd.exe /c mklink /d C:\s {_SNAPSHOT}" + "\\", _SHADOW),
    _command(
        "elastic/detection-rules d117cbb4",
        rf"powershell New-Item -ItemType SymbolicLink C:\s -Target {_SNAPSHOT}",
        _SHADOW,
    ),
    _command(
        "SigmaHQ/sigma c73124a7",
        rf"cmd.exe /c copy {_SNAPSHOT}\ProgramData\Microsoft\Crypto\Keys\k C:\t",
        _COPY,
    ),
    _command("elastic/detection-rules 3bc6deaa", rf"powershell Copy-Item {KEYS}\* C:\t", _COPY),
    _command(
        "Microsoft, Key Storage and Retrieval",
        r"robocopy %ProgramData%\Microsoft\Crypto C:\t /e",
        _COPY,
    ),
    _command(
        "Microsoft, Key Storage and Retrieval",
        r"xcopy C:\Users\eve\AppData\Roaming\Microsoft\Crypto\Keys C:\t",
    ),
    _command("Microsoft, icacls", rf"icacls {KEYS}\k /grant svc:R"),
    _command(
        "Microsoft, wbadmin", "wbadmin start systemstatebackup -backupTarget:E: -quiet", _STATE
    ),
    _command(
        "Microsoft, wbadmin", rf"wbadmin start backup -backupTarget:E: -include:{KEYS}", _STATE
    ),
    _command(
        "SigmaHQ/sigma 8b93a509",
        r'wbadmin start backup -backupTarget:E: "-include:C:\Windows\NTDS\NTDS.dit"',
    ),
    _command("Microsoft, wbadmin", "wbadmin start backup -backupTarget:E: -include:D:"),
    _command(
        "elastic/detection-rules d93e61db",
        r"wbadmin start recovery -version:1 -items:C:\ntds.dit -itemType:File",
    ),
    _command(
        "SigmaHQ/sigma c7d33b50",
        "SharpDPAPI.exe certificates /machine",
        "key_tool",
        path=r"C:\t\SharpDPAPI.exe",
    ),
    _command(
        "GhostPack/SharpDPAPI, README",
        rf"s.exe certificates /target:{KEYS}\k",
        "key_tool",
        path=r"C:\t\s.exe",
    ),
    _command(
        "SigmaHQ/sigma a642964e",
        'm.exe crypto::capi "crypto::certificates /systemstore:local_machine /export"',
        "key_tool",
        path=r"C:\t\m.exe",
    ),
    _command(
        "gentilkiwi/mimikatz, dpapi module",
        rf'm.exe "dpapi::cng /in:{KEYS}\k /unprotect"',
        "key_tool",
        path=r"C:\t\m.exe",
    ),
    _command(
        "SigmaHQ/sigma c7d33b50", "SharpDPAPI.exe vaults /unprotect", path=r"C:\t\SharpDPAPI.exe"
    ),
    _command(
        "a program with such words in its path",
        "run.exe --mode -backup daily",
        path=r"C:\scripts\certutil_reports\run.exe",
    ),
)

SAMPLES = (*AUDIT, *EXPORTS, *COPIES)
