//! What went through in the last minutes, for the status page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use locus::wire::chat::Usage;

/// The length of a slot.
pub(crate) const SLOT: Duration = Duration::from_secs(5);

/// Slots that are kept: five minutes.
pub(crate) const SLOTS: usize = 60;

/// The calls that ended in the latest slots, by the name that they asked for.
///
/// Names are of the operator's choosing, so there are few; a call that was refused before it had one has the empty name.
#[derive(Debug)]
pub(crate) struct Traffic {
    started: Instant,
    names: Mutex<BTreeMap<Arc<str>, Box<[Slot; SLOTS]>>>,
}

/// What ended in five seconds. It is emptied when its place in the ring is taken again.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    number: u64,
    sums: Sums,
}

/// Sums over calls that are over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sums {
    pub(crate) calls: u64,
    pub(crate) failed: u64,
    pub(crate) prompt: u64,
    pub(crate) completion: u64,
    time: Duration,
    streams: u64,
    first_event: Duration,
}

/// One call that is over.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ended<'a> {
    pub(crate) is_failed: bool,
    pub(crate) elapsed: Duration,
    /// When its first event went out, if it was a stream.
    pub(crate) first_event: Option<Duration>,
    pub(crate) usage: Option<&'a Usage>,
}

/// What the status page shows.
#[derive(Debug)]
pub(crate) struct Window {
    /// What the sums are over: the five minutes, or less after a start.
    pub(crate) length: Duration,
    pub(crate) names: Vec<(Arc<str>, Sums)>,
    /// Calls and failures of all names by slot, the oldest first.
    pub(crate) slots: [(u64, u64); SLOTS],
}

impl Traffic {
    pub(crate) fn new(started: Instant) -> Self {
        Self { started, names: Mutex::default() }
    }

    pub(crate) fn add(&self, now: Instant, name: Option<&Arc<str>>, ended: &Ended<'_>) {
        let number = self.slot(now);
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let ring = match name {
            Some(name) => match names.get_mut(name) {
                Some(ring) => ring,
                None => names.entry(Arc::clone(name)).or_insert_with(empty),
            },
            None => names.entry(Arc::default()).or_insert_with(empty),
        };
        if let Some(slot) = ring.get_mut(place(number)) {
            if slot.number != number {
                *slot = Slot { number, sums: Sums::default() };
            }
            slot.sums.add(ended);
        }
    }

    pub(crate) fn window(&self, now: Instant) -> Window {
        let current = self.slot(now);
        let oldest = (current + 1).saturating_sub(SLOTS as u64);
        let into_slot =
            now.saturating_duration_since(self.started).as_secs_f64() % SLOT.as_secs_f64();
        let whole_slots = (current - oldest) as u32;
        let length = SLOT * whole_slots + Duration::from_secs_f64(into_slot);
        let mut slots = [(0, 0); SLOTS];
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let names = names.iter().filter_map(|(name, ring)| {
            let mut total = Sums::default();
            for slot in ring.iter().filter(|slot| (oldest..=current).contains(&slot.number)) {
                total.merge(&slot.sums);
                // The current slot is the last one shown, whatever its place in the ring is.
                let age = (current - slot.number) as usize;
                if let Some((calls, failed)) = slots.get_mut(SLOTS - 1 - age) {
                    *calls += slot.sums.calls;
                    *failed += slot.sums.failed;
                }
            }
            (total.calls > 0).then(|| (Arc::clone(name), total))
        });
        Window { length, names: names.collect(), slots }
    }

    fn slot(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.started).as_secs() / SLOT.as_secs()
    }
}

fn empty() -> Box<[Slot; SLOTS]> {
    Box::new([Slot::default(); SLOTS])
}

fn place(number: u64) -> usize {
    // The remainder is below 60.
    (number % SLOTS as u64) as usize
}

impl Sums {
    fn add(&mut self, ended: &Ended<'_>) {
        self.calls += 1;
        self.failed += u64::from(ended.is_failed);
        self.time += ended.elapsed;
        if let Some(first_event) = ended.first_event {
            self.streams += 1;
            self.first_event += first_event;
        }
        if let Some(usage) = ended.usage {
            self.prompt = self.prompt.saturating_add(usage.prompt_tokens.unwrap_or_default());
            self.completion =
                self.completion.saturating_add(usage.completion_tokens.unwrap_or_default());
        }
    }

    fn merge(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failed += other.failed;
        self.prompt = self.prompt.saturating_add(other.prompt);
        self.completion = self.completion.saturating_add(other.completion);
        self.time += other.time;
        self.streams += other.streams;
        self.first_event += other.first_event;
    }

    /// How long a call took, on average.
    pub(crate) fn mean_time(&self) -> Option<Duration> {
        mean(self.time, self.calls)
    }

    /// How long the first event of a stream took, on average.
    pub(crate) fn mean_first_event(&self) -> Option<Duration> {
        mean(self.first_event, self.streams)
    }
}

fn mean(sum: Duration, count: u64) -> Option<Duration> {
    (count > 0).then(|| sum.div_f64(count as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(milliseconds: u64, is_failed: bool) -> Ended<'static> {
        Ended { is_failed, elapsed: Duration::from_millis(milliseconds), ..Ended::default() }
    }

    #[test]
    fn calls_are_summed_by_name_and_shown_by_age() {
        let start = Instant::now();
        let traffic = Traffic::new(start);
        let name: Arc<str> = Arc::from("grok");
        let mut usage = Usage::default();
        usage.prompt_tokens = Some(7);
        usage.completion_tokens = Some(2);
        let streamed = Ended {
            first_event: Some(Duration::from_millis(30)),
            usage: Some(&usage),
            ..ended(100, false)
        };
        traffic.add(start + SLOT, Some(&name), &streamed);
        traffic.add(start + SLOT * 3, Some(&name), &ended(300, true));
        traffic.add(start + SLOT * 3, None, &ended(1, true));

        let window = traffic.window(start + SLOT * 4);
        assert_eq!(window.length, SLOT * 4);
        assert_eq!(window.names.len(), 2);
        let (first, refused) = &window.names[0];
        assert_eq!((&**first, refused.calls, refused.failed), ("", 1, 1));
        let (_, grok) = &window.names[1];
        assert_eq!((grok.calls, grok.failed, grok.prompt, grok.completion), (2, 1, 7, 2));
        assert_eq!(grok.mean_time(), Some(Duration::from_millis(200)));
        assert_eq!(grok.mean_first_event(), Some(Duration::from_millis(30)));
        assert_eq!(window.slots[SLOTS - 2..], [(2, 2), (0, 0)]);
        assert_eq!(window.slots[SLOTS - 4], (1, 0));
    }

    #[test]
    fn what_is_older_than_the_window_is_gone() {
        let start = Instant::now();
        let traffic = Traffic::new(start);
        let name: Arc<str> = Arc::from("grok");
        let slots = SLOTS as u32;
        traffic.add(start, Some(&name), &ended(1, false));
        assert_eq!(traffic.window(start + SLOT * (slots - 1)).names.len(), 1);
        let later = start + SLOT * slots;
        assert!(traffic.window(later).names.is_empty());
        // The place in the ring is taken again, and what was there does not count.
        traffic.add(later, Some(&name), &ended(1, false));
        let window = traffic.window(later);
        assert_eq!(window.names[0].1.calls, 1);
        assert_eq!(window.slots.iter().map(|(calls, _)| calls).sum::<u64>(), 1);
    }

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!(Sums::default().mean_time(), None);
        assert_eq!(Sums::default().mean_first_event(), None);
    }
}
