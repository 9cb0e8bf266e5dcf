"""Source: Splunk Search Reference, "Cryptographic functions": lower-case hexadecimal digests."""

from __future__ import annotations

import hashlib

from splay.eval.registry import plain


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


@plain("md5(<str>)", "string", "string")
def md5(text: str) -> str:
    return hashlib.md5(_bytes(text), usedforsecurity=False).hexdigest()


@plain("sha1(<str>)", "string", "string")
def sha1(text: str) -> str:
    return hashlib.sha1(_bytes(text), usedforsecurity=False).hexdigest()


@plain("sha256(<str>)", "string", "string")
def sha256(text: str) -> str:
    return hashlib.sha256(_bytes(text)).hexdigest()


@plain("sha512(<str>)", "string", "string")
def sha512(text: str) -> str:
    return hashlib.sha512(_bytes(text)).hexdigest()
