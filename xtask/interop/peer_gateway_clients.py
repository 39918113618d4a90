"""What clients of `locus serve` rely on beyond a right answer: the shapes of lists, errors, counts and streams.

Each check is of something that a client stumbled over, or of a way through the gateway that only some clients take.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import anthropic
import openai
from langchain_anthropic import ChatAnthropic
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from common import QUESTION, Script, require, require_answer
from peer_gateway import CONFIG, TOOL, gateway

KEY = "the-key-of-the-master"
LOCKED = f"{CONFIG}general_settings:\n  master_key: {KEY}\n"
CALLS = 'get_weather {"city": "Oslo"} get_weather {"city": "Rome"}'
CITIES = [{"city": "Oslo"}, {"city": "Rome"}]
# One for each way through the gateway: Cohere's format, chat completions, and a Responses API of its own.
MODELS = ("oci-cohere-command", "oci-grok-4", "gpt")


class Sum(BaseModel):
    """The sum of two numbers."""

    result: int


def raised(expected: type[Exception], action: Callable[[], object]) -> None:
    """The client tells the failure apart, as its users' programs do."""
    try:
        action()
    except expected:
        return
    require(False, f"expected {expected.__name__}, found an answer")


def calls_one_by_one(client: openai.OpenAI, model: str) -> None:
    chunks = client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": CALLS}],
        tools=[{"type": "function", "function": TOOL}],  # type: ignore[list-item]
        stream=True,
    )
    arguments: dict[int, str] = {}
    for delta in (chunk.choices[0].delta for chunk in chunks if chunk.choices):
        pieces = delta.tool_calls or []
        require(len(pieces) <= 1, f"expected one call in a chunk, found {pieces}")
        for piece in pieces:
            more = piece.function.arguments if piece.function else None
            arguments[piece.index] = arguments.get(piece.index, "") + (more or "")
    found = [json.loads(arguments[index]) for index in sorted(arguments)]
    require(found == CITIES, f"expected two calls, found {found}")


def text(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="oci-grok-4", prompt=QUESTION)
    total = answer.usage.total_tokens if answer.usage else None
    require_answer([answer.choices[0].text], total, streamed=False)


def text_streamed(client: openai.OpenAI) -> None:
    chunks = list(
        client.completions.create(
            model="oci-grok-4",
            prompt=QUESTION,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    texts = [chunk.choices[0].text for chunk in chunks if chunk.choices and chunk.choices[0].text]
    totals = [chunk.usage.total_tokens for chunk in chunks if chunk.usage]
    require_answer(texts, sum(totals), streamed=True)


def input_tokens(client: openai.OpenAI) -> None:
    counted = client.responses.input_tokens.count(model="gpt", input=QUESTION)
    require(counted.input_tokens > 0, f"expected a count, found {counted}")


def openai_errors(client: openai.OpenAI) -> None:
    stranger = client.with_options(api_key="wrong")
    raised(openai.AuthenticationError, stranger.models.list)
    raised(openai.AuthenticationError, lambda: text(stranger))
    raised(openai.NotFoundError, lambda: client.models.retrieve("nobody"))
    raised(openai.NotFoundError, lambda: client.responses.create(model="nobody", input="x"))
    raised(openai.BadRequestError, lambda: client.responses.create(input="x"))
    raised(openai.BadRequestError, lambda: client.embeddings.create(model="embed", input=[[1, 2]]))


def anthropic_models(client: anthropic.Anthropic) -> None:
    listed = list(client.models.list())
    require({"gpt", "embed"} <= {model.id for model in listed}, f"found {listed}")
    one = client.models.retrieve("gpt")
    require(one in listed and one.type == "model", f"found {one} beside {listed}")
    require(bool(one.display_name) and one.created_at.year >= 1970, f"found {one}")


def anthropic_errors(client: anthropic.Anthropic) -> None:
    stranger = client.with_options(api_key="wrong")
    raised(anthropic.AuthenticationError, stranger.models.list)
    for refused in (
        lambda: client.models.retrieve("nobody"),
        lambda: client.messages.count_tokens(model="nobody", messages=[]),
    ):
        try:
            refused()
        except anthropic.NotFoundError as error:
            body = error.body if isinstance(error.body, dict) else {}
            require(body.get("type") == "error", f"expected Anthropic's shape, found {error.body}")
        else:
            require(False, "a model that is not served was found")


def tools(model: BaseChatModel) -> None:
    """Two calls at once, streamed, and an answer to what they return."""
    bound = model.bind_tools([{"type": "function", "function": TOOL}])
    said = [HumanMessage(CALLS)]
    answer = None
    for piece in bound.stream(said):
        answer = piece if answer is None else answer + piece
    require(answer is not None, "expected an answer, found none")
    found = [call["args"] for call in answer.tool_calls]
    require(found == CITIES, f"expected two calls, found {answer}")
    results = [ToolMessage("3C", tool_call_id=call["id"]) for call in answer.tool_calls]
    told = bound.invoke([*said, answer, *results]).text
    require(told.count("3C") == 2, f"expected both results, found {told!r}")


def structured(model: BaseChatModel) -> None:
    found = model.with_structured_output(Sum, method="json_schema").invoke(QUESTION)
    require(isinstance(found, Sum), f"expected a structured answer, found {found}")


def main() -> None:
    script = Script("gateway-clients")
    with gateway(LOCKED) as url:
        client = openai.OpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0)
        for model in MODELS:
            script.check(
                f"openai calls one by one {model}", lambda model=model: calls_one_by_one(client, model)
            )
        for name, action in (
            ("text", text),
            ("text stream", text_streamed),
            ("input tokens", input_tokens),
            ("errors", openai_errors),
        ):
            script.check(f"openai {name}", lambda action=action: action(client))
        other = anthropic.Anthropic(api_key=KEY, base_url=url, max_retries=0)
        script.check("anthropic models", lambda: anthropic_models(other))
        script.check("anthropic errors", lambda: anthropic_errors(other))
        for name in MODELS:
            plain = {"model": name, "api_key": KEY, "max_retries": 0}
            for way, model in (
                ("responses", ChatOpenAI(base_url=f"{url}/v1", use_responses_api=True, **plain)),
                ("messages", ChatAnthropic(base_url=url, max_tokens=500, **plain)),
            ):
                script.check(f"langchain {way} tools {name}", lambda model=model: tools(model))
                script.check(f"langchain {way} form {name}", lambda model=model: structured(model))
    script.exit()


if __name__ == "__main__":
    main()
