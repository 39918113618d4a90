"""Replays what the official clients sent, unmodified and with every mutation of the table.

What leaves a request valid must be answered with 200; everything else with 401, Oracle's error
body and an `opc-request-id`.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Callable

import oci
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from common import TIMEOUT_SECONDS, Emulator, Script, require
from mutations import Case, harmless, mutations
from raw_request import Request

FEWEST_MUTATIONS = 60


def main() -> None:
    """Runs the table for each request that was recorded."""
    script = Script("mutation")
    config = oci.config.from_file(script.emulator.config_file, script.emulator.profile)
    with open(config["key_file"], "rb") as file:
        # `OCI_API_KEY`, a line after the end of the key, is not part of it.
        pem = file.read().split(b"OCI_API_KEY")[0]
    key = load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    recordings = sorted(script.folder.glob("*.http"))
    script.check("recordings", lambda: require(bool(recordings), "no client sent a request"))
    for recording in recordings:
        request = Request.parse(recording.read_bytes())
        valid = list(harmless(request, key))
        faulty = list(mutations(request, key, other_key))
        _run(script, recording.stem, request, valid, faulty)
    script.exit()


def _run(
    script: Script, client: str, request: Request, valid: list[Case], faulty: list[Case]
) -> None:
    for name, changed in valid:
        script.check(f"{client}: {name}", _replay(script.emulator, changed, _require_ok))
    for name, changed in faulty:
        action = _replay(script.emulator, changed, _require_refusal)
        script.check(f"{client}: {name}: refused", action)

    def table_is_sound() -> None:
        different = {changed for _, changed in faulty}
        require(len(different) >= FEWEST_MUTATIONS, f"only {len(different)} mutations")
        unchanged = [name for name, changed in faulty if changed == request]
        require(not unchanged, f"these change nothing: {unchanged}")

    script.check(f"{client}: {len(valid)} valid and {len(faulty)} faulty requests", table_is_sound)


def _replay(
    emulator: Emulator,
    request: Request,
    judge: Callable[[http.client.HTTPResponse, bytes, Request], None],
) -> Callable[[], None]:
    """Sends the request on a connection of its own and judges the answer."""

    def replay() -> None:
        with socket.create_connection(emulator.address, TIMEOUT_SECONDS) as connection:
            connection.sendall(request.encode())
            response = http.client.HTTPResponse(connection, method=request.method)
            response.begin()
            judge(response, response.read(), request)

    return replay


def _require_ok(response: http.client.HTTPResponse, body: bytes, _: Request) -> None:
    require(response.status == 200, f"status {response.status}: {body!r}")


def _require_refusal(response: http.client.HTTPResponse, body: bytes, request: Request) -> None:
    require(response.status == 401, f"status {response.status}: {body[:200]!r}")
    require(bool(response.getheader("opc-request-id")), "no opc-request-id")
    if request.method != "HEAD":
        code = json.loads(body)["code"]
        # The inference service has the status for a code where it takes API keys and one is wrong.
        bearers = [value for _, value in request.headers if value.startswith("Bearer sk-")]
        takes_keys = request.target.startswith("/openai/v1/")
        expected = "401" if bearers and takes_keys else "NotAuthenticated"
        require(code == expected, f"expected code {expected}, found {code}")


if __name__ == "__main__":
    main()
