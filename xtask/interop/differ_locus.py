"""The requests of locus for Python beside ours, over each of its transports."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from locus.core.messages import Message, ToolCall, ToolResult
from locus.models.providers.oci import (
    OCIChatCompletionsModel,
    OCIModel,
    OCIResponsesModel,
)

from common import Script
from differ import QUESTION, SCHEMA, Case, cases_of, compare

ENDPOINT = "ocid1.generativeaiendpoint.oc1.us-chicago-1.aaaa"
CASES = [
    *cases_of("v1 gpt", "openai.gpt-5.5"),
    *cases_of("v1 llama", "meta.llama-3.3-70b-instruct"),
    Case("v1 schema", "openai.gpt-5.5", {"messages": QUESTION, "response_format": SCHEMA}),
    *cases_of("responses", "openai.gpt-5.5-pro", "responses"),
    Case(
        "responses schema",
        "openai.gpt-5.5-pro",
        {"messages": QUESTION, "response_format": SCHEMA},
        "responses",
    ),
    *cases_of("cohere", "cohere.command-r-plus"),
    *cases_of("endpoint", ENDPOINT),
    Case("endpoint temperature", ENDPOINT, {"messages": QUESTION, "temperature": 0.1}),
]


def main() -> None:
    """Compares all of them."""
    script = Script("locus-sdk")
    emulator = script.emulator

    def model(case: Case, url: str) -> Any:
        if case.transport == "responses" or case.model.startswith(("openai.", "meta.")):
            kind = OCIResponsesModel if case.transport else OCIChatCompletionsModel
            return kind(
                model=case.model,
                profile=emulator.profile,
                config_file=emulator.config_file,
                compartment_id=emulator.compartment_id,
                base_url=f"{url}/openai/v1",
            )
        return OCIModel(
            model_id=case.model,
            profile_name=emulator.profile,
            config_file=emulator.config_file,
            compartment_id=emulator.compartment_id,
            service_endpoint=url,
        )

    def ask(case: Case, url: str) -> None:
        messages = [message(one) for one in case.request["messages"]]
        tools = case.request.get("tools")
        names = ("temperature", "response_format")
        more = {name: case.request[name] for name in names if name in case.request}

        async def run() -> None:
            if not case.stream:
                await model(case, url).complete(messages, tools, **more)
                return
            async for _ in model(case, url).stream(messages, tools, **more):
                pass

        asyncio.run(run())

    compare(script, "locus-sdk", CASES, ask)
    script.exit()


def message(one: dict[str, Any]) -> Message:
    """A message of chat completions as one of theirs."""
    if one["role"] == "tool":
        result = ToolResult(
            tool_call_id=one["tool_call_id"], name="get_weather", content=one["content"]
        )
        return Message.tool(result)
    calls = [
        ToolCall(
            id=call["id"],
            name=call["function"]["name"],
            arguments=json.loads(call["function"]["arguments"]),
        )
        for call in one.get("tool_calls", [])
    ]
    if calls:
        return Message.assistant(one["content"], calls)
    return getattr(Message, one["role"])(one["content"])


if __name__ == "__main__":
    main()
