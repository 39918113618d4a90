"""`oci-genai-auth`, Oracle's signing for the plain client of the `openai` package."""

from __future__ import annotations

import httpx
from oci_genai_auth import OciUserPrincipalAuth
from openai import OpenAI

from common import TIMEOUT_SECONDS, Script
from openai_chat import ask_streamed, ask_whole
from openai_more import check_all


def main() -> None:
    """Asks whole and streamed, and does what there is beside chat."""
    script = Script("oci-genai-auth")
    emulator = script.emulator

    def client(url: str = emulator.url) -> OpenAI:
        auth = OciUserPrincipalAuth(config_file=emulator.config_file, profile_name=emulator.profile)
        headers = {
            "CompartmentId": emulator.compartment_id,
            "opc-compartment-id": emulator.compartment_id,
        }
        # openai 3 names a client of its own in its types, and takes one of httpx when it runs.
        return OpenAI(
            api_key="not-used",
            base_url=f"{url}/openai/v1",
            max_retries=0,
            http_client=httpx.Client(auth=auth, headers=headers, timeout=TIMEOUT_SECONDS),
        )

    script.check_recorded("whole", lambda url: ask_whole(client(url)))
    script.check_recorded("streamed", lambda url: ask_streamed(client(url)))
    check_all(script, client)
    script.exit()


if __name__ == "__main__":
    main()
