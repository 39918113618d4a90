"""The official Python SDK's client of the control plane: waiters, pages, etags, retry tokens, NL2SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import oci
from oci.exceptions import ServiceError
from oci.generative_ai import GenerativeAiClient, GenerativeAiClientCompositeOperations, models
from oci.generative_ai_data import EnrichmentJobClient, GenerateSqlClient
from oci.generative_ai_data import models as data_models
from oci.pagination import list_call_get_all_results

from common import TIMEOUT_SECONDS, Emulator, Script, require

# The waiters of the SDK begin with a second between two looks.
QUICKLY = {"max_interval_seconds": 1, "max_wait_seconds": TIMEOUT_SECONDS}
DONE = {"wait_for_states": ["SUCCEEDED"], "waiter_kwargs": QUICKLY}


class Caller:
    """The clients, and the compartment that everything is made in."""

    def __init__(self, emulator: Emulator) -> None:
        config = oci.config.from_file(emulator.config_file, emulator.profile)
        options: dict[str, Any] = {
            "service_endpoint": emulator.url,
            "retry_strategy": oci.retry.NoneRetryStrategy(),
            "timeout": (TIMEOUT_SECONDS, TIMEOUT_SECONDS),
        }
        self.client = GenerativeAiClient(config, **options)
        self.waiting = GenerativeAiClientCompositeOperations(self.client)
        self.enriching = EnrichmentJobClient(config, **options)
        self.generating = GenerateSqlClient(config, **options)
        self.compartment_id = emulator.compartment_id


def main() -> None:
    """Runs every check with the same clients."""
    script = Script("control")
    caller = Caller(script.emulator)
    for what, action in CHECKS.items():

        def checked(action: Callable[[Caller], None] = action) -> None:
            action(caller)

        script.check(what, checked)
    script.exit()


def require_error(status: int, code: str, action: Callable[[], object]) -> None:
    """The service refuses with this status and this code."""
    try:
        action()
    except ServiceError as error:
        found = (error.status, error.code)
        require(found == (status, code), f"expected {status} {code}, found {found}")
    else:
        require(False, f"expected {status} {code}, found success")


def projects(caller: Caller) -> None:
    """A project with a memory, from its creation to its end."""
    selection = models.GenAiModelLlmSelection(model_id="openai.gpt-oss-120b")
    memory = models.LongTermMemoryConfig(
        standard_long_term_memory_strategy=models.StandardLongTermMemoryStrategy(
            is_enabled=True,
            extraction_config=models.ExtractionConfig(llm_selection=selection),
            embedding_config=models.EmbeddingConfig(llm_selection=selection),
        )
    )
    details = models.CreateGenerativeAiProjectDetails(
        compartment_id=caller.compartment_id,
        display_name="demo",
        long_term_memory_config=memory,
        conversation_config=models.ConversationConfig(responses_retention_in_hours=720),
    )
    work = caller.waiting.create_generative_ai_project_and_wait_for_state(details, **DONE).data
    require(work.percent_complete == 100.0, f"found {work.percent_complete}")
    project_id = work.resources[0].identifier
    response = caller.client.get_generative_ai_project(project_id)
    project = response.data
    strategy = project.long_term_memory_config.standard_long_term_memory_strategy
    require(project.lifecycle_state == "ACTIVE", f"found {project.lifecycle_state}")
    require(strategy.extraction_config.llm_selection.model_id == "openai.gpt-oss-120b", "another model")

    update = models.UpdateGenerativeAiProjectDetails(display_name="renamed")
    stale = lambda: caller.client.update_generative_ai_project(project_id, update, if_match="stale")  # noqa: E731
    require_error(412, "NoEtagMatch", stale)
    changed = caller.client.update_generative_ai_project(
        project_id, update, if_match=response.headers["etag"]
    )
    require(changed.data.display_name == "renamed", f"found {changed.data.display_name}")
    busy = lambda: caller.client.delete_generative_ai_project(project_id)  # noqa: E731
    require_error(409, "IncorrectState", busy)
    work_id = changed.headers["opc-work-request-id"]
    oci.wait_until(
        caller.client, caller.client.get_work_request(work_id), "status", "SUCCEEDED", **QUICKLY
    )
    logs = caller.client.list_work_request_logs(work_id).data.items
    require(len(logs) == 3, f"found {logs}")
    require(caller.client.list_work_request_errors(work_id).data.items == [], "errors")
    move = models.ChangeGenerativeAiProjectCompartmentDetails(compartment_id="elsewhere")
    caller.client.change_generative_ai_project_compartment(project_id, move)
    moved = caller.client.get_generative_ai_project(project_id).data
    require(moved.compartment_id == "elsewhere", f"found {moved.compartment_id}")
    caller.waiting.delete_generative_ai_project_and_wait_for_state(project_id, **DONE)
    gone = caller.client.get_generative_ai_project(project_id).data
    require(gone.lifecycle_state == "DELETED", f"found {gone.lifecycle_state}")


def pages(caller: Caller) -> None:
    """Seven projects in pages of three, each once and in their order."""
    for number in range(7):
        details = models.CreateGenerativeAiProjectDetails(
            compartment_id="paged", display_name=f"p{number}"
        )
        caller.client.create_generative_ai_project(details)
    listed = list_call_get_all_results(
        caller.client.list_generative_ai_projects, "paged", limit=3, sort_by="displayName", sort_order="ASC"
    )
    names = [project.display_name for project in listed.data]
    require(names == [f"p{number}" for number in range(7)], f"found {names}")
    first = caller.client.list_generative_ai_projects("paged", limit=3)
    require(first.has_next_page and len(first.data.items) == 3, f"found {len(first.data.items)}")
    one = caller.client.list_generative_ai_projects("paged", display_name="p3").data.items
    require(len(one) == 1, f"found {one}")


def tokens(caller: Caller) -> None:
    """The same request with the same token is done once; another one with it is refused."""
    make = lambda name: caller.client.create_generative_ai_project(  # noqa: E731
        models.CreateGenerativeAiProjectDetails(compartment_id="once", display_name=name),
        opc_retry_token="token-1",
    )
    first, second = make("a"), make("a")
    require(first.data.id == second.data.id, "it was made twice")
    require_error(409, "InvalidatedRetryToken", lambda: make("b"))


def keys(caller: Caller) -> None:
    """An API key whose secret is told once, and what can be done to it."""
    expiry = datetime.now(timezone.utc) + timedelta(days=30)
    key = lambda name: models.KeyDetails(key_name=name, time_expiry=expiry)  # noqa: E731
    details = models.CreateApiKeyDetails(
        compartment_id=caller.compartment_id, display_name="key", key_details=[key("one"), key("two")]
    )
    created = caller.waiting.create_api_key_and_wait_for_state(
        details, wait_for_states=["ACTIVE"], waiter_kwargs=QUICKLY
    ).data
    require(all(item.key is None for item in created.keys), "a secret is told again")
    made = caller.client.create_api_key(details).data
    require(all(item.key.startswith("sk-") for item in made.keys), "a secret is not told")
    renewal = models.RenewApiKeyDetails(details=key("two"))
    renewed = caller.client.renew_api_key(made.id, renewal).data
    secrets = [item.key for item in renewed.keys]
    require(secrets[0] is None and secrets[1] != made.keys[1].key, f"found {len(secrets)} keys")
    state = models.SetApiKeyStateDetails(key_name="one", state="INACTIVE")
    states = [item.state for item in caller.client.set_api_key_state(made.id, state).data.keys]
    require(states == ["INACTIVE", "ACTIVE"], f"found {states}")
    caller.waiting.delete_api_key_and_wait_for_state(
        made.id, wait_for_states=["DELETED"], waiter_kwargs=QUICKLY
    )
    unknown = lambda: caller.client.get_api_key("ocid1.generativeaiapikey.none")  # noqa: E731
    require_error(404, "NotAuthorizedOrNotFound", unknown)


def endpoints(caller: Caller) -> None:
    """A cluster and an endpoint on it; one that fails says so in its work request."""
    cluster = models.CreateDedicatedAiClusterDetails(
        compartment_id=caller.compartment_id, type="HOSTING", unit_count=1, unit_shape="LARGE_COHERE_V3"
    )
    work = caller.waiting.create_dedicated_ai_cluster_and_wait_for_state(cluster, **DONE).data
    cluster_id = work.resources[0].identifier
    found = caller.client.get_dedicated_ai_cluster(cluster_id).data
    require(found.capacity.total_endpoint_capacity == 50, f"found {found.capacity}")

    def details(name: str) -> models.CreateEndpointDetails:
        return models.CreateEndpointDetails(
            compartment_id=caller.compartment_id,
            display_name=name,
            model_id="ocid1.generativeaimodel.oc1.us-chicago-1.m",
            dedicated_ai_cluster_id=cluster_id,
            content_moderation_config=models.ContentModerationConfig(mode="BLOCK", is_enabled=True),
        )

    work = caller.waiting.create_endpoint_and_wait_for_state(details("ep"), **DONE).data
    require(work.operation_type == "CREATE_ENDPOINT", f"found {work.operation_type}")
    endpoint_id = work.resources[0].identifier
    update = models.UpdateEndpointDetails(description="new")
    caller.waiting.update_endpoint_and_wait_for_state(endpoint_id, update, **DONE)
    endpoint = caller.client.get_endpoint(endpoint_id).data
    require((endpoint.lifecycle_state, endpoint.description) == ("ACTIVE", "new"), f"found {endpoint}")
    caller.waiting.delete_endpoint_and_wait_for_state(endpoint_id, **DONE)

    failed = caller.waiting.create_endpoint_and_wait_for_state(
        details("fails"), wait_for_states=["SUCCEEDED", "FAILED"], waiter_kwargs=QUICKLY
    ).data
    errors = caller.client.list_work_request_errors(failed.id).data.items
    require(failed.status == "FAILED" and len(errors) == 1, f"found {failed.status}, {errors}")
    works = list_call_get_all_results(
        caller.client.list_work_requests, caller.compartment_id, resource_id=endpoint_id, limit=2
    ).data
    require([work.status for work in works] == ["SUCCEEDED"] * 3, f"found {works}")


def catalogue(caller: Caller) -> None:
    """The service's own models, an imported one and a fine-tuned one."""
    chat = caller.client.list_models(caller.compartment_id, capability=["CHAT"]).data.items
    require(any(model.display_name == "openai.gpt-oss-120b" for model in chat), f"found {chat}")
    require(caller.client.get_model(chat[0].id).data.type == "BASE", "not the service's own")
    discovered = caller.client.list_model_discovery(caller.compartment_id).data.items
    require(len(discovered) >= len(chat), f"found {len(discovered)}")
    source = models.HuggingFaceModel(model_id="a/b", access_token="hf-secret")
    imported = models.CreateImportedModelDetails(
        compartment_id=caller.compartment_id, display_name="mine", data_source=source
    )
    work = caller.waiting.create_imported_model_and_wait_for_state(imported, **DONE).data
    found = caller.client.get_imported_model(work.resources[0].identifier).data
    require(found.data_source.access_token is None, "a secret is told")
    tuned = models.CreateModelDetails(
        compartment_id=caller.compartment_id,
        base_model_id=chat[0].id,
        fine_tune_details=models.FineTuneDetails(
            dedicated_ai_cluster_id="c",
            training_dataset=models.ObjectStorageDataset(
                namespace_name="n", bucket_name="b", object_name="o"
            ),
            training_config=models.LoraTrainingConfig(lora_r=8),
        ),
    )
    work = caller.waiting.create_model_and_wait_for_state(tuned, **DONE).data
    require(caller.client.get_model(work.resources[0].identifier).data.type == "CUSTOM", "not tuned")


