"""The page of LiteLLM's documentation about OCI, as its readers use it: its file and its snippets, on its port."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from common import Script, require
from peer_gateway import gateway

PAGE = Path(__file__).resolve().parents[2] / "fixtures" / "gateway"
PORT = 4000
# The page's host is one of this machine, whatever proxy the environment names.
os.environ |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,0.0.0.0")


def output(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    require(done.returncode == 0, f"{command[0]} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def snippet(name: str) -> str:
    return output([sys.executable, str(PAGE / name)])


def curl() -> None:
    answer = json.loads(output(["sh", str(PAGE / "chat.sh")]))
    text = answer["choices"][0]["message"]["content"]
    require(bool(text), f"expected an answer, found {answer}")


def poem() -> None:
    printed = snippet("chat.py")
    require(printed.startswith("ChatCompletion(id="), f"found {printed[:200]}")


def tools() -> None:
    # The emulator calls tools only when it is told to; what counts is that the request is taken.
    printed = snippet("tools.py").strip()
    require(printed == "None" or "get_current_weather" in printed, f"found {printed[:200]}")


def reasoning() -> None:
    printed = snippet("reasoning.py").strip()
    require(printed not in ("", "None"), "expected an answer, found none")


def main() -> None:
    script = Script("gateway page")
    with socket.socket() as probe:
        is_taken = probe.connect_ex(("127.0.0.1", PORT)) == 0
    if is_taken:
        message = f"port {PORT}, which the page names, is taken by another program"
        script.check("port", lambda: require(False, message))
        script.exit()
    with gateway((PAGE / "config.yaml").read_text(encoding="utf-8"), PORT):
        script.check("curl", curl)
        script.check("chat", poem)
        script.check("tools", tools)
        script.check("reasoning", reasoning)
    script.exit()


if __name__ == "__main__":
    main()
