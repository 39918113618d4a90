//! The configuration file: LiteLLM's, as users of OCI write it.

use locus::Env;
use locus_gateway::{Config, ConfigWarning};

/// The file of LiteLLM's page about OCI, with placeholders for what it leaves to the reader.
const PAGE: &str = "\
model_list:
  - model_name: oci-grok-4
    litellm_params:
      model: oci/xai.grok-4
      oci_region: os.environ/OCI_REGION
      oci_user: os.environ/OCI_USER
      oci_fingerprint: os.environ/OCI_FINGERPRINT
      oci_tenancy: os.environ/OCI_TENANCY
      oci_key_file: os.environ/OCI_KEY_FILE
      oci_compartment_id: os.environ/OCI_COMPARTMENT_ID
  - model_name: oci-cohere-command
    litellm_params:
      model: oci/cohere.command-latest
      oci_region: os.environ/OCI_REGION
      oci_user: os.environ/OCI_USER
      oci_fingerprint: os.environ/OCI_FINGERPRINT
      oci_tenancy: os.environ/OCI_TENANCY
      oci_key_file: os.environ/OCI_KEY_FILE
      oci_compartment_id: os.environ/OCI_COMPARTMENT_ID
";

#[track_caller]
fn names(yaml: &str) -> Vec<String> {
    let config = Config::parse(yaml, Env::default()).unwrap();
    config.model_names().map(str::to_owned).collect()
}

