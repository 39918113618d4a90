//! The scripts in a real server, beside the model.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::super::Terms;
use super::super::link::Link;
use super::super::scripts::{Call, Script};
use super::model::{Ask, Model, Over, Sum};
use crate::config::{StoreConfig, WhenAway};

struct Server {
    child: Child,
    config: StoreConfig,
    _folder: tempfile::TempDir,
}

impl Server {
    /// A server of its own, if Redis or Valkey is installed. That there is none is said where it can be seen.
    async fn start() -> Option<(Self, Link)> {
        let port =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let started = ["redis-server", "valkey-server"].iter().find_map(|program| {
            let mut command = Command::new(program);
            command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
            command.arg("--dir").arg(folder.path()).stdout(Stdio::null()).spawn().ok()
        });
        let Some(child) = started else {
            use std::io::Write as _;
            let _ = std::io::stderr().write_all(b"skipped: no redis-server, no valkey-server\n");
            return None;
        };
        let config = StoreConfig {
            host: "127.0.0.1".to_owned(),
            port,
            tls: false,
            username: None,
            password: None,
            database: 1,
            namespace: "test".to_owned(),
            timeout: Duration::from_secs(10),
            when_away: WhenAway::Fail,
        };
        let server = Self { child, config, _folder: folder };
        loop {
            match Link::open(&server.config).await {
                Ok(link) => return Some((server, link)),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn limit<N: ToString>(limit: Option<N>) -> String {
    limit.map_or_else(|| "-1".to_owned(), |limit| limit.to_string())
}

fn sum(answer: &[String]) -> Sum {
    let [spent, since, name] = answer else { panic!("{answer:?}") };
    Sum { spent: spent.parse().unwrap(), since: since.parse().unwrap(), name: name.clone() }
}

/// One key in the store, and its model.
struct Both {
    link: Link,
    keys: Arc<[String]>,
    terms: Terms,
    model: Model,
    now: u64,
}

impl Both {
    fn args(&self, rest: &[String]) -> Vec<String> {
        std::iter::once(self.now.to_string()).chain(rest.iter().cloned()).collect()
    }

    async fn run(&self, script: Script, rest: &[String]) -> Vec<String> {
        let call = Call { script, keys: Arc::clone(&self.keys), args: self.args(rest) };
        self.link.call(&call).await.unwrap()
    }

    async fn take(&mut self, ask: &Ask) -> (String, Sum) {
        let Terms { rpm, tpm, parallel, budget, every, begun } = self.terms;
        let answer = self
            .run(
                Script::Take,
                &[
                    ask.id.clone(),
                    ask.lease.to_string(),
                    limit(rpm),
                    limit(tpm),
                    limit(parallel),
                    limit(budget),
                    every.to_string(),
                    begun.to_string(),
                    ask.tokens.to_string(),
                    ask.dollars.to_string(),
                    ask.known.spent.to_string(),
                    ask.known.since.to_string(),
                    ask.known.name.clone(),
                ],
            )
            .await;
        let (verdict, expected) = self.model.take(&self.terms, self.now, ask);
        assert_eq!(answer[0], verdict, "{ask:?} at {}: {:?}", self.now, self.model);
        let found = sum(&answer[3..]);
        if budget.is_some() {
            assert_eq!(found, expected, "{ask:?}");
        }
        let wait: f64 = answer[1].parse().unwrap();
        if verdict == "calls" && rpm != Some(0) {
            // Whoever waits as told finds a place, if nobody else takes it.
            assert!((0.0..=61_000_000.0).contains(&wait), "{wait}");
        }
        (answer[0].clone(), found)
    }

    async fn settle(&mut self, over: &Over) -> Sum {
        let Terms { tpm, budget, every, begun, .. } = self.terms;
        let kind = if over.is_alone { "alone" } else { "lease" };
        let answer = self
            .run(
                Script::Settle,
                &[
                    over.id.clone(),
                    kind.to_owned(),
                    over.name.clone(),
                    limit(tpm),
                    over.guessed.to_string(),
                    over.counted.to_string(),
                    limit(budget),
                    every.to_string(),
                    begun.to_string(),
                    over.dollars.to_string(),
                    over.known.spent.to_string(),
                    over.known.since.to_string(),
                    over.known.name.clone(),
                ],
            )
            .await;
        let expected = self.model.settle(&self.terms, self.now, over);
        let found = sum(&answer);
        if budget.is_some() {
            assert_eq!(found, expected, "{over:?}: {:?}", self.model);
        }
        found
    }

    async fn renew(&mut self, lease: u64, ids: &[String]) {
        let Terms { budget, every, begun, .. } = self.terms;
        let fixed = [lease.to_string(), limit(budget), every.to_string(), begun.to_string()];
        let rest: Vec<String> = fixed.into_iter().chain(ids.iter().cloned()).collect();
        self.run(Script::Renew, &rest).await;
        self.model.renew(&self.terms, self.now, lease, ids);
    }
}

fn keys(name: &str) -> Arc<[String]> {
    let parts = ["calls", "tokens", "budget", "leases", "held", "ended"];
    parts.map(|part| format!("test:{{{name}}}:{part}")).into()
}

/// Numbers whose sums are exact whatever their order.
fn dollars(random: &mut fastrand::Rng) -> f64 {
    f64::from(random.u32(0..64)) / 1024.0
}

#[tokio::test]
async fn the_scripts_decide_as_the_model_does() {
    let Some((_server, link)) = Server::start().await else { return };
    for seed in 0..24 {
        let mut random = fastrand::Rng::with_seed(seed);
        let some = |random: &mut fastrand::Rng, most: u32| {
            (random.u32(0..3) > 0).then(|| random.u32(0..most))
        };
        let terms = Terms {
            rpm: some(&mut random, 60),
            tpm: some(&mut random, 6000),
            parallel: some(&mut random, 12),
            budget: some(&mut random, 6).map(f64::from),
            every: [0, 97][random.usize(0..2)],
            begun: 1_600_000_000,
        };
        let (link, keys_now) = (link.clone(), keys(&seed.to_string()));
        let (model, now) = (Model::default(), 1_700_000_000_000_000);
        let mut both = Both { link, keys: keys_now, terms, model, now };
        let mut open: Vec<(Ask, String)> = Vec::new();
        let mut known = Sum::default();
        for number in 0..400 {
            both.now += random.u64(0..1_500_000);
            if random.u32(0..100) == 0 {
                // The store has lost everything.
                both.keys = keys(&format!("{seed}-{number}"));
                both.model = Model::default();
            }
            match random.u32(0..10) {
                0..6 => {
                    let ask = Ask {
                        id: format!("{seed}-{number}"),
                        lease: 8_000_000,
                        tokens: random.u64(0..800),
                        dollars: if terms.budget.is_some() { dollars(&mut random) } else { 0.0 },
                        known: known.clone(),
                    };
                    let (verdict, sum) = both.take(&ask).await;
                    if verdict == "taken" {
                        open.push((ask, sum.name.clone()));
                    }
                    known = sum;
                }
                6..9 if !open.is_empty() => {
                    let (ask, name) = open.swap_remove(random.usize(0..open.len()));
                    let over = Over {
                        id: ask.id,
                        is_alone: false,
                        name,
                        guessed: ask.tokens,
                        counted: random.u64(0..1000),
                        dollars: dollars(&mut random),
                        known: known.clone(),
                    };
                    known = both.settle(&over).await;
                    if random.bool() {
                        known = both.settle(&over).await;
                    }
                }
                6..9 => {
                    let over = Over {
                        id: format!("alone-{number}"),
                        is_alone: true,
                        name: String::new(),
                        guessed: 0,
                        counted: 0,
                        dollars: dollars(&mut random),
                        known: known.clone(),
                    };
                    both.settle(&over).await;
                    known = both.settle(&over).await;
                }
                9 if random.u32(0..4) == 0 => {
                    // Given back first, as when a store that hung goes on.
                    let late = Ask {
                        id: format!("late-{number}"),
                        lease: 8_000_000,
                        tokens: 1,
                        dollars: 0.0,
                        known: known.clone(),
                    };
                    let over = Over {
                        id: late.id.clone(),
                        is_alone: false,
                        name: String::new(),
                        guessed: 1,
                        counted: 0,
                        dollars: 0.0,
                        known: known.clone(),
                    };
                    both.settle(&over).await;
                    let (verdict, sum) = both.take(&late).await;
                    assert_eq!(verdict, "late");
                    known = sum;
                }
                _ => {
                    let ids: Vec<String> = open.iter().map(|(ask, _)| ask.id.clone()).collect();
                    both.renew(8_000_000, &ids).await;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_store_that_forgot_its_scripts_is_told_again() {
    let Some((server, link)) = Server::start().await else { return };
    let mut both = Both {
        link: link.clone(),
        keys: keys("forgetful"),
        terms: Terms { rpm: Some(2), budget: Some(1.0), ..Terms::default() },
        model: Model::default(),
        now: 1_700_000_000_000_000,
    };
    let ask = |id: &str| Ask {
        id: id.to_owned(),
        lease: 1_000_000,
        tokens: 0,
        dollars: 0.25,
        known: Sum { spent: 0.5, since: 0, name: String::new() },
    };
    let flush = async || {
        let flushed = Command::new("redis-cli")
            .args(["-p", &server.config.port.to_string(), "SCRIPT", "FLUSH"])
            .stdout(Stdio::null())
            .status();
        // Without the tool it is the same test with its scripts in place.
        flushed.is_ok()
    };
    assert_eq!(both.take(&ask("1")).await.1.spent, 0.5, "what a gateway knew");
    flush().await;
    assert_eq!(both.take(&ask("2")).await.0, "taken");
    flush().await;
    let call = Call {
        script: Script::Renew,
        keys: Arc::clone(&both.keys),
        args: ["1700000000000000", "1", "-1", "0", "0", "1"].map(str::to_owned).into(),
    };
    assert_eq!(link.all(&[&call, &call]).await.unwrap().len(), 2);
    both.now += 60_000_000;
    let (verdict, sum) = both.take(&ask("3")).await;
    assert_eq!((verdict.as_str(), sum.spent), ("budget", 1.0), "nobody has renewed them");
}
