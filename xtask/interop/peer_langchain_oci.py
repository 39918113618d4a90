"""`langchain-oci`: chat over the native operations, vectors and ranks."""

from __future__ import annotations

from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_oci import ChatOCIGenAI, OCIGenAIEmbeddings, OCIGenAIRerank

from common import QUESTION, Script, require

MODELS = [
    "xai.grok-4",
    "openai.gpt-oss-120b",
    "google.gemini-2.5-pro",
    "meta.llama-3.3-70b-instruct",
    "cohere.command-a-03-2025",
]
# xAI sends whole calls, OpenAI pieces of calls, Gemini calls without ids, Cohere calls of its own.
CALLERS = MODELS[:3] + MODELS[4:]


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"3C in {city}"


def main() -> None:
    """Asks models of every family whole and streamed, and lets them call a tool."""
    script = Script("langchain-oci")
    emulator = script.emulator
    service = {
        "service_endpoint": emulator.url,
        "compartment_id": emulator.compartment_id,
        "auth_type": "API_KEY",
        "auth_profile": emulator.profile,
        "auth_file_location": emulator.config_file,
    }

    def chat(model: str) -> Any:
        return ChatOCIGenAI(model_id=model, **service)

    def whole(model: str) -> None:
        answer = chat(model).invoke(QUESTION)
        require("4" in answer.text, f"found {answer}")

    def streamed(model: str) -> None:
        chunks = [chunk.text for chunk in chat(model).stream(QUESTION) if chunk.text]
        require("".join(chunks) == "2x2 is 4." and len(chunks) > 1, f"found {chunks}")

    def tools(model: str, *, stream: bool) -> None:
        bound = chat(model).bind_tools([get_weather])
        question = HumanMessage('get_weather {"city": "Oslo"}')
        if stream:
            answer = AIMessageChunk(content="")
            for chunk in bound.stream([question]):
                answer += chunk
        else:
            answer = bound.invoke([question])
        arguments = [call["args"] for call in answer.tool_calls]
        require(arguments == [{"city": "Oslo"}], f"found {answer.tool_calls}")
        if stream:
            return
        call = answer.tool_calls[0]
        result = ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])
        answer = bound.invoke([question, answer, result])
        require("3C in Oslo" in answer.text, f"found {answer}")

    def embed() -> None:
        vectors = OCIGenAIEmbeddings(
            model_id="cohere.embed-english-v3.0", **service
        ).embed_documents(["a"] * 97)
        require(len(vectors) == 97, f"found {len(vectors)} vectors")

    def rerank() -> None:
        ranker = OCIGenAIRerank(model_id="cohere.rerank-v3.5", **service)
        documents = [Document("green"), Document("a red apple")]
        best = ranker.compress_documents(documents, "red apple")[0]
        require(best.page_content == "a red apple", f"found {best}")

    for model in MODELS:
        script.check(f"{model} whole", lambda model=model: whole(model))
        script.check(f"{model} streamed", lambda model=model: streamed(model))
    for model in CALLERS:
        script.check(f"{model} tools", lambda model=model: tools(model, stream=False))
        script.check(f"{model} tools streamed", lambda model=model: tools(model, stream=True))
    script.check("embeddings in batches", embed)
    script.check("rerank", rerank)
    script.exit()


if __name__ == "__main__":
    main()