#[track_caller]
fn refused(yaml: &str, place: (u64, u64), words: &str) {
    let error = Config::parse(yaml, Env::default()).unwrap_err();
    let found = (error.line().unwrap_or(0), error.column().unwrap_or(0));
    assert_eq!(found, place, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[track_caller]
fn warned(yaml: &str, expected: &[&str]) {
    let config = Config::parse(yaml, Env::default()).unwrap();
    let found: Vec<&str> = config.warnings().iter().map(ConfigWarning::path).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_file_of_the_page_is_read() {
    assert_eq!(names(PAGE), ["oci-grok-4", "oci-cohere-command"]);
    let set = Env::from_pairs([
        ("OCI_REGION", "us-chicago-1"),
        ("OCI_USER", "u"),
        ("OCI_FINGERPRINT", "f"),
        ("OCI_TENANCY", "t"),
        ("OCI_KEY_FILE", "k"),
        ("OCI_COMPARTMENT_ID", "c"),
    ]);
    assert_eq!(Config::parse(PAGE, set).unwrap().warnings(), &[]);
    let unset = Config::parse(PAGE, Env::default()).unwrap();
    assert_eq!(unset.warnings().len(), 12);
    let told =
        |warning: &ConfigWarning| warning.to_string().contains("OCI_REGION, which is not set");
    assert!(unset.warnings().iter().any(told));
}

#[test]
fn anchors_share_a_block() {
    let yaml = "
x-oci: &oci
  oci_region: us-chicago-1
  oci_compartment_id: ocid1.compartment.oc1..x
model_list:
  - model_name: a
    litellm_params: {<<: *oci, model: oci/xai.grok-4}
  - model_name: a
    litellm_params:
      <<: *oci
      model: oci/meta.llama-3.3-70b-instruct
      weight: 3
";
    assert_eq!(names(yaml), ["a"]);
    warned(yaml, &[]);
}

#[test]
fn keys_that_are_unknown_are_warned_about_by_path() {
    let yaml = "
model_list:
  - model_name: a
    litellm_params: {model: oci/xai.grok-4, oci_rgion: x, tags: [b]}
litellm_settings:
  callbacks: [langfuse]
  drop_params: false
somewhere: 1
";
    warned(
        yaml,
        &[
            "model_list[0].litellm_params.oci_rgion",
            "model_list[0].litellm_params.tags",
            "litellm_settings.callbacks",
            "somewhere",
            "litellm_settings.drop_params",
        ],
    );
}

#[test]
fn values_that_are_wrong_are_refused_with_their_place() {
    let with = |params: &str| {
        format!(
            "model_list:\n- model_name: a\n  litellm_params:\n    model: oci/xai.grok-4\n{params}\n"
        )
    };
    refused(&with("    weight: heavy"), (5, 13), "expected a whole number, found heavy");
    refused(&with("    oci_serving_mode: SOMETIMES"), (5, 23), "ON_DEMAND or DEDICATED");
    refused(&with("    api_base: http://192.0.2.1/"), (5, 15), "loopback");
    refused(&with("    order: first"), (5, 12), "expected a whole number, found first");
    refused(&with("    stream_timeout: soon"), (5, 21), "seconds");
    refused(&with("    temperature: warm"), (5, 18), "expected a number");
    refused(&with("    timeout: -1"), (5, 14), "seconds");
    refused(&with("    model: oci/xai.grok-4"), (5, 5), "model");
    refused(&with("router_settings: {routing_strategy: latency-based}"), (5, 37), "least-busy");
    refused(&with("router_settings: {fallbacks: [{a: [b]}]}"), (5, 36), "model_name");
    refused(&with("litellm_settings: {num_retries: [1]}"), (5, 33), "");
    refused(
        "model_list:\n- model_name: a\n  litellm_params: {model: openai/gpt-5}\n",
        (3, 27),
        "OCI",
    );
    refused(
        "model_list:\n- model_name: a\n  litellm_params: {model: oci/nobody.x}\n",
        (3, 27),
        "vendor",
    );
    refused("model_list: []\n", (0, 0), "expected a list of models");
    refused("model_list: {\n", (1, 13), "sequence");
}

#[test]
fn a_master_key_that_names_nothing_is_an_error_and_no_open_door() {
    let yaml = format!("general_settings:\n  master_key: os.environ/NOWHERE\n{PAGE}");
    refused(&yaml, (2, 15), "expected a value");
    let yaml = format!("general_settings:\n  master_key: \"\"\n{PAGE}");
    refused(&yaml, (2, 15), "expected a value");
}

#[test]
fn a_key_shows_in_no_message_and_no_debug() {
    let yaml = "
general_settings: {master_key: sk-hidden-1}
model_list:
  - model_name: a
    litellm_params: {model: oci/xai.grok-4, oci_key: hidden-2, oci_api_key: sk-hidden-3, oci_key_passphrase: hidden-4}
";
    let config = Config::parse(yaml, Env::from_pairs([("OCI_KEY", "hidden-5")])).unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains("hidden"), "{shown}");
    assert!(config.has_keys());
}

#[test]
fn variables_of_the_file_win_over_those_of_the_process() {
    let yaml = format!(
        "environment_variables: {{MASTER: sk-2, OTHER: os.environ/OUTSIDE}}\n\
         general_settings: {{master_key: os.environ/MASTER}}\n{PAGE}"
    );
    let env = Env::from_pairs([("MASTER", ""), ("OUTSIDE", "x")]);
    assert!(Config::parse(&yaml, env).unwrap().has_keys());
}

#[test]
fn what_an_id_does_not_say_can_be_said() {
    let with = |params: &str| {
        format!(
            "model_list:\n- model_name: a\n  litellm_params:\n    model: oci/ocid1.generativeaimodel.oc1..x\n    {params}\n"
        )
    };
    assert_eq!(names(&with("oci_family: llama")), ["a"]);
    assert_eq!(names(&with("oci_transport: native")), ["a"]);
    refused(&with("oci_family: gpt"), (5, 17), "gpt-oss");
    refused(&with("oci_transport: fax"), (5, 20), "v1");
}

#[test]
fn what_litellm_says_of_retries_and_times_is_known() {
    let yaml = "
model_list:
  - model_name: a
    litellm_params: {model: oci/xai.grok-4, max_retries: 2, num_retries: 1, stream_timeout: 5, order: 1}
router_settings: {stream_timeout: 7}
";
    warned(yaml, &[]);
}

#[test]
fn prices_keys_and_origins_are_read_and_checked() {
    let model = |info: &str| {
        format!(
            "model_list:\n  - model_name: m\n    model_info: {{{info}}}\n    litellm_params: {{model: oci/xai.grok-4}}\n"
        )
    };
    warned(&model("input_cost_per_token: 3e-06, output_cost_per_token: 0.000015"), &[]);
    warned(&model("output_cost_per_token: 1"), &["model_list[0].model_info.output_cost_per_token"]);
    refused(&model("input_cost_per_token: -1"), (3, 40), "US dollars for a token");
    let general = |settings: &str| format!("general_settings: {{{settings}}}\n{}", model(""));
    refused(&general("keys_file: a, keys_db: b"), (1, 43), "either keys_file or keys_db");
    refused(&general("cors_origins: [app.example]"), (1, 35), "an origin");
}

#[test]
fn a_store_that_gateways_share_is_read_and_not_shown() {
    let yaml = "
model_list: [{model_name: grok, litellm_params: {model: oci/xai.grok-4}}]
router_settings:
  redis_host: os.environ/CACHE
  redis_port: 7000
  redis_ssl: True
  redis_db: 2
  redis_namespace: team
  redis_timeout: 0.5
  redis_on_failure: alone
";
    let set = Env::from_pairs([("CACHE", "cache.example"), ("REDIS_PASSWORD", "pass phrase")]);
    let config = Config::parse(yaml, set).unwrap();
    assert_eq!(config.warnings(), &[]);
    let shown = format!("{config:?}");
    assert!(shown.contains("cache.example") && shown.contains("7000"), "{shown}");
    assert!(!shown.contains("pass phrase"), "{shown}");

    // Going on without the store would let each gateway count alone.
    refused(yaml, (4, 15), "redis_host");
    let known = yaml.replace("os.environ/CACHE", "localhost");
    refused(&known.replace("alone", "maybe"), (10, 21), "fail or alone");
    refused(&known.replace("7000", "tcp://10.0.0.1:6379"), (5, 15), "a port");
    refused(&known.replace("0.5", "0"), (9, 18), "above 0");
    let both = known.replace("redis_port: 7000", "redis_url: redis://localhost");
    refused(&both, (4, 15), "redis_host or redis_url");
    let url = both.replace("redis_host: localhost", "").replace("redis://", "http://:pass@");
    let error = Config::parse(&url, Env::default()).unwrap_err().to_string();
    assert!(error.contains("redis://") && !error.contains("pass@"), "{error}");
}

#[test]
fn a_cache_of_answers_is_another_thing() {
    let yaml = "
model_list: [{model_name: grok, litellm_params: {model: oci/xai.grok-4}}]
litellm_settings: {cache: true, cache_params: {type: redis, host: localhost}}
";
    warned(yaml, &["litellm_settings.cache", "litellm_settings.cache_params"]);
    let config = Config::parse(yaml, Env::default()).unwrap();
    assert!(config.warnings()[0].to_string().contains("router_settings.redis_host"));
}
