//! The wrapped keys: who may open a state, and with what. Kept in the log, in clear but for the
//! keys themselves; authenticated, so that only who has the state key can add to it.

use crate::error::KeyError;
use crate::keys::{Key, Keys, bound};
use crate::sources::KeySources;
use age::secrecy::{ExposeSecret, SecretString};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use model::Lineage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use zeroize::Zeroizing;

/// What a recipient may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Attributes alone, secrets as fingerprints: enough for `plan`.
    State,
    /// Secrets too: what `apply` needs.
    Both,
}

/// How a recipient opens.
#[derive(Clone)]
pub enum Way {
    /// With the private key to this public one, `age1…`.
    PublicKey(String),
    /// With a passphrase.
    Passphrase(Zeroizing<String>),
}

/// Somebody who is to open the state.
#[derive(Clone)]
pub struct NewRecipient {
    /// A name for lists.
    pub name: String,
    /// How.
    pub way: Way,
    /// What.
    pub access: Access,
}

/// Somebody who opens the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientInfo {
    /// The name.
    pub name: String,
    /// The public key.
    pub public_key: String,
    /// Whether the private key is wrapped with a passphrase, in the state itself.
    pub passphrase: bool,
    /// What.
    pub access: Access,
}

/// All recipients, and the keys wrapped for each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Keyring {
    format: u32,
    lineage: String,
    generation: u64,
    recipients: Vec<Recipient>,
    /// Sealed with the state key.
    fingerprint: String,
    older: Vec<Older>,
    mac: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Recipient {
    name: String,
    public_key: String,
    /// The private key, wrapped with a passphrase: so keys can be made anew without asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    private_key: Option<String>,
    state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secrets: Option<String>,
}

/// The keys of an earlier generation, sealed with the present ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Older {
    generation: u64,
    state: String,
    secrets: String,
}

/// The work that a guess at a passphrase takes: 2 to the power of it, about a second.
const WORK: u8 = 18;

