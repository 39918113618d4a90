"""SDKs for Node through the gateway, OpenAI's, Anthropic's and Vercel's: installed from the committed lock file, driven by `node/*.mjs`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from common import Script, require
from peer_gateway import gateway

NODE = Path(__file__).with_name("node")
PROGRAMS = ("openai.mjs", "anthropic.mjs", "ai.mjs")


def install() -> Path:
    """The folder with exactly the packages of the lock file, next to the environment of this script."""
    home = Path(sys.executable).parents[2] / "node"
    home.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", "checks.mjs", *PROGRAMS):
        shutil.copy(NODE / name, home / name)
    lock = home / "package-lock.json"
    installed = home / "installed.json"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=home, check=True, timeout=300)
        shutil.copy(lock, installed)
    return home


def run(program: str) -> None:
    home = install()
    with gateway() as url:
        command = ["node", program, url]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=120)
    # Its lines are verdicts like those of this script.
    print(done.stdout, end="")
    require(done.returncode == 0, done.stderr.strip()[-500:] or "a check of it has failed")


def main() -> None:
    script = Script("gateway")
    if shutil.which("npm") is None:
        script.check("node", lambda: require(False, "npm is not installed"))
    else:
        for program in PROGRAMS:
            script.check(f"node {program}", lambda program=program: run(program))
    script.exit()


if __name__ == "__main__":
    main()
