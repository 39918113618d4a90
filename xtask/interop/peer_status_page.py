"""The gateway's status page in headless Chromium, light, dark and narrow: what is shown, and that nothing was refused or cut.

Its screenshots stay in the folder for requests, to be looked at.
"""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import tempfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from common import Script, require
from peer_gateway import gateway

CONFIG = """
model_list:
  - {model_name: oci-grok, litellm_params: {model: oci/xai.grok-4}}
  - {model_name: oci-gpt, litellm_params: {model: oci/openai.gpt-5.5}}
"""
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
Colour = tuple[int, int, int]
# The page's own colours: backgrounds, and the parts of a bar.
LIGHT, DARK = (255, 255, 255), (0x18, 0x18, 0x18)
SERVED, FAILED = (0x4A, 0x7A, 0xB8), (0xCC, 0x33, 0x33)
PICTURES = {
    "light": (["--window-size=1000,700"], LIGHT),
    "dark": (
        ["--window-size=1000,700", "--force-dark-mode", "--blink-settings=preferredColorScheme=0"],
        DARK,
    ),
    "narrow": (["--window-size=500,900"], LIGHT),
}


def ask(url: str, model: str, stream: bool) -> None:
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": "hello"}]}
    request = urllib.request.Request(
        f"{url}/v1/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=30).read()
    except urllib.error.HTTPError as error:
        error.read()


@dataclass(frozen=True)
class Browser:
    """Headless Chromium on one page."""

    program: str
    profile: Path
    url: str

    def show(self, *options: str) -> str:
        """What Chromium prints; whatever its console says beside is a failure."""
        fixed = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
        command = [self.program, *fixed, f"--user-data-dir={self.profile}", *options, f"{self.url}/"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        require(done.returncode == 0, f"{self.program} failed: {done.stderr[-500:]}")
        said = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
        require(not said, f"the console says {said}")
        return done.stdout


def pixels(path: Path) -> tuple[set[Colour], Colour]:
    """All colours, and the first pixel's, of a PNG of eight bits without interlacing."""
    data = path.read_bytes()
    require(data[:8] == b"\x89PNG\r\n\x1a\n", f"{path.name} is no PNG")
    place, packed = 8, b""
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        chunk = data[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", chunk)
            require((depth, interlaced) == (8, 0) and colour in (2, 6), f"found colour type {colour}")
            size = 3 if colour == 2 else 4
        elif kind == b"IDAT":
            packed += chunk
        place += 12 + length
    raw, step = zlib.decompress(packed), width * size
    above, colours, first = bytearray(step), set(), (0, 0, 0)
    for y in range(height):
        begin = y * (step + 1)
        row, how = bytearray(raw[begin + 1 : begin + 1 + step]), raw[begin]
        for x in range(step):
            left = row[x - size] if x >= size else 0
            corner = above[x - size] if x >= size else 0
            row[x] = (row[x] + predicted(how, left, above[x], corner)) & 255
        colours.update(zip(row[0::size], row[1::size], row[2::size]))
        if y == 0:
            first = (row[0], row[1], row[2])
        above = row
    return colours, first


def predicted(how: int, left: int, above: int, corner: int) -> int:
    """The filters of the PNG specification, section 9.2."""
    if how == 4:
        guess = left + above - corner
        return min((left, above, corner), key=lambda value: abs(guess - value))
    return (0, left, above, (left + above) // 2)[how]


def shown(browser: Browser) -> None:
    page = browser.show("--dump-dom")
    require("<script" not in page, "there is a script on the page")
    without_style = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    text = " ".join(re.sub(r"<[^>]*>", " ", without_style).split())
    for expected in ("oci-grok", "oci/openai.gpt-5.5", "ready", "Calls/s", "model_not_found"):
        require(expected in text, f"expected {expected!r} on the page, found {text}")


def pictured(browser: Browser, picture: Path, options: Iterable[str], background: Colour) -> None:
    browser.show(f"--screenshot={picture}", *options)
    colours, first = pixels(picture)
    require(first == background, f"expected the background {background}, found {first}")
    for part, colour in (("served", SERVED), ("failed", FAILED)):
        require(colour in colours, f"no bar of {part} calls in {picture.name}")


def main() -> None:
    script = Script("status page")
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        print(f"the status page is not looked at: none of {', '.join(PROGRAMS)} is installed")
        script.exit()
    with gateway(CONFIG) as url, tempfile.TemporaryDirectory() as folder:
        browser = Browser(program, Path(folder), url)
        for model in ("oci-grok", "oci-gpt", "oci-grok", "none-such"):
            ask(url, model, stream=False)
            ask(url, model, stream=True)
        script.check("shown", lambda: shown(browser))
        for name, (options, background) in PICTURES.items():
            picture = script.folder / f"status-page-{name}.png"
            script.check(name, lambda: pictured(browser, picture, options, background))
    script.exit()


if __name__ == "__main__":
    main()
