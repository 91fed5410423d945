//! What all encodings share: text that is borrowed where it can be, and the decoder, which makes
//! each name once.

use super::SecretsIn;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use model::{Address, Fingerprint, ResourceAddress};
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Why something can't be encoded or decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodingError(pub String);

impl fmt::Display for EncodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EncodingError {}

impl From<serde_json::Error> for EncodingError {
    fn from(error: serde_json::Error) -> EncodingError {
        // Only the place: the words may quote what they stumbled over.
        EncodingError(format!(
            "what is recorded can't be read, at line {} column {} ({:?} error)",
            error.line(),
            error.column(),
            error.classify()
        ))
    }
}

/// Text, borrowed from what it was read from or is written from where possible.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// Bytes as text.
    pub fn of_bytes(bytes: &[u8]) -> Text<'static> {
        Text(Cow::Owned(STANDARD_NO_PAD.encode(bytes)))
    }

    /// The bytes of [`Text::of_bytes`].
    ///
    /// # Errors
    /// Where it is not made by that.
    pub fn bytes(&self) -> Result<Vec<u8>, EncodingError> {
        STANDARD_NO_PAD
            .decode(self.0.as_bytes())
            .map_err(|_| EncodingError("a text that should stand for bytes does not".into()))
    }

    /// The fingerprint of which it holds the bytes.
    ///
    /// # Errors
    /// Where it does not.
    pub fn fingerprint(&self) -> Result<Fingerprint, EncodingError> {
        let bytes = self.bytes()?.try_into();
        let bytes = bytes.map_err(|_| EncodingError("a fingerprint has a wrong length".into()))?;
        Ok(Fingerprint(bytes))
    }

    /// What the text stands for.
    ///
    /// # Errors
    /// Where it stands for no such thing.
    pub fn parse<T: FromStr>(&self) -> Result<T, EncodingError>
    where
        T::Err: fmt::Display,
    {
        self.0
            .parse()
            .map_err(|e: T::Err| EncodingError(e.to_string()))
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Text<'a> {
        Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a Arc<str>> for Text<'a> {
    fn from(text: &'a Arc<str>) -> Text<'a> {
        Text(Cow::Borrowed(text))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Text(Cow::Owned(text))
    }
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text<'a>, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Cow<'de, str>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
                Ok(Cow::Borrowed(text))
            }
            fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
                Ok(Cow::Owned(text.into()))
            }
            fn visit_string<E>(self, text: String) -> Result<Cow<'de, str>, E> {
                Ok(Cow::Owned(text))
            }
        }
        deserializer.deserialize_str(Reader).map(Text)
    }
}

/// Decodes; keeps each name and each resource's address once, however often it comes.
pub struct Decoder<'s> {
    pub(crate) secrets: &'s SecretsIn,
    names: HashSet<Arc<str>>,
    resources: HashMap<Box<str>, ResourceAddress>,
}

impl<'s> Decoder<'s> {
    /// A decoder that finds secrets there.
    pub fn new(secrets: &'s SecretsIn) -> Decoder<'s> {
        Decoder {
            secrets,
            names: HashSet::new(),
            resources: HashMap::new(),
        }
    }

    /// A name that comes often.
    pub fn name(&mut self, text: &Text<'_>) -> Arc<str> {
        if let Some(name) = self.names.get(&*text.0) {
            return name.clone();
        }
        let name: Arc<str> = Arc::from(&*text.0);
        self.names.insert(name.clone());
        name
    }

    /// The address of an instance, or of a resource.
    ///
    /// # Errors
    /// Where the text is none.
    pub fn address(&mut self, text: &Text<'_>) -> Result<Address, EncodingError> {
        if let Some(known) = self.resources.get(&*text.0) {
            return Ok(known.instance(None));
        }
        // An instance's key is in brackets at the end; the resource before it comes again.
        let resource = match text.0.strip_suffix(']').and_then(|t| t.rsplit_once('[')) {
            Some((before, key)) if !key.contains(['"', '.']) => {
                if let (Some(resource), Ok(key)) = (self.resources.get(before), key.parse()) {
                    return Ok(resource.instance(Some(model::Key::Index(key))));
                }
                Some(before)
            }
            _ => None,
        };
        let mut address: Address = text.parse()?;
        address.resource = self.shared(address.resource);
        let whole = address.key.is_none().then_some(&*text.0);
        if let Some(before) = resource.or(whole) {
            self.resources
                .insert(before.into(), address.resource.clone());
        }
        Ok(address)
    }

    fn shared(&mut self, mut resource: ResourceAddress) -> ResourceAddress {
        match self.names.get(&resource.ty) {
            Some(ty) => resource.ty = ty.clone(),
            None => drop(self.names.insert(resource.ty.clone())),
        }
        resource
    }
}

/// How deeply JSON may be nested so that it can be read again.
const DEEPEST: usize = 120;

/// Refuses JSON that is nested too deeply to be read again.
///
/// # Errors
/// Where it is.
pub fn check_depth(json: &[u8]) -> Result<(), EncodingError> {
    let (mut depth, mut text, mut escaped) = (0usize, false, false);
    for byte in json {
        if text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => text = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => text = true,
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(EncodingError(format!(
                "a value is nested deeper than {DEEPEST} levels, which can't be recorded"
            )));
        }
    }
    Ok(())
}
