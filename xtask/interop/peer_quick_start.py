"""Oracle's quick start: its snippets as they stand, and what it says about vector stores.

The snippets lie in `fixtures/quickstart`. They get a `client`, which they expect, and an `open` that
knows the two paths which they name; nothing in them is changed.
"""

from __future__ import annotations

import builtins
import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from openai import OpenAI

from common import TIMEOUT_SECONDS, Emulator, Script, require

try:
    # Oracle's signing for the plain client.
    from oci_genai_auth import OciUserPrincipalAuth

    OciOpenAI = None
except ImportError:
    # In the other environment there is Oracle's own subclass of it.
    from oci_openai import OciOpenAI, OciUserPrincipalAuth

SNIPPETS = Path(__file__).parent.parent.parent / "fixtures" / "quickstart"
PDF = b"%PDF-1.4\n% a letter\n"
PNG = b"\x89PNG\r\n\x1a\n"


def main() -> None:
    """Runs every snippet with a signature and with an API key, then fills and searches a store."""
    script = Script("quick-start" if OciOpenAI is None else "quick-start-oci-openai")
    emulator = script.emulator
    for credentials, client in [("signed", signed), ("with a key", with_key)]:
        for name, is_right in CHECKS.items():

            def checked(
                name: str = name,
                is_right: Callable[[dict[str, Any], str], bool] = is_right,
                client: Callable[[Emulator], OpenAI] = client,
            ) -> None:
                with client(emulator) as opened:
                    scope, printed = run_snippet(name, opened)
                    require(is_right(scope, printed), f"it printed {printed!r}")

            script.check(f"{name} {credentials}", checked)
    left = {path.name for path in SNIPPETS.glob("*.py")} - {f"{name}.py" for name in CHECKS}
    script.check("snippets", lambda: require(not left, f"nobody runs {sorted(left)}"))
    script.check("vector stores", lambda: fill_and_search(emulator))
    script.check("containers", lambda: copy_into_container(emulator))
    script.exit()


def run_snippet(name: str, client: OpenAI) -> tuple[dict[str, Any], str]:
    """Runs a snippet; the names that it leaves behind, and what it printed."""
    path = SNIPPETS / f"{name}.py"
    scope: dict[str, Any] = {"__name__": name, "client": client, "open": open_stand_in}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(path.read_text(encoding="utf-8"), path, "exec"), scope)
    return scope, printed.getvalue()


def open_stand_in(path: str, mode: str) -> io.BytesIO:
    """The two files that the snippets name."""
    content = {"/path/to/file.pdf": PDF, "/path/to/image.png": PNG}.get(path)
    if content is None or mode != "rb":
        return builtins.open(path, mode)  # type: ignore[return-value]
    opened = io.BytesIO(content)
    opened.name = path
    return opened


def is_answer(scope: dict[str, Any], printed: str) -> bool:
    """The last response is complete, and was printed if anything was."""
    response = scope["response"]
    text = response.output_text
    return response.status == "completed" and text != "" and printed.strip() in {"", text.strip()}


def is_pair(scope: dict[str, Any], printed: str) -> bool:
    """Both turns have an answer."""
    texts = [scope["response1"].output_text, scope["response2"].output_text]
    return all(text and text in printed for text in texts)


def is_thought(scope: dict[str, Any], printed: str) -> bool:
    """The sum is right in what was printed of the output."""
    return "144" in scope["response"].output_text and '"output_text"' in printed


CHECKS: dict[str, Callable[[dict[str, Any], str], bool]] = {
    "models": lambda scope, printed: is_answer(scope, printed) and "4" in scope["response"].output_text,
    "stream_events": lambda _, printed: "ResponseCreatedEvent" in printed and "ResponseCompletedEvent" in printed,
    "stream_text": lambda _, printed: printed == "You said: What are the shapes of OCI GPUs",
    "structured_output": lambda scope, _: isinstance(scope["event"].participants, list),
    "image_base64": is_answer,
    "image_url": is_answer,
    "file_id": lambda scope, printed: scope["file"].bytes == len(PDF) and is_answer(scope, printed),
    "file_url": is_answer,
    "reasoning_effort": lambda scope, printed: is_thought(scope, printed) and '"reasoning"' in printed,
    "reasoning_summary": is_thought,
    "chaining": is_pair,
    "conversation": is_pair,
    "mcp": is_answer,
    "history": is_answer,
}


