//! Secrets: a value of which, at times, only type and fingerprint are at hand; and strings
//! that hold secrets in some ranges.

use crate::{Fingerprint, Type, Value};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroize;

/// A sensitive value: *open* where the value is at hand, *sealed* where it is not.
/// What is derived from it is a secret too, with a fingerprint made of the operation and the
/// fingerprints of the inputs, so that both forms lead to the same plan.
#[derive(Clone)]
pub struct Secret {
    /// Stands for how the value came to be; equal fingerprints, equal values.
    pub fingerprint: Fingerprint,
    /// Stands for the value itself, where it was taken; comparable with what a provider read.
    pub content: Option<Fingerprint>,
    /// The type, as far as it is known without the value: what hangs on types comes out alike
    /// for an open and a sealed one.
    pub ty: Type,
    /// Whether it must not be recorded.
    pub ephemeral: bool,
    value: Option<Value>,
}

impl Secret {
    /// A secret whose value is at hand.
    pub fn open(fingerprint: Fingerprint, value: Value) -> Secret {
        let value = value.unmark();
        Secret {
            fingerprint,
            content: None,
            ty: value.ty(),
            ephemeral: false,
            value: Some(value),
        }
    }

    /// A secret of which only type and fingerprint are at hand.
    pub fn sealed(fingerprint: Fingerprint, ty: Type) -> Secret {
        Secret {
            fingerprint,
            content: None,
            ty,
            ephemeral: false,
            value: None,
        }
    }

    /// The same, as one of which no more than this type would be known without its value.
    pub fn typed(mut self, ty: Type) -> Secret {
        self.ty = ty;
        self
    }

    /// The same, with the fingerprint of its content.
    pub fn with_content(mut self, content: Option<Fingerprint>) -> Secret {
        self.content = content;
        self
    }

    /// The value in clear, where it is at hand. Only for what hands it to its user: a provider,
    /// the sealing of the state, a command that was told to reveal it.
    pub fn expose(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Whether the value is at hand.
    pub fn is_open(&self) -> bool {
        self.value.is_some()
    }

    /// A secret derived from this one alone: `with` makes the value, which is of the type `ty`,
    /// where this one is open.
    pub fn derive(&self, operation: &str, ty: Type, with: impl FnOnce(&Value) -> Value) -> Secret {
        let value = self.value.as_ref().map(with).map(|v| v.unmark());
        Secret {
            fingerprint: Fingerprint::derive(operation, &[self.fingerprint]),
            content: None,
            ty,
            ephemeral: self.ephemeral,
            value,
        }
    }
}

impl PartialEq for Secret {
    /// Equal where both came about in the same way, or are known to be the same.
    fn eq(&self, other: &Secret) -> bool {
        self.fingerprint == other.fingerprint
            || matches!((self.content, other.content), (Some(a), Some(b)) if a == b)
            || matches!((&self.value, &other.value), (Some(a), Some(b)) if a == b)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = if self.is_open() { "open" } else { "sealed" };
        write!(f, "Secret({form} {:?})", self.fingerprint)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        if let Some(value) = &mut self.value {
            wipe(value);
        }
    }
}

fn wipe(value: &mut Value) {
    match value {
        // Text that somebody else still holds is wiped when they let go of it.
        Value::String(s) => {
            if let Some(s) = Arc::get_mut(s) {
                s.zeroize();
            }
        }
        Value::List(list) | Value::Set(list) => {
            if let Some(list) = Arc::get_mut(list) {
                list.items.iter_mut().for_each(wipe);
            }
        }
        Value::Tuple(items) => {
            if let Some(items) = Arc::get_mut(items) {
                items.iter_mut().for_each(wipe);
            }
        }
        Value::Map(map) => {
            if let Some(map) = Arc::get_mut(map) {
                map.entries.values_mut().for_each(wipe);
            }
        }
        Value::Object(fields) => {
            if let Some(fields) = Arc::get_mut(fields) {
                fields.values_mut().for_each(wipe);
            }
        }
        _ => {}
    }
}

/// A string with secrets in some ranges: `postgres://app:(secret)@db`.
#[derive(Clone, Debug)]
pub struct Mixed {
    parts: Vec<Part>,
    /// Stands for the whole text, where it was taken; comparable with what a provider read.
    pub content: Option<Fingerprint>,
}

impl PartialEq for Mixed {
    /// Equal where both came about in the same way, or are known to be the same.
    fn eq(&self, other: &Mixed) -> bool {
        self.parts == other.parts
            || matches!((self.content, other.content), (Some(a), Some(b)) if a == b)
    }
}

/// A piece of a [`Mixed`] string.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Plain text.
    Text(Arc<str>),
    /// A secret string, number or bool.
    Secret(Arc<Secret>),
}

