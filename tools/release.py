"""Writes what goes with a package: its sha256, and an SBOM of what is in it.

python -m tools.release [TAG]   TAG: the release's tag, which must say the app's version

The SBOM is CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), made of requirements-app.txt and
app.manifest. It has no time, and its serial number comes from its content: the same package has the
same SBOM.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import uuid
from pathlib import Path
from typing import Any

from tools.app_files import APP_ID, ROOT, tarball, version
from tools.errors import ToolError, run
from tools.vendor import pins

CHANGELOG = ROOT / "CHANGELOG.md"
LICENSE: list[dict[str, Any]] = [{"license": {"id": "Apache-2.0"}}]
SUPPLIERS = {"splunk-sdk": "Splunk, Inc."}


def sbom(package: bytes) -> dict[str, Any]:
    """The CycloneDX document for a package with these bytes."""
    app = {
        "type": "application",
        "bom-ref": APP_ID,
        "name": APP_ID,
        "version": version(),
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(package).hexdigest()}],
        "licenses": LICENSE,
    }
    parts = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{pin.name}@{pin.version}",
            "supplier": {"name": SUPPLIERS[pin.name]},
            "name": pin.name,
            "version": pin.version,
            "hashes": [{"alg": "SHA-256", "content": pin.sha256}],
            "licenses": LICENSE,
            "purl": f"pkg:pypi/{pin.name}@{pin.version}",
        }
        for pin in pins()
    ]
    names = [part["bom-ref"] for part in parts]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": app},
        "components": parts,
        "dependencies": [
            {"ref": APP_ID, "dependsOn": names},
            *({"ref": name, "dependsOn": []} for name in names),
        ],
    }
    content = json.dumps(document, sort_keys=True)
    return {**document, "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}"}


def notes(changelog: str, number: str) -> str:
    """The changelog's section of a version. Raises ToolError where there is none."""
    match = re.search(rf"(?ms)^## {re.escape(number)}\b[^\n]*\n(.+?)(?=^## |\Z)", changelog)
    if match is None:
        raise ToolError(f"CHANGELOG.md has no section ## {number}")
    return match[1].strip() + "\n"


def check_tag(tag: str) -> None:
    """Raises ToolError for a tag that does not say the app's version."""
    if tag != f"v{version()}":
        raise ToolError(f"the tag is {tag}, the app's version {version()}: tag it v{version()}")


def main() -> None:
    """The command line."""
    for tag in sys.argv[1:]:
        check_tag(tag)
    package = tarball()
    if not package.exists():
        raise ToolError(f"{package.name} is not there: run make package")
    content = package.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    written = {
        f"{package.name}.sha256": f"{digest}  {package.name}\n",
        f"{APP_ID}-{version()}.cdx.json": json.dumps(sbom(content), indent=2) + "\n",
        "notes.md": notes(CHANGELOG.read_text(encoding="utf-8"), version()),
    }
    for name, text in written.items():
        Path(package.parent / name).write_text(text, encoding="utf-8")
        print(f"dist/{name}")


if __name__ == "__main__":
    run(main)
