"""A static `locus` in a root folder with nothing but `resolv.conf` and `hosts`: `python static_binary.py <program>`.

Names come from a server of DNS in this script, if it may open port 53, and from `hosts`; the service speaks TLS with a certificate
of an authority that was made for it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

NAMESERVER = "127.0.0.53"
BY_DNS, BY_HOSTS = "service-by-dns.example", "service-by-hosts.example"
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "xai.grok-4",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "2x2 is 4."}, "finish_reason": "stop"}
    ],
    "usage": {"prompt_tokens": 4, "completion_tokens": 4, "total_tokens": 8},
}


class Service(BaseHTTPRequestHandler):
    """Chat completions, one answer."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(ANSWER).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def certify(folder: Path) -> None:
    """An authority in `ca.pem`, and a certificate of it in `service.pem` with its key."""
    names = folder / "names"
    names.write_text(f"subjectAltName=DNS:{BY_DNS},DNS:{BY_HOSTS}\n", encoding="utf-8")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ["req", "-newkey", "rsa:2048", "-nodes"]
    openssl(*new, "-x509", "-days", "2", "-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(*new, "-subj", "/CN=service", "-keyout", "service.key", "-out", "service.csr")
    signed = ["x509", "-req", "-in", "service.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2"]
    openssl(*signed, "-CAcreateserial", "-extfile", "names", "-out", "service.pem")


@contextmanager
def service(folder: Path) -> Iterator[int]:
    """The port of a service that speaks TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "service.pem", folder / "service.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def resolve(socket_: socket.socket) -> None:
    """Answers every question about an IPv4 address with 127.0.0.1, and has no other answers."""
    while True:
        question, client = socket_.recvfrom(512)
        end = question.index(b"\0", 12) + 5
        is_ipv4 = question[end - 4 : end - 2] == b"\0\1"
        head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, int(is_ipv4), 0, 0)
        record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([127, 0, 0, 1])
        socket_.sendto(head + question[12:end] + (record if is_ipv4 else b""), client)


def start_dns() -> bool:
    """Whether names can be resolved by DNS here: its port is for root."""
    socket_ = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        socket_.bind((NAMESERVER, 53))
    except OSError:
        return False
    threading.Thread(target=resolve, args=(socket_,), daemon=True).start()
    return True


class Root:
    """An almost empty root folder with the program in it."""

    def __init__(self, folder: Path, program: Path) -> None:
        self.folder = folder
        (folder / "etc").mkdir()
        (folder / "etc/resolv.conf").write_text(f"nameserver {NAMESERVER}\n", encoding="utf-8")
        (folder / "etc/hosts").write_text(f"127.0.0.1 localhost {BY_HOSTS}\n", encoding="utf-8")
        shutil.copy(program, folder / "locus")

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        # Of the outside it has the network only.
        command = ["chroot", str(self.folder), "/locus", *arguments]
        if os.geteuid() != 0:
            command = ["unshare", "--user", "--map-root-user", *command]
        variables = {"PATH": os.environ["PATH"], "TMPDIR": "/", **variables}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=variables, text=True, **pipes)


def check(what: str, condition: bool, found: str) -> None:
    print(f"ok static {what}" if condition else f"FAILED static {what}: {found}")
    if not condition:
        sys.exit(1)


def ask(url: str, model: str) -> str:
    body = {"model": model, "messages": [{"role": "user", "content": "What is 2x2?"}]}
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(body).encode(), headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


def serve(root: Root, port: int, **variables: str) -> tuple[subprocess.Popen[str], str]:
    """A gateway in the root, with the service under two names."""
    entry = "  - model_name: {0}\n    litellm_params: {{model: oci/xai.grok-4, api_base: 'https://{0}:{1}', oci_api_key: k}}\n"
    models = "".join(entry.format(name, port) for name in (BY_DNS, BY_HOSTS))
    (root.folder / "config.yaml").write_text(f"model_list:\n{models}", encoding="utf-8")
    arguments = ["serve", "--json", "--port", "0", "--config", "/config.yaml"]
    process = root.start(*arguments, OCI_REGION="us-chicago-1", **variables)
    assert process.stdout
    line = process.stdout.readline()
    check("serve", line.startswith("{"), line or (process.stderr.read() if process.stderr else ""))
    return process, json.loads(line)["url"]


def main() -> None:
    program = Path(sys.argv[1])
    has_dns = start_dns()
    with tempfile.TemporaryDirectory() as outside, tempfile.TemporaryDirectory() as inside:
        folder = Path(outside)
        root = Root(Path(inside), program)
        files = sorted(str(path.relative_to(inside)) for path in Path(inside).rglob("*") if path.is_file())
        check("root", files == ["etc/hosts", "etc/resolv.conf", "locus"], str(files))
        chat = root.start("chat", "--emulator", "What is 2x2?")
        output, errors = chat.communicate(timeout=60)
        check("chat", "4" in output, errors)

        certify(folder)
        shutil.copy(folder / "ca.pem", Path(inside, "ca.pem"))
        with service(folder) as port:
            process, url = serve(root, port, SSL_CERT_FILE="/ca.pem")
            answer = ask(url, BY_HOSTS)
            check("name from hosts, TLS", "2x2 is 4." in answer, answer)
            if has_dns:
                answer = ask(url, BY_DNS)
                check("name from DNS, TLS", "2x2 is 4." in answer, answer)
            else:
                print("not root, so that there is no DNS on port 53: left out")
            process.communicate(timeout=30)
            check("end", process.returncode == 0, f"status {process.returncode}")

            # Without a bundle of certificates there are those that are built in, which do not know the test's authority.
            process, url = serve(root, port)
            answer = ask(url, BY_HOSTS)
            check("bundled authorities", "certificate" in answer.lower(), answer)
            process.communicate(timeout=30)


if __name__ == "__main__":
    main()
