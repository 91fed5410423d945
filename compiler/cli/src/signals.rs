//! Ctrl-C and SIGTERM: the first asks for an end, the second for one at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How urgently the user wants an end: 0 goes on, 1 begins nothing new, 2 stops now.
pub(crate) fn listen() -> watch::Receiver<u8> {
    let (sender, receiver) = watch::channel(0u8);
    tokio::spawn(async move {
        // Where signals can't be heard, the default ends the process; the next run settles.
        let (Ok(mut interrupt), Ok(mut terminate)) = (
            signal(SignalKind::interrupt()),
            signal(SignalKind::terminate()),
        ) else {
            return;
        };
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            sender.send_modify(|urgency| *urgency = urgency.saturating_add(1).min(2));
        }
    });
    receiver
}
