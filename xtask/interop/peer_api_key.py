"""The plain client of the `openai` package with a Generative AI API key, which signs nothing."""

from __future__ import annotations

from openai import AuthenticationError, OpenAI

from common import TIMEOUT_SECONDS, Script, require
from openai_chat import ask_streamed, ask_whole
from openai_more import respond, respond_streamed


def main() -> None:
    """Asks with the right key, and with a wrong one."""
    script = Script("api-key")
    emulator = script.emulator

    def client(key: str = emulator.api_key) -> OpenAI:
        return OpenAI(
            api_key=key, base_url=f"{emulator.url}/openai/v1", max_retries=0, timeout=TIMEOUT_SECONDS
        )

    def wrong() -> None:
        try:
            ask_whole(client("sk-wrong"))
        except AuthenticationError:
            return
        require(False, "a wrong key has opened something")

    script.check("whole", lambda: ask_whole(client()))
    script.check("streamed", lambda: ask_streamed(client()))
    script.check("responses whole", lambda: respond(client()))
    script.check("responses streamed", lambda: respond_streamed(client()))
    script.check("wrong key", wrong)
    script.exit()


if __name__ == "__main__":
    main()
