//! Keys made by `aws-lc-rs`, each on a thread of its own.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::thread;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize};

use super::{KeyToCome, SessionKeySource};
use crate::key::{Backend, KeyError, PrivateKey};

/// Makes RSA keys of 2048 bits, as all official SDKs do.
///
/// Each is made on a thread that lives for it alone: making one takes 20 to 200 ms, which no task of a runtime may hold its
/// worker for, and no runtime is needed.
#[derive(Clone, Copy, Debug)]
pub struct GeneratedKeys {
    backend: Backend,
}

impl GeneratedKeys {
    /// Keys that this library signs with; all are made by `aws-lc-rs`.
    #[must_use]
    pub fn new(backend: Backend) -> Self {
        Self { backend }
    }
}

#[cfg(feature = "ring")]
impl Default for GeneratedKeys {
    fn default() -> Self {
        Self::new(Backend::default())
    }
}

impl SessionKeySource for GeneratedKeys {
    fn next_key(&self) -> KeyToCome {
        let backend = self.backend;
        Box::pin(elsewhere(move || generate(backend)))
    }
}

fn generate(backend: Backend) -> Result<PrivateKey, KeyError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::NotGenerated)?;
    let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> =
        pair.as_der().map_err(|_| KeyError::NotGenerated)?;
    PrivateKey::from_pem_with(der.as_ref(), None, backend)
}

/// What a thread leaves for the task that waits for it.
struct Slot<T> {
    outcome: Option<T>,
    waker: Option<Waker>,
    is_over: bool,
}

/// Runs `work` on a thread of its own. A thread that cannot be started, or panics, is a key that was not made.
async fn elsewhere<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
) -> Result<T, KeyError> {
    let slot = Arc::new(Mutex::new(Slot { outcome: None, waker: None, is_over: false }));
    let filled = Ended(Arc::clone(&slot));
    thread::Builder::new()
        .name("oci-auth-key".to_owned())
        .spawn(move || filled.put(work()))
        .map_err(|_| KeyError::NotGenerated)?;
    std::future::poll_fn(move |cx| {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None if slot.is_over => Poll::Ready(Err(KeyError::NotGenerated)),
            None => {
                slot.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    })
    .await
}

/// The thread's end of a slot. Dropped without an outcome, it tells that there will be none.
struct Ended<T>(Arc<Mutex<Slot<T>>>);

impl<T> Ended<T> {
    fn put(&self, outcome: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).outcome = Some(outcome);
    }
}

impl<T> Drop for Ended<T> {
    fn drop(&mut self) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.is_over = true;
        let waker = slot.waker.take();
        drop(slot);
        waker.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().build().unwrap()
    }

    #[test]
    fn each_key_is_another_and_tells_its_public_half() {
        let [one, two] = [(), ()]
            .map(|()| runtime().block_on(GeneratedKeys::new(Backend::RING).next_key()).unwrap());
        assert_ne!(one.fingerprint(), two.fingerprint());
        assert!(one.fingerprint().is_some() && one.public_key_der().is_some());
        assert!(format!("{one:?}").contains("2048 bits"), "{one:?}");
    }

    #[test]
    fn work_that_panics_is_an_error_and_no_endless_wait() {
        let panics = || -> Result<(), KeyError> { std::panic::resume_unwind(Box::new("x")) };
        assert_eq!(runtime().block_on(elsewhere(panics)), Err(KeyError::NotGenerated));
    }

    /// The thread does not care: it ends by itself and nobody reads what it made.
    #[test]
    fn a_caller_may_leave() {
        drop(GeneratedKeys::new(Backend::RING).next_key());
        let ran = Arc::new(Mutex::new(false));
        let (begun, left) = (std::sync::mpsc::channel(), std::sync::mpsc::channel());
        let seen = Arc::clone(&ran);
        let mut waiting = Box::pin(elsewhere(move || {
            begun.0.send(()).unwrap();
            left.1.recv().unwrap();
            *seen.lock().unwrap() = true;
            Ok(())
        }));
        let mut context = std::task::Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        begun.1.recv().unwrap();
        drop(waiting);
        left.0.send(()).unwrap();
        while !*ran.lock().unwrap() {
            thread::yield_now();
        }
    }
}
