"""A request as bytes on a wire: taken apart, changed, signed again, put together."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

AUTHORIZATION = "authorization"


@dataclass(frozen=True)
class Request:
    """Nothing is checked or repaired here, so that every mutation reaches the wire as it is."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @staticmethod
    def parse(raw: bytes) -> Request:
        """Takes apart what a client sent."""
        head, _, body = raw.partition(b"\r\n\r\n")
        request_line, *lines = head.decode("latin-1").split("\r\n")
        method, target, _version = request_line.split(" ")
        pairs = [line.partition(": ") for line in lines]
        headers = tuple((name, value) for name, _, value in pairs)
        request = Request(method, target, headers, body)
        length = int(request.header("content-length"))
        assert len(body) == length, f"expected one request with {length} bytes of body"
        return request

    def encode(self) -> bytes:
        """The bytes that go on the wire."""
        lines = [f"{self.method} {self.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body

    def header(self, name: str) -> str:
        """The only value of a header."""
        values = [value for other, value in self.headers if other.lower() == name]
        assert len(values) == 1, f"expected one header {name}, found {values}"
        return values[0]

    def with_header(self, name: str, value: str) -> Request:
        """The header with another value, in its old place."""
        return replace(
            self,
            headers=tuple((n, value if n.lower() == name else v) for n, v in self.headers),
        )

    def without(self, name: str) -> Request:
        """The request without the header."""
        return replace(self, headers=tuple(h for h in self.headers if h[0].lower() != name))

    def adding(self, name: str, value: str, *, first: bool = False) -> Request:
        """One more header line."""
        line = ((name, value),)
        return replace(self, headers=line + self.headers if first else self.headers + line)

    def renaming(self, name: str, other: str) -> Request:
        """The header under another name."""
        return replace(
            self, headers=tuple((other if n.lower() == name else n, v) for n, v in self.headers)
        )

    def with_body(self, body: bytes) -> Request:
        """Another body, and a `content-length` that fits it."""
        return replace(self, body=body).with_header("content-length", str(len(body)))

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the `Authorization` header, in their order."""
        return dict(re.findall(r'(\w+)="([^"]*)"', self.header(AUTHORIZATION)))

    @property
    def signed_names(self) -> list[str]:
        """The names in `headers="…"`."""
        return self.parameters["headers"].split(" ")

    def with_parameters(self, parameters: dict[str, str]) -> Request:
        """Another `Authorization` header, written like the official SDK's."""
        pairs = ",".join(f'{name}="{value}"' for name, value in parameters.items())
        return self.with_header(AUTHORIZATION, f"Signature {pairs}")

    def with_parameter(self, name: str, value: str) -> Request:
        """One parameter changed."""
        return self.with_parameters(self.parameters | {name: value})

    def signing_string(self, names: list[str]) -> bytes:
        """What a signature over these headers covers."""
        pseudo = f"(request-target): {self.method.lower()} {self.target}"
        lines = [
            pseudo if name == "(request-target)" else f"{name}: {self.header(name)}"
            for name in names
        ]
        return "\n".join(lines).encode("latin-1")

    def signed(self, key: RSAPrivateKey, names: list[str] | None = None) -> Request:
        """Signed anew, as it is now, over these headers."""
        names = self.signed_names if names is None else names
        signature = key.sign(self.signing_string(names), padding.PKCS1v15(), hashes.SHA256())
        changed = {"headers": " ".join(names), "signature": base64.b64encode(signature).decode()}
        return self.with_parameters(self.parameters | changed)
