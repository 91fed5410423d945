//! Private keys as they stand in files and in host values.

use super::rsa::RsaKey;
use russh::keys::ssh_key::PublicKey;
use russh::keys::ssh_key::private::KeypairData;
use russh::keys::{PrivateKey, decode_secret_key};
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A key that can sign by itself.
pub(crate) enum Key {
    Plain(Arc<PrivateKey>),
    Rsa(Box<RsaKey>),
}

/// Why a key can't be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    /// It needs a passphrase.
    Encrypted,
    /// In words.
    Because(String),
}

impl Key {
    /// Of a file.
    pub(crate) fn load(path: &Path) -> Result<Key, Unusable> {
        let text = std::fs::read_to_string(path).map_err(|e| Unusable::Because(e.to_string()))?;
        Key::of(&Zeroizing::new(text))
    }

    /// Of a file's content.
    pub(crate) fn of(text: &str) -> Result<Key, Unusable> {
        let encrypted = [
            "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            "Proc-Type: 4,ENCRYPTED",
        ];
        if encrypted.iter().any(|mark| text.contains(mark)) {
            return Err(Unusable::Encrypted);
        }
        if let Some(key) = RsaKey::from_pem(text) {
            return Ok(Key::Rsa(Box::new(key)));
        }
        let key = decode_secret_key(text, None).map_err(|e| match e {
            russh::keys::Error::KeyIsEncrypted => Unusable::Encrypted,
            e => Unusable::Because(e.to_string()),
        })?;
        match key.key_data() {
            KeypairData::Rsa(pair) => RsaKey::from_openssh(pair)
                .map(|key| Key::Rsa(Box::new(key)))
                .ok_or_else(|| Unusable::Because("its numbers are no RSA key's".into())),
            _ => Ok(Key::Plain(Arc::new(key))),
        }
    }

    /// What others may know of it.
    pub(crate) fn public(&self) -> &PublicKey {
        match self {
            Key::Plain(key) => key.public_key(),
            Key::Rsa(key) => &key.public,
        }
    }
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unusable::Encrypted => "it needs a passphrase",
            Unusable::Because(why) => why,
        })
    }
}
