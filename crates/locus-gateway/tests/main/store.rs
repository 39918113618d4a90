//! Gateways that count together, in a server that the test starts, and without it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use locus_gateway::{ClientKey, KeyFile};
use oci_emulator::Fault;

use crate::http::{Answer, get_with, post_with};
use crate::{Desk, question, streamed};

/// A server of its own on a port of its own.
struct Redis {
    child: Option<Child>,
    port: u16,
    /// Whether it writes down what it holds.
    is_kept: bool,
    folder: tempfile::TempDir,
}

impl Redis {
    /// None if neither Redis nor Valkey is installed, which is said where it can be seen.
    fn start() -> Option<Self> {
        Self::keeping(true)
    }

    fn keeping(is_kept: bool) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut redis = Self { child: None, port: free(), is_kept, folder };
        if redis.again() {
            return Some(redis);
        }
        use std::io::Write as _;
        let _ = std::io::stderr().write_all(b"skipped: no redis-server, no valkey-server\n");
        None
    }

    /// Starts it with what it wrote down before.
    fn again(&mut self) -> bool {
        self.child = ["redis-server", "valkey-server"].iter().find_map(|program| {
            let mut command = Command::new(program);
            command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
            let kept = if self.is_kept { "yes" } else { "no" };
            command.args(["--appendonly", kept, "--appendfsync", "always"]);
            command.args(["--requirepass", "pass phrase"]);
            command.arg("--dir").arg(self.folder.path()).stdout(Stdio::null()).spawn().ok()
        });
        self.child.is_some()
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// What a script answers; none if there is no tool to run it with.
    fn eval(&self, script: &str) -> Option<String> {
        let port = self.port.to_string();
        let answer = ["redis-cli", "valkey-cli"].iter().find_map(|tool| {
            let mut command = Command::new(tool);
            command.args(["-p", &port, "-a", "pass phrase", "-n", "2", "--no-auth-warning"]);
            command.args(["EVAL", script, "0"]).output().ok()
        })?;
        Some(String::from_utf8(answer.stdout).unwrap())
    }

    fn url(&self) -> String {
        format!("redis://:pass%20phrase@127.0.0.1:{}/2", self.port)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that nobody listens on.
fn free() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// Gateways with one file of keys and one store.
struct Fleet {
    desks: Vec<Desk>,
    key: String,
    free: String,
    folder: tempfile::TempDir,
}

impl Fleet {
    async fn open(size: usize, store: &str, key: ClientKey) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.json");
        let mut file = KeyFile::default();
        let key = file.create(key).unwrap();
        let free = file.create(ClientKey::named("without limits")).unwrap();
        file.write(&path).unwrap();
        let yaml = format!(
            "general_settings: {{master_key: sk-master, keys_file: {}}}\n\
             router_settings: {{{store}, allowed_fails: 0, cooldown_time: 60, num_retries: 1}}\n\
             model_list:\n  \
             - {{model_name: grok, litellm_params: {{model: oci/xai.grok-4}}}}\n  \
             - {{model_name: pair, litellm_params: {{model: oci/xai.grok-4}}}}\n  \
             - {{model_name: pair, litellm_params: {{model: oci/xai.grok-3}}}}\n",
            path.display()
        );
        let mut desks = Vec::new();
        for _ in 0..size {
            desks.push(Desk::with_file(&yaml).await);
        }
        let fleet = Self { desks, key, free, folder };
        if store.contains("redis_timeout: 20") {
            for desk in 0..size {
                fleet.until(desk, "here").await;
            }
        }
        fleet
    }

    async fn chat(&self, desk: usize, key: &str, body: &str) -> Answer {
        chat(self.desks[desk].address, key, body).await
    }

    /// Waits until a gateway says so of its store.
    async fn until(&self, desk: usize, condition: &str) {
        loop {
            let ready = get_with(self.desks[desk].address, "/health/readiness", &[]).await;
            assert_eq!(ready.status, 200, "{ready:?}");
            if ready.json()["store"].as_str().unwrap().starts_with(condition) {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    /// A page for the operator.
    async fn page(&self, desk: usize, path: &str) -> String {
        let key = [("Authorization", "Bearer sk-master")];
        get_with(self.desks[desk].address, path, &key).await.body
    }

    fn asked(&self) -> usize {
        self.desks.iter().map(|desk| desk.emulator.requests().len()).sum()
    }
}

async fn chat(address: SocketAddr, key: &str, body: &str) -> Answer {
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str())];
    post_with(address, "/v1/chat/completions", &headers, body).await
}

/// A store that is there, however busy the machine is.
fn here(redis: &Redis) -> String {
    format!("redis_url: \"{}\", redis_timeout: 20", redis.url())
}

#[tokio::test]
async fn gateways_admit_together_what_one_may() {
    let Some(redis) = Redis::start() else { return };
    let fleet = Fleet::open(3, &here(&redis), ClientKey::named("a").with_rpm(7)).await;
    let calls: Vec<_> = (0..30)
        .map(|number| {
            let (address, key) = (fleet.desks[number % 3].address, fleet.key.clone());
            tokio::spawn(async move { chat(address, &key, &question("grok")).await })
        })
        .collect();
    let mut admitted = 0;
    for call in calls {
        let answer = call.await.unwrap();
        match answer.status {
            200 => admitted += 1,
            429 => {
                assert_eq!(answer.code(), "rate_limit_exceeded");
                let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=61).contains(&wait), "{wait}");
            }
            _ => panic!("{answer:?}"),
        }
    }
    assert_eq!((admitted, fleet.asked()), (7, 7));
    assert_eq!(fleet.chat(0, &fleet.free, &question("grok")).await.status, 200);
    let page = fleet.page(1, "/metrics").await;
    assert!(page.contains("locus_store_up{} 1\n"), "{page}");
    assert!(page.contains("locus_store_operations_total{operation=\"take\",outcome=\"success\"}"));
    assert!(fleet.page(1, "/").await.contains("Store of limits: here."));
}

