//! What is asked of the writer beside appends: to read on, the lease, the keys, the history.

use super::{KeyChange, Writer};
use crate::backend::StoredBatch;
use crate::error::{Held, JournalError};
use crate::history::{self, Chapter};
use crate::journal::replay::follow;
use crate::journal::{LeaseRequest, Standing};
use crate::keyring::Keyring;
use state::{Event, Lease};
use std::sync::Arc;

type Result<T> = std::result::Result<T, JournalError>;

impl Writer {
    /// Reads what others wrote. Who holds the lease need not: nobody else can.
    pub(super) async fn refresh(&mut self) -> Result<()> {
        if let Some(broken) = &self.broken {
            return Err(broken.clone());
        }
        if self.lease.is_some() {
            return Ok(());
        }
        let batches = self.store.batches_from(self.tip.position + 1).await;
        let batches = batches.map_err(|e| JournalError::of_store(&self.store.describe(), e))?;
        for stored in &batches {
            self.catch_up(stored)?;
        }
        Ok(())
    }

    fn catch_up(&mut self, stored: &StoredBatch) -> Result<()> {
        self.ahead = None;
        if let Some(bytes) = &stored.batch.keyring {
            let keyring = Keyring::from_bytes(bytes)?;
            if keyring.generation() != self.keys.generation {
                let error = JournalError::Fenced("its keys were made anew".into());
                self.broken = Some(error.clone());
                return Err(error);
            }
            self.keyring = keyring;
        }
        let state = Arc::make_mut(&mut self.state);
        let followed = follow(&self.keys, &mut self.tip, state, stored);
        if let Err(damage) = followed {
            let error = JournalError::Corrupted {
                store: self.store.describe(),
                position: damage.position,
                what: damage.what,
            };
            self.broken = Some(error.clone());
            return Err(error);
        }
        self.bytes_behind += stored.batch.bytes();
        Ok(())
    }

    pub(super) async fn take_lease(&mut self, request: &LeaseRequest) -> Result<Lease> {
        // Of several who come at once, all but one see in the end who it was.
        for _ in 0..10 {
            match self.try_lease(request).await {
                Err(JournalError::Conflict) => {}
                other => return other,
            }
        }
        Err(JournalError::Conflict)
    }

    async fn try_lease(&mut self, request: &LeaseRequest) -> Result<Lease> {
        if let Some(lease) = &self.lease {
            let now_ms = lease.renewed_at_ms;
            let lease = lease.clone();
            return Err(JournalError::Held(Box::new(Held { lease, now_ms })));
        }
        self.refresh().await?;
        let mut events = Vec::new();
        if let Some(held) = self.state.lease.clone() {
            let now = self.store.now().await;
            let now_ms = now.map_err(|e| JournalError::of_store(&self.store.describe(), e))?;
            if !held.is_over(now_ms) && (request.is_dead)(&held.owner) {
                events.push(Event::LeaseEnded { epoch: held.epoch });
            } else if !held.is_over(now_ms) {
                let lease = held;
                return Err(JournalError::Held(Box::new(Held { lease, now_ms })));
            }
            self.now_ms = now_ms;
        }
        let epoch = self.state.epoch + 1;
        let lease = Lease {
            epoch,
            owner: request.owner.clone(),
            time_to_live_ms: u64::try_from(request.time_to_live.as_millis()).unwrap_or(u64::MAX),
            taken_at_ms: 0,
            renewed_at_ms: 0,
        };
        events.push(Event::LeaseTaken(lease));
        self.write(&events, None).await?;
        let lease = self.state.lease.clone();
        let lease = lease.ok_or(JournalError::NoLease)?;
        tracing::info!(
            epoch,
            until_ms = lease.time_to_live_ms,
            "the lease was taken"
        );
        self.lease = Some(lease.clone());
        self.standing.send_replace(Standing::Held);
        Ok(lease)
    }

    pub(super) async fn end_lease(&mut self) -> Result<()> {
        self.may_write()?;
        let Some(lease) = self.lease.clone() else {
            return Err(JournalError::NoLease);
        };
        let epoch = lease.epoch;
        self.write(&[Event::LeaseEnded { epoch }], None).await?;
        tracing::info!(epoch, "the lease was given back");
        self.lease = None;
        self.standing.send_replace(Standing::None);
        self.snapshot_if_due(2).await;
        self.anchor(true);
        self.remember();
        Ok(())
    }

    pub(super) async fn break_lease(&mut self) -> Result<Option<Lease>> {
        for _ in 0..10 {
            self.refresh().await?;
            let Some(lease) = self.state.lease.clone() else {
                return Ok(None);
            };
            let epoch = lease.epoch;
            match self.write(&[Event::LeaseEnded { epoch }], None).await {
                Ok(_) => return Ok(Some(lease)),
                // It was renewed just now.
                Err(JournalError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
        Err(JournalError::Conflict)
    }

    pub(super) async fn history(&self) -> Result<Vec<Chapter>> {
        let batches = self.store.batches_from(1).await;
        let batches = batches.map_err(|e| JournalError::of_store(&self.store.describe(), e))?;
        history::tell(&self.keys, &batches).map_err(|damage| JournalError::Corrupted {
            store: self.store.describe(),
            position: damage.position,
            what: damage.what,
        })
    }

    pub(super) async fn change_keys(&mut self, change: KeyChange) -> Result<()> {
        self.may_write()?;
        let (keyring, keys, what) = match change {
            KeyChange::Add(new) => {
                let what = format!("recipient `{}` added", new.name);
                (
                    self.keyring.with(&self.keys, &new)?,
                    self.keys.clone(),
                    what,
                )
            }
            KeyChange::Remove(name) => {
                let (keyring, keys) = self.keyring.without(&self.keys, &name)?;
                (
                    keyring,
                    keys,
                    format!("recipient `{name}` removed, keys made anew"),
                )
            }
            KeyChange::Rotate => {
                let (keyring, keys) = self.keyring.rotated(&self.keys)?;
                (keyring, keys, "keys made anew".into())
            }
        };
        let bytes = keyring.to_bytes();
        let event = Event::KeysChanged {
            generation: keys.generation,
            what,
            keyring: *blake3::hash(&bytes).as_bytes(),
        };
        let anew = keys.generation != self.keys.generation;
        let old = std::mem::replace(&mut self.keys, keys);
        if let Err(error) = self.write(&[event], Some(bytes)).await {
            self.keys = old;
            return Err(error);
        }
        self.keyring = keyring;
        if anew {
            // So that what is recorded now is sealed with the new keys alone.
            self.snapshot().await;
        }
        Ok(())
    }
}
