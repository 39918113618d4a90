"""The table: every way we know to change a signed request, each with a name.

Where a mutation is signed anew, the signature is right and only the named fault remains.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from raw_request import AUTHORIZATION, Request

Case = tuple[str, Request]

SIX_MINUTES = 360


def harmless(request: Request, key: RSAPrivateKey) -> Iterator[Case]:
    """Changes that leave the request valid: without them, a service that refuses all would pass."""
    yield "unmodified", request
    yield "signed anew", request.signed(key)
    yield "list reordered, signed anew", request.signed(key, request.signed_names[::-1])
    yield "header lines reordered", replace(request, headers=request.headers[::-1])
    upper = tuple((name.upper(), value) for name, value in request.headers)
    yield "header names in upper case", replace(request, headers=upper)
    yield "unsigned header added", request.adding("x-unsigned", "1")
    extra = request.adding("x-signed", "1")
    yield "one more header signed", extra.signed(key, [*request.signed_names, "x-signed"])
    yield "version left out", request.with_parameters(_without(request.parameters, "version"))
    yield (
        "parameters reordered",
        request.with_parameters(dict(reversed(request.parameters.items()))),
    )
    four_minutes_ago = request.with_header("date", _date(-240))
    yield "date four minutes old, signed anew", four_minutes_ago.signed(key)
    x_date = request.adding("x-date", request.header("date"))
    names = ["x-date" if name == "date" else name for name in request.signed_names]
    yield "x-date in place of date, signed anew", x_date.without("date").signed(key, names)


def mutations(request: Request, key: RSAPrivateKey, other_key: RSAPrivateKey) -> Iterator[Case]:
    """Changes each of which must be refused."""
    for name in request.signed_names:
        yield from _signed_header(request, key, name)
    yield from _request_line(request)
    yield from _host(request)
    yield from _body(request, key)
    yield from _date_header(request, key)
    yield from _list(request, key)
    yield from _parameters(request)
    yield from _signature(request, key, other_key)
    yield from _authorization(request)


def _signed_header(request: Request, key: RSAPrivateKey, name: str) -> Iterator[Case]:
    names = request.signed_names
    rest = [other for other in names if other != name]
    yield f"{name} taken off the list", request.with_parameter("headers", " ".join(rest))
    yield f"{name} taken off the list, signed anew", request.signed(key, rest)
    yield f"{name} twice in the list", request.with_parameter("headers", " ".join([*names, name]))
    yield f"{name} twice in the list, signed anew", request.signed(key, [*names, name])
    if name == "(request-target)":
        return
    value = request.header(name)
    yield f"{name} dropped", request.without(name)
    yield f"{name} dropped, signed anew", request.without(name).signed(key, rest)
    yield f"{name} sent twice", request.adding(name, value)
    yield f"{name} renamed", request.renaming(name, f"x-old-{name}")
    if name == "content-length":
        # Another length would move the end of the body; `_body` moves that, too.
        yield "content-length with a leading zero", request.with_header(name, f"0{value}")
        return
    yield f"{name} altered", request.with_header(name, f"{value}1")
    if name != "host":
        # A numeric host has no other case.
        yield f"{name} in the other case", request.with_header(name, value.swapcase())
    yield f"{name} emptied", request.with_header(name, "")
    yield f"{name} with a second value", request.adding(name, f"{value}1")
    yield f"{name} with a second value before", request.adding(name, f"{value}1", first=True)


def _request_line(request: Request) -> Iterator[Case]:
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", request.method.lower()]:
        yield f"method {method}", replace(request, method=method)
    target = request.target
    folder, _, last = target.rpartition("/")
    for what, other in {
        "path with one letter more": f"{target}x",
        "path with a letter less": target[:-1],
        "path with a slash more at its end": f"{target}/",
        "path with a slash more at its start": f"/{target}",
        "path with a dot segment": f"{folder}/./{last}",
        "path with a segment less": folder,
        "path with a letter in percent encoding": f"{folder}/%{ord(last[0]):02x}{last[1:]}",
        "path in upper case": target.upper(),
        "path of nothing": "/",
        "empty query": f"{target}?",
        "query": f"{target}?a=b",
        "query of two": f"{target}?a=b&c=d",
        "fragment": f"{target}#a",
        "absolute target": f"http://{request.header('host')}{target}",
    }.items():
        yield what, replace(request, target=other)


def _host(request: Request) -> Iterator[Case]:
    host, _, port = request.header("host").partition(":")
    for what, other in {
        "name": f"localhost:{port}",
        "of the real service": "inference.generativeai.us-chicago-1.oci.oraclecloud.com",
        "port": f"{host}:{int(port) ^ 1}",
        "without port": host,
        "with a dot": f"{host}.:{port}",
    }.items():
        yield f"host {what}", request.with_header("host", other)


def _body(request: Request, key: RSAPrivateKey) -> Iterator[Case]:
    body = request.body
    middle = len(body) // 2
    flipped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    for what, other in {
        "with one bit changed": flipped,
        "with a byte more": body + b" ",
        "with a byte less": body[:-1],
        "with a byte more in front": b" " + body,
        "emptied": b"",
        "of another request": b"{}",
        "twice": body + body,
    }.items():
        changed = request.with_body(other)
        yield f"body {what}", changed
        yield (
            f"body {what}, with its digest",
            changed.with_header("x-content-sha256", _digest(other)),
        )
        yield f"body {what}, signed anew with the old digest", changed.signed(key)
    digest = hashlib.sha256(body)
    for what, value in {
        "of nothing": _digest(b""),
        "in hexadecimal": digest.hexdigest(),
        "without padding": _digest(body).rstrip("="),
        "by SHA-1": base64.b64encode(hashlib.sha1(body).digest()).decode(),
        "by SHA-512": base64.b64encode(hashlib.sha512(body).digest()).decode(),
        "of garbage": "garbage",
        "emptied": "",
    }.items():
        yield (
            f"digest {what}, signed anew",
            request.with_header("x-content-sha256", value).signed(key),
        )
    chunks = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    chunked = replace(request.without("content-length"), body=chunks)
    yield "body in chunks", chunked.adding("transfer-encoding", "chunked")


def _date_header(request: Request, key: RSAPrivateKey) -> Iterator[Case]:
    now = time.time()
    for what, value in {
        "one second later": _date(1),
        "six minutes old": _date(-SIX_MINUTES),
        "six minutes ahead": _date(SIX_MINUTES),
        "a day old": _date(-86400),
        "a year ahead": _date(365 * 86400),
        "of 1970": formatdate(0, usegmt=True),
        "with an offset for a zone": formatdate(now),
        "in ISO 8601": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "in the form of RFC 850": time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(now)),
        "in the form of asctime": time.asctime(time.gmtime(now)),
        "in seconds": str(int(now)),
        "of garbage": "garbage",
    }.items():
        changed = request.with_header("date", value)
        yield f"date {what}", changed
        if what != "one second later":
            yield f"date {what}, signed anew", changed.signed(key)
    stale = request.adding("x-date", _date(-SIX_MINUTES))
    yield "date fresh but x-date stale", stale
    yield "date fresh but x-date stale, signed anew", stale.signed(key)
    yield (
        "date fresh but x-date stale, both signed",
        stale.signed(key, [*request.signed_names, "x-date"]),
    )


def _list(request: Request, key: RSAPrivateKey) -> Iterator[Case]:
    names = request.signed_names
    for at in range(len(names) - 1):
        swapped = [*names[:at], names[at + 1], names[at], *names[at + 2 :]]
        yield (
            f"list with {names[at]} and {names[at + 1]} swapped",
            request.with_parameter("headers", " ".join(swapped)),
        )
    yield "list reversed", request.with_parameter("headers", " ".join(names[::-1]))
    yield "list of date only, signed anew", request.signed(key, ["date"])
    yield "list of generic headers only, signed anew", request.signed(key, names[:3])
    yield "list emptied", request.with_parameter("headers", "")
    yield "list with two blanks", request.with_parameter("headers", "  ".join(names))
    yield "list with commas", request.with_parameter("headers", ",".join(names))
    yield (
        "list with an unsent header",
        request.with_parameter("headers", " ".join([*names, "x-unsent"])),
    )
    yield (
        "list with an unsigned header",
        request.adding("x-unsigned", "1").with_parameter(
            "headers", " ".join([*names, "x-unsigned"])
        ),
    )


def _parameters(request: Request) -> Iterator[Case]:
    tenancy, user, fingerprint = request.parameters["keyId"].split("/")
    for what, value in {
        "of another tenancy": f"{tenancy}x/{user}/{fingerprint}",
        "of another user": f"{tenancy}/{user}x/{fingerprint}",
        "of another key": f"{tenancy}/{user}/{fingerprint[:-1]}{int(fingerprint[-1], 16) ^ 1:x}",
        "with its fingerprint in upper case": f"{tenancy}/{user}/{fingerprint.upper()}",
        "without tenancy": f"{user}/{fingerprint}",
        "without user": f"{tenancy}/{fingerprint}",
        "without fingerprint": f"{tenancy}/{user}",
        "with parts swapped": f"{user}/{tenancy}/{fingerprint}",
        "with a slash more": f"{tenancy}/{user}/{fingerprint}/",
        "of a token": "ST$eyJhbGciOiJub25lIn0.e30.",
        "emptied": "",
    }.items():
        yield f"key id {what}", request.with_parameter("keyId", value)
    for value in ["rsa-sha1", "rsa-sha512", "hmac-sha256", "hs2019", "ecdsa-sha256", "none", ""]:
        yield f"algorithm {value!r}", request.with_parameter("algorithm", value)
    for value in ["0", "2", "1.0", "one", ""]:
        yield f"version {value!r}", request.with_parameter("version", value)
    for name in request.parameters:
        if name != "version":
            yield f"{name} left out", request.with_parameters(_without(request.parameters, name))
        value = request.header(AUTHORIZATION)
        yield (
            f"{name} given twice",
            request.with_header(AUTHORIZATION, f'{value},{name}="{request.parameters[name]}"'),
        )
        yield (
            f"{name} in upper case",
            request.with_header(AUTHORIZATION, value.replace(f"{name}=", f"{name.upper()}=")),
        )


def _signature(request: Request, key: RSAPrivateKey, other_key: RSAPrivateKey) -> Iterator[Case]:
    text = request.parameters["signature"]
    signature = base64.b64decode(text)
    message = request.signing_string(request.signed_names)
    sha256 = hashes.SHA256()
    changed = {
        "of another key": other_key.sign(message, padding.PKCS1v15(), sha256),
        "by SHA-1": key.sign(message, padding.PKCS1v15(), hashes.SHA1()),
        "by SHA-512": key.sign(message, padding.PKCS1v15(), hashes.SHA512()),
        "with PSS": key.sign(message, padding.PSS(padding.MGF1(sha256), 32), sha256),
        "over the string and a line feed": key.sign(message + b"\n", padding.PKCS1v15(), sha256),
        "over nothing": key.sign(b"", padding.PKCS1v15(), sha256),
        "with a byte less": signature[:-1],
        "with a byte more": signature + b"\0",
        "with a byte more in front": b"\0" + signature,
        "halved": signature[: len(signature) // 2],
        "reversed": signature[::-1],
        "of zeros": bytes(len(signature)),
        "of ones": b"\xff" * len(signature),
        "emptied": b"",
    }
    for bit in [0, 1, 7, 8, 500, 1023, 1024, 2000, 2040, 2047]:
        at, mask = bit // 8, 0x80 >> (bit % 8)
        flipped = signature[:at] + bytes([signature[at] ^ mask]) + signature[at + 1 :]
        changed[f"with bit {bit} changed"] = flipped
    for what, other in changed.items():
        yield (
            f"signature {what}",
            request.with_parameter("signature", base64.b64encode(other).decode()),
        )
    for what, value in {
        "in hexadecimal": signature.hex(),
        "of garbage": "?" * len(text),
        "without padding": text.rstrip("="),
        "with a blank before": f" {text}",
        "in base64 twice": base64.b64encode(text.encode()).decode(),
    }.items():
        yield f"signature {what}", request.with_parameter("signature", value)


def _authorization(request: Request) -> Iterator[Case]:
    value = request.header(AUTHORIZATION)
    parameters = value.removeprefix("Signature ")
    yield "unsigned", request.without(AUTHORIZATION)
    yield "authorization sent twice", request.adding(AUTHORIZATION, value)
    yield "authorization under another name", request.renaming(AUTHORIZATION, "signature")
    for what, other in {
        "emptied": "",
        "of the scheme only": "Signature",
        "without scheme": parameters,
        "of another scheme": f"Bearer {parameters}",
        "with a scheme stuck on": f"Signature{parameters}",
        "of Basic": "Basic dXNlcjpwYXNzd29yZA==",
        "of an API key": "Bearer sk-aaaa",
        "of garbage": "garbage",
        "of bytes above ASCII": "Signature \xfc\xff",
        "cut by one character": value[:-1],
        "cut in the middle": value[: len(value) // 2],
        "cut after the first parameter": value.split(",")[0],
        "with a comma more": f"{value},",
        "with garbage after it": f"{value}garbage",
        "with semicolons": value.replace('",', '";'),
        "without quotes": value.replace('"', ""),
        "with single quotes": value.replace('"', "'"),
        "with an unknown parameter": f'{value},nonce="1"',
    }.items():
        yield f"authorization {what}", request.with_header(AUTHORIZATION, other)


def _without(parameters: dict[str, str], name: str) -> dict[str, str]:
    return {other: value for other, value in parameters.items() if other != name}


def _date(offset: int) -> str:
    return formatdate(time.time() + offset, usegmt=True)


def _digest(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
