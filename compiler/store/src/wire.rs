//! Batches and snapshots as single objects, for stores that know nothing but objects.

use crate::backend::{Batch, Snapshot, StoreError};

const BATCH: &[u8; 8] = b"lfbatch1";
const SNAPSHOT: &[u8; 8] = b"lfsnaps1";

pub(crate) fn batch_to_bytes(batch: &Batch) -> Vec<u8> {
    let mut bytes = BATCH.to_vec();
    put_number(&mut bytes, batch.first);
    put_number(&mut bytes, batch.count);
    bytes.extend_from_slice(&batch.chain);
    put_part(&mut bytes, &batch.header);
    put_part(&mut bytes, &batch.body);
    if let Some(keyring) = &batch.keyring {
        put_part(&mut bytes, keyring);
    }
    bytes
}

pub(crate) fn batch_from_bytes(bytes: &[u8]) -> Result<Batch, StoreError> {
    let mut rest = Rest::behind(BATCH, bytes)?;
    Ok(Batch {
        first: rest.number()?,
        count: rest.number()?,
        chain: rest.chain()?,
        header: rest.part()?,
        body: rest.part()?,
        keyring: match rest.0.is_empty() {
            true => None,
            false => Some(rest.part()?),
        },
    })
}

pub(crate) fn snapshot_to_bytes(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = SNAPSHOT.to_vec();
    put_number(&mut bytes, snapshot.position);
    put_number(&mut bytes, snapshot.at_ms);
    put_number(&mut bytes, snapshot.generation);
    put_number(&mut bytes, snapshot.state_bytes);
    bytes.extend_from_slice(&snapshot.chain);
    put_part(&mut bytes, &snapshot.body);
    put_part(&mut bytes, &snapshot.keyring);
    bytes
}

pub(crate) fn snapshot_from_bytes(bytes: &[u8]) -> Result<Snapshot, StoreError> {
    let mut rest = Rest::behind(SNAPSHOT, bytes)?;
    Ok(Snapshot {
        position: rest.number()?,
        at_ms: rest.number()?,
        generation: rest.number()?,
        state_bytes: rest.number()?,
        chain: rest.chain()?,
        body: rest.part()?,
        keyring: rest.part()?,
    })
}

fn put_number(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put_part(bytes: &mut Vec<u8>, part: &[u8]) {
    put_number(bytes, part.len() as u64);
    bytes.extend_from_slice(part);
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn behind(magic: &[u8; 8], bytes: &'a [u8]) -> Result<Rest<'a>, StoreError> {
        bytes.strip_prefix(magic).map(Rest).ok_or_else(short)
    }

    fn number(&mut self) -> Result<u64, StoreError> {
        let (number, rest) = self.0.split_first_chunk::<8>().ok_or_else(short)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*number))
    }

    fn chain(&mut self) -> Result<[u8; 32], StoreError> {
        let (chain, rest) = self.0.split_first_chunk::<32>().ok_or_else(short)?;
        self.0 = rest;
        Ok(*chain)
    }

    fn part(&mut self) -> Result<Vec<u8>, StoreError> {
        let length = usize::try_from(self.number()?).map_err(|_| short())?;
        let (part, rest) = self.0.split_at_checked(length).ok_or_else(short)?;
        self.0 = rest;
        Ok(part.to_vec())
    }
}

fn short() -> StoreError {
    StoreError::Corrupted("an object of the store is not what was written".into())
}