#[tokio::test]
async fn a_call_at_one_gateway_takes_the_place_of_one_at_another() {
    let Some(redis) = Redis::start() else { return };
    let fleet = Fleet::open(2, &here(&redis), ClientKey::named("a").with_parallel(1)).await;
    for number in 0..6 {
        let answer = fleet.chat(number % 2, &fleet.key, &question("grok")).await;
        assert_eq!(answer.status, 200, "whoever has an answer has its place back: {answer:?}");
    }
    fleet.desks[0].emulator.push_fault(Fault::Stall);
    let (address, key) = (fleet.desks[0].address, fleet.key.clone());
    let stalled = tokio::spawn(async move { chat(address, &key, &streamed("grok")).await });
    fleet.desks[0].emulator.wait_until(|requests| requests.len() == 4).await;
    let answer = fleet.chat(1, &fleet.key, &question("grok")).await;
    assert_eq!((answer.status, answer.code().as_str()), (429, "rate_limit_exceeded"));
    stalled.abort();
    assert!(stalled.await.is_err());
    while fleet.chat(1, &fleet.key, &question("grok")).await.status == 429 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn tokens_and_dollars_are_reserved_and_settled_for_all() {
    let Some(redis) = Redis::start() else { return };
    let key = ClientKey::named("a").with_tpm(10_000).with_budget(0.01, None);
    let fleet = Fleet::open(2, &here(&redis), key).await;
    let with =
        |tokens: u32| question("grok").replacen('{', &format!(r#"{{"max_tokens":{tokens},"#), 1);
    for number in 0..4 {
        // Each is taken for almost all of the budget, and takes little of it.
        let answer = fleet.chat(number % 2, &fleet.key, &with(600)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let dear = fleet.chat(1, &fleet.key, &with(700)).await;
    assert_eq!((dear.status, dear.code().as_str()), (429, "budget_exceeded"), "{dear:?}");
    let long = fleet.chat(0, &fleet.key, &with(100_000)).await;
    assert_eq!((long.status, long.code().as_str()), (429, "rate_limit_exceeded"), "{long:?}");
    let mut paid = 0.0;
    let mut number = 0;
    let refused = loop {
        let answer = fleet.chat(number % 2, &fleet.key, &question("grok")).await;
        if answer.status != 200 {
            break answer;
        }
        paid += answer.header("x-locus-cost").unwrap().parse::<f64>().unwrap();
        number += 1;
    };
    assert_eq!(refused.status, 429, "{refused:?}");
    // Nobody said how long an answer may be, so the last one may go over by its own length.
    assert!(paid < 0.0115, "{paid}");
}

#[tokio::test]
async fn what_one_gateway_learns_of_a_deployment_the_others_know() {
    let Some(redis) = Redis::start() else { return };
    let fleet = Fleet::open(2, &here(&redis), ClientKey::named("a")).await;
    fleet.desks[0].emulator.push_fault(Fault::status(503));
    assert_eq!(fleet.chat(0, "sk-master", &question("pair")).await.status, 200);
    assert!(fleet.page(0, "/").await.contains("resting"));
    while !fleet.page(1, "/").await.contains("resting") {
        tokio::task::yield_now().await;
    }
    for _ in 0..8 {
        let answer = fleet.chat(1, "sk-master", &question("pair")).await;
        assert_eq!(answer.header("x-locus-attempts"), Some("1"), "{answer:?}");
    }
    let models = fleet.desks[1].emulator.requests();
    let models: std::collections::BTreeSet<_> = models
        .iter()
        .map(|request| {
            let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
            body["model"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(models.len(), 1, "{models:?}");
}

#[tokio::test]
async fn nothing_with_limits_is_admitted_while_the_store_is_away_and_it_goes_on_when_it_is_back() {
    let Some(mut redis) = Redis::start() else { return };
    let fleet = Fleet::open(2, &here(&redis), ClientKey::named("a").with_rpm(3)).await;
    assert_eq!(fleet.chat(0, &fleet.key, &question("grok")).await.status, 200);
    assert_eq!(fleet.chat(1, &fleet.key, &question("grok")).await.status, 200);
    redis.kill();
    for desk in 0..2 {
        let answer = fleet.chat(desk, &fleet.key, &question("grok")).await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "limits_unavailable"));
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.json()["error"]["type"], "server_error");
        fleet.until(desk, "away, keys with limits are refused").await;
        assert_eq!(fleet.chat(desk, &fleet.free, &question("grok")).await.status, 200);
        assert_eq!(fleet.chat(desk, "sk-master", &question("grok")).await.status, 200);
    }
    assert!(fleet.page(0, "/metrics").await.contains("locus_store_up{} 0\n"));
    assert!(redis.again());
    fleet.until(0, "here").await;
    fleet.until(1, "here").await;
    assert_eq!(fleet.chat(1, &fleet.key, &question("grok")).await.status, 200);
    let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
    assert_eq!(answer.status, 429, "it has not forgotten: {answer:?}");
}

#[tokio::test]
async fn each_gateway_counts_its_share_alone_where_that_is_asked_for() {
    let Some(mut redis) = Redis::start() else { return };
    let store = format!("{}, redis_on_failure: alone", here(&redis));
    let fleet = Fleet::open(2, &store, ClientKey::named("a").with_rpm(5)).await;
    let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
    assert_eq!((answer.status, answer.header("x-locus-limits")), (200, None));
    // Both have heard of each other.
    while !fleet.page(0, "/metrics").await.contains("locus_store_replicas{} 2\n") {
        tokio::task::yield_now().await;
    }
    redis.kill();
    fleet.until(0, "away, each gateway counts alone").await;
    let mut admitted = 0;
    for _ in 0..6 {
        let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
        match answer.status {
            200 => {
                admitted += 1;
                assert_eq!(answer.header("x-locus-limits"), Some("alone"), "{answer:?}");
            }
            _ => assert_eq!(answer.status, 429, "{answer:?}"),
        }
    }
    assert_eq!(admitted, 2, "half of five");
    assert!(fleet.page(0, "/metrics").await.contains("locus_counted_alone_total{} 2\n"));
}

#[tokio::test]
async fn what_was_spent_alone_is_told_when_the_store_is_back() {
    let Some(mut redis) = Redis::start() else { return };
    let store = format!("{}, redis_on_failure: alone", here(&redis));
    let fleet = Fleet::open(1, &store, ClientKey::named("a").with_budget(0.002, None)).await;
    let mut paid = 0.0;
    for step in 0..3 {
        if step == 1 {
            redis.kill();
            fleet.until(0, "away").await;
        }
        if step == 2 {
            assert!(redis.again());
            fleet.until(0, "here").await;
        }
        let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        paid += answer.header("x-locus-cost").unwrap().parse::<f64>().unwrap();
    }
    let Fleet { mut desks, .. } = fleet;
    desks.remove(0).end().await;
    let script = "return redis.call('HGET', redis.call('KEYS', '*:budget')[1], 'spent')";
    let Some(spent) = redis.eval(script) else { return };
    let spent: f64 = spent.trim().parse().unwrap();
    assert!((spent - paid).abs() < 1e-9, "{spent} {paid}");
}

#[tokio::test]
async fn a_store_that_lost_everything_begins_where_the_gateways_were() {
    let Some(mut redis) = Redis::keeping(false) else { return };
    let key = ClientKey::named("a").with_budget(0.0005, None);
    let fleet = Fleet::open(2, &here(&redis), key).await;
    let mut number = 0;
    while fleet.chat(number % 2, &fleet.key, &question("grok")).await.status == 200 {
        number += 1;
    }
    for desk in 0..2 {
        // Both have heard of the sum.
        assert_eq!(fleet.chat(desk, &fleet.key, &question("grok")).await.code(), "budget_exceeded");
    }
    redis.kill();
    fleet.until(0, "away").await;
    fleet.until(1, "away").await;
    assert!(redis.again());
    fleet.until(0, "here").await;
    fleet.until(1, "here").await;
    for desk in 0..2 {
        let answer = fleet.chat(desk, &fleet.key, &question("grok")).await;
        assert_eq!(answer.code(), "budget_exceeded", "{answer:?}");
    }
}

#[tokio::test]
async fn whoever_reads_the_store_finds_no_key_and_no_name() {
    let Some(redis) = Redis::start() else { return };
    let key = ClientKey::named("a-name").with_rpm(9).with_tpm(10_000).with_parallel(2);
    let fleet = Fleet::open(1, &here(&redis), key.with_budget(1.0, None)).await;
    fleet.desks[0].emulator.push_fault(Fault::status(503));
    assert_eq!(fleet.chat(0, &fleet.key, &question("pair")).await.status, 200);
    assert_eq!(fleet.chat(0, &fleet.key, &streamed("grok")).await.status, 200);
    let script = "local all = {} \
        for _, key in ipairs(redis.call('KEYS', '*')) do \
        all[#all + 1] = key \
        local read = {hash = {'HGETALL', key}, zset = {'ZRANGE', key, 0, -1}} \
        for _, part in ipairs(redis.call(unpack(read[redis.call('TYPE', key).ok]))) do \
        all[#all + 1] = part end end \
        return table.concat(all, ' ')";
    let all = loop {
        let Some(all) = redis.eval(script) else { return };
        // The others are told of the rest a moment later.
        if all.contains(":rests") {
            break all;
        }
        tokio::task::yield_now().await;
    };
    assert!(all.contains(":budget"), "{all}");
    let keys = std::fs::read_to_string(fleet.folder.path().join("keys.json")).unwrap();
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    let own = &keys["keys"][0];
    for secret in [
        fleet.key.as_str(),
        own["sha256"].as_str().unwrap(),
        own["id"].as_str().unwrap(),
        "a-name",
        "xai.grok",
        "pair",
        "127.0.0.1",
    ] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

#[tokio::test]
async fn a_store_that_was_never_there_holds_up_nobody() {
    let store = format!("redis_host: 127.0.0.1, redis_port: {}", free());
    for store in [store.clone(), format!("{store}, redis_on_failure: alone")] {
        let fleet = Fleet::open(1, &store, ClientKey::named("a").with_tpm(1000)).await;
        // How many others share the limits was never heard, so there is no share either.
        let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
        assert_eq!((answer.status, answer.code().as_str()), (503, "limits_unavailable"));
        assert_eq!(fleet.chat(0, &fleet.free, &question("grok")).await.status, 200);
        fleet.until(0, "away").await;
    }
}

#[tokio::test]
async fn a_store_that_says_nothing_holds_up_nobody_for_long() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let store = format!(
        "redis_host: 127.0.0.1, redis_port: {}, redis_timeout: 0.05",
        silent.local_addr().unwrap().port()
    );
    let fleet = Fleet::open(1, &store, ClientKey::named("a").with_budget(1.0, None)).await;
    let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "limits_unavailable"));
    assert!(fleet.desks[0].emulator.requests().is_empty());
    assert_eq!(fleet.chat(0, &fleet.free, &question("grok")).await.status, 200);
}

#[tokio::test]
async fn what_is_no_store_is_none() {
    let strange = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = strange.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        loop {
            let (mut stream, _) = strange.accept().await.unwrap();
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await;
        }
    });
    let store = format!("redis_host: 127.0.0.1, redis_port: {port}");
    let fleet = Fleet::open(1, &store, ClientKey::named("a").with_rpm(5)).await;
    let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "limits_unavailable"));
    served.abort();
}

#[tokio::test]
async fn a_wrong_password_is_not_shown() {
    let Some(redis) = Redis::start() else { return };
    let store = format!("redis_host: localhost, redis_port: {}, redis_password: guess", redis.port);
    let fleet = Fleet::open(1, &store, ClientKey::named("a").with_rpm(5)).await;
    fleet.until(0, "away").await;
    let answer = fleet.chat(0, &fleet.key, &question("grok")).await;
    assert_eq!(answer.status, 503);
    for page in [answer.body, fleet.page(0, "/").await, fleet.page(0, "/metrics").await] {
        assert!(!page.contains("guess"), "{page}");
    }
}
