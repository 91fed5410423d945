//! From what the engine tells of its work to what is shown of it.

use crate::out::Out;
use crate::view::progress::Happening;
use driver::{Event, Watch};
use std::time::Duration;

/// Shows what the engine tells, as it happens.
pub(crate) struct Teller(pub(crate) Out);

impl Watch for Teller {
    fn tell(&self, event: Event) {
        self.0.happening(&happening(event));
    }
}

fn happening(event: Event) -> Happening {
    match event {
        Event::Settling { address, change } => {
            Happening::Note(format!("{address}: looking what became of its {change}"))
        }
        Event::Settled { address, result } => Happening::Note(format!("{address}: {result}")),
        Event::Started {
            address, action, ..
        } => Happening::Started {
            address: address.to_string(),
            action,
        },
        Event::Progress { address, line } => Happening::Line {
            address: address.to_string(),
            text: line,
        },
        Event::Retry {
            address,
            message,
            after_ms,
        } => Happening::Note(format!(
            "{address}: {message}; trying again in {}",
            crate::view::progress::span(Duration::from_millis(after_ms))
        )),
        Event::Done {
            address,
            action,
            elapsed_ms,
            unchanged,
            ..
        } => Happening::Done {
            address: address.to_string(),
            action,
            elapsed: Duration::from_millis(elapsed_ms),
            unchanged,
        },
        Event::Failed(failed) => Happening::Failed {
            address: failed.address.to_string(),
            action: failed.action,
            elapsed: Duration::from_millis(failed.elapsed_ms),
            message: failed.problem.message,
        },
        Event::Skipped(skipped) => Happening::Skipped {
            address: skipped.address.to_string(),
            action: skipped.action,
            why: match skipped.because_of.parse::<model::Address>() {
                Ok(address) => format!("it waits for {address}"),
                Err(_) => skipped.because_of,
            },
        },
        Event::Stopping { under_way } => Happening::Note(format!(
            "stopping: nothing new begins, {under_way} under way; once more to stop now"
        )),
        Event::Rollout { of, message } => Happening::Note(format!("rollout of {of}: {message}")),
        Event::Counted { done, total } => Happening::Counted { done, total },
    }
}

/// For what happens in memory alone: there is nothing that anybody could be told of.
pub(crate) struct Nobody;

impl Watch for Nobody {
    fn tell(&self, _: Event) {}
}
