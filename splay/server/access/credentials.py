"""What storage/passwords keeps: passwords of other systems, encrypted with the server's own key.

AES-256 in Galois/Counter Mode (NIST SP 800-38D), as splunkd's $7$ is; the place of a password is
authenticated along with it, so that an encrypted one is worth nothing anywhere else.
Source: Securing Splunk, "Deploy secure passwords across multiple servers" (splunk.secret);
passwords.conf.spec.
"""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from splay.errors import DataError
from splay.wholefiles import write_file

_MARK = "$7$"
_NONCE = 12  # bytes, as the standard recommends


class Credentials:
    """Encrypts and decrypts. path: the file of the key, which is made when it is first needed.

    Raises DataError: there is a file that holds no key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def encrypted(self, password: str, place: str) -> str:
        """A password as it is kept. place: where, which has to be named again to decrypt it."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._key()).encrypt(nonce, password.encode(), place.encode())
        return _MARK + base64.b64encode(nonce + sealed).decode()

    def decrypted(self, kept: str, place: str) -> str:
        """The password. DataError: it was encrypted with another key, or for another place."""
        try:
            data = base64.b64decode(kept.removeprefix(_MARK), validate=True)
            sealed = data[_NONCE:]
            return AESGCM(self._key()).decrypt(data[:_NONCE], sealed, place.encode()).decode()
        except (ValueError, InvalidTag):
            raise DataError(
                "a stored password cannot be decrypted with this server's key",
                where=str(self._path),
                hint="Bring back the key that it was stored with, or store it again",
            ) from None

    def _key(self) -> bytes:
        if not self._path.exists():
            key = AESGCM.generate_key(256)
            write_file(self._path, key.hex().encode(), private=True)
            return key
        try:
            key = bytes.fromhex(self._path.read_text("ascii"))
        except ValueError:
            key = b""
        if len(key) != 32:
            raise DataError("this is no key", where=str(self._path), hint="Bring back the key")
        return key
