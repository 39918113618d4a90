"""The requests of LiteLLM's provider `oci/` beside ours, in both native formats."""

from __future__ import annotations

import configparser
import os

# Both would look for more on the network, time after time.
os.environ |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "HF_HUB_OFFLINE": "1"}

import litellm  # noqa: E402

from common import TIMEOUT_SECONDS, Script  # noqa: E402
from differ import IMAGE, QUESTION, SCHEMA, Case, cases_of, compare  # noqa: E402

GROK = "xai.grok-3-mini"
CASES = [
    *cases_of("grok", GROK, "sdk"),
    Case("grok schema", GROK, {"messages": QUESTION, "response_format": SCHEMA}, "sdk"),
    Case("grok effort", GROK, {"messages": QUESTION, "reasoning_effort": "high"}, "sdk"),
    Case("grok choice", GROK, {"messages": QUESTION, "temperature": 0.5, "seed": 7}, "sdk"),
    *cases_of("gpt", "openai.gpt-5", "sdk"),
    *cases_of("llama", "meta.llama-3.3-70b-instruct", "sdk"),
    Case("image", "meta.llama-4-maverick-17b-128e-instruct-fp8", {"messages": IMAGE}, "sdk"),
    *cases_of("cohere", "cohere.command-a-03-2025", max_tokens=100),
    Case(
        "cohere schema",
        "cohere.command-a-03-2025",
        {"messages": QUESTION, "response_format": SCHEMA, "max_tokens": 100},
    ),
    Case("embeddings", "cohere.embed-english-v3.0", {"input": ["a", "bb"]}),
]


def main() -> None:
    """Compares all of them."""
    script = Script("litellm")
    emulator = script.emulator
    # LiteLLM reads no profiles.
    parser = configparser.ConfigParser()
    parser.read(emulator.config_file)
    profile = parser[emulator.profile]
    service = {
        "oci_region": profile["region"],
        "oci_user": profile["user"],
        "oci_fingerprint": profile["fingerprint"],
        "oci_tenancy": profile["tenancy"],
        "oci_key_file": profile["key_file"],
        "oci_compartment_id": emulator.compartment_id,
        "num_retries": 0,
        "timeout": TIMEOUT_SECONDS,
    }

    def ask(case: Case, url: str) -> None:
        model = f"oci/{case.model}"
        if "input" in case.request:
            litellm.embedding(model=model, api_base=url, **case.request, **service)
            return
        answer = litellm.completion(
            model=model, api_base=url, stream=case.stream, **case.request, **service
        )
        for _ in answer if case.stream else []:
            pass

    compare(script, "litellm", CASES, ask)
    script.exit()


if __name__ == "__main__":
    main()
