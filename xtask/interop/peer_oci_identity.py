"""The official Python SDK's signers that fetch their credentials: each asks for them and then chats.

The SDK's own ways to point elsewhere are used where there are any. Version 1.1 of resource principals
builds an instance principal without passing an endpoint on, and the port of a cluster is a constant, so
those three names of the SDK are set here.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oci
import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from oci.auth.session_key_supplier import SessionKeySupplier
from oci.auth.signers import (
    InstancePrincipalsDelegationTokenSigner,
    InstancePrincipalsSecurityTokenSigner,
    OauthExchangeTokenSigner,
    SecurityTokenSigner,
    TokenExchangeSigner,
    get_oke_workload_identity_resource_principal_signer,
    get_resource_principals_signer,
    resource_principals_federation_signer,
    resource_principals_signer,
)
from oci.generative_ai_inference import GenerativeAiInferenceClient, models

from common import MODEL, QUESTION, TIMEOUT_SECONDS, Script, require, require_answer

FEWEST_CLAIMS = {"sub", "iat", "exp", "jwk"}


class World:
    """What `locus emulate` told, beyond what all scripts need."""

    def __init__(self, script: Script) -> None:
        self.script = script
        told = json.loads(sys.argv[1])
        self.url: str = told["url"]
        self.federation_url: str = told["federation_url"]
        self.region: str = told["region"]
        self.client: tuple[str, str] = (told["client_id"], told["client_secret"])
        self.subject_token: str = told["subject_token"]
        self.variables: dict[str, dict[str, str]] = told["credentials"]

    def chat(self, signer: Any) -> None:
        """Asks as the SDK's client does."""
        client = GenerativeAiInferenceClient(
            {},
            signer=signer,
            service_endpoint=self.url,
            retry_strategy=oci.retry.NoneRetryStrategy(),
            timeout=(TIMEOUT_SECONDS, TIMEOUT_SECONDS),
        )
        details = models.ChatDetails(
            compartment_id=self.script.emulator.compartment_id,
            serving_mode=models.OnDemandServingMode(model_id=MODEL),
            chat_request=models.GenericChatRequest(
                messages=[models.UserMessage(content=[models.TextContent(text=QUESTION)])]
            ),
        )
        response = client.chat(details).data.chat_response
        text = response.choices[0].message.content[0].text
        require_answer([text], response.usage.total_tokens, streamed=False)

    def instance(self) -> Any:
        """An instance principal."""
        return InstancePrincipalsSecurityTokenSigner(federation_endpoint=self.federation_url)

    def check(self, name: str, kind: str, make: Callable[[], Any]) -> None:
        """Makes a signer with the variables of a kind set, and chats with it."""

        def run() -> None:
            with variables(self.variables[kind]), deadline():
                signer = make()
                self.chat(signer)
                before = token_of(signer)
                signer.refresh_security_token()
                # Version 2.2 reads its file again, which only a platform would have written anew.
                is_new = token_of(signer) != before
                require(is_new or kind == "resource_principal", "a refresh has changed nothing")
                self.chat(signer)

        self.script.check(name, run)


def main() -> None:
    """Runs every signer, and what the SDK leaves to its command line or cannot do."""
    script = Script("oci-identity")
    world = World(script)
    instance = functools.partial(
        InstancePrincipalsSecurityTokenSigner, federation_endpoint=world.federation_url
    )
    resource_principals_federation_signer.InstancePrincipalsSecurityTokenSigner = instance
    metadata_url = world.variables["instance_principal"]["OCI_METADATA_BASE_URL"]
    InstancePrincipalsSecurityTokenSigner.METADATA_URL_BASE = metadata_url
    port = world.variables["oke_workload_identity"]["KUBERNETES_SERVICE_PORT_PROXYMUX"]
    resource_principals_signer.OCI_KUBERNETES_PROXYMUX_SERVICE_PORT = port

    world.check("instance principal", "instance_principal", world.instance)
    world.check("delegation", "instance_obo_user", lambda: delegation(world))
    versions = {name: name.partition("-")[2] or "2.2" for name in world.variables}
    for name, version in versions.items():
        if name.startswith("resource_principal") and version != "3.0":
            world.check(f"resource principal {version}", name, get_resource_principals_signer)
    script.check("resource principal 3.0, by hand", lambda: nested(world))
    world.check("workload identity", "oke_workload_identity", lambda: workload(world))
    script.check("session", lambda: session(world))
    world.check("token exchange", "api_key", lambda: exchange(world))
    world.check("scoped token", "instance_principal", lambda: scoped(world))
    script.check("an expired token is fetched anew", lambda: expired(world))
    script.check("a token that the service refuses is fetched anew", lambda: refused(world))
    script.check("claims", lambda: claims(world))
    script.exit()


def token_of(signer: Any) -> str:
    """The token that a signer signs with."""
    federation = getattr(signer, "federation_client", None)
    return federation.security_token.security_token if federation else signer.api_key


def delegation(world: World) -> Any:
    """As Cloud Shell sets it up, by the file that its variable names."""
    path = world.variables["instance_obo_user"]["OCI_CLI_DELEGATION_TOKEN_FILE"]
    token = Path(path).read_text(encoding="utf-8").strip()
    return InstancePrincipalsDelegationTokenSigner(
        delegation_token=token, federation_endpoint=world.federation_url
    )


