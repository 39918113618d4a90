"""The official Python SDK: its client of the native API, and its signer through `requests`."""

from __future__ import annotations

import json
from typing import Any

import oci
import requests
from oci.generative_ai_inference import GenerativeAiInferenceClient, models

from common import MODEL, QUESTION, TIMEOUT_SECONDS, Script, require, require_answer


def main() -> None:
    """Asks whole and streamed, natively and through the OpenAI-compatible path."""
    script = Script("oci")
    config = oci.config.from_file(script.emulator.config_file, script.emulator.profile)
    compartment_id = script.emulator.compartment_id

    def native(url: str, *, stream: bool) -> Any:
        client = GenerativeAiInferenceClient(
            config,
            service_endpoint=url,
            retry_strategy=oci.retry.NoneRetryStrategy(),
            timeout=(TIMEOUT_SECONDS, TIMEOUT_SECONDS),
        )
        request = models.GenericChatRequest(
            messages=[models.UserMessage(content=[models.TextContent(text=QUESTION)])],
            is_stream=stream,
            stream_options=models.StreamOptions(is_include_usage=True) if stream else None,
        )
        mode = models.OnDemandServingMode(model_id=MODEL)
        details = models.ChatDetails(
            compartment_id=compartment_id, serving_mode=mode, chat_request=request
        )
        return client.chat(details).data

    def native_whole(url: str) -> None:
        response = native(url, stream=False).chat_response
        text = response.choices[0].message.content[0].text
        require_answer([text], response.usage.total_tokens, streamed=False)

    def native_streamed(url: str) -> None:
        events = [json.loads(event.data) for event in native(url, stream=True).events()]
        messages = [event.get("message") or {} for event in events]
        parts = [part for message in messages for part in message.get("content") or []]
        texts = [part["text"] for part in parts if part.get("text")]
        usages = [event["usage"] for event in events if event.get("usage")]
        require(len(usages) == 1, f"expected one usage, found {usages}")
        require(any(event.get("finishReason") for event in events), "no finish reason")
        require_answer(texts, usages[0]["totalTokens"], streamed=True)

    signer = oci.signer.Signer.from_config(config)

    def v1(url: str, *, stream: bool) -> requests.Response:
        body: dict[str, Any] = {
            "model": MODEL,
            "messages": [{"role": "user", "content": QUESTION}],
        }
        if stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        response = requests.post(
            f"{url}/openai/v1/chat/completions",
            json=body,
            headers={"CompartmentId": compartment_id, "opc-compartment-id": compartment_id},
            auth=signer,
            stream=stream,
            timeout=TIMEOUT_SECONDS,
        )
        require(response.ok, f"status {response.status_code}: {response.text}")
        require("opc-request-id" in response.headers, "no opc-request-id")
        return response

    def v1_whole(url: str) -> None:
        answer = v1(url, stream=False).json()
        text = answer["choices"][0]["message"]["content"]
        require_answer([text], answer["usage"]["total_tokens"], streamed=False)

    def v1_streamed(url: str) -> None:
        response = v1(url, stream=True)
        lines = [line.decode() for line in response.iter_lines()]
        data = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
        require(data[-1:] == ["[DONE]"], f"expected [DONE] at the end, found {data[-1:]}")
        chunks = [json.loads(item) for item in data[:-1]]
        deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
        texts = [delta["content"] for delta in deltas if delta.get("content")]
        usages = [chunk["usage"] for chunk in chunks if chunk.get("usage")]
        require(len(usages) == 1, f"expected one usage, found {usages}")
        require_answer(texts, usages[0]["total_tokens"], streamed=True)

    script.check_recorded("native whole", native_whole)
    script.check_recorded("native streamed", native_streamed)
    script.check_recorded("signer whole", v1_whole)
    script.check_recorded("signer streamed", v1_streamed)
    script.exit()


if __name__ == "__main__":
    main()
