//! Names, patterns and the choice between deployments.

use locus::Env;

use super::*;

const IDENTITY: &str = "{api_base: http://127.0.0.1:9, oci_api_key: k}";

fn upstreams(yaml: &str) -> Upstreams {
    let yaml = format!("x-id: &id {IDENTITY}\n{yaml}");
    let config = Config::parse(&yaml, Env::default()).unwrap();
    Upstreams::new(&config, None).unwrap()
}

fn entry(name: &str, model: &str, more: &str) -> String {
    format!("  - model_name: {name}\n    litellm_params: {{<<: *id, model: {model}{more}}}\n")
}

#[track_caller]
fn check(found: &Upstreams, asked: &str, expected: Option<(&str, &str)>) {
    let found = found.find(asked).map(|(group, rest)| (&*group.name, rest));
    assert_eq!(found, expected, "{asked}");
}

#[test]
fn a_name_goes_before_a_pattern_and_the_longest_pattern_before_others() {
    let yaml = format!(
        "model_list:\n{}{}{}router_settings: {{model_group_alias: {{chat: grok}}}}\n",
        entry("grok", "oci/xai.grok-4", ""),
        entry("\"oci/*\"", "\"oci/*\"", ""),
        entry("\"*\"", "\"*\"", ""),
    );
    let found = upstreams(&yaml);
    check(&found, "grok", Some(("grok", "grok")));
    check(&found, "chat", Some(("grok", "chat")));
    check(&found, "oci/meta.llama", Some(("oci/*", "meta.llama")));
    check(&found, "meta.llama", Some(("*", "meta.llama")));
    assert_eq!(found.names().collect::<Vec<_>>(), ["grok", "chat"]);

    let only = upstreams(&format!("model_list:\n{}", entry("grok", "oci/xai.grok-4", "")));
    check(&only, "grok-4", None);
}

#[test]
fn weights_decide_by_chance_and_tried_ones_come_last() {
    let yaml = format!(
        "model_list:\n{}{}",
        entry("a", "oci/xai.grok-4", ", weight: 3"),
        entry("a", "oci/xai.grok-3", ", weight: 1"),
    );
    let found = upstreams(&yaml);
    let (group, _) = found.find("a").unwrap();
    let choose = |tried: &[Arc<str>], random: f64| {
        group.choose(Strategy::Weighted, None, tried, random).unwrap().id().to_string()
    };
    assert_eq!(choose(&[], 0.0), "a#0");
    assert_eq!(choose(&[], 0.74), "a#0");
    assert_eq!(choose(&[], 0.76), "a#1");
    assert_eq!(choose(&[], 1.0), "a#1");
    assert_eq!(choose(&[Arc::from("a#0")], 0.0), "a#1");
    let both = [Arc::from("a#0"), Arc::from("a#1")];
    assert_eq!(choose(&both, 0.5), "a#0", "with all of them tried, one is tried again");
}

