//! Keeping a lease: renewed at a third of its time, given up at two thirds.

use super::writer::Command;
use state::{Event, Lease, LeaseOwner};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// A wish for the lease.
#[derive(Clone, Debug)]
pub struct LeaseRequest {
    /// Who wants it.
    pub owner: LeaseOwner,
    /// How long it lasts without being renewed.
    pub time_to_live: Duration,
    /// How long to wait where somebody else has it.
    pub wait: Duration,
    /// Whether it is certain that an owner runs no more: its lease is ended then.
    pub is_dead: fn(&LeaseOwner) -> bool,
}

/// How a journal stands with the lease.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Standing {
    /// It has none.
    #[default]
    None,
    /// It may write.
    Held,
    /// It could not renew the lease for two thirds of its time: nothing new may be started, what
    /// is under way is ended. What comes of that can be recorded as long as nobody else took over.
    Late,
    /// Somebody else writes now, or may: nothing can be recorded.
    Lost(String),
}

impl Standing {
    /// Whether nothing new may be started.
    pub fn is_fenced(&self) -> bool {
        matches!(self, Standing::Late | Standing::Lost(_))
    }
}

/// The task that renews a lease; ends when dropped.
pub(super) struct Renewal(JoinHandle<()>);

impl Renewal {
    /// Starts to renew a lease that was asked for at a time.
    pub(super) fn start(
        commands: mpsc::WeakSender<Command>,
        standing: Arc<watch::Sender<Standing>>,
        lease: Lease,
        asked: Instant,
    ) -> Renewal {
        Renewal(tokio::spawn(renew(commands, standing, lease, asked)))
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn renew(
    commands: mpsc::WeakSender<Command>,
    standing: Arc<watch::Sender<Standing>>,
    lease: Lease,
    asked: Instant,
) {
    let time_to_live = Duration::from_millis(lease.time_to_live_ms);
    // Counted from before the store was asked: its own clock began to run later.
    let mut renewed = asked;
    loop {
        tokio::time::sleep_until((renewed + time_to_live / 3).into()).await;
        let late = renewed + time_to_live * 2 / 3;
        let asked = Instant::now();
        let renewal = once(&commands, lease.epoch);
        tokio::pin!(renewal);
        let done = match tokio::time::timeout_at(late.into(), &mut renewal).await {
            Ok(done) => done,
            Err(_) => {
                standing.send_if_modified(|s| {
                    let late = *s == Standing::Held;
                    if late {
                        *s = Standing::Late;
                    }
                    late
                });
                renewal.await
            }
        };
        // Where it failed, the writer has said why.
        if !done {
            return;
        }
        renewed = asked;
    }
}

async fn once(commands: &mpsc::WeakSender<Command>, epoch: u64) -> bool {
    let Some(commands) = commands.upgrade() else {
        return false;
    };
    let (reply, answer) = oneshot::channel();
    let command = Command::Append {
        events: vec![Event::LeaseRenewed { epoch }],
        with_lease: true,
        reply,
    };
    commands.send(command).await.is_ok() && matches!(answer.await, Ok(Ok(_)))
}
