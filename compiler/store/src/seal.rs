//! Sealing: each event by itself, bound to its place; each batch chained to all before it.
//! What comes out is what stores hold; what goes in is what the fold reads.

use crate::backend::{Batch, Loaded, Snapshot, StoredBatch};
use crate::header::{Entry, Header};
use crate::keys::{Key, Keys, bound, random_nonce};
use model::Lineage;
use state::encoding::v1::{
    SecretsIn, SecretsOut, decode_event, decode_snapshot, encode_event, encode_snapshot,
};
use state::{Event, Position, State};
use zeroize::Zeroizing;

/// Where a log ends, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Tip {
    pub(crate) position: Position,
    pub(crate) chain: [u8; 32],
    pub(crate) at_ms: u64,
    pub(crate) generation: u64,
}

/// What is wrong with what was read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) position: Position,
    pub(crate) what: String,
}

/// An event, encoded and not yet sealed.
pub(crate) struct Clear {
    pub(crate) entry: Entry,
    state: Vec<u8>,
    secrets: Option<Zeroizing<Vec<u8>>>,
}

impl Clear {
    /// The event as bytes.
    pub(crate) fn of(event: &Event, before: &State, keys: &Keys) -> Result<Clear, String> {
        let mut secrets = SecretsOut::new();
        let state = encode_event(event, &mut secrets).map_err(|e| e.0)?;
        if !keys.opens_secrets() && (secrets.not_at_hand() > 0 || !secrets.is_empty()) {
            return Err("it holds secrets, and the secrets key is not at hand".into());
        }
        let secrets = match secrets.is_empty() {
            true => None,
            false => Some(secrets.into_bytes().map_err(|e| e.0)?),
        };
        Ok(Clear {
            entry: Entry::of(event, before),
            state,
            secrets,
        })
    }

    pub(crate) fn bytes(&self) -> usize {
        self.state.len() + self.secrets.as_ref().map_or(0, |s| s.len())
    }
}

/// Seals events to a batch behind `tip`.
pub(crate) fn seal_batch(
    keys: &Keys,
    tip: &Tip,
    events: Vec<Clear>,
    keyring: Option<Vec<u8>>,
) -> Option<Batch> {
    let state_key = keys.state.get(&keys.generation)?;
    let secrets_key = keys.secrets.as_ref().and_then(|s| s.get(&keys.generation));
    let mut nonces = Nonces::new();
    let first = tip.position + 1;
    let mut body = Vec::with_capacity(events.iter().map(|e| e.bytes() + 128).sum());
    let mut entries = Vec::with_capacity(events.len());
    for (position, event) in (first..).zip(events) {
        let mut entry = event.entry;
        let place = place(keys.lineage, position, &entry);
        let sealed = state_key.seal_with(&nonces.next(), &place(STATE), &event.state);
        entry.bytes = sealed.len() as u64;
        body.extend_from_slice(&sealed);
        if let Some(secrets) = event.secrets {
            let sealed = secrets_key?.seal_with(&nonces.next(), &place(SECRETS), &secrets);
            entry.secret_bytes = sealed.len() as u64;
            body.extend_from_slice(&sealed);
        }
        entries.push(entry);
    }
    let count = entries.len() as u64;
    let header = Header {
        format: 1,
        lineage: keys.lineage.to_string(),
        generation: keys.generation,
        events: entries,
    };
    let mut batch = Batch {
        first,
        count,
        header: serde_json::to_vec(&header).ok()?,
        body,
        chain: [0; 32],
        keyring,
    };
    batch.chain = chain(state_key, keys.lineage, tip, &batch);
    Some(batch)
}