def workload(world: World) -> Any:
    """As in a pod; the path of the service account's token is an argument here."""
    path = world.variables["oke_workload_identity"]["OCI_KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH"]
    return get_oke_workload_identity_resource_principal_signer(service_account_token_path=path)


def exchange(world: World) -> Any:
    """An identity domain is at the same address."""
    return TokenExchangeSigner(world.subject_token, world.url, *world.client, region=world.region)


def scoped(world: World) -> Any:
    """A token that may do less, signed for by an instance."""
    return OauthExchangeTokenSigner(
        world.instance(),
        "generative-ai-chat",
        world.script.emulator.compartment_id,
        oauth_token_endpoint=f"{world.url}/v1/oauth2/scoped",
    )


def session(world: World) -> None:
    """A session as `oci session authenticate` leaves it; the command line refreshes it like this."""
    with variables(world.variables["security_token"]), deadline():
        config = oci.config.from_file(
            os.environ["OCI_CONFIG_FILE"], os.environ["OCI_CLI_PROFILE"]
        )
        token = Path(config["security_token_file"]).read_text(encoding="utf-8")
        key = oci.signer.load_private_key_from_file(config["key_file"])
        signer = SecurityTokenSigner(token, key)
        world.chat(signer)
        response = requests.post(
            f"{world.url}/v1/authentication/refresh",
            json={"currentToken": token},
            auth=signer,
            timeout=TIMEOUT_SECONDS,
        )
        require(response.ok, f"status {response.status_code}: {response.text}")
        newer = response.json()["token"]
        require(newer != token, "the token is the same")
        world.chat(SecurityTokenSigner(newer, key))


def nested(world: World) -> None:
    """The SDK refuses the address of the parent, so the steps of the Go SDK are taken with its signers."""
    told = world.variables["resource_principal-3.0"]
    leaf = {
        name.removesuffix("_FOR_LEAF_RESOURCE"): value
        for name, value in told.items()
        if name.endswith("_FOR_LEAF_RESOURCE")
    }
    with variables(leaf), deadline():
        signer = get_resource_principals_signer()
    keys = SessionKeySupplier()
    pem = keys.get_key_pair()["public"].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    endpoint = told["OCI_RESOURCE_PRINCIPAL_RPST_ENDPOINT_FOR_PARENT_RESOURCE"]
    url: str | None = told["OCI_RESOURCE_PRINCIPAL_RPT_URL_FOR_PARENT_RESOURCE"]
    levels = 0
    while url:
        proofs = requests.get(url, auth=signer, timeout=TIMEOUT_SECONDS)
        require(proofs.ok, f"status {proofs.status_code}: {proofs.text}")
        body = proofs.json() | {"sessionPublicKey": oci.auth.auth_utils.sanitize_certificate_string(pem)}
        answer = requests.post(
            f"{endpoint}/v1/resourcePrincipalSessionToken",
            json=body,
            auth=signer,
            timeout=TIMEOUT_SECONDS,
        )
        require(answer.ok, f"status {answer.status_code}: {answer.text}")
        signer = SecurityTokenSigner(answer.json()["token"], keys.get_key_pair()["private"])
        url = proofs.headers.get("opc-parent-rpt-url")
        levels += 1
    require(levels == 2, f"expected 2 levels, found {levels}")
    world.chat(signer)


def expired(world: World) -> None:
    """The SDK looks at `exp` before it signs."""
    with variables(world.variables["instance_principal"]), deadline():
        signer = world.instance()
        before = signer.federation_client.security_token
        before.jwt["exp"] = 0
        world.chat(signer)
        require(signer.federation_client.security_token is not before, "the token is the same")


def refused(world: World) -> None:
    """The SDK fetches a token after a 401 and tries once more: here a token with another's key."""
    with variables(world.variables["instance_principal"]), deadline():
        signer, other = world.instance(), world.instance()
        container = signer.federation_client.security_token
        container.security_token = other.federation_client.security_token.security_token
        world.chat(signer)
        require(signer.federation_client.security_token is not container, "the token is the same")


def claims(world: World) -> None:
    """What clients read from a token is there."""
    with variables(world.variables["instance_principal"]), deadline():
        instance = world.instance().federation_client.security_token.get_jwt()
    with variables(world.variables["resource_principal"]), deadline():
        resource = get_resource_principals_signer()
    missing = FEWEST_CLAIMS - instance.keys()
    require(not missing, f"an instance's token lacks {missing}")
    told = json.loads(sys.argv[1])
    found = (resource.tenancy_id, resource.compartment_id)
    require(found == (told["tenancy"], told["compartment_id"]), f"a resource is in {found}")


@contextlib.contextmanager
def variables(values: dict[str, str]) -> Iterator[None]:
    """Sets environment variables for a while."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def deadline() -> Iterator[None]:
    """The SDK would try again for ten minutes."""

    def give_up(*_: object) -> None:
        raise TimeoutError(f"no end after {TIMEOUT_SECONDS} seconds")

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(TIMEOUT_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


if __name__ == "__main__":
    main()