impl Mixed {
    /// The string of these pieces; neighbouring texts become one.
    pub fn join(parts: impl IntoIterator<Item = Part>) -> Value {
        let mut joined: Vec<Part> = Vec::new();
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(t) => text.push_str(&t),
                Part::Secret(_) => {
                    flush(&mut joined, &mut text);
                    joined.push(part);
                }
            }
        }
        if joined.is_empty() {
            return Value::string(text);
        }
        flush(&mut joined, &mut text);
        match joined.as_slice() {
            [Part::Secret(s)] if s.ty == Type::String => Value::Secret(s.clone()),
            _ => Value::Mixed(Arc::new(Mixed {
                parts: joined,
                content: None,
            })),
        }
    }

    /// The same, with the fingerprint of the whole text.
    pub fn with_content(&self, content: Option<Fingerprint>) -> Mixed {
        Mixed {
            parts: self.parts.clone(),
            content,
        }
    }

    /// Its pieces, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The fingerprint of the whole.
    pub fn fingerprint(&self) -> Fingerprint {
        let parts: Vec<_> = self
            .parts
            .iter()
            .map(|p| match p {
                Part::Text(t) => Fingerprint::of(&Value::String(t.clone())),
                Part::Secret(s) => s.fingerprint,
            })
            .collect();
        Fingerprint::derive("concatenate", &parts)
    }

    /// The whole in clear, where every secret in it is open. See [`Secret::expose`].
    pub fn expose(&self) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(t) => text.push_str(t),
                Part::Secret(s) => match s.expose()? {
                    Value::String(t) => text.push_str(t),
                    Value::Number(n) => text.push_str(&n.to_string()),
                    Value::Bool(b) => text.push_str(if *b { "true" } else { "false" }),
                    _ => return None,
                },
            }
        }
        Some(text)
    }

    /// The whole as one secret string, for functions that don't look at its pieces.
    pub fn to_secret(&self) -> Secret {
        let ephemeral = self
            .parts
            .iter()
            .any(|p| matches!(p, Part::Secret(s) if s.ephemeral));
        let mut secret = match self.expose() {
            Some(text) => Secret::open(self.fingerprint(), Value::string(text)),
            None => Secret::sealed(self.fingerprint(), Type::String),
        };
        secret.ephemeral = ephemeral;
        secret
    }
}

fn flush(parts: &mut Vec<Part>, text: &mut String) {
    if !text.is_empty() {
        parts.push(Part::Text(crate::normal(std::mem::take(text).into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str, open: bool) -> Part {
        let fingerprint = Fingerprint::of(&Value::string(text));
        Part::Secret(Arc::new(if open {
            Secret::open(fingerprint, Value::string(text))
        } else {
            Secret::sealed(fingerprint, Type::String)
        }))
    }

    #[test]
    fn open_and_sealed_forms_are_equal_and_have_one_fingerprint() {
        let text = |t: &str| Part::Text(Arc::from(t));
        let open = Mixed::join([text("a="), secret("s", true), text("\n")]);
        let sealed = Mixed::join([text("a="), secret("s", false), text("\n")]);
        assert_eq!(open, sealed);
        assert_eq!(Fingerprint::of(&open), Fingerprint::of(&sealed));
        let other = Mixed::join([text("a="), secret("t", false), text("\n")]);
        assert_ne!(open, other);
    }

    #[test]
    fn debug_shows_no_secret() {
        let value = Mixed::join([Part::Text(Arc::from("a=")), secret("hunter2", true)]);
        assert!(!format!("{value:?}").contains("hunter2"));
        assert!(matches!(&value, Value::Mixed(m) if m.expose().as_deref() == Some("a=hunter2")));
    }
}
