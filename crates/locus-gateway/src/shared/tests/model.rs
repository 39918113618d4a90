//! The same decisions once more, as plain as they can be said, to hold the scripts to: tests run both side by side.

use std::collections::BTreeMap;

use super::super::Terms;

/// What a store knows of one key. Time is in microseconds.
#[derive(Debug, Default)]
pub(super) struct Model {
    calls: Vec<u64>,
    tokens: Option<(f64, u64)>,
    sum: Option<Sum>,
    leases: BTreeMap<String, (u64, f64)>,
    ended: BTreeMap<String, Option<f64>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sum {
    pub(super) spent: f64,
    pub(super) since: u64,
    pub(super) name: String,
}

/// A call that wants to be taken.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) id: String,
    pub(super) lease: u64,
    pub(super) tokens: u64,
    pub(super) dollars: f64,
    pub(super) known: Sum,
}

/// A call that is over.
#[derive(Clone, Debug)]
pub(super) struct Over {
    pub(super) id: String,
    pub(super) is_alone: bool,
    pub(super) name: String,
    pub(super) guessed: u64,
    pub(super) counted: u64,
    pub(super) dollars: f64,
    pub(super) known: Sum,
}

impl Model {
    /// The verdict, and the sum of the period.
    pub(super) fn take(&mut self, terms: &Terms, now: u64, ask: &Ask) -> (&'static str, Sum) {
        let mut sum = self.sum(terms, now, &ask.known, &ask.id);
        self.sweep(now, &mut sum);
        self.save(terms, &sum);
        let second = now / 1_000_000;
        let left = terms.tpm.map(|tpm| self.bucket(tpm, now));
        self.calls.retain(|call| *call + 60 >= second);
        let reserved: f64 = self.leases.values().map(|(_, dollars)| dollars).sum();
        let wanted = ask.tokens as f64;
        let verdict = if self.ended.get(&ask.id) == Some(&None) {
            "late"
        } else if terms.parallel.is_some_and(|most| self.leases.len() >= most as usize) {
            "parallel"
        } else if left
            .zip(terms.tpm)
            .is_some_and(|(left, tpm)| tpm == 0 || left < wanted.min(f64::from(tpm)))
        {
            "tokens"
        } else if terms.budget.is_some_and(|limit| {
            let rest = limit - sum.spent - reserved;
            rest <= 0.0 || ask.dollars > rest
        }) {
            "budget"
        } else if terms.rpm.is_some_and(|rpm| self.calls.len() >= rpm as usize) {
            "calls"
        } else {
            if terms.rpm.is_some() {
                self.calls.push(second);
            }
            self.tokens = left.map(|left| (left - wanted, now));
            if terms.tpm.is_some() || terms.parallel.is_some() || terms.budget.is_some() {
                self.leases.insert(ask.id.clone(), (now + ask.lease, ask.dollars));
            }
            "taken"
        };
        (verdict, sum)
    }

    pub(super) fn settle(&mut self, terms: &Terms, now: u64, over: &Over) -> Sum {
        let mut sum = self.sum(terms, now, &over.known, &over.id);
        let was_there = match (self.leases.remove(&over.id), self.ended.get(&over.id).copied()) {
            (Some(_), _) => {
                sum.spent += over.dollars;
                true
            }
            (None, Some(Some(charged))) => {
                self.ended.remove(&over.id);
                sum.spent = (sum.spent + over.dollars - charged).max(0.0);
                true
            }
            (None, None) if over.is_alone => {
                self.ended.insert(over.id.clone(), None);
                sum.spent += over.dollars;
                false
            }
            (None, None) if over.name.is_empty() => {
                self.ended.insert(over.id.clone(), None);
                false
            }
            (None, None) if over.name != sum.name => {
                sum.spent += over.dollars;
                false
            }
            _ => false,
        };
        if let Some(tpm) = terms.tpm.filter(|tpm| *tpm > 0 && was_there) {
            let left = self.bucket(tpm, now) + over.guessed as f64 - over.counted as f64;
            self.tokens = Some((left.min(f64::from(tpm)), now));
        }
        self.save(terms, &sum);
        if terms.budget.is_some() { sum } else { Sum::default() }
    }

    pub(super) fn renew(&mut self, terms: &Terms, now: u64, lease: u64, ids: &[String]) {
        let mut back = 0.0;
        for id in ids {
            if let Some(Some(charged)) = self.ended.get(id).copied() {
                self.ended.remove(id);
                self.leases.insert(id.clone(), (now + lease, charged));
                back += charged;
            } else if let Some((until, _)) = self.leases.get_mut(id) {
                *until = now + lease;
            }
        }
        if terms.budget.is_some() && back > 0.0 {
            let mut sum = self.sum(terms, now, &Sum::default(), "");
            sum.spent = (sum.spent - back).max(0.0);
            self.save(terms, &sum);
        }
    }

    /// How many calls are under way.
    pub(super) fn under_way(&self) -> usize {
        self.leases.len()
    }

    fn sum(&self, terms: &Terms, now: u64, known: &Sum, id: &str) -> Sum {
        if terms.budget.is_none() {
            return Sum::default();
        }
        let second = now / 1_000_000;
        let since = match terms.every {
            0 => terms.begun,
            every => second - second.saturating_sub(terms.begun) % every,
        };
        let known_now = if known.since == since { known.spent } else { 0.0 };
        match &self.sum {
            None => Sum { spent: known_now, since, name: id.to_owned() },
            Some(sum) if sum.since != since => Sum { spent: 0.0, since, ..sum.clone() },
            Some(sum) if !known.name.is_empty() && known.name != sum.name => {
                Sum { spent: sum.spent.max(known_now), ..sum.clone() }
            }
            Some(sum) => sum.clone(),
        }
    }