def signed(emulator: Emulator, base: str = "/openai/v1") -> OpenAI:
    """A client that signs, as Oracle's package wants it."""
    auth = OciUserPrincipalAuth(config_file=emulator.config_file, profile_name=emulator.profile)
    if OciOpenAI is not None:
        return OciOpenAI(
            auth=auth,
            base_url=f"{emulator.url}{base}",
            compartment_id=emulator.compartment_id,
            timeout=TIMEOUT_SECONDS,
            max_retries=0,
        )
    headers = {"opc-compartment-id": emulator.compartment_id}
    return OpenAI(
        api_key="not-used",
        base_url=f"{emulator.url}{base}",
        max_retries=0,
        http_client=httpx.Client(auth=auth, headers=headers, timeout=TIMEOUT_SECONDS),
    )


def with_key(emulator: Emulator) -> OpenAI:
    """A client with a Generative AI API key and nothing of Oracle's."""
    return OpenAI(
        api_key=emulator.api_key,
        base_url=f"{emulator.url}/openai/v1",
        max_retries=0,
        timeout=TIMEOUT_SECONDS,
    )


def fill_and_search(emulator: Emulator) -> None:
    """A store is made on the control plane, and filled and searched beside the inference."""
    control = signed(emulator, "/20231130/openai/v1")
    client = signed(emulator)
    store = control.vector_stores.create(
        name="FAQ",
        description="questions and answers",
        expires_after={"anchor": "last_active_at", "days": 30},
        metadata={"topic": "oci"},
    )
    require(store.status == "in_progress", f"found {store.status}")
    require(control.vector_stores.retrieve(store.id).status == "completed", "it does not complete")
    require(store.id in {one.id for one in control.vector_stores.list()}, "it is not listed")

    shapes = client.files.create(file=("shapes.txt", b"BM.GPU.H100.8 has eight GPUs."), purpose="assistants")
    require(client.files.wait_for_processing(shapes.id, poll_interval=0.1).status == "processed", "unprocessed")
    added = client.vector_stores.files.create_and_poll(
        shapes.id, vector_store_id=store.id, attributes={"category": "docfiles"}
    )
    require(added.status == "completed", f"found {added.status}")
    more = [("a.txt", b"Cats sleep."), ("b.txt", b"Dogs bark.")]
    ids = [client.files.create(file=file, purpose="assistants").id for file in more]
    batch = client.vector_stores.file_batches.create_and_poll(store.id, file_ids=ids)
    require(batch.file_counts.completed == 2, f"found {batch.file_counts}")
    files = list(client.vector_stores.files.list(store.id, limit=2))
    require(len(files) == 3, f"expected two pages of three files, found {len(files)}")

    found = list(client.vector_stores.search(store.id, query="which shape has gpus?"))
    require([hit.filename for hit in found] == ["shapes.txt"], f"found {found}")
    require(found[0].attributes == {"category": "docfiles"}, f"found {found[0].attributes}")
    none = client.vector_stores.search(
        store.id, query="gpus", filters={"type": "eq", "key": "category", "value": "other"}
    )
    require(list(none) == [], "the filter does not hold")
    text = list(client.vector_stores.files.content(shapes.id, vector_store_id=store.id))
    require("H100" in (text[0].text or ""), f"found {text}")
    response = client.responses.create(
        model="openai.gpt-oss-120b",
        input="file_search: which shape has gpus?",
        tools=[{"type": "file_search", "vector_store_ids": [store.id]}],
        include=["file_search_call.results"],
    )
    calls = [item for item in response.output if item.type == "file_search_call"]
    require(calls[0].results[0].filename == "shapes.txt", f"found {calls}")
    require(control.vector_stores.delete(store.id).deleted, "it is not deleted")


def copy_into_container(emulator: Emulator) -> None:
    """A container gets an upload and a copy, and gives them back."""
    with with_key(emulator) as client:
        file = client.files.create(file=("a.csv", b"a,b\n1,2\n"), purpose="user_data")
        container = client.containers.create(name="c", memory_limit="4g", file_ids=[file.id])
        sent = client.containers.files.create(container.id, file=("b.txt", b"hello"))
        content = client.containers.files.content.retrieve(sent.id, container_id=container.id)
        require(content.read() == b"hello", "the content has changed")
        paths = {one.path for one in client.containers.files.list(container.id)}
        require(paths == {"/mnt/data/a.csv", "/mnt/data/b.txt"}, f"found {paths}")
        client.containers.delete(container.id)
        require(client.files.content(file.id).read() == b"a,b\n1,2\n", "the content has changed")
        client.files.delete(file.id)


if __name__ == "__main__":
    main()
