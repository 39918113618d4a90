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
    refused(&with("    weight: heavy"), (5, 13), "expected a number, 0 or more, found heavy");
    refused(&with("    rpm: -1"), (5, 10), "0 or more");
    refused(&with("    max_parallel_requests: 0"), (5, 28), "above 0");
    refused(&with("    litellm_credential_name: mine"), (5, 30), "credential_list");
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
    refused("proxy_config: {model_list: []}\n", (0, 0), "Helm");
    let twice = "model_list: []\ngeneral_settings: {}\ngeneral_settings: {}\n";
    refused(twice, (3, 1), "duplicate mapping key: general_settings");
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
        "environment_variables: {{MASTER: sk-2, OTHER: os.environ/OUTSIDE, NONE: }}\n\
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
    litellm_params: {model: oci/xai.grok-4, max_retries: 2, num_retries: 1, stream_timeout: 5, order: 1, reasoning_effort: {effort: low}}
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
fn models_of_other_providers_are_left_out_and_told() {
    let yaml = "
model_list:
  - {model_name: gpt-4o, litellm_params: {model: openai/gpt-4o, api_key: os.environ/NOWHERE, organization: o}}
  - {model_name: chat, litellm_params: {model: bedrock/meta.llama3-70b-instruct-v1:0, aws_region_name: x}}
  - {model_name: old, litellm_params: {model: gpt-3.5-turbo}}
  - {model_name: aws, litellm_params: {model: \"meta.llama3-70b-instruct-v1:0\"}}
  - {model_name: said, litellm_params: {model: xai.grok-4, custom_llm_provider: xai}}
  - {model_name: chat, litellm_params: {model: xai.grok-4, custom_llm_provider: oci}}
  - model_name: by-key
    litellm_params:
      model: openai/xai.grok-3
      api_base: https://inference.generativeai.us-chicago-1.oci.oraclecloud.com/20231130/actions/v1
      api_key: sk-hidden
router_settings:
  fallbacks: [{chat: [gpt-4o, by-key]}, {gpt-4o: [chat]}]
  model_group_alias: {mini: gpt-4o, talk: {model: chat, hidden: true}}
";
    assert_eq!(names(yaml), ["chat", "by-key"]);
    warned(
        yaml,
        &[
            "model_list[0]",
            "model_list[1]",
            "model_list[2]",
            "model_list[3]",
            "model_list[4]",
            "router_settings.model_group_alias.mini",
            "router_settings.fallbacks[0].chat[0]",
        ],
    );
    let config = Config::parse(yaml, Env::default()).unwrap();
    let told: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    assert!(told[0].contains("gpt-4o is left out: openai/gpt-4o") && told[0].contains("404"));
    assert!(told[1].contains("its other deployments"), "{}", told[1]);
    assert!(!format!("{config:?}").contains("hidden\""), "{config:?}");
}

#[test]
fn warnings_say_what_to_do() {
    let yaml = "
model_list:
  - {model_name: a, litellm_params: {model: oci/xai.grok-4, api_key: k, tags: [b], extra_headers: {a: b}}}
litellm_settings: {callbacks: [langfuse], set_verbose: true}
general_settings: {database_url: x, alerting: [slack]}
guardrails: [{guardrail_name: g}]
mcp_servers: {s: {url: x}}
";
    let config = Config::parse(yaml, Env::default()).unwrap();
    let told: Vec<String> = config.warnings().iter().map(ToString::to_string).collect();
    for (path, words) in [
        ("model_list[0].litellm_params.api_key", "oci_api_key"),
        ("model_list[0].litellm_params.tags", "model_name"),
        ("model_list[0].litellm_params.extra_headers", "no header"),
        ("litellm_settings.callbacks", "/metrics"),
        ("litellm_settings.set_verbose", "--log"),
        ("general_settings.database_url", "locus keys create"),
        ("general_settings.alerting", "/metrics"),
        ("guardrails", "/v1/moderations"),
        ("mcp_servers", "client"),
    ] {
        let found = told.iter().find(|told| told.starts_with(&format!("{path}: ")));
        assert!(found.is_some_and(|told| told.contains(words)), "{path}: {told:#?}");
    }
    assert_eq!(told.len(), 9, "{told:#?}");
}

#[test]
fn references_stand_anywhere_and_credentials_are_shared() {
    let yaml = "
credential_list:
  - credential_name: mine
    credential_values: {oci_region: os.environ/REGION, oci_user: u, oci_compartment_id: c}
    credential_info: {description: ours}
model_list:
  - model_name: os.environ/NAME
    litellm_params: {model: os.environ/MODEL, litellm_credential_name: mine, oci_compartment_id: other}
    model_info: {mode: chat, supports_vision: true, my_own: [1], access_groups: [beta]}
router_settings:
  model_group_alias: {other: os.environ/ALIAS}
  fallbacks: [{\"*\": [os.environ/NAME]}]
";
    let env = Env::from_pairs([
        ("NAME", "grok"),
        ("MODEL", "oci/xai.grok-4"),
        ("REGION", "us-chicago-1"),
        ("ALIAS", "grok"),
    ]);
    let config = Config::parse(yaml, env).unwrap();
    assert_eq!(config.model_names().collect::<Vec<_>>(), ["grok"]);
    let warnings: Vec<&str> = config.warnings().iter().map(ConfigWarning::path).collect();
    assert_eq!(warnings, ["model_list[0].model_info.access_groups"]);
    let shown = format!("{config:?}");
    assert!(
        shown.contains("Some(\"us-chicago-1\")") && shown.contains("Some(\"other\")"),
        "{shown}"
    );
    refused(yaml, (7, 17), "expected a name");
}

#[test]
fn every_key_of_the_table_is_read() {
    let rows = include_str!("../../README.md").lines().filter(|line| line.starts_with("| "));
    let mut sections = std::collections::BTreeMap::<&str, Vec<&str>>::new();
    let mut section = "";
    for row in rows.skip_while(|row| !row.starts_with("| `include`")) {
        let mut cells = row.split(" | ");
        let label = cells.next().unwrap_or_default().trim_start_matches("| ");
        if let Some(name) = label.strip_prefix('`') {
            section = name.trim_end_matches('`');
        }
        let is_key = |word: &&str| {
            let is_value = ["all", "alone", "fail", "hidden", "locus", "model"].contains(word);
            !is_value && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        let words = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
        sections.entry(section).or_default().extend(words.filter(is_key));
    }
    assert_eq!(sections.len(), 9, "{sections:?}");
    let settings = |section: &str, indent: &str| {
        let keys = sections[section].iter();
        keys.map(|key| format!("{indent}{key}: \n")).collect::<String>()
    };
    let mut yaml = format!(
        "model_list:\n  - model_name: a\n    model_info:\n{}    litellm_params:\n      model: oci/xai.grok-4\n{}",
        settings("model_info", "      "),
        settings("litellm_params", "      "),
    );
    for section in ["router_settings", "litellm_settings", "general_settings"] {
        yaml.push_str(&format!("{section}:\n{}", settings(section, "  ")));
    }
    assert!(yaml.lines().count() > 70, "{yaml}");
    warned(&yaml, &[]);
}

#[test]
fn strategies_of_litellm_have_the_nearest_one_here() {
    let with = |strategy: &str| {
        format!(
            "model_list: [{{model_name: a, litellm_params: {{model: oci/xai.grok-4}}}}]\n\
             router_settings: {{routing_strategy: {strategy}}}\n"
        )
    };
    for known in ["simple-shuffle", "least-busy"] {
        warned(&with(known), &[]);
    }
    for near in ["latency-based-routing", "usage-based-routing-v2", "cost-based-routing"] {
        warned(&with(near), &["router_settings.routing_strategy"]);
    }
}

#[test]
fn what_has_no_effect_in_routing_is_told() {
    let yaml = "
model_list: [{model_name: a, litellm_params: {model: oci/xai.grok-4, rpm: \"60\", tpm: 20_000.5, cooldown_time: 9}}]
router_settings:
  retry_policy: {RateLimitErrorRetries: 3, TimeoutErrorRetries: 2, BadRequestErrorRetries: 0}
  enable_pre_call_checks: true
  disable_cooldowns: \"True\"
  retry_after: 1
  max_fallbacks: 2
  fallbacks: [{nobody: [a]}]
";
    warned(
        yaml,
        &[
            "router_settings.enable_pre_call_checks",
            "router_settings.retry_policy.TimeoutErrorRetries",
            "router_settings.fallbacks[0].nobody",
        ],
    );
}

#[test]
fn other_files_are_included_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let main = folder.path().join("config.yaml");
    let models = |more: &str| {
        format!(
            "model_list:\n  - model_name: b\n    litellm_params: {{model: oci/xai.grok-3{more}}}\n"
        )
    };
    write(
        "config.yaml",
        "include: [models.yaml]\nmodel_list: [{model_name: a, litellm_params: {model: oci/xai.grok-4}}]\n",
    );
    write("models.yaml", &format!("include: [config.yaml, more.yaml]\n{}", models(", tags: [x]")));
    write("more.yaml", "litellm_settings: {num_retries: 1, callbacks: [x]}\n");
    let config = Config::open(&main, Env::default()).unwrap();
    assert_eq!(config.model_names().collect::<Vec<_>>(), ["a", "b"]);
    let told: Vec<&str> = config.warnings().iter().map(ConfigWarning::path).collect();
    assert!(told[0].ends_with("models.yaml: model_list[0].litellm_params.tags"), "{told:?}");
    assert!(told[1].ends_with("more.yaml: litellm_settings.callbacks"), "{told:?}");

    write("models.yaml", &models(", order: first"));
    let error = Config::open(&main, Env::default()).unwrap_err();
    assert_eq!((error.line(), error.column()), (Some(3), Some(52)));
    assert_eq!(error.path(), Some("model_list[0].litellm_params.order"));
    assert!(error.to_string().contains("models.yaml: line 3"), "{error}");

    std::fs::remove_file(folder.path().join("models.yaml")).unwrap();
    let error = Config::open(&main, Env::default()).unwrap_err();
    assert!(error.to_string().contains("models.yaml: cannot be read"), "{error}");
    let text = std::fs::read_to_string(&main).unwrap();
    refused(&text, (1, 11), "Config::open");
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