def semantic_store(caller: Caller) -> str:
    """A semantic store that is there; its id."""
    details = models.CreateSemanticStoreDetails(
        compartment_id=caller.compartment_id,
        display_name="ss",
        data_source=models.CreateDataSourceDatabaseToolsConnectionDetails(
            querying_connection_id="q", enrichment_connection_id="e"
        ),
        refresh_schedule=models.RefreshScheduleIntervalDetails(value="PT6H"),
        schemas=models.CreateSchemasDatabaseToolsConnectionDetails(schemas=[models.SchemaItem(name="SH")]),
        model_selection=models.DefaultSemanticStoreModelSelection(),
    )
    work = caller.waiting.create_semantic_store_and_wait_for_state(details, **DONE).data
    identifier: str = work.resources[0].identifier
    return identifier


def questions(caller: Caller) -> None:
    """NL2SQL: a statement at once, one in the background, and a job that is waited for."""
    store_id = semantic_store(caller)
    listed = caller.client.list_semantic_stores(data_source_querying_connection_id="q").data.items
    require(store_id in {store.id for store in listed}, "it is not listed")
    question = data_models.GenerateSqlFromNlDetails(input_natural_language_query="How many?")
    job = caller.generating.generate_sql_from_nl(question, store_id).data
    require("SELECT" in job.job_output.content, f"found {job}")
    question.completion_mode = "BACKGROUND_JOB"
    job = caller.generating.generate_sql_from_nl(question, store_id).data
    require(job.lifecycle_state == "ACCEPTED", f"found {job.lifecycle_state}")
    get = lambda: caller.generating.get_generate_sql_from_nl_job(store_id, job.id)  # noqa: E731
    done = oci.wait_until(caller.generating, get(), "lifecycle_state", "SUCCEEDED", **QUICKLY).data
    require(done.job_output is not None, "no output")
    configuration = data_models.PartialBuildEnrichmentJobConfiguration(
        schema_name="SH", database_objects=[data_models.DatabaseObject(type="TABLE", name="SH.SALES")]
    )
    details = data_models.GenerateEnrichmentJobDetails(enrichment_job_configuration=configuration)
    job = caller.enriching.generate_enrichment_job(details, store_id).data
    jobs = caller.enriching.list_enrichment_jobs(store_id, caller.compartment_id).data.items
    require([one.id for one in jobs] == [job.id], f"found {jobs}")
    cancelled = caller.enriching.cancel_enrichment_job(store_id, job.id).data
    require(cancelled.lifecycle_state == "CANCELING", f"found {cancelled.lifecycle_state}")
    caller.waiting.delete_semantic_store_and_wait_for_state(store_id, **DONE)


