"""LiteLLM's provider `oci/`, which signs by itself."""

from __future__ import annotations

import configparser
import os
from typing import Any

# Both would look for more on the network, time after time.
os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "HF_HUB_OFFLINE": "1"}

import litellm  # noqa: E402

from common import QUESTION, TIMEOUT_SECONDS, Script, require  # noqa: E402

MODELS = ["xai.grok-3", "openai.gpt-5", "meta.llama-3.3-70b-instruct", "cohere.command-a-03-2025"]
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def main() -> None:
    """Asks models of both formats whole and streamed, lets them call a tool, and embeds."""
    script = Script("litellm")
    emulator = script.emulator
    # LiteLLM reads no profiles.
    parser = configparser.ConfigParser()
    parser.read(emulator.config_file)
    profile = parser[emulator.profile]
    service = {
        "api_base": emulator.url,
        "oci_region": profile["region"],
        "oci_user": profile["user"],
        "oci_fingerprint": profile["fingerprint"],
        "oci_tenancy": profile["tenancy"],
        "oci_key_file": profile["key_file"],
        "oci_compartment_id": emulator.compartment_id,
        "num_retries": 0,
        "timeout": TIMEOUT_SECONDS,
    }

    def ask(model: str, text: str = QUESTION, **more: Any) -> Any:
        messages = [{"role": "user", "content": text}]
        # Its own default is more than the service documents for Cohere's models on demand.
        if model.startswith("cohere."):
            more["max_tokens"] = 100
        return litellm.completion(model=f"oci/{model}", messages=messages, **service, **more)

    def whole(model: str) -> None:
        answer = ask(model)
        require("4" in answer.choices[0].message.content, f"found {answer}")
        require(answer.usage.total_tokens > 0, f"found {answer.usage}")

    def streamed(model: str) -> None:
        deltas = [chunk.choices[0].delta.content for chunk in ask(model, stream=True)]
        text = "".join(delta for delta in deltas if delta)
        require(text == "2x2 is 4.", f"found {text!r}")

    def tools(model: str) -> None:
        answer = ask(model, 'get_weather {"city": "Oslo"}', tools=[TOOL])
        call = answer.choices[0].message.tool_calls[0].function
        found = (call.name, call.arguments.replace(" ", ""))
        require(found == ("get_weather", '{"city":"Oslo"}'), f"found {found}")

    def embed() -> None:
        answer = litellm.embedding(
            model="oci/cohere.embed-english-v3.0", input=["a", "bb"], **service
        )
        places = [item["embedding"].index(max(item["embedding"])) for item in answer.data]
        require(places == [97, 98], f"found {places}")

    for model in MODELS:
        script.check(f"{model} whole", lambda model=model: whole(model))
        script.check(f"{model} streamed", lambda model=model: streamed(model))
        script.check(f"{model} tools", lambda model=model: tools(model))
    script.check("embeddings", embed)
    script.exit()


if __name__ == "__main__":
    main()
