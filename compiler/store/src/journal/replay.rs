//! Reading a state: the newest snapshot and the batches behind it, each checked before it counts.

use super::JournalOptions;
use crate::anchor::Anchor;
use crate::backend::{Store, StoreError, StoredBatch};
use crate::error::JournalError;
use crate::keyring::Keyring;
use crate::keys::Keys;
use crate::seal::{Damage, Tip, newest_keyring, open_batch, open_snapshot, verify_batch};
use crate::sources::KeySources;
use state::{Event, Position, State};

/// A state that was read.
pub(super) struct Opened {
    pub(super) keys: Keys,
    pub(super) keyring: Keyring,
    pub(super) state: State,
    pub(super) tip: Tip,
    /// How large the snapshot is that the state was read from, and the log behind it.
    pub(super) snapshot_bytes: usize,
    pub(super) bytes_behind: usize,
}

pub(super) async fn open(
    store: &dyn Store,
    sources: &KeySources,
    options: &JournalOptions,
) -> Result<Opened, JournalError> {
    let name = store.describe();
    let loaded = store.load().await;
    let loaded = loaded.map_err(|e| JournalError::of_store(&name, e))?;
    if loaded.snapshot.is_none() && loaded.batches.is_empty() {
        return Err(match options.expected(&name) {
            Some(lineage) => JournalError::Gone {
                store: name,
                lineage,
            },
            None => JournalError::Missing { store: name },
        });
    }
    let corrupted = |d: Damage| JournalError::Corrupted {
        store: store.describe(),
        position: d.position,
        what: d.what,
    };
    let bytes = newest_keyring(&loaded).ok_or_else(|| {
        corrupted(Damage {
            position: 1,
            what: "its wrapped keys are missing".into(),
        })
    })?;
    let keyring = Keyring::from_bytes(bytes)?;
    let keys = keyring.unlock(sources)?;
    if let Some(expected) = options.expected(&name)
        && expected != keys.lineage
    {
        return Err(JournalError::Foreign {
            store: name,
            expected,
            found: keys.lineage,
        });
    }
    let mut opened = Opened {
        keyring,
        state: State::default(),
        tip: Tip::default(),
        snapshot_bytes: loaded.snapshot.as_ref().map_or(0, |s| s.body.len()),
        bytes_behind: loaded.batches.iter().map(|b| b.batch.bytes()).sum(),
        keys,
    };
    if let Some(snapshot) = &loaded.snapshot {
        (opened.state, opened.tip) = open_snapshot(&opened.keys, snapshot).map_err(corrupted)?;
    }
    let mut seen = Seen::of(options, &opened.keys, opened.tip);
    seen.catch_up(store, &opened.keys).await?;
    for stored in &loaded.batches {
        let follow = follow(&opened.keys, &mut opened.tip, &mut opened.state, stored);
        follow.map_err(corrupted)?;
        seen.pass(&opened.tip);
    }
    seen.check(store, &opened.tip, options)?;
    if let Some(anchors) = options.anchors.as_ref().filter(|_| !seen.found) {
        let anchor = Anchor {
            position: opened.tip.position,
            chain: opened.tip.chain,
        };
        if let Err(error) = anchors.save(opened.keys.lineage, anchor) {
            tracing::warn!(%error, "how far the state was seen could not be remembered");
        }
    }
    Ok(opened)
}

/// Checks a batch, opens it and folds it.
pub(super) fn follow(
    keys: &Keys,
    tip: &mut Tip,
    state: &mut State,
    stored: &StoredBatch,
) -> Result<Vec<Event>, Damage> {
    let header = verify_batch(keys, tip, stored)?;
    let events = open_batch(keys, &header, &stored.batch)?;
    for (position, event) in (stored.batch.first..).zip(&events) {
        let damage = |what: String| Damage { position, what };
        if let Event::KeysChanged { keyring, .. } = event {
            let bytes = stored.batch.keyring.as_deref().unwrap_or_default();
            if blake3::hash(bytes) != blake3::Hash::from(*keyring) {
                return Err(damage("the wrapped keys are not those of then".into()));
            }
        }
        state.apply(event, stored.at_ms).map_err(damage)?;
    }
    if state.lineage != Some(keys.lineage) {
        return Err(Damage {
            position: stored.batch.first,
            what: "it is of another state than its keys".into(),
        });
    }
    Ok(events)
}

/// Looks for the anchor among what is read.
struct Seen {
    anchor: Option<Anchor>,
    from: Tip,
    found: bool,
}

impl Seen {
    fn of(options: &JournalOptions, keys: &Keys, from: Tip) -> Seen {
        // An anchor that can't be read is as good as none.
        let load = |a: &crate::Anchors| a.load(keys.lineage).ok().flatten();
        let anchor = options.anchors.as_ref().and_then(load);
        Seen {
            anchor,
            from,
            found: anchor.is_none_or(|a| a.position == from.position && a.chain == from.chain),
        }
    }

    /// Where the anchor is before the snapshot: reads what is between the two, and looks whether
    /// one leads to the other.
    async fn catch_up(&mut self, store: &dyn Store, keys: &Keys) -> Result<(), JournalError> {
        let Some(anchor) = self.anchor.filter(|a| a.position < self.from.position) else {
            return Ok(());
        };
        let error = |e: StoreError| JournalError::of_store(&store.describe(), e);
        let batches = store.batches_from(anchor.position).await.map_err(error)?;
        let mut batches = batches.iter();
        let Some(start) = batches.next() else {
            return Ok(());
        };
        if start.batch.last() != anchor.position || start.batch.chain != anchor.chain {
            return Ok(());
        }
        let mut tip = Tip {
            position: anchor.position,
            chain: anchor.chain,
            at_ms: start.at_ms,
            generation: 0,
        };
        for stored in batches.take_while(|b| b.batch.last() <= self.from.position) {
            if verify_batch(keys, &mut tip, stored).is_err() {
                return Ok(());
            }
        }
        self.found = tip.position == self.from.position && tip.chain == self.from.chain;
        Ok(())
    }

    fn pass(&mut self, tip: &Tip) {
        self.found |= self
            .anchor
            .is_some_and(|a| a.position == tip.position && a.chain == tip.chain);
    }

    fn check(
        &self,
        store: &dyn Store,
        tip: &Tip,
        options: &JournalOptions,
    ) -> Result<(), JournalError> {
        match self.found || options.accept_rollback {
            true => Ok(()),
            false => Err(JournalError::RolledBack {
                store: store.describe(),
                seen: self.anchor.map_or(0, |a| a.position),
                found: tip.position as Position,
            }),
        }
    }
}
