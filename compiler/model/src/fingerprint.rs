//! Keyed hashes of secrets, and the canonical hash of any value.

use crate::{Part, Secret, Type, Unknown, Value};
use std::fmt;
use std::sync::Arc;
use zeroize::ZeroizeOnDrop;

/// A hash that stands for a secret: equal where the secrets are, and telling nothing else of them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// The fingerprint of what `operation` makes of inputs with these fingerprints.
    pub fn derive(operation: &str, inputs: &[Fingerprint]) -> Fingerprint {
        let mut hasher = blake3::Hasher::new_derive_key("landfall 2026 derived fingerprint");
        text(&mut hasher, operation);
        for input in inputs {
            hasher.update(&input.0);
        }
        Fingerprint(*hasher.finalize().as_bytes())
    }

    /// The canonical hash of a value. It is not keyed: for inputs of [`Fingerprint::derive`] and
    /// for digests of what is no secret. Secrets inside count by their own fingerprints.
    pub fn of(value: &Value) -> Fingerprint {
        let mut hasher = blake3::Hasher::new_derive_key("landfall 2026 value digest");
        feed(&mut hasher, value);
        Fingerprint(*hasher.finalize().as_bytes())
    }

    /// As lower-case hexadecimal digits.
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Fingerprint> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
        }
        Some(Fingerprint(bytes))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", &self.to_hex()[..8])
    }
}

/// The key of a state's fingerprints: without it, nobody can try guesses against one.
#[derive(Clone, ZeroizeOnDrop)]
pub struct FingerprintKey([u8; 32]);

impl FingerprintKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; 32]) -> FingerprintKey {
        FingerprintKey(bytes)
    }

    /// The fingerprint of a secret whose value is at hand.
    pub fn fingerprint(&self, value: &Value) -> Fingerprint {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        feed(&mut hasher, value);
        Fingerprint(*hasher.finalize().as_bytes())
    }
}

impl FingerprintKey {
    /// The value as a secret: open, with the fingerprint of its content; a sensitive unknown
    /// where it is not wholly known. What is a secret already stays as it is.
    pub fn conceal(&self, value: &Value) -> Value {
        match value {
            Value::Secret(_) => value.clone(),
            Value::Mixed(mixed) => Value::Secret(Arc::new(mixed.to_secret())),
            Value::Unknown(unknown) => {
                Value::Unknown(Arc::new(Unknown::clone(unknown).sensitive(true)))
            }
            _ if value.has_unknown() => {
                Value::Unknown(Arc::new(Unknown::of(value.ty()).sensitive(true).not_null()))
            }
            _ => {
                let fingerprint = self.fingerprint(value);
                let secret = Secret::open(fingerprint, value.clone());
                Value::Secret(Arc::new(secret.with_content(Some(fingerprint))))
            }
        }
    }
}

impl FingerprintKey {
    /// Likewise, as one that must not be recorded.
    pub fn conceal_ephemeral(&self, value: &Value) -> Value {
        match self.conceal(value) {
            Value::Secret(secret) => {
                let mut secret = crate::Secret::clone(&secret);
                secret.ephemeral = true;
                Value::Secret(Arc::new(secret))
            }
            Value::Unknown(unknown) => {
                let mut unknown = Unknown::clone(&unknown);
                unknown.ephemeral = true;
                Value::Unknown(Arc::new(unknown))
            }
            other => other,
        }
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey(…)")
    }
}

fn text(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn feed(hasher: &mut blake3::Hasher, value: &Value) {
    match value {
        Value::Null(_) => drop(hasher.update(b"0")),
        Value::Bool(b) => drop(hasher.update(if *b { b"t" } else { b"f" })),
        Value::Number(n) => {
            hasher.update(b"n");
            text(hasher, &n.to_string());
        }
        Value::String(s) => {
            hasher.update(b"s");
            text(hasher, s);
        }
        // A list and a tuple of the same items are the same to whoever receives them.
        Value::List(list) | Value::Set(list) => feed_items(hasher, &list.items),
        Value::Tuple(items) => feed_items(hasher, items),
        Value::Map(map) => feed_fields(hasher, map.entries.iter()),
        Value::Object(fields) => feed_fields(hasher, fields.iter()),
        Value::Unknown(_) => drop(hasher.update(b"u")),
        Value::Secret(secret) => {
            hasher.update(b"x");
            hasher.update(&secret.fingerprint.0);
        }
        Value::Mixed(mixed) => {
            hasher.update(b"m");
            for part in mixed.parts() {
                match part {
                    Part::Text(t) => text(hasher, t),
                    Part::Secret(s) => drop(hasher.update(&s.fingerprint.0)),
                }
            }
        }
    }
}

fn feed_items(hasher: &mut blake3::Hasher, items: &[Value]) {
    hasher.update(b"l");
    hasher.update(&(items.len() as u64).to_le_bytes());
    items.iter().for_each(|v| feed(hasher, v));
}

fn feed_fields<'a>(
    hasher: &mut blake3::Hasher,
    fields: impl ExactSizeIterator<Item = (&'a std::sync::Arc<str>, &'a Value)>,
) {
    hasher.update(b"o");
    hasher.update(&(fields.len() as u64).to_le_bytes());
    for (name, value) in fields {
        text(hasher, name);
        feed(hasher, value);
    }
}

impl Fingerprint {
    /// The fingerprint of a conversion of a secret to another type.
    pub(crate) fn converted(self, to: &Type) -> Fingerprint {
        Fingerprint::derive(&format!("convert {}", crate::show_type(to)), &[self])
    }
}