/// Checks that a batch follows on `tip` and is what was written; gives its header and moves on.
pub(crate) fn verify_batch(
    keys: &Keys,
    tip: &mut Tip,
    stored: &StoredBatch,
) -> Result<Header, Damage> {
    let batch = &stored.batch;
    let damage = |what: String| Damage {
        position: tip.position + 1,
        what,
    };
    if batch.first != tip.position + 1 || batch.count == 0 {
        return Err(damage(format!(
            "the batch that should begin here begins at {}",
            batch.first
        )));
    }
    let header: Header = serde_json::from_slice(&batch.header)
        .map_err(|_| damage("what should be readable of it can't be read".into()))?;
    if header.format != 1 {
        return Err(damage(format!("its format is {}, not 1", header.format)));
    }
    if header.lineage != keys.lineage.to_string() {
        return Err(damage(format!(
            "it is of another state, {}",
            header.lineage
        )));
    }
    if header.generation < tip.generation {
        return Err(damage("it is sealed with keys that were replaced".into()));
    }
    let Some(key) = keys.state.get(&header.generation) else {
        return Err(damage("it is sealed with keys that nobody knows".into()));
    };
    let expected = blake3::Hash::from(chain(key, keys.lineage, tip, batch));
    if expected != blake3::Hash::from(batch.chain) {
        return Err(damage("it is not what was written there".into()));
    }
    if header.events.len() as u64 != batch.count {
        return Err(damage("it has another number of events".into()));
    }
    *tip = Tip {
        position: batch.last(),
        chain: batch.chain,
        at_ms: stored.at_ms,
        generation: header.generation,
    };
    Ok(header)
}

/// Opens the events of a batch that was verified.
pub(crate) fn open_batch(
    keys: &Keys,
    header: &Header,
    batch: &Batch,
) -> Result<Vec<Event>, Damage> {
    let mut rest = &batch.body[..];
    let mut events = Vec::with_capacity(header.events.len());
    for (position, entry) in (batch.first..).zip(&header.events) {
        let damage = |what: String| Damage { position, what };
        let sealed = take(&mut rest, entry.bytes);
        let secret = take(&mut rest, entry.secret_bytes);
        let (Some(sealed), Some(secret)) = (sealed, secret) else {
            return Err(damage("it is cut short".into()));
        };
        let event = open_event(keys, header.generation, position, entry, sealed, secret);
        events.push(event.map_err(damage)?);
    }
    match rest.is_empty() {
        true => Ok(events),
        false => Err(Damage {
            position: batch.last(),
            what: "there is more behind it".into(),
        }),
    }
}

fn open_event(
    keys: &Keys,
    generation: u64,
    position: Position,
    entry: &Entry,
    sealed: &[u8],
    secret: &[u8],
) -> Result<Event, String> {
    let place = place(keys.lineage, position, entry);
    let key = keys.state.get(&generation);
    let clear = key.and_then(|k| k.open(&place(STATE), sealed));
    let clear = clear.ok_or("it does not open with the state key")?;
    let secrets = open_secrets(keys, generation, &place(SECRETS), secret)?;
    decode_event(&clear, &secrets).map_err(|e| e.0)
}

/// Seals a state to a snapshot at `tip`.
pub(crate) fn seal_snapshot(
    keys: &Keys,
    tip: &Tip,
    state: &State,
    keyring: &[u8],
) -> Result<Snapshot, String> {
    let mut secrets = SecretsOut::new();
    let clear = Zeroizing::new(encode_snapshot(state, &mut secrets).map_err(|e| e.0)?);
    let state_key = keys.state.get(&keys.generation);
    let secrets_key = keys.secrets.as_ref().and_then(|s| s.get(&keys.generation));
    let (Some(state_key), Some(secrets_key)) = (state_key, secrets_key) else {
        return Err("the keys are not at hand".into());
    };
    let place = snapshot_place(keys.lineage, tip, keyring);
    let mut body = state_key.seal(&place(STATE), &clear);
    let state_bytes = body.len() as u64;
    if !secrets.is_empty() {
        let clear = secrets.into_bytes().map_err(|e| e.0)?;
        body.extend_from_slice(&secrets_key.seal(&place(SECRETS), &clear));
    }
    Ok(Snapshot {
        position: tip.position,
        at_ms: tip.at_ms,
        chain: tip.chain,
        generation: keys.generation,
        state_bytes,
        body,
        keyring: keyring.to_vec(),
    })
}

/// Opens a snapshot.
pub(crate) fn open_snapshot(keys: &Keys, snapshot: &Snapshot) -> Result<(State, Tip), Damage> {
    let damage = |what: &str| Damage {
        position: snapshot.position,
        what: format!("the snapshot of the state: {what}"),
    };
    let tip = Tip {
        position: snapshot.position,
        chain: snapshot.chain,
        at_ms: snapshot.at_ms,
        generation: snapshot.generation,
    };
    let mut rest = &snapshot.body[..];
    let sealed = take(&mut rest, snapshot.state_bytes).ok_or_else(|| damage("it is cut short"))?;
    let place = snapshot_place(keys.lineage, &tip, &snapshot.keyring);
    let key = keys.state.get(&snapshot.generation);
    let clear = key
        .and_then(|k| k.open(&place(STATE), sealed))
        .ok_or_else(|| damage("it does not open with the state key"))?;
    let secrets = open_secrets(keys, snapshot.generation, &place(SECRETS), rest);
    let secrets = secrets.map_err(|e| damage(&e))?;
    let state = decode_snapshot(&clear, &secrets).map_err(|e| damage(&e.0))?;
    match state.position == tip.position && state.lineage == Some(keys.lineage) {
        true => Ok((state, tip)),
        false => Err(damage("it is of another place")),
    }
}

