"""Responses, embeddings, models and tools through any client of the `openai` package."""

from __future__ import annotations

import json
from collections.abc import Callable

from openai import NotFoundError, OpenAI

from common import QUESTION, Script, require

MODEL = "openai.gpt-oss-120b"
EMBEDDER = "cohere.embed-v4.0"
TOOL = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}


def check_all(script: Script, client: Callable[[], OpenAI]) -> None:
    """Runs every check with clients of its own."""
    for what, action in [
        ("responses whole", respond),
        ("responses streamed", respond_streamed),
        ("responses continued", continue_statefully),
        ("responses without a store", continue_statelessly),
        ("responses in the background", respond_in_background),
        ("responses kept", look_back),
        ("conversation", converse),
        ("chat tools streamed", call_tools),
        ("embeddings", embed),
        ("models", list_models),
    ]:

        def checked(action: Callable[[OpenAI], None] = action) -> None:
            with client() as opened:
                action(opened)

        script.check(what, checked)


def respond(client: OpenAI) -> None:
    """A whole response."""
    response = client.responses.create(model=MODEL, input=QUESTION)
    require("4" in response.output_text, f"found {response.output_text!r}")
    require(response.usage is not None and response.usage.total_tokens > 0, "no usage")


def respond_streamed(client: OpenAI) -> None:
    """The package puts the response together from the events and compares."""
    with client.responses.stream(model=MODEL, input=QUESTION) as stream:
        kinds = [event.type for event in stream]
        response = stream.get_final_response()
    require(kinds.count("response.output_text.delta") > 1, f"found {kinds}")
    require("4" in response.output_text, f"found {response.output_text!r}")


def continue_statefully(client: OpenAI) -> None:
    """A call of a tool, its output, and an answer, of which the service remembers the first."""
    first = client.responses.create(
        model=MODEL, input='get_weather {"city": "Oslo"}', tools=[TOOL]  # type: ignore[list-item]
    )
    calls = [item for item in first.output if item.type == "function_call"]
    require(len(calls) == 1 and json.loads(calls[0].arguments) == {"city": "Oslo"}, f"{calls}")
    second = client.responses.create(
        model=MODEL,
        previous_response_id=first.id,
        input=[{"type": "function_call_output", "call_id": calls[0].call_id, "output": "3C"}],
        tools=[TOOL],  # type: ignore[list-item]
    )
    require("3C" in second.output_text, f"found {second.output_text!r}")


def continue_statelessly(client: OpenAI) -> None:
    """Thoughts travel sealed, since the service keeps nothing."""
    said = [{"role": "user", "content": "hello"}]
    first = client.responses.create(
        model=MODEL,
        input=said,  # type: ignore[arg-type]
        store=False,
        reasoning={"effort": "high"},
        include=["reasoning.encrypted_content"],
    )
    require(first.output[0].type == "reasoning", f"found {first.output[0].type}")
    said += [item.model_dump(exclude_none=True) for item in first.output]  # type: ignore[misc]
    said.append({"role": "user", "content": QUESTION})
    second = client.responses.create(model=MODEL, input=said, store=False)  # type: ignore[arg-type]
    require("4" in second.output_text, f"found {second.output_text!r}")
    try:
        client.responses.retrieve(first.id)
    except NotFoundError:
        return
    require(False, "what was not to be stored is there")


def respond_in_background(client: OpenAI) -> None:
    """One response is waited for, another one cancelled."""
    response = client.responses.create(model=MODEL, input=QUESTION, background=True)
    looks = 0
    while response.status in {"queued", "in_progress"} and looks < 10:
        response = client.responses.retrieve(response.id)
        looks += 1
    require(response.status == "completed", f"found {response.status} after {looks} looks")
    response = client.responses.create(model=MODEL, input=QUESTION, background=True)
    cancelled = client.responses.cancel(response.id)
    require(cancelled.status == "cancelled", f"found {cancelled.status}")


def look_back(client: OpenAI) -> None:
    """A response, its input and its stream are there until it is deleted."""
    response = client.responses.create(model=MODEL, input=QUESTION)
    items = list(client.responses.input_items.list(response.id))
    require(len(items) == 1, f"found {items}")
    events = list(client.responses.retrieve(response.id, stream=True))
    require(events[-1].type == "response.completed", f"found {events[-1].type}")
    client.responses.delete(response.id)
    try:
        client.responses.retrieve(response.id)
    except NotFoundError:
        return
    require(False, "what was deleted is there")


def converse(client: OpenAI) -> None:
    """A conversation grows with each response."""
    conversation = client.conversations.create(metadata={"topic": "sums"})
    for _ in range(2):
        client.responses.create(model=MODEL, input=QUESTION, conversation=conversation.id)
    items = list(client.conversations.items.list(conversation.id, limit=3))
    require(len(items) == 4, f"expected two pages of four items, found {len(items)}")
    client.conversations.delete(conversation.id)


def call_tools(client: OpenAI) -> None:
    """The package puts two calls at once together from their pieces."""
    function = {"name": TOOL["name"], "parameters": TOOL["parameters"]}
    with client.chat.completions.stream(
        model=MODEL,
        messages=[{"role": "user", "content": 'get_weather {"city": "Oslo"} get_weather {"city": "Rome"}'}],
        tools=[{"type": "function", "function": function}],  # type: ignore[typeddict-item]
    ) as stream:
        message = stream.get_final_completion().choices[0].message
    arguments = [json.loads(call.function.arguments) for call in message.tool_calls or []]
    require(arguments == [{"city": "Oslo"}, {"city": "Rome"}], f"found {arguments}")


def embed(client: OpenAI) -> None:
    """The package asks for base64 unless it is told otherwise, and decodes it."""
    answer = client.embeddings.create(model=EMBEDDER, input=["a", "bb"], dimensions=256)
    places = [item.embedding.index(max(item.embedding)) for item in answer.data]
    require(places == [97, 98], f"found {places}")
    plain = client.embeddings.create(
        model=EMBEDDER, input=["a", "bb"], dimensions=256, encoding_format="float"
    )
    vectors = [[item.embedding for item in one.data] for one in (answer, plain)]
    require(vectors[0] == vectors[1], "both encodings are not the same")


def list_models(client: OpenAI) -> None:
    """Some models are listed, and one can be asked for."""
    names = [model.id for model in client.models.list()]
    require(MODEL in names, f"found {names}")
    require(client.models.retrieve(names[0]).id == names[0], "another model")
