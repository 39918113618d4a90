"""What the comparisons of requests share: the calls, our side of them, and docs/differences.md.

The same call, written as a request of chat completions, is made by another client and by
`locus`, both against the emulator. Each difference between the two bodies must be a row of the
page, and each row must still be found. With `PRINT_DIFFERENCES` in the environment the rows are
printed as the page has to have them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import Script, recorder, require

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "differences.md"

QUESTION = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "What is 2x2?"},
]
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Its name"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["city"],
        },
    },
}
ASK_TOOL = [{"role": "user", "content": 'get_weather {"city": "Oslo"}'}]
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Oslo"}'},
}
RESULT = [
    *ASK_TOOL,
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "call_1", "content": '{"celsius": 3}'},
]
SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "person",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"name": {"type": "string"}},
            "required": ["name"],
            "additionalProperties": False,
        },
    },
}
IMAGE = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
        ],
    }
]


@dataclass(frozen=True)
class Case:
    """A call: its name, the model, the transport if not the model's own, and the request."""

    name: str
    model: str
    request: dict[str, Any]
    transport: str | None = None
    stream: bool = False


def cases_of(name: str, model: str, transport: str | None = None, **more: Any) -> list[Case]:
    """What every client can be asked, of one model."""
    question = {"messages": QUESTION, **more}
    return [
        Case(f"{name} question", model, question, transport),
        Case(f"{name} stream", model, question, transport, stream=True),
        Case(f"{name} tool", model, {"messages": ASK_TOOL, "tools": [TOOL], **more}, transport),
        Case(f"{name} result", model, {"messages": RESULT, "tools": [TOOL], **more}, transport),
    ]


Sent = tuple[str, Any]


def compare(script: Script, peer: str, cases: list[Case], ask: Callable[[Case, str], None]) -> None:
    """Makes all calls by both, and checks their differences against the page.

    `ask` makes one call at an address; an error that the service or the client raises is no
    matter here, as long as a request was sent.
    """
    ours = _ours(script, cases)
    found: dict[tuple[str, str], set[str]] = {}
    for case in cases:

        def one(case: Case = case) -> None:
            theirs = _recorded(script, case, ask)
            for difference in _differences(theirs, ours[case.name]):
                found.setdefault(difference, set()).add(case.name)

        script.check(f"{case.name} sent", one)
    rows = _rows(peer)
    if "PRINT_DIFFERENCES" in os.environ:
        for (path, kind), names in sorted(found.items()):
            why = rows.get((path, kind), ("", ""))[1]
            print(f"| `{path}` | {kind} | {', '.join(sorted(names))} | {why} |")
    for (path, kind), names in sorted(found.items()):

        def named(path: str = path, kind: str = kind, names: set[str] = names) -> None:
            row = rows.get((path, kind))
            require(row is not None, f"{PAGE.name} does not name it; in {sorted(names)}")
            require(set(row[0].split(", ")) == names, f"it is in {sorted(names)}")
            require(bool(row[1]), f"{PAGE.name} does not say why")

        script.check(f"{path} {kind}", named)

    def stale() -> None:
        gone = sorted(set(rows) - set(found))
        require(not gone, f"{PAGE.name} names what does not differ: {gone}")

    script.check("the page names nothing else", stale)


def _ours(script: Script, cases: list[Case]) -> dict[str, Sent]:
    # The environment of this script lies in the folder that cargo builds into.
    program = Path(sys.executable).parents[3] / "debug" / "examples" / "differential"
    lines = [
        {
            "name": case.name,
            "model": case.model,
            "transport": case.transport,
            "stream": case.stream,
            **({"inputs": case.request["input"]} if "input" in case.request else {}),
            "request": {"model": "", **case.request},
        }
        for case in cases
    ]
    emulator = script.emulator
    done = subprocess.run(
        [program, emulator.url],
        input="".join(json.dumps(line) + "\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        env={
            "OCI_CONFIG_FILE": emulator.config_file,
            "OCI_PROFILE": emulator.profile,
            "OCI_COMPARTMENT_ID": emulator.compartment_id,
        },
    )
    sent = {}
    for line in done.stdout.splitlines():
        told = json.loads(line)
        if not told["sent"]:
            sys.exit(f"nothing was sent by us for {told['name']}: {told['error']}")
        # The first request is what was made of the call; another one repairs it.
        first = told["sent"][0]
        sent[told["name"]] = (first["path"], first["body"])
    return sent


def _recorded(script: Script, case: Case, ask: Callable[[Case, str], None]) -> Sent:
    error: Exception | None = None
    with recorder(script.emulator.address) as (url, sent):
        try:
            ask(case, url)
        except Exception as raised:  # noqa: BLE001, what counts is what was sent
            error = raised
    head, _, rest = bytes(sent).partition(b"\r\n\r\n")
    require(bool(head), f"nothing was sent: {error!r}")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    body = rest[: int(length[1])] if length else rest
    return head.split(b" ")[1].decode(), json.loads(body)


def _differences(theirs: Sent, ours: Sent) -> set[tuple[str, str]]:
    differences = set()
    if theirs[0] != ours[0]:
        differences.add(("(path)", f"{theirs[0]} for {ours[0]}"))
    _walk(_parsed(theirs[1]), _parsed(ours[1]), "", differences)
    return differences


def _walk(theirs: Any, ours: Any, path: str, differences: set[tuple[str, str]]) -> None:
    """Notes where two values differ; what only one of them has is noted once, at its top."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in theirs.keys() | ours.keys():
            inner = f"{path}.{name}" if path else name
            if name not in ours:
                differences.add((inner, "only theirs"))
            elif name not in theirs:
                differences.add((inner, "only ours"))
            else:
                _walk(_parsed(theirs[name]), _parsed(ours[name]), inner, differences)
    elif isinstance(theirs, list) and isinstance(ours, list):
        for left, right in zip(theirs, ours):
            _walk(_parsed(left), _parsed(right), f"{path}[]", differences)
        if len(theirs) != len(ours):
            kind = "more of theirs" if len(theirs) > len(ours) else "more of ours"
            differences.add((f"{path}[]", kind))
    elif theirs != ours:
        differences.add((path, "another value"))


def _parsed(value: Any) -> Any:
    """A text that is a JSON object is that object, such as the arguments of a call."""
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _rows(peer: str) -> dict[tuple[str, str], tuple[str, str]]:
    """The rows of the peer's table: path and kind, and in which calls and why."""
    _, _, rest = PAGE.read_text().partition(f"<!-- peer: {peer} -->")
    table, _, _ = rest.partition("<!-- end -->")
    rows = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if len(cells) == 4 and cells[0].startswith("`"):
            rows[cells[0].strip("`"), cells[1]] = (cells[2], cells[3])
    return rows