/// The wrapped keys that count: those that came last.
pub(crate) fn newest_keyring(loaded: &Loaded) -> Option<&[u8]> {
    let of_batches = loaded
        .batches
        .iter()
        .rev()
        .find_map(|b| b.batch.keyring.as_deref());
    of_batches.or_else(|| loaded.snapshot.as_ref().map(|s| &*s.keyring))
}

const STATE: &[u8] = b"state";
const SECRETS: &[u8] = b"secrets";

fn open_secrets(
    keys: &Keys,
    generation: u64,
    place: &[u8],
    sealed: &[u8],
) -> Result<SecretsIn, String> {
    let Some(secrets) = &keys.secrets else {
        return Ok(SecretsIn::not_at_hand());
    };
    if sealed.is_empty() {
        return Ok(SecretsIn::empty());
    }
    let key = secrets.get(&generation);
    let clear = key.and_then(|k| k.open(place, sealed));
    let clear = clear.ok_or("its secrets do not open with the secrets key")?;
    SecretsIn::from_bytes(&clear).map_err(|e| e.0)
}

/// What an event's payload is bound to.
fn place(lineage: Lineage, position: Position, entry: &Entry) -> impl Fn(&[u8]) -> Vec<u8> + use<> {
    let text = |t: &Option<String>| t.as_deref().unwrap_or_default().as_bytes().to_vec();
    let (kind, position) = (entry.kind.clone(), position.to_le_bytes());
    let (what, address, object) = (text(&entry.what), text(&entry.address), text(&entry.object));
    move |layer| {
        let place: [&[u8]; 8] = [
            b"event",
            &lineage.0,
            &position,
            kind.as_bytes(),
            &what,
            &address,
            &object,
            layer,
        ];
        bound(&place)
    }
}

fn snapshot_place(
    lineage: Lineage,
    tip: &Tip,
    keyring: &[u8],
) -> impl Fn(&[u8]) -> Vec<u8> + use<> {
    let keyring = blake3::hash(keyring);
    let (position, at_ms, chain) = (
        tip.position.to_le_bytes(),
        tip.at_ms.to_le_bytes(),
        tip.chain,
    );
    move |layer| {
        let place: [&[u8]; 7] = [
            b"snapshot",
            &lineage.0,
            &position,
            &at_ms,
            &chain,
            keyring.as_bytes(),
            layer,
        ];
        bound(&place)
    }
}

/// The log up to and with a batch that follows on `tip`. The time of the batch before is in it
/// too: its own is given by the store, behind the writer's back.
fn chain(key: &Key, lineage: Lineage, tip: &Tip, batch: &Batch) -> [u8; 32] {
    let key = key.for_purpose("landfall 2026 log");
    let mut hasher = blake3::Hasher::new_keyed(&key);
    hasher.update(&tip.chain);
    hasher.update(&tip.at_ms.to_le_bytes());
    hasher.update(&lineage.0);
    hasher.update(&batch.first.to_le_bytes());
    hasher.update(&batch.count.to_le_bytes());
    let keyring = batch.keyring.as_deref();
    for part in [Some(&*batch.header), Some(&*batch.body), keyring] {
        let length = part.map_or(u64::MAX, |p| p.len() as u64);
        hasher.update(&length.to_le_bytes());
        hasher.update(part.unwrap_or_default());
    }
    *hasher.finalize().as_bytes()
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (part, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = behind;
    Some(part)
}

/// Nonces of one batch: one at random, and a counter in its end.
struct Nonces {
    random: [u8; 24],
    next: u64,
}

impl Nonces {
    fn new() -> Nonces {
        Nonces {
            random: random_nonce(),
            next: 0,
        }
    }

    fn next(&mut self) -> [u8; 24] {
        let mut nonce = self.random;
        nonce[16..].copy_from_slice(&self.next.to_le_bytes());
        self.next += 1;
        nonce
    }
}