    fn save(&mut self, terms: &Terms, sum: &Sum) {
        if terms.budget.is_some() {
            self.sum = Some(sum.clone());
        }
    }

    fn sweep(&mut self, now: u64, sum: &mut Sum) {
        let ended = &mut self.ended;
        self.leases.retain(|id, (until, dollars)| {
            if *until > now {
                return true;
            }
            sum.spent += *dollars;
            ended.insert(id.clone(), Some(*dollars));
            false
        });
    }

    fn bucket(&self, tpm: u32, now: u64) -> f64 {
        let capacity = f64::from(tpm);
        let Some((left, at)) = self.tokens else { return capacity };
        (left + (now - at) as f64 / 60_000_000.0 * capacity).min(capacity)
    }
}

const MINUTE: u64 = 60_000_000;

fn ask(id: usize, tokens: u64, dollars: f64) -> Ask {
    Ask { id: format!("c{id}"), lease: 10_000_000, tokens, dollars, known: Sum::default() }
}

fn over(ask: &Ask, name: &str, counted: u64, dollars: f64) -> Over {
    Over {
        id: ask.id.clone(),
        is_alone: false,
        name: name.to_owned(),
        guessed: ask.tokens,
        counted,
        dollars,
        known: ask.known.clone(),
    }
}

#[test]
fn no_minute_has_more_calls_than_the_limit() {
    let terms = Terms { rpm: Some(50), ..Terms::default() };
    let mut random = fastrand::Rng::with_seed(7);
    let (mut model, mut now) = (Model::default(), 1_000 * MINUTE);
    let mut admitted: Vec<u64> = Vec::new();
    for id in 0..20_000 {
        now += random.u64(0..400_000);
        if model.take(&terms, now, &ask(id, 0, 0.0)).0 == "taken" {
            admitted.push(now);
        }
    }
    let most = admitted
        .iter()
        .map(|from| admitted.iter().filter(|at| (*from..from + MINUTE).contains(at)).count());
    assert_eq!(most.max(), Some(50));
    assert!(admitted.len() > 2000, "{}", admitted.len());
}

#[test]
fn what_a_gone_gateway_had_under_way_is_charged_and_its_place_free() {
    let terms = Terms { parallel: Some(2), budget: Some(1.0), ..Terms::default() };
    let mut model = Model::default();
    assert_eq!(model.take(&terms, MINUTE, &ask(1, 0, 0.5)).0, "taken");
    assert_eq!(model.take(&terms, MINUTE, &ask(2, 0, 0.25)).0, "taken");
    assert_eq!(model.take(&terms, MINUTE, &ask(3, 0, 0.0)).0, "parallel");
    model.renew(&terms, MINUTE + 5_000_000, 10_000_000, &["c1".to_owned()]);
    let (verdict, sum) = model.take(&terms, MINUTE + 10_000_000, &ask(3, 0, 0.25));
    assert_eq!((verdict, sum.spent, model.under_way()), ("taken", 0.25, 2));
    // It was not gone, only slow: what it says counts instead, once.
    let late = over(&ask(2, 0, 0.25), &sum.name, 0, 0.125);
    assert_eq!(model.settle(&terms, MINUTE + 11_000_000, &late).spent, 0.125);
    assert_eq!(model.settle(&terms, MINUTE + 11_000_000, &late).spent, 0.125);
}

#[test]
fn a_store_that_forgot_goes_on_from_what_gateways_know() {
    let terms = Terms { budget: Some(1.0), ..Terms::default() };
    let mut model = Model::default();
    let first = ask(1, 0, 0.5);
    let (_, sum) = model.take(&terms, MINUTE, &first);
    let known = model.settle(&terms, MINUTE, &over(&first, &sum.name, 0, 0.75));
    let mut forgot = Model::default();
    let little = Sum { spent: 0.5, ..known.clone() };
    let (_, sum) = forgot.take(&terms, MINUTE, &Ask { known: little, ..ask(2, 0, 0.0) });
    assert_eq!(sum.spent, 0.5, "one gateway has not heard of everything");
    let (_, sum) = forgot.take(&terms, MINUTE, &Ask { known: known.clone(), ..ask(3, 0, 0.0) });
    assert_eq!(sum.spent, 0.75, "and another has");
    // A call from before, of which only its gateway knows.
    let spent = forgot.settle(&terms, MINUTE, &over(&ask(9, 0, 0.0), &known.name, 0, 0.125)).spent;
    assert_eq!(spent, 0.875);
}

#[test]
fn tokens_can_be_owed_and_are_paid_first() {
    let terms = Terms { tpm: Some(600), ..Terms::default() };
    let mut model = Model::default();
    let first = ask(1, 600, 0.0);
    assert_eq!(model.take(&terms, MINUTE, &first).0, "taken");
    assert_eq!(model.take(&terms, MINUTE, &ask(2, 1, 0.0)).0, "tokens");
    model.settle(&terms, MINUTE, &over(&first, "", 1200, 0.0));
    model.settle(&terms, MINUTE, &over(&first, "", 1200, 0.0));
    assert_eq!(model.take(&terms, MINUTE + 59_000_000, &ask(3, 1, 0.0)).0, "tokens");
    assert_eq!(model.take(&terms, MINUTE + 61_000_000, &ask(4, 10, 0.0)).0, "taken");
}
