//! Ctrl-C and its like.

/// A future that ends when the user, or the system, asks the program to end.
///
/// What it listens for is caught from this call on, not from the first poll: a signal in between would end the program at once,
/// with temporary files left behind.
#[cfg(unix)]
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn received(listener: std::io::Result<Signal>) {
        match listener {
            Ok(mut listener) => {
                listener.recv().await;
            }
            // Without a listener the signal ends the program by itself.
            Err(_) => std::future::pending().await,
        }
    }

    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        tokio::select! {
            () = received(interrupt) => {}
            () = received(terminate) => {}
        }
    }
}

/// A future that ends when the user asks the program to end.
#[cfg(not(unix))]
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the signal ends the program by itself.
        std::future::pending::<()>().await;
    }
}

/// A future that ends when the program is told to end without a word from whoever uses it: by SIGTERM, or because the terminal is
/// gone. Caught from this call on, like [`interrupted`].
#[cfg(unix)]
pub(crate) fn dismissed() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};

    let (terminate, hang_up) = (signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    async {
        match (terminate, hang_up) {
            (Ok(mut terminate), Ok(mut hang_up)) => {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = hang_up.recv() => {}
                }
            }
            // Without listeners the signals end the program by themselves.
            _ => std::future::pending().await,
        }
    }
}

/// The same where there are no such signals.
#[cfg(not(unix))]
pub(crate) fn dismissed() -> impl Future<Output = ()> {
    std::future::pending()
}

/// The requests to read the configuration again: SIGHUP, caught from the call of [`hung_up`] on.
pub(crate) struct HungUp {
    #[cfg(unix)]
    listener: std::io::Result<tokio::signal::unix::Signal>,
}

/// Begins to listen for SIGHUP, which would end the program otherwise.
pub(crate) fn hung_up() -> HungUp {
    HungUp {
        #[cfg(unix)]
        listener: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()),
    }
}

impl HungUp {
    /// Waits for the next one.
    pub(crate) async fn next(&mut self) {
        #[cfg(unix)]
        if let Ok(listener) = &mut self.listener
            && listener.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
