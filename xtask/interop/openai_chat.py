"""One question through any client of the `openai` package, whole and streamed."""

from __future__ import annotations

from openai import OpenAI

from common import MODEL, QUESTION, require, require_answer


def ask_whole(client: OpenAI) -> None:
    """Asks for the answer in one piece."""
    with client:
        answer = client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": QUESTION}]
        )
    text = answer.choices[0].message.content or ""
    tokens = answer.usage.total_tokens if answer.usage else None
    require_answer([text], tokens, streamed=False)


def ask_streamed(client: OpenAI) -> None:
    """Asks for the answer as a stream that closes with the usage."""
    with client:
        stream = client.chat.completions.create(
            model=MODEL,
            messages=[{"role": "user", "content": QUESTION}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = list(stream)
    choices = [choice for chunk in chunks for choice in chunk.choices]
    texts = [choice.delta.content for choice in choices if choice.delta.content]
    usages = [chunk.usage for chunk in chunks if chunk.usage]
    require(len(usages) == 1, f"expected one usage, found {usages}")
    require([c.finish_reason for c in choices if c.finish_reason] == ["stop"], "no finish reason")
    require_answer(texts, usages[0].total_tokens, streamed=True)