impl Keyring {
    /// The keyring of a new state.
    pub(crate) fn new(keys: &Keys, recipients: &[NewRecipient]) -> Result<Keyring, KeyError> {
        let mut keyring = Keyring {
            format: 1,
            lineage: keys.lineage.to_string(),
            generation: keys.generation,
            recipients: Vec::new(),
            fingerprint: String::new(),
            older: Vec::new(),
            mac: String::new(),
        };
        for recipient in recipients {
            keyring.add(keys, recipient)?;
        }
        keyring.needs_somebody(&keys.lineage.to_string())?;
        keyring.wrap(keys)?;
        Ok(keyring)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Keyring, KeyError> {
        let keyring: Keyring = serde_json::from_slice(bytes)
            .map_err(|e| KeyError::Corrupted(format!("they can't be read ({e})")))?;
        match keyring.format {
            1 => Ok(keyring),
            other => Err(KeyError::Corrupted(format!(
                "their format is {other}, not 1"
            ))),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn list(&self) -> Vec<RecipientInfo> {
        self.recipients
            .iter()
            .map(|r| RecipientInfo {
                name: r.name.clone(),
                public_key: r.public_key.clone(),
                passphrase: r.private_key.is_some(),
                access: match r.secrets {
                    Some(_) => Access::Both,
                    None => Access::State,
                },
            })
            .collect()
    }

    /// Opens the keys with a private key at hand.
    pub(crate) fn unlock(&self, sources: &KeySources) -> Result<Keys, KeyError> {
        let lineage = self
            .lineage
            .parse()
            .map_err(|_| KeyError::Corrupted("they name no state".into()))?;
        let mut opened: Option<Keys> = None;
        for (recipient, identity) in self.openers(sources)? {
            let keys = self.open(lineage, recipient, &identity)?;
            self.check_mac(&keys)?;
            // Of several private keys at hand, one that opens more is the better one.
            if opened.as_ref().is_none_or(|k| !k.opens_secrets()) {
                opened = Some(keys);
            }
        }
        opened.ok_or_else(|| KeyError::NoKey {
            looked: sources.looked.clone(),
            recipients: self
                .recipients
                .iter()
                .map(|r| format!("{} ({})", r.name, r.public_key))
                .collect(),
        })
    }

    /// The keyring with one recipient more.
    pub(crate) fn with(&self, keys: &Keys, new: &NewRecipient) -> Result<Keyring, KeyError> {
        let mut keyring = self.clone();
        keyring.add(keys, new)?;
        keyring.sign(keys)?;
        Ok(keyring)
    }

    /// The keyring without a recipient, and new keys, which that one never had.
    pub(crate) fn without(&self, keys: &Keys, name: &str) -> Result<(Keyring, Keys), KeyError> {
        let mut keyring = self.clone();
        keyring
            .recipients
            .retain(|r| r.name != name && r.public_key != name);
        if keyring.recipients.len() == self.recipients.len() {
            return Err(KeyError::UnknownRecipient(name.into()));
        }
        keyring.needs_somebody(name)?;
        keyring.rotated(keys)
    }

    /// The keyring with new keys.
    pub(crate) fn rotated(&self, keys: &Keys) -> Result<(Keyring, Keys), KeyError> {
        let mut keys = keys.clone();
        let Some(secrets) = &mut keys.secrets else {
            return Err(KeyError::NeedsSecretsKey);
        };
        keys.generation += 1;
        secrets.insert(keys.generation, Key::random());
        keys.state.insert(keys.generation, Key::random());
        let mut keyring = self.clone();
        keyring.generation = keys.generation;
        keyring.wrap(&keys)?;
        Ok((keyring, keys))
    }

    /// The recipients whose private keys are at hand, and these.
    fn openers(
        &self,
        sources: &KeySources,
    ) -> Result<Vec<(&Recipient, age::x25519::Identity)>, KeyError> {
        let mut found = Vec::new();
        for (_, identity) in sources.identities()? {
            let public_key = identity.to_public().to_string();
            let named = self.recipients.iter().find(|r| r.public_key == public_key);
            // A name that was altered does not hide whose it is; the signature then tells.
            let recipient = named.or_else(|| self.recipients.iter().find(|r| r.opens(&identity)));
            if let Some(recipient) = recipient {
                found.push((recipient, identity));
            }
        }
        let Some(passphrase) = &sources.passphrase else {
            return Ok(found);
        };
        // A guess takes a second: only where no private key opens all there is.
        if found.iter().any(|(r, _)| r.secrets.is_some()) {
            return Ok(found);
        }
        let wrapped = self.recipients.iter().filter(|r| r.private_key.is_some());
        let (mut tried, before) = (false, found.len());
        for recipient in wrapped {
            tried = true;
            if let Some(identity) = recipient.private_key(passphrase)? {
                found.push((recipient, identity));
            }
        }
        match tried && found.len() == before && found.is_empty() {
            true => Err(KeyError::WrongPassphrase),
            false => Ok(found),
        }
    }

    fn open(
        &self,
        lineage: Lineage,
        recipient: &Recipient,
        identity: &age::x25519::Identity,
    ) -> Result<Keys, KeyError> {
        let state = self.unwrap(lineage, b's', &recipient.state, identity)?;
        let fingerprint = unseal(&state, &self.bound("fingerprint", 0), &self.fingerprint)?;
        let mut keys = Keys {
            lineage,
            generation: self.generation,
            state: self.history(&state, "state", |o| &o.state)?,
            secrets: None,
            fingerprint,
        };
        if let Some(secrets) = &recipient.secrets {
            let secrets = self.unwrap(lineage, b'x', secrets, identity)?;
            keys.secrets = Some(self.history(&secrets, "secrets", |o| &o.secrets)?);
        }
        Ok(keys)
    }

    fn history(
        &self,
        key: &Key,
        which: &str,
        sealed: impl Fn(&Older) -> &str,
    ) -> Result<BTreeMap<u64, Key>, KeyError> {
        let mut keys = BTreeMap::from([(self.generation, key.clone())]);
        for older in &self.older {
            let bound = self.bound(which, older.generation);
            keys.insert(older.generation, unseal(key, &bound, sealed(older))?);
        }
        Ok(keys)
    }

    fn add(&mut self, keys: &Keys, new: &NewRecipient) -> Result<(), KeyError> {
        let mut recipient = Recipient {
            name: new.name.clone(),
            public_key: String::new(),
            private_key: None,
            state: String::new(),
            secrets: None,
        };
        match &new.way {
            Way::PublicKey(key) => recipient.public_key = key.trim().to_string(),
            Way::Passphrase(passphrase) => {
                let identity = age::x25519::Identity::generate();
                recipient.public_key = identity.to_public().to_string();
                recipient.private_key = Some(wrap_with(passphrase, &identity)?);
            }
        }
        let same = |r: &&Recipient| r.name == new.name || r.public_key == recipient.public_key;
        if let Some(known) = self.recipients.iter().find(same) {
            return Err(KeyError::DuplicateRecipient(known.name.clone()));
        }
        self.wrap_for(keys, &mut recipient, new.access == Access::Both)?;
        self.recipients.push(recipient);
        Ok(())
    }

    /// Wraps all keys for all recipients anew.
    fn wrap(&mut self, keys: &Keys) -> Result<(), KeyError> {
        let (Some(state), Some(all_secrets)) = (keys.state.get(&keys.generation), &keys.secrets)
        else {
            return Err(KeyError::NeedsSecretsKey);
        };
        let Some(secrets) = all_secrets.get(&keys.generation) else {
            return Err(KeyError::NeedsSecretsKey);
        };
        let mut recipients = std::mem::take(&mut self.recipients);
        for recipient in &mut recipients {
            let both = recipient.secrets.is_some();
            self.wrap_for(keys, recipient, both)?;
        }
        self.recipients = recipients;
        let seal =
            |key: &Key, bound: Vec<u8>, inner: &Key| BASE64.encode(key.seal(&bound, inner.bytes()));
        self.fingerprint = seal(state, self.bound("fingerprint", 0), &keys.fingerprint);
        self.older = Vec::new();
        for (generation, old) in keys.state.range(..keys.generation) {
            let old_secrets = all_secrets
                .get(generation)
                .ok_or(KeyError::NeedsSecretsKey)?;
            let older = Older {
                generation: *generation,
                state: seal(state, self.bound("state", *generation), old),
                secrets: seal(secrets, self.bound("secrets", *generation), old_secrets),
            };
            self.older.push(older);
        }
        self.sign(keys)
    }

    fn wrap_for(&self, keys: &Keys, to: &mut Recipient, both: bool) -> Result<(), KeyError> {
        let public = age::x25519::Recipient::from_str(&to.public_key)
            .map_err(|_| KeyError::NoPublicKey(to.public_key.clone()))?;
        let wrap = |kind: u8, key: Option<&Key>| {
            let key = key.ok_or(KeyError::NeedsSecretsKey)?;
            let clear = Zeroizing::new(self.framed(keys.lineage, kind, key.bytes()));
            age::encrypt(&public, &clear)
                .map(|sealed| BASE64.encode(sealed))
                .map_err(|_| KeyError::NoPublicKey(to.public_key.clone()))
        };
        to.state = wrap(b's', keys.state.get(&keys.generation))?;
        to.secrets = match both {
            true => {
                let all = keys.secrets.as_ref();
                Some(wrap(b'x', all.and_then(|s| s.get(&keys.generation)))?)
            }
            false => None,
        };
        Ok(())
    }

    fn unwrap(
        &self,
        lineage: Lineage,
        kind: u8,
        wrapped: &str,
        identity: &age::x25519::Identity,
    ) -> Result<Key, KeyError> {
        let wrapped = decode(wrapped)?;
        let clear = age::decrypt(identity, &wrapped)
            .map(Zeroizing::new)
            .map_err(|e| KeyError::Corrupted(format!("one does not open ({e})")))?;
        let found = clear.first_chunk::<10>().map(|l| Lineage(*l));
        if let Some(found) = found
            && found != lineage
        {
            return Err(KeyError::Foreign {
                expected: lineage,
                found,
            });
        }
        let frame = self.framed(lineage, kind, &[]);
        clear
            .strip_prefix(&frame[..])
            .and_then(Key::of)
            .ok_or_else(|| KeyError::Corrupted("one stands for another".into()))
    }

    fn framed(&self, lineage: Lineage, kind: u8, key: &[u8]) -> Vec<u8> {
        let generation = self.generation.to_le_bytes();
        [&lineage.0[..], &generation, &[kind], key].concat()
    }

    fn bound(&self, what: &str, generation: u64) -> Vec<u8> {
        let own = self.generation.to_le_bytes();
        let generation = generation.to_le_bytes();
        let parts = [
            b"keyring",
            self.lineage.as_bytes(),
            &own,
            what.as_bytes(),
            &generation,
        ];
        bound(&parts)
    }

    fn sign(&mut self, keys: &Keys) -> Result<(), KeyError> {
        self.mac = self.mac(keys)?;
        Ok(())
    }

    fn check_mac(&self, keys: &Keys) -> Result<(), KeyError> {
        let (mac, own) = (decode(&self.mac)?, decode(&self.mac(keys)?)?);
        // `blake3::Hash` compares in constant time.
        let hash = |bytes: Vec<u8>| <[u8; 32]>::try_from(bytes).ok().map(blake3::Hash::from);
        match hash(mac) == hash(own) {
            true => Ok(()),
            false => Err(KeyError::Corrupted(
                "the list of recipients is not the one that was written".into(),
            )),
        }
    }

    fn mac(&self, keys: &Keys) -> Result<String, KeyError> {
        let state = keys.state.get(&self.generation);
        let key = state
            .ok_or_else(|| KeyError::Corrupted("the key of their generation is missing".into()))?
            .for_purpose("landfall 2026 keyring");
        let unsigned = Keyring {
            mac: String::new(),
            ..self.clone()
        };
        let mac = blake3::keyed_hash(&key, &unsigned.to_bytes());
        Ok(BASE64.encode(mac.as_bytes()))
    }

    fn needs_somebody(&self, gone: &str) -> Result<(), KeyError> {
        match self.recipients.iter().any(|r| r.secrets.is_some()) {
            true => Ok(()),
            false => Err(KeyError::LastRecipient(gone.into())),
        }
    }
}

impl Recipient {
    fn opens(&self, identity: &age::x25519::Identity) -> bool {
        let wrapped = decode(&self.state).ok();
        wrapped.is_some_and(|w| age::decrypt(identity, &w).map(Zeroizing::new).is_ok())
    }

    /// The private key that the passphrase wraps; none where it is another passphrase.
    fn private_key(
        &self,
        passphrase: &Zeroizing<String>,
    ) -> Result<Option<age::x25519::Identity>, KeyError> {
        let Some(wrapped) = &self.private_key else {
            return Ok(None);
        };
        let mut opener = age::scrypt::Identity::new(SecretString::from(passphrase.to_string()));
        opener.set_max_work_factor(WORK + 4);
        let Ok(clear) = age::decrypt(&opener, &decode(wrapped)?).map(Zeroizing::new) else {
            return Ok(None);
        };
        let text = std::str::from_utf8(&clear).ok();
        let identity = text.and_then(|t| age::x25519::Identity::from_str(t).ok());
        identity
            .map(Some)
            .ok_or_else(|| KeyError::Corrupted("a passphrase opens something else".into()))
    }
}

fn wrap_with(
    passphrase: &Zeroizing<String>,
    identity: &age::x25519::Identity,
) -> Result<String, KeyError> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_string()));
    recipient.set_work_factor(if cfg!(test) { 4 } else { WORK });
    age::encrypt(&recipient, identity.to_string().expose_secret().as_bytes())
        .map(|sealed| BASE64.encode(sealed))
        .map_err(|e| KeyError::Corrupted(format!("the passphrase does not wrap ({e})")))
}

fn unseal(key: &Key, bound: &[u8], sealed: &str) -> Result<Key, KeyError> {
    key.open(bound, &decode(sealed)?)
        .and_then(|clear| Key::of(&clear))
        .ok_or_else(|| KeyError::Corrupted("one does not open".into()))
}

fn decode(text: &str) -> Result<Vec<u8>, KeyError> {
    BASE64
        .decode(text)
        .map_err(|_| KeyError::Corrupted("one can't be read".into()))
}

#[cfg(test)]
mod tests;
