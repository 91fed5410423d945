//! Provider-private data of an object, versioned: what was last seen at its place.

use provider::ProviderProblem;
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

/// What is recorded beside an object's attributes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Private {
    v: u32,
    /// What stood at the place when it was last looked at, in the words of the runner; an
    /// operation carries it along, and the runner refuses where something else stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seen: Option<String>,
    /// What was there before Landfall came: `absent`, `equal` or `taken`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<String>,
}

impl Private {
    /// Of what was seen at a place.
    pub(crate) fn seen(seen: impl Into<String>) -> Private {
        Private {
            v: VERSION,
            seen: Some(seen.into()),
            before: None,
        }
    }

    /// With what was there before.
    pub(crate) fn before(mut self, before: Option<&str>) -> Private {
        self.before = before.map(String::from);
        self
    }

    /// Without what was seen.
    pub(crate) fn unseen(self) -> Private {
        Private { seen: None, ..self }
    }

    /// As bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let current = Private {
            v: VERSION,
            ..self.clone()
        };
        serde_json::to_vec(&current).unwrap_or_default()
    }

    /// From bytes; empty ones stand for a new object.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Private, ProviderProblem> {
        if bytes.is_empty() {
            return Ok(Private {
                v: VERSION,
                ..Private::default()
            });
        }
        let private: Private = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        if private.v == VERSION {
            Ok(private)
        } else {
            Err(unreadable())
        }
    }
}

fn unreadable() -> ProviderProblem {
    ProviderProblem::error("the provider `ssh` can't read what it recorded beside this object")
        .help("use the version of Landfall that recorded it, or a later one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let private = Private::seen("absent").before(Some("equal"));
        assert_eq!(Private::decode(&private.encode()), Ok(private));
        assert_eq!(Private::decode(b"").map(|p| p.seen), Ok(None));
    }

    #[test]
    fn another_version_is_refused() {
        assert!(Private::decode(br#"{"v":2}"#).is_err());
        assert!(Private::decode(b"\0\x01").is_err());
    }
}
