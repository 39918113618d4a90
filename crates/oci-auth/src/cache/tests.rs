//! The cache under a clock that the tests set, with fetches that they finish: no sockets, no runtime, no waiting.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::*;
use crate::KeyId;
use crate::key::{PrivateKey, RsaSigner, SigningFailed, SigningKey};

struct Constant;

impl RsaSigner for Constant {
    fn signature_len(&self) -> usize {
        256
    }

    fn sign(&self, _: &[u8], _: &mut [u8]) -> Result<(), SigningFailed> {
        Ok(())
    }
}

fn token(name: &str, end: Option<u64>) -> Snapshot {
    let key =
        SigningKey::new(KeyId::security_token(name).unwrap(), PrivateKey::from_signer(Constant));
    Snapshot::new(key, end.map(at))
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

type Outcome = Result<Snapshot, &'static str>;

/// What the tests see of the provider: how often it was asked, and the fetches that are under way.
#[derive(Clone, Default)]
struct World(Arc<Inner>);

#[derive(Default)]
struct Inner {
    now: AtomicU64,
    fetches: AtomicUsize,
    /// Fetches that were dropped before their end.
    dropped: AtomicUsize,
    /// How often a fetch is polled in vain before it takes its outcome.
    delay: AtomicUsize,
    outcomes: Mutex<VecDeque<Outcome>>,
    wakers: Mutex<Vec<Waker>>,
}

impl TokenProvider for World {
    type Error = &'static str;

    fn fetch(&self) -> Fetch<&'static str> {
        self.0.fetches.fetch_add(1, Ordering::SeqCst);
        let delay = self.0.delay.load(Ordering::SeqCst);
        Box::pin(Fetching { world: self.clone(), delay, is_done: false })
    }
}

/// Waits for an outcome, as many polls as it is told and then until there is one.
struct Fetching {
    world: World,
    delay: usize,
    is_done: bool,
}

impl Future for Fetching {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        if self.delay > 0 {
            self.delay -= 1;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let outcome = self.world.0.outcomes.lock().unwrap().pop_front();
        match outcome {
            Some(outcome) => {
                self.is_done = true;
                Poll::Ready(outcome)
            }
            None => {
                self.world.0.wakers.lock().unwrap().push(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.world.0.dropped.fetch_add(usize::from(!self.is_done), Ordering::SeqCst);
    }
}

impl World {
    fn cache(&self) -> TokenCache<Self> {
        let world = self.clone();
        TokenCache::new(self.clone(), move || at(world.0.now.load(Ordering::SeqCst)))
    }

    fn set_time(&self, now: u64) {
        self.0.now.store(now, Ordering::SeqCst);
    }

    fn bring(&self, outcome: Outcome) {
        self.0.outcomes.lock().unwrap().push_back(outcome);
        let wakers = std::mem::take(&mut *self.0.wakers.lock().unwrap());
        wakers.into_iter().for_each(Waker::wake);
    }

    fn fetches(&self) -> usize {
        self.0.fetches.load(Ordering::SeqCst)
    }
}

/// A caller: its future, and whether it was woken since it was polled.
struct Caller<'c> {
    future: Pin<Box<dyn Future<Output = Outcome> + 'c>>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(1, Ordering::SeqCst);
    }
}

impl<'c> Caller<'c> {
    fn new(future: impl Future<Output = Outcome> + 'c) -> Self {
        let caller = Self { future: Box::pin(future), woken: Arc::default() };
        caller.woken.0.store(1, Ordering::SeqCst);
        caller
    }

