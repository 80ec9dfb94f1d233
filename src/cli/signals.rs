//! Ctrl-C and SIGTERM.

use tokio::sync::mpsc;

/// Hears that the program is to end.
#[derive(Debug)]
pub(super) struct Signals {
    heard: mpsc::UnboundedReceiver<()>,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn listen() -> Self {
        let (tell, heard) = mpsc::unbounded_channel();
        let told = tell.clone();
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() && told.send(()).is_ok() {}
        });
        #[cfg(unix)]
        tokio::spawn(async move {
            use tokio::signal::unix::{SignalKind, signal};
            let Ok(mut terminate) = signal(SignalKind::terminate()) else {
                return;
            };
            while terminate.recv().await.is_some() && tell.send(()).is_ok() {}
        });
        Self { heard }
    }

    /// The next one.
    pub(super) async fn next(&mut self) {
        if self.heard.recv().await.is_none() {
            // Nobody can tell us any more.
            std::future::pending().await
        }
    }
}
