"""`oci-openai`, Oracle's own subclass of the client of the `openai` package."""

from __future__ import annotations

from oci_openai import OciOpenAI, OciUserPrincipalAuth

from common import TIMEOUT_SECONDS, Script
from openai_chat import ask_streamed, ask_whole
from openai_more import check_all


def main() -> None:
    """Asks whole and streamed, and does what there is beside chat."""
    script = Script("oci-openai")
    emulator = script.emulator

    def client(url: str = emulator.url) -> OciOpenAI:
        auth = OciUserPrincipalAuth(config_file=emulator.config_file, profile_name=emulator.profile)
        return OciOpenAI(
            auth=auth,
            base_url=f"{url}/openai/v1",
            compartment_id=emulator.compartment_id,
            timeout=TIMEOUT_SECONDS,
            max_retries=0,
        )

    script.check_recorded("whole", lambda url: ask_whole(client(url)))
    script.check_recorded("streamed", lambda url: ask_streamed(client(url)))
    check_all(script, client)
    script.exit()


if __name__ == "__main__":
    main()
