"""Clients of `locus serve`: the SDKs of OpenAI and Anthropic and langchain-openai, through the gateway into its emulator.

The configuration is that of LiteLLM's page about OCI, with the one alias that the page's snippets use and its file lacks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anthropic
import openai
from langchain_openai import AzureChatOpenAI, ChatOpenAI
from pydantic import BaseModel

from common import QUESTION, Script, require, require_answer

OCI = """\
      oci_region: os.environ/OCI_REGION
      oci_user: os.environ/OCI_USER
      oci_fingerprint: os.environ/OCI_FINGERPRINT
      oci_tenancy: os.environ/OCI_TENANCY
      oci_key_file: os.environ/OCI_KEY_FILE
      oci_compartment_id: os.environ/OCI_COMPARTMENT_ID
"""


def entry(name: str, model: str) -> str:
    """An entry of `model_list` as the page writes it."""
    return f"  - model_name: {name}\n    litellm_params:\n      model: {model}\n{OCI}"


CONFIG = (
    "model_list:\n"
    + entry("oci-grok-4", "oci/xai.grok-4")
    + entry("oci-cohere-command", "oci/cohere.command-latest")
    + entry("oci-grok-mini", "oci/xai.grok-3-mini")
    + entry("gpt", "oci/openai.gpt-5.5")
    + entry("embed", "oci/cohere.embed-v4.0")
)

TOOL = {
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
AZURE = "2025-03-01-preview"
CALL = 'get_weather {"city": "Oslo"}'


class Sum(BaseModel):
    """What a structured answer looks like."""

    result: int


@contextmanager
def gateway(config: str | None = None, port: int = 0) -> Iterator[str]:
    """A gateway with an emulator behind it; it ends with its standard input."""
    # The environment of this script lies in the folder that cargo builds into.
    locus = Path(sys.executable).parents[3] / "debug" / "locus"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "config.yaml")
        file.write_text(CONFIG if config is None else config, encoding="utf-8")
        command = [locus, "serve", "--emulator", "--json", "--port", str(port), "--log", "error"]
        process = subprocess.Popen(
            [*command, "--config", file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdin and process.stdout
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.stdin.close()
            process.wait(timeout=30)


def chat(client: openai.OpenAI, model: str) -> None:
    answer = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": QUESTION}]
    )
    require_answer(
        [answer.choices[0].message.content or ""],
        answer.usage.total_tokens if answer.usage else None,
        streamed=False,
    )


def chat_streamed(client: openai.OpenAI, model: str) -> None:
    chunks = list(
        client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": QUESTION}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    texts = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    usages = [chunk.usage for chunk in chunks if chunk.usage]
    require(len(usages) == 1, f"expected one usage, found {usages}")
    require_answer(texts, usages[0].total_tokens, streamed=True)


def tools(client: openai.OpenAI) -> None:
    message = (
        client.chat.completions.create(
            model="oci-grok-4",
            messages=[{"role": "user", "content": CALL}],
            tools=[{"type": "function", "function": TOOL}],  # type: ignore[list-item]
            tool_choice="auto",
        )
        .choices[0]
        .message
    )
    arguments = [json.loads(call.function.arguments) for call in message.tool_calls or []]
    require(arguments == [{"city": "Oslo"}], f"expected one call, found {message}")


def structured(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(
        model="gpt",
        messages=[{"role": "user", "content": QUESTION}],
        response_format=Sum,
    )
    parsed = answer.choices[0].message.parsed
    require(isinstance(parsed, Sum), f"expected a structured answer, found {answer}")


def responses(client: openai.OpenAI) -> None:
    answer = client.responses.create(model="gpt", input=QUESTION)
    total = answer.usage.total_tokens if answer.usage else None
    require_answer([answer.output_text], total, streamed=False)


def responses_streamed(client: openai.OpenAI) -> None:
    events = list(client.responses.create(model="gpt", input=QUESTION, stream=True))
    texts = [event.delta for event in events if event.type == "response.output_text.delta"]
    last = events[-1]
    require(last.type == "response.completed", f"expected an end, found {last.type}")
    require_answer(texts, last.response.usage.total_tokens, streamed=True)


def embeddings(client: openai.OpenAI) -> None:
    answer = client.embeddings.create(model="embed", input=["Hello world", "Goodbye world"])
    sizes = [len(item.embedding) for item in answer.data]
    require(len(sizes) == 2 and sizes[0] == sizes[1] > 0, f"expected two vectors, found {sizes}")


def models(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    require("oci-grok-4" in names and "gpt" in names, f"expected the aliases, found {names}")


def unknown_model(client: openai.OpenAI) -> None:
    try:
        chat(client, "nobody")
    except openai.NotFoundError as error:
        require(error.code == "model_not_found", f"expected a code, found {error.code}")
    else:
        require(False, "a model that is not served was answered")


def messages(client: anthropic.Anthropic) -> None:
    answer = client.messages.create(
        model="gpt", max_tokens=500, messages=[{"role": "user", "content": QUESTION}]
    )
    texts = [block.text for block in answer.content if block.type == "text"]
    require(answer.stop_reason == "end_turn", f"expected an end, found {answer.stop_reason}")
    require_answer(texts, answer.usage.output_tokens, streamed=False)


def messages_streamed(client: anthropic.Anthropic) -> None:
    with client.messages.stream(
        model="oci-grok-4", max_tokens=500, messages=[{"role": "user", "content": QUESTION}]
    ) as stream:
        texts = list(stream.text_stream)
        final = stream.get_final_message()
    require_answer(texts, final.usage.output_tokens, streamed=True)


def messages_tools(client: anthropic.Anthropic) -> None:
    tool = {
        "name": TOOL["name"],
        "description": TOOL["description"],
        "input_schema": TOOL["parameters"],
    }
    answer = client.messages.create(
        model="oci-grok-4",
        max_tokens=500,
        tools=[tool],  # type: ignore[list-item]
        messages=[{"role": "user", "content": CALL}],
    )
    inputs = [block.input for block in answer.content if block.type == "tool_use"]
    require(inputs == [{"city": "Oslo"}], f"expected one call, found {answer.content}")


def langchain(url: str) -> None:
    model = ChatOpenAI(model="oci-grok-4", base_url=f"{url}/v1", api_key="anything")  # type: ignore[arg-type]
    answer = model.invoke(QUESTION)
    total = (answer.usage_metadata or {}).get("total_tokens")
    require_answer([str(answer.content)], total, streamed=False)


def langchain_streamed(url: str) -> None:
    model = ChatOpenAI(
        model="oci-cohere-command",
        base_url=f"{url}/v1",
        api_key="anything",  # type: ignore[arg-type]
        stream_usage=True,
    )
    pieces = list(model.stream(QUESTION))
    totals = [piece.usage_metadata["total_tokens"] for piece in pieces if piece.usage_metadata]
    texts = [str(piece.content) for piece in pieces if piece.content]
    require_answer(texts, sum(totals), streamed=True)


def langchain_azure(url: str) -> None:
    model = AzureChatOpenAI(
        azure_deployment="oci-grok-4",
        azure_endpoint=url,
        api_key="anything",  # type: ignore[arg-type]
        api_version=AZURE,
    )
    answer = model.invoke(QUESTION)
    total = (answer.usage_metadata or {}).get("total_tokens")
    require_answer([str(answer.content)], total, streamed=False)


def openai_checks(script: Script, name: str, client: openai.OpenAI) -> None:
    for model in ("oci-grok-4", "oci-cohere-command", "oci-grok-mini", "gpt"):
        script.check(f"{name} chat {model}", lambda: chat(client, model))
        script.check(f"{name} stream {model}", lambda: chat_streamed(client, model))
    for what, action in (
        ("tools", tools),
        ("structured output", structured),
        ("responses", responses),
        ("responses stream", responses_streamed),
        ("embeddings", embeddings),
        ("models", models),
        ("unknown model", unknown_model),
    ):
        script.check(f"{name} {what}", lambda: action(client))


def main() -> None:
    script = Script("gateway")
    with gateway() as url:
        # The page's own line, without /v1.
        client = openai.OpenAI(api_key="anything", base_url=url, max_retries=0)
        openai_checks(script, "openai", client)
        # It puts the model into the path.
        azure = openai.AzureOpenAI(
            api_key="anything", azure_endpoint=url, api_version=AZURE, max_retries=0
        )
        openai_checks(script, "azure", azure)
        other = anthropic.Anthropic(api_key="anything", base_url=url, max_retries=0)
        for name, ask in (
            ("messages", messages),
            ("messages stream", messages_streamed),
            ("messages tools", messages_tools),
        ):
            script.check(f"anthropic {name}", lambda: ask(other))
        script.check("langchain invoke", lambda: langchain(url))
        script.check("langchain stream", lambda: langchain_streamed(url))
        script.check("langchain azure", lambda: langchain_azure(url))
    script.exit()


if __name__ == "__main__":
    main()