    /// Polls it if it was woken, as a runtime does.
    fn poll(&mut self) -> Poll<Outcome> {
        if self.woken.0.swap(0, Ordering::SeqCst) == 0 {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(&self.woken));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    /// Polls until it ends, or nobody wakes it.
    fn run(&mut self) -> Poll<Outcome> {
        while self.woken.0.load(Ordering::SeqCst) == 1 {
            if let Poll::Ready(outcome) = self.poll() {
                return Poll::Ready(outcome);
            }
        }
        Poll::Pending
    }
}

fn name(outcome: &Outcome) -> String {
    match outcome {
        Ok(snapshot) => snapshot.key().unwrap().id().as_str().to_owned(),
        Err(error) => (*error).to_owned(),
    }
}

/// What a caller gets who comes now.
#[track_caller]
fn check(cache: &TokenCache<World>, expected: &str) {
    match Caller::new(cache.snapshot()).run() {
        Poll::Ready(outcome) => assert_eq!(name(&outcome), expected),
        Poll::Pending => panic!("it waits"),
    }
}

#[track_caller]
fn check_ends(caller: &mut Caller<'_>, expected: &str) {
    match caller.run() {
        Poll::Ready(outcome) => assert_eq!(name(&outcome), expected),
        Poll::Pending => panic!("it waits"),
    }
}

#[test]
fn a_token_is_fetched_once_and_served_until_shortly_before_its_end() {
    let world = World::default();
    let cache = world.cache();
    assert_eq!(world.fetches(), 0, "nothing is fetched before somebody asks");
    world.bring(Ok(token("one", Some(3600))));
    check(&cache, "ST$one");
    world.set_time(3299);
    check(&cache, "ST$one");
    assert_eq!(world.fetches(), 1);
    world.set_time(3360);
    world.bring(Ok(token("two", Some(7200))));
    check(&cache, "ST$two");
    assert_eq!(world.fetches(), 2);
}

#[test]
fn a_short_token_is_fetched_anew_in_the_second_half_of_its_life() {
    let world = World::default();
    let cache = world.cache();
    world.bring(Ok(token("one", Some(100))));
    check(&cache, "ST$one");
    world.set_time(49);
    check(&cache, "ST$one");
    world.set_time(60);
    world.bring(Ok(token("two", None)));
    check(&cache, "ST$two");
    world.set_time(u64::from(u32::MAX));
    check(&cache, "ST$two");
    assert_eq!(world.fetches(), 2, "a token without an end is kept");
}

#[test]
fn the_time_of_the_next_fetch_differs_between_tokens() {
    let times: std::collections::BTreeSet<_> = (0..50)
        .map(|index| refresh_at(&token(&format!("t{index}"), Some(3600)), at(0)).unwrap())
        .collect();
    assert!(times.len() > 40, "{}", times.len());
    assert!(times.iter().all(|time| (at(3300)..=at(3360)).contains(time)), "{times:?}");
}

#[test]
fn a_thousand_callers_make_one_fetch() {
    let world = World::default();
    let cache = world.cache();
    let mut callers: Vec<_> = (0..1000).map(|_| Caller::new(cache.snapshot())).collect();
    assert!(callers.iter_mut().all(|caller| caller.run().is_pending()));
    world.bring(Ok(token("one", Some(3600))));
    callers.iter_mut().for_each(|caller| check_ends(caller, "ST$one"));
    assert_eq!(world.fetches(), 1);
}

#[test]
fn a_storm_of_refusals_makes_one_fetch() {
    let world = World::default();
    let cache = world.cache();
    let old = token("old", Some(3600));
    world.bring(Ok(old.clone()));
    check(&cache, "ST$old");
    let mut callers: Vec<_> = (0..1000).map(|_| Caller::new(cache.refresh_after(&old))).collect();
    let (early, late) = callers.split_at_mut(500);
    assert!(early.iter_mut().all(|caller| caller.run().is_pending()));
    check(&cache, "ST$old");
    world.bring(Ok(token("new", Some(7200))));
    early.iter_mut().for_each(|caller| check_ends(caller, "ST$new"));
    late.iter_mut().for_each(|caller| check_ends(caller, "ST$new"));
    check(&cache, "ST$new");
    assert_eq!(world.fetches(), 2);
}

/// Whoever began is dropped, before its first poll, after it, or after any other: the next one takes over.
#[test]
fn another_takes_over_when_the_first_is_dropped_at_any_poll() {
    for polls in 0..6 {
        let world = World::default();
        world.0.delay.store(4, Ordering::SeqCst);
        let cache = world.cache();
        let mut first = Caller::new(cache.snapshot());
        let mut second = Caller::new(cache.snapshot());
        for _ in 0..polls {
            assert!(first.poll().is_pending());
        }
        assert!(second.poll().is_pending());
        drop(first);
        world.bring(Ok(token("one", Some(3600))));
        check_ends(&mut second, "ST$one");
        assert_eq!((world.fetches(), world.0.dropped.load(Ordering::SeqCst)), (1, 0), "{polls}");
    }
}

/// Only the first was woken; it is dropped instead of polled.
#[test]
fn a_waking_is_not_lost_with_the_one_it_met() {
    let world = World::default();
    let cache = world.cache();
    let mut first = Caller::new(cache.snapshot());
    let mut second = Caller::new(cache.snapshot());
    assert!(first.run().is_pending() && second.run().is_pending());
    world.bring(Ok(token("one", Some(3600))));
    second.woken.0.store(0, Ordering::SeqCst);
    drop(first);
    check_ends(&mut second, "ST$one");
}

#[test]
fn a_fetch_that_nobody_waits_for_is_given_up() {
    let world = World::default();
    let cache = world.cache();
    let mut callers = [Caller::new(cache.snapshot()), Caller::new(cache.snapshot())];
    assert!(callers.iter_mut().all(|caller| caller.run().is_pending()));
    drop(callers);
    assert_eq!((world.fetches(), world.0.dropped.load(Ordering::SeqCst)), (1, 1));
    world.bring(Ok(token("one", Some(3600))));
    check(&cache, "ST$one");
    assert_eq!(world.fetches(), 2, "and begun anew by the next caller");
}

#[test]
fn a_failure_wakes_everybody_and_pauses() {
    let world = World::default();
    let cache = world.cache();
    let mut callers: Vec<_> = (0..16).map(|_| Caller::new(cache.snapshot())).collect();
    assert!(callers.iter_mut().all(|caller| caller.run().is_pending()));
    world.bring(Err("503"));
    callers.iter_mut().for_each(|caller| check_ends(caller, "503"));
    check(&cache, "503");
    assert_eq!(world.fetches(), 1, "the last error is answered meanwhile");

    // 1, 2, 4, 8, 16, 30, 30 seconds.
    let mut now = 0;
    for (fetches, pause) in (2..).zip([1, 2, 4, 8, 16, 30, 30]) {
        world.set_time(now + pause - 1);
        check(&cache, "503");
        now += pause;
        world.set_time(now);
        world.bring(Err("503"));
        check(&cache, "503");
        assert_eq!(world.fetches(), fetches, "after {pause} s");
    }
    world.set_time(now + 30);
    world.bring(Ok(token("one", Some(10_000))));
    check(&cache, "ST$one");
    let one = token("one", Some(10_000));
    world.bring(Err("again"));
    check_ends(&mut Caller::new(cache.refresh_after(&one)), "again");
    world.set_time(now + 31);
    world.bring(Ok(token("two", Some(10_000))));
    check_ends(&mut Caller::new(cache.refresh_after(&one)), "ST$two");
}

#[test]
fn a_clock_that_is_set_back_does_not_lengthen_the_pause() {
    let world = World::default();
    world.set_time(10_000);
    let cache = world.cache();
    world.bring(Err("503"));
    check(&cache, "503");
    world.set_time(5_000);
    world.bring(Ok(token("one", Some(20_000))));
    check(&cache, "ST$one");
}

#[test]
fn the_old_token_is_served_while_the_next_is_fetched_and_when_that_fails() {
    let world = World::default();
    let cache = world.cache();
    world.bring(Ok(token("old", Some(3600))));
    check(&cache, "ST$old");
    world.set_time(3400);
    let mut first = Caller::new(cache.snapshot());
    assert!(first.run().is_pending(), "the first one fetches");
    check(&cache, "ST$old");
    world.bring(Err("503"));
    check_ends(&mut first, "ST$old");
    check(&cache, "ST$old");
    assert_eq!(world.fetches(), 2, "not again within the pause");

    world.set_time(3599);
    let mut first = Caller::new(cache.snapshot());
    assert!(first.run().is_pending());
    world.set_time(3600);
    world.bring(Err("late"));
    check_ends(&mut first, "late");
    check(&cache, "late");
}

#[test]
fn a_refusal_that_cannot_be_helped_keeps_the_token() {
    let world = World::default();
    let cache = world.cache();
    let old = token("old", Some(3600));
    world.bring(Ok(old.clone()));
    check(&cache, "ST$old");
    world.bring(Err("503"));
    check_ends(&mut Caller::new(cache.refresh_after(&old)), "503");
    check_ends(&mut Caller::new(cache.refresh_after(&old)), "503");
    assert_eq!(world.fetches(), 2, "no hammering");
    check(&cache, "ST$old");
}

/// The clock here is wrong, or the service is slow. Each call would fetch anew otherwise.
#[test]
fn a_token_that_has_ended_when_it_arrives_does_not_make_every_call_fetch() {
    let world = World::default();
    world.set_time(1000);
    let cache = world.cache();
    world.bring(Ok(token("ended", Some(500))));
    check(&cache, "ST$ended");
    world.set_time(1029);
    check(&cache, "ST$ended");
    assert_eq!(world.fetches(), 1);
    world.set_time(1030);
    world.bring(Ok(token("next", Some(5000))));
    check(&cache, "ST$next");
}

#[test]
fn debug_shows_no_token() {
    let world = World::default();
    let cache = world.cache();
    world.bring(Ok(token("hunter2", None)));
    check(&cache, "ST$hunter2");
    let shown = format!("{cache:?}");
    assert!(shown.contains("ST$<redacted>") && !shown.contains("hunter2"), "{shown}");
}

/// Callers on threads of their own, each of whom drops its first call somewhere and then waits.
#[test]
fn threads_that_give_up_and_come_back_all_get_a_token() {
    let world = World::default();
    world.0.delay.store(50, Ordering::SeqCst);
    let cache = world.cache();
    for _ in 0..64 {
        world.bring(Ok(token("one", Some(3600))));
    }
    std::thread::scope(|scope| {
        for polls in 0..8 {
            let cache = &cache;
            scope.spawn(move || {
                let mut first = Caller::new(cache.snapshot());
                for _ in 0..polls {
                    if first.poll().is_ready() {
                        return;
                    }
                }
                drop(first);
                let mut second = Caller::new(cache.snapshot());
                // Woken by the others' polls at the latest; spinning stands in for a runtime here.
                while second.run().is_pending() {
                    std::thread::yield_now();
                }
            });
        }
    });
    check(&cache, "ST$one");
}