def connectors(caller: Caller) -> None:
    """A connector to Object Storage, and a sync that ends."""
    configuration = models.OciObjectStorageConfiguration(
        storage_config_list=[models.ObjectStorageConfig(namespace="n", bucket_name="b")]
    )
    details = models.CreateVectorStoreConnectorDetails(
        compartment_id=caller.compartment_id,
        vector_store_id="vs_1",
        display_name="vc",
        configuration=configuration,
        schedule_config=models.ScheduleIntervalConfig(frequency="DAILY", interval=1),
    )
    work = caller.waiting.create_vector_store_connector_and_wait_for_state(details, **DONE).data
    connector_id = work.resources[0].identifier
    stats = caller.client.get_vector_store_connector_stats(connector_id).data
    require(stats.created.total_files_synced == 0, f"found {stats}")
    sync = models.CreateVectorStoreConnectorFileSyncDetails(vector_store_connector_id=connector_id)
    work = caller.waiting.create_vector_store_connector_file_sync_and_wait_for_state(sync, **DONE).data
    require(work.operation_type == "TRIGGER_FILE_SYNC", f"found {work.operation_type}")
    syncs = caller.client.list_vector_store_connector_file_syncs(
        caller.compartment_id, vector_store_connector_id=connector_id
    ).data.items
    require([one.lifecycle_state for one in syncs] == ["SUCCEEDED"], f"found {syncs}")


CHECKS: dict[str, Callable[[Caller], None]] = {
    "projects": projects,
    "pages": pages,
    "retry tokens": tokens,
    "api keys": keys,
    "endpoints and clusters": endpoints,
    "models": catalogue,
    "semantic stores and questions": questions,
    "connectors": connectors,
}


if __name__ == "__main__":
    main()
