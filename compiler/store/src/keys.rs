//! The keys that seal a state: the state key, the secrets key, those of earlier generations,
//! and the key of fingerprints, which outlives them.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use model::{FingerprintKey, Lineage};
use std::collections::BTreeMap;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A key of 32 bytes, wiped when nobody has it any more.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Key([u8; 32]);

const NONCE: usize = 24;

impl Key {
    pub(crate) fn random() -> Key {
        Key(XChaCha20Poly1305::generate_key(&mut chacha20poly1305::aead::OsRng).into())
    }

    pub(crate) fn of(bytes: &[u8]) -> Option<Key> {
        bytes.try_into().ok().map(Key)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Another key for another purpose.
    pub(crate) fn for_purpose(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key(purpose, &self.0))
    }

    /// Seals with a nonce of the caller's, which no other call with this key may use.
    pub(crate) fn seal_with(&self, nonce: &[u8; NONCE], bound: &[u8], clear: &[u8]) -> Vec<u8> {
        let payload = Payload {
            msg: clear,
            aad: bound,
        };
        // It fails only for more than 256 GiB.
        let sealed = self
            .cipher()
            .encrypt(XNonce::from_slice(nonce), payload)
            .unwrap_or_default();
        [&nonce[..], &sealed].concat()
    }

    /// Seals with a nonce at random.
    pub(crate) fn seal(&self, bound: &[u8], clear: &[u8]) -> Vec<u8> {
        self.seal_with(&random_nonce(), bound, clear)
    }

    /// Opens what was sealed with this key and bound to the same; none where it was not.
    pub(crate) fn open(&self, bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE)?;
        let payload = Payload {
            msg: sealed,
            aad: bound,
        };
        let clear = self.cipher().decrypt(XNonce::from_slice(nonce), payload);
        clear.ok().map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.0).into())
    }
}

pub(crate) fn random_nonce() -> [u8; NONCE] {
    use chacha20poly1305::aead::AeadCore;
    XChaCha20Poly1305::generate_nonce(&mut chacha20poly1305::aead::OsRng).into()
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The keys of a state, as far as they are at hand.
#[derive(Clone, Debug)]
pub struct Keys {
    pub(crate) lineage: Lineage,
    pub(crate) generation: u64,
    pub(crate) state: BTreeMap<u64, Key>,
    /// None where only the state key is at hand.
    pub(crate) secrets: Option<BTreeMap<u64, Key>>,
    pub(crate) fingerprint: Key,
}

impl Keys {
    /// New ones, for a new state.
    pub(crate) fn generate(lineage: Lineage) -> Keys {
        Keys {
            lineage,
            generation: 1,
            state: [(1, Key::random())].into(),
            secrets: Some([(1, Key::random())].into()),
            fingerprint: Key::random(),
        }
    }

    /// Whether the secrets key is at hand.
    pub fn opens_secrets(&self) -> bool {
        self.secrets.is_some()
    }

    /// Which state they are for.
    pub fn lineage(&self) -> Lineage {
        self.lineage
    }

    /// The key of fingerprints: the same through all generations.
    pub fn fingerprint_key(&self) -> FingerprintKey {
        FingerprintKey::new(*self.fingerprint.bytes())
    }

    /// Seals something beside the log, such as a plan file, with the state key. It can be opened
    /// only as the same `purpose`.
    pub fn seal(&self, purpose: &str, clear: &[u8]) -> Option<Vec<u8>> {
        let key = self.state.get(&self.generation)?;
        Some(self.seal_beside(key, purpose, clear))
    }

    /// Opens what [`Keys::seal`] made.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.open_beside(&self.state, purpose, sealed)
    }

    /// As [`Keys::seal`], with the secrets key; none where that is not at hand.
    pub fn seal_secret(&self, purpose: &str, clear: &[u8]) -> Option<Vec<u8>> {
        let key = self.secrets.as_ref()?.get(&self.generation)?;
        Some(self.seal_beside(key, purpose, clear))
    }

    /// Opens what [`Keys::seal_secret`] made.
    pub fn open_secret(&self, purpose: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.open_beside(self.secrets.as_ref()?, purpose, sealed)
    }

    fn seal_beside(&self, key: &Key, purpose: &str, clear: &[u8]) -> Vec<u8> {
        let sealed = key.seal(&self.beside(purpose), clear);
        [&self.generation.to_le_bytes()[..], &sealed].concat()
    }

    fn open_beside(
        &self,
        keys: &BTreeMap<u64, Key>,
        purpose: &str,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (generation, sealed) = sealed.split_first_chunk::<8>()?;
        let key = keys.get(&u64::from_le_bytes(*generation))?;
        key.open(&self.beside(purpose), sealed)
    }

    fn beside(&self, purpose: &str) -> Vec<u8> {
        bound(&[b"beside", &self.lineage.0, purpose.as_bytes()])
    }
}

/// What a payload is bound to, each part by itself.
pub(crate) fn bound(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"landfall 1".to_vec();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_what_is_bound_to_the_same() {
        let key = Key::random();
        let sealed = key.seal(b"here", b"text");
        assert_eq!(key.open(b"here", &sealed).unwrap().as_slice(), b"text");
        assert!(key.open(b"there", &sealed).is_none());
        assert!(Key::random().open(b"here", &sealed).is_none());
        for i in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[i] ^= 1;
            assert!(key.open(b"here", &altered).is_none(), "byte {i}");
        }
        assert!(key.open(b"here", &[]).is_none());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(bound(&[b"ab", b"c"]), bound(&[b"a", b"bc"]));
    }

    #[test]
    fn what_lies_beside_the_log_is_bound_to_lineage_and_purpose() {
        let keys = Keys::generate(Lineage::random());
        let sealed = keys.seal("plan", b"p").unwrap();
        assert_eq!(keys.open("plan", &sealed).unwrap().as_slice(), b"p");
        assert!(keys.open("other", &sealed).is_none());
        assert!(keys.open_secret("plan", &sealed).is_none());
        let mut foreign = keys.clone();
        foreign.lineage = Lineage::random();
        assert!(foreign.open("plan", &sealed).is_none());
    }
}
