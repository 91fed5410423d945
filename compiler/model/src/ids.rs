//! Names that nobody chooses: of a state's line, an object, an operation.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// A new one, at random.
            pub fn random() -> $name {
                let mut bytes = [0; $bytes];
                let (a, b) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
                // Of a version 4 UUID the bytes 6 and 8 hold fixed bits; the rest is random.
                let random = a.as_bytes().iter().chain(b.as_bytes()).enumerate();
                let random = random.filter(|(i, _)| !matches!(i % 16, 6 | 8)).map(|(_, b)| *b);
                bytes.iter_mut().zip(random).for_each(|(to, from)| *to = from);
                $name(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base32(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&base32(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<$name, String> {
                let refused = || format!("{text:?} is no {}", stringify!($name));
                let bytes = unbase32(text).ok_or_else(refused)?;
                bytes.try_into().map($name).map_err(|_| refused())
            }
        }
    };
}

id!(
    /// A state's line of descent: made once, never changed. 16 letters and digits.
    Lineage,
    10
);
id!(
    /// An object's own name: made with the intent to create it, kept for life. 16 letters and digits.
    ObjectId,
    10
);
id!(
    /// The name of one operation, also sent to APIs that honour client tokens. 24 letters and digits.
    Token,
    15
);

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0u32, 0);
    for byte in bytes {
        buffer = buffer << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits) as usize & 31]));
        }
        buffer &= (1 << bits) - 1;
    }
    text
}

fn unbase32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0u32, 0);
    for c in text.bytes() {
        buffer = buffer << 5 | ALPHABET.iter().position(|a| *a == c)? as u32;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
        }
        buffer &= (1 << bits) - 1;
    }
    (bits == 0 || buffer == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for _ in 0..100 {
            let id = ObjectId::random();
            assert_eq!(id.to_string().len(), 16);
            assert_eq!(id.to_string().parse(), Ok(id));
            let token = Token::random();
            assert_eq!(token.to_string().len(), 24);
            assert_eq!(token.to_string().parse(), Ok(token));
        }
        assert!("A".parse::<ObjectId>().is_err());
        assert!("aaaa".parse::<ObjectId>().is_err());
    }
}