#[test]
fn least_busy_is_the_one_with_the_fewest_calls() {
    let yaml = format!(
        "model_list:\n{}{}",
        entry("a", "oci/xai.grok-4", ""),
        entry("a", "oci/xai.grok-3", ""),
    );
    let found = upstreams(&yaml);
    let (group, _) = found.find("a").unwrap();
    let choose = || group.choose(Strategy::LeastBusy, None, &[], 0.0).unwrap().id().to_string();
    let lease = Lease::new(&group.deployments()[0]);
    assert_eq!(choose(), "a#1");
    drop(lease);
    assert_eq!(choose(), "a#0");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_fails_too_often_rests() {
    use std::time::Duration;
    let yaml = format!(
        "model_list:\n{}{}",
        entry("a", "oci/xai.grok-4", ""),
        entry("a", "oci/xai.grok-3", ""),
    );
    let found = upstreams(&yaml);
    let (group, _) = found.find("a").unwrap();
    let [first, _] = group.deployments() else { panic!("expected two") };
    let choose = || group.choose(Strategy::Weighted, None, &[], 0.0).unwrap().id().to_string();
    first.failed(1, Duration::from_secs(5));
    assert_eq!(choose(), "a#0", "one failure is allowed");
    first.failed(1, Duration::from_secs(5));
    assert_eq!(choose(), "a#1");
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(choose(), "a#0", "it has rested");
    first.succeeded();
    assert!(first.rests_until().is_none());
}

#[test]
fn one_identity_has_one_client() {
    let yaml = format!(
        "model_list:\n{}{}{}",
        entry("a", "oci/xai.grok-4", ""),
        entry("b", "oci/xai.grok-3", ""),
        entry("c", "oci/xai.grok-3", ", oci_compartment_id: ocid1.compartment.oc1..x"),
    );
    let yaml = format!("x-id: &id {IDENTITY}\n{yaml}");
    let config = Config::parse(&yaml, Env::default()).unwrap();
    let mut clients = Clients::default();
    for model in &config.models {
        clients.get(&config, model).unwrap();
    }
    let shown = format!("{clients:?}");
    assert_eq!(shown.matches("Identity").count(), 2, "{shown}");
    assert!(!shown.contains("\"k\""), "{shown}");
}

#[test]
fn what_is_kept_at_one_place_is_asked_for_there() {
    let elsewhere = ", oci_compartment_id: ocid1.compartment.oc1..b";
    let yaml = format!(
        "model_list:\n{}{}{}",
        entry("a", "oci/xai.grok-4", ", weight: 1000"),
        entry("a", "oci/xai.grok-4", elsewhere),
        entry("b", "oci/xai.grok-3", elsewhere),
    );
    let found = upstreams(&yaml);
    let (a, _) = found.find("a").unwrap();
    let (b, _) = found.find("b").unwrap();
    let maker = found.deployment("b#2").unwrap();
    let choose = |group: &Group, place| {
        group.choose(Strategy::Weighted, Some(place), &[], 0.0).map(|it| it.id().to_string())
    };
    assert_eq!(choose(a, maker.identity()).as_deref(), Some("a#1"));
    let first = found.deployment("a#0").unwrap();
    assert_eq!(choose(b, first.identity()), None);
    assert!(!a.is_one_place() && b.is_one_place());
    assert!(found.only_place().is_none());
    let alone = upstreams(&format!("model_list:\n{}", entry("a", "oci/xai.grok-4", "")));
    assert_eq!(&**alone.only_place().unwrap().id(), "a#0");
}

#[test]
fn those_of_a_higher_order_wait_until_the_others_cannot() {
    let yaml = format!(
        "model_list:\n{}{}{}",
        entry("a", "oci/xai.grok-4", ", weight: 1000"),
        entry("a", "oci/xai.grok-3", ", order: 2"),
        entry("a", "oci/xai.grok-code", ", order: 1"),
    );
    let found = upstreams(&yaml);
    let (group, _) = found.find("a").unwrap();
    for strategy in [Strategy::Weighted, Strategy::LeastBusy] {
        let choose =
            |tried: &[Arc<str>]| group.choose(strategy, None, tried, 0.5).unwrap().id().to_string();
        let (first, second) = (Arc::from("a#2"), Arc::from("a#1"));
        assert_eq!(choose(&[]), "a#2");
        assert_eq!(choose(&[Arc::clone(&first)]), "a#1");
        assert_eq!(choose(&[first, second]), "a#0");
    }
}

#[test]
fn shares_are_weights_or_else_calls_or_else_tokens_a_minute() {
    let choose = |first: &str, second: &str| {
        let yaml = format!(
            "model_list:\n{}{}",
            entry("a", "oci/xai.grok-4", first),
            entry("a", "oci/xai.grok-3", second),
        );
        let found = upstreams(&yaml);
        let (group, _) = found.find("a").unwrap();
        let deployments: Vec<_> = group.deployments().iter().collect();
        shares(&deployments)
    };
    assert_eq!(choose("", ""), [1.0, 1.0]);
    assert_eq!(choose(", weight: 0.5", ", weight: 2"), [0.5, 2.0]);
    assert_eq!(choose(", weight: 2", ", rpm: 600"), [2.0, 0.0], "who has no weight gets nothing");
    assert_eq!(choose(", rpm: 60, tpm: 1", ", rpm: 600, weight: 0"), [60.0, 600.0]);
    assert_eq!(choose(", tpm: 1000", ""), [1000.0, 0.0]);
}

#[tokio::test(start_paused = true)]
async fn calls_beyond_the_places_wait_or_go_elsewhere() {
    use std::time::Duration;
    let yaml = format!(
        "model_list:\n{}{}",
        entry("a", "oci/xai.grok-4", ", max_parallel_requests: 1, weight: 1"),
        entry("a", "oci/xai.grok-3", ", max_parallel_requests: 1"),
    );
    let found = upstreams(&yaml);
    let (group, _) = found.find("a").unwrap();
    let choose = || group.choose(Strategy::Weighted, None, &[], 0.0).unwrap();
    let patience = Duration::from_secs(9);
    let first = Lease::take(choose(), patience).await.unwrap();
    assert_eq!(&**choose().id(), "a#1", "the other one is full");
    let second = Lease::take(choose(), patience).await.unwrap();
    let refused = Lease::take(choose(), patience).await.err().unwrap();
    assert_eq!((refused.status.as_u16(), refused.code.as_deref()), (429, Some("deployment_busy")));
    drop((first, second));
    Lease::take(choose(), patience).await.unwrap();
}
