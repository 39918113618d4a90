"""Replays the federation call that the official Python SDK really made, unmodified and mutated.

What leaves it valid must be answered with a token; everything else with 401, and a body that is no
federation call with 400. Where a mutation is signed anew, it is by the certificate's own key, so
that nothing but the mutation can be what is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from http.client import HTTPResponse
from time import time

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from oci.auth.signers import InstancePrincipalsSecurityTokenSigner

from common import TIMEOUT_SECONDS, Script, recorder, require
from raw_request import Request

TOLD = json.loads(sys.argv[1])
Case = tuple[str, int, Request]


def main() -> None:
    """Records one call and runs the table."""
    script = Script("federation")
    os.environ["OCI_METADATA_BASE_URL"] = TOLD["metadata_url"]
    with recorder(script.emulator.address) as (url, sent):
        InstancePrincipalsSecurityTokenSigner(federation_endpoint=f"{url}/v1/x509")
    request = Request.parse(bytes(sent))
    key = load_pem_private_key(metadata("identity/key.pem").encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    cases = list(table(request, key))
    for name, expected, changed in cases:
        script.check(name, lambda e=expected, c=changed: replay(script, c, e))
    refused = {changed for _, expected, changed in cases if expected != 200}
    script.check(
        f"{len(refused)} faulty requests",
        lambda: require(len(refused) >= 25 and request not in refused, "the table is not sound"),
    )
    script.exit()


def metadata(path: str) -> str:
    """What the instance's metadata service says."""
    headers = {"Authorization": "Bearer Oracle"}
    url = f"{TOLD['metadata_url']}/{path}"
    response = requests.get(url, headers=headers, timeout=TIMEOUT_SECONDS)
    require(response.ok, f"status {response.status_code}: {response.text}")
    return response.text


def table(request: Request, key: rsa.RSAPrivateKey) -> Iterator[Case]:
    """Every case: its name, the status that it must get, and the request."""
    other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    body = json.loads(request.body)
    tenancy, _, fingerprint = request.parameters["keyId"].split("/")
    certificate = load_pem_x509_certificate(metadata("identity/cert.pem").encode())
    sha256 = hashlib.sha256(base64.b64decode(body["certificate"])).hexdigest()
    pairs = ":".join(sha256[at : at + 2] for at in range(0, 64, 2))

    def with_body(document: object) -> Request:
        data = json.dumps(document).encode()
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        return request.with_body(data).with_header("x-content-sha256", digest)

    def with_key_id(key_id: str) -> Request:
        return request.with_parameter("keyId", key_id)

    def with_members(**members: object) -> Request:
        return with_body(body | members).signed(key)

    yield "unmodified", 200, request
    yield "signed anew", 200, request.signed(key)
    yield "host signed too", 200, request.signed(key, [*request.signed_names, "host"])
    yield "lower-case fingerprint", 200, with_key_id(f"{tenancy}/fed-x509/{fingerprint.lower()}")
    sha256_form = with_body(body | {"fingerprintAlgorithm": "SHA256"})
    sha256_form = sha256_form.with_parameter("keyId", f"{tenancy}/fed-x509-sha256/{pairs}")
    yield "SHA-256 form", 200, sha256_form.signed(key)
    yield "a purpose", 200, with_members(purpose="DEFAULT")

    yield "no authorization", 401, request.without("authorization")
    yield "no date", 401, request.without("date")
    yield "another date", 401, request.with_header("date", formatdate(time() + 1, usegmt=True))
    old = request.with_header("date", formatdate(time() - 301, usegmt=True))
    yield "a date of 301 seconds ago", 401, old.signed(key)
    yield "a date to come", 401, request.with_header(
        "date", formatdate(time() + 330, usegmt=True)
    ).signed(key)
    yield "another key", 401, request.signed(other_key)
    signature = base64.b64decode(request.parameters["signature"])
    broken = base64.b64encode(bytes([signature[0] ^ 1]) + signature[1:]).decode()
    yield "one bit of the signature", 401, request.with_parameter("signature", broken)
    yield "another target", 401, replace(request, target="/v1/x509?a=b")
    for name in request.signed_names:
        names = [other for other in request.signed_names if other != name]
        yield f"{name} not signed", 401, request.signed(key, names)
    yield "another body", 401, request.with_body(request.body + b" ")
    yield "another body and its digest", 401, with_body(body | {"purpose": "DEFAULT"})
    yield "no digest", 401, request.without("x-content-sha256")
    stranger = f"ocid1.tenancy.oc1..{'a' * 60}"
    yield "another tenancy", 401, with_key_id(f"{stranger}/fed-x509/{fingerprint}").signed(key)
    turned = fingerprint[3:] + ":" + fingerprint[:2]
    yield "another fingerprint", 401, with_key_id(f"{tenancy}/fed-x509/{turned}").signed(key)
    crossed = with_key_id(f"{tenancy}/fed-x509/{pairs}")
    yield "SHA-256 under the name of SHA-1", 401, crossed.signed(key)
    mixed = with_key_id(f"{tenancy}/fed-x509-sha256/{pairs}")
    yield "SHA-256 without its name in the body", 401, mixed.signed(key)
    md5 = with_members(fingerprintAlgorithm="MD5")
    yield "an unknown algorithm", 401, md5
    user = with_key_id(f"{tenancy}/{TOLD['user']}/{fingerprint}")
    yield "an API key's form", 401, user.signed(key)
    yield "no intermediate", 401, with_members(intermediateCertificates=[])
    leaf, between = body["certificate"], body["intermediateCertificates"]
    yield "the leaf for an intermediate", 401, with_members(intermediateCertificates=[leaf])
    yield "an intermediate for the leaf", 401, with_members(certificate=between[0])
    der = bytearray(base64.b64decode(leaf))
    der[der.index(certificate.signature) + 8] ^= 1
    forged = base64.b64encode(der).decode()
    yield "a certificate that is forged", 401, with_members(certificate=forged)
    yield "a certificate that is none", 401, with_members(certificate="AAAA")
    lines = leaf[:64] + "\n" + leaf[64:]
    yield "a certificate with line breaks", 401, with_members(certificate=lines)
    yield "a public key that is none", 400, with_members(publicKey="AAAA")
    without_key = {"certificate": leaf, "intermediateCertificates": between}
    yield "no public key", 400, with_body(without_key).signed(key)
    yield "an empty object", 400, with_body({}).signed(key)
    yield "a list", 400, with_body([]).signed(key)


def replay(script: Script, request: Request, expected: int) -> None:
    """Sends the request on a connection of its own and judges the answer."""
    with socket.create_connection(script.emulator.address, TIMEOUT_SECONDS) as connection:
        connection.sendall(request.encode())
        response = HTTPResponse(connection, method=request.method)
        response.begin()
        answer = response.read()
    found = f"status {response.status}: {answer!r}"
    require(response.status == expected, f"expected {expected}, found {found}")
    require(bool(response.getheader("opc-request-id")), "no opc-request-id")
    require(("token" in json.loads(answer)) == (expected == 200), f"unexpected body {answer!r}")


if __name__ == "__main__":
    main()
