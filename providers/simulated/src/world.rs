//! The world: things that exist, what was done to them, and how often. It decides like an API
//! does, knows no schema and no plan, and counts for itself what its users did.

mod ask;
mod create;
mod things;

pub use ask::{Create, Ended, Entry, Lost, Outside, Owner, Reply, Report, Request, Seen, Thing};

use async_trait::async_trait;
use std::sync::{Mutex, MutexGuard, PoisonError};
use things::Things;
use tokio::time::Instant;

/// A world in this process. Its clock is that of `tokio`, so that tests can hold it still.
pub struct World {
    begun: Instant,
    things: Mutex<Things>,
}

impl Default for World {
    fn default() -> World {
        World {
            begun: Instant::now(),
            things: Mutex::default(),
        }
    }
}

impl World {
    /// The answer to a request; each is one indivisible step.
    pub fn answer(&self, request: Request) -> Reply {
        let now = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.things().answer(now, request)
    }

    /// What exists, and what was done so far.
    pub fn report(&self) -> Report {
        self.things().report()
    }

    fn things(&self) -> MutexGuard<'_, Things> {
        // Each step leaves it whole, so what a panicking test held is still good.
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Outside for World {
    async fn ask(&self, request: Request) -> Result<Reply, Lost> {
        Ok(self.answer(request))
    }
}
