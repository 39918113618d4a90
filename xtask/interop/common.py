"""What the scripts share: the emulator's description, named checks, and a recorder of raw requests.

Every script is started as `python <script> <description> <folder>`: the line of JSON that
`locus emulate --json` printed, and the folder for the requests that the clients sent.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

QUESTION = "What is 2x2?"
MODEL = "openai.gpt-5.5"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Emulator:
    """Where the emulator listens, and the profile whose key it knows."""

    url: str
    config_file: str
    profile: str
    compartment_id: str
    api_key: str

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port to connect to."""
        parts = urlsplit(self.url)
        assert parts.hostname and parts.port, f"no address in {self.url}"
        return parts.hostname, parts.port


class Disagreement(Exception):
    """The client and the emulator do not agree; the message says about what."""


def require(condition: bool, message: str) -> None:
    """Fails the running check unless the condition holds."""
    if not condition:
        raise Disagreement(message)


def require_answer(pieces: Iterable[str], tokens: int | None, *, streamed: bool) -> None:
    """The answer to the question is right, came in pieces if it was streamed, and was counted."""
    received = list(pieces)
    answer = "".join(received)
    require("4" in answer, f"expected an answer with a 4, found {answer!r}")
    if streamed:
        require(len(received) > 1, f"expected more than one piece, found {received!r}")
    require(tokens is not None and tokens > 0, f"expected a usage above zero, found {tokens}")


class Script:
    """The checks of one peer: each prints one line, and one that fails does not stop the others."""

    def __init__(self, peer: str) -> None:
        if len(sys.argv) != 3:
            sys.exit(f"usage: {sys.argv[0]} <description of the emulator> <folder for requests>")
        description = json.loads(sys.argv[1])
        fields = Emulator.__dataclass_fields__
        self.emulator = Emulator(**{name: description[name] for name in fields})
        self.folder = Path(sys.argv[2])
        self._peer = peer
        self._failed = False

    def check(self, what: str, action: Callable[[], None]) -> None:
        """Runs one check and prints its verdict."""
        try:
            action()
        except Exception as error:  # noqa: BLE001, whatever a client raises is a verdict
            self._failed = True
            print(f"FAILED {self._peer} {what}: {type(error).__name__}: {error}")
        else:
            print(f"ok {self._peer} {what}")

    def check_recorded(self, what: str, action: Callable[[str], None]) -> None:
        """Runs a client against a recorder in front of the emulator and keeps what it sent.

        The action gets the address to use.
        """

        def recorded() -> None:
            with recorder(self.emulator.address) as (url, sent):
                action(url)
            require(bool(sent), "the client sent nothing")
            name = f"{self._peer}-{what}".replace(" ", "-")
            (self.folder / f"{name}.http").write_bytes(bytes(sent))

        self.check(what, recorded)

    def exit(self) -> None:
        """Ends the program; its status tells whether every check passed."""
        sys.exit(1 if self._failed else 0)


@contextlib.contextmanager
def recorder(target: tuple[str, int]) -> Iterator[tuple[str, bytearray]]:
    """A relay on a port of its own that keeps the bytes of the first connection.

    It changes nothing; the `Host` header names its port, and is signed like that by the client.
    """
    sent = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_relay, args=(server, target, sent), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", sent


def _relay(server: socket.socket, target: tuple[str, int], sent: bytearray) -> None:
    # The client closes its end, or the server socket is closed, when the check is over.
    with contextlib.suppress(OSError):
        client, _ = server.accept()
        with client, socket.create_connection(target) as upstream:
            threading.Thread(target=_answer, args=(upstream, client), daemon=True).start()
            while piece := client.recv(65536):
                sent += piece
                upstream.sendall(piece)


def _answer(upstream: socket.socket, client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := upstream.recv(65536):
            client.sendall(piece)
        client.shutdown(socket.SHUT_WR)
