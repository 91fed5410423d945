//! Keeps what a run tells, for tests to look at, and does something when a line is told.

use driver::{Event, Watch};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everything that was told, as lines.
#[derive(Default)]
pub struct Watching {
    lines: Mutex<Vec<String>>,
    trigger: Mutex<Option<Trigger>>,
}

type Trigger = (String, Box<dyn Fn() + Send>);

impl Watching {
    /// The lines so far.
    pub fn lines(&self) -> Vec<String> {
        held(&self.lines).clone()
    }

    /// The lines since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut held(&self.lines))
    }

    /// Does something whenever a line is told.
    pub fn at(&self, line: &str, act: impl Fn() + Send + 'static) {
        *held(&self.trigger) = Some((line.to_string(), Box::new(act)));
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch for Watching {
    fn tell(&self, event: Event) {
        let line = match event {
            Event::Started {
                address, action, ..
            } => format!("{} {address}", action.word()),
            Event::Done {
                address, action, ..
            } => format!("done {} {address}", action.word()),
            Event::Failed(failed) => format!("failed {}: {}", failed.address, failed.problem),
            Event::Skipped(skipped) => {
                format!(
                    "skipped {}, because of {}",
                    skipped.address, skipped.because_of
                )
            }
            other => format!("{other:?}"),
        };
        if let Some((at, act)) = &*held(&self.trigger)
            && *at == line
        {
            act();
        }
        held(&self.lines).push(line);
    }
}
