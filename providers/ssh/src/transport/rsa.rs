//! RSA keys from files, and signing with them by SHA-2.
//!
//! The SSH library's own RSA is left out: it leaks by its timing. The arithmetic is aws-lc's.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use russh::keys::HashAlg;
use russh::keys::agent::AgentIdentity;
use russh::keys::ssh_key::private::RsaKeypair;
use russh::keys::ssh_key::public::{KeyData, RsaPublicKey};
use russh::keys::ssh_key::{Mpint, PublicKey};
use russh::{AgentAuthError, Signer};
use std::future::Future;
use zeroize::Zeroizing;

/// An RSA key that can sign.
pub(crate) struct RsaKey {
    pub(crate) public: PublicKey,
    pair: KeyPair,
}

impl RsaKey {
    /// Of a file in the form of PEM, PKCS#1 or PKCS#8; none where it is something else.
    pub(crate) fn from_pem(text: &str) -> Option<RsaKey> {
        let (label, der) = pem(text)?;
        match label {
            "RSA PRIVATE KEY" => RsaKey::from_der(&der),
            "PRIVATE KEY" => {
                // Version, algorithm, and the key itself in an octet string.
                let (fields, _) = element(&der, 0x30)?;
                let (_, rest) = element(fields, 0x02)?;
                let (_, rest) = element(rest, 0x30)?;
                RsaKey::from_der(element(rest, 0x04)?.0)
            }
            _ => None,
        }
    }

    /// Of a file in OpenSSH's form.
    pub(crate) fn from_openssh(key: &RsaKeypair) -> Option<RsaKey> {
        let bytes = |number: &'_ Mpint| number.as_positive_bytes().map(<[u8]>::to_vec);
        let (public, private) = (key.public(), key.private());
        let d = Zeroizing::new(bytes(private.d())?);
        let (p, q) = (bytes(private.p())?, bytes(private.q())?);
        let (p, q) = (Zeroizing::new(p), Zeroizing::new(q));
        let numbers = [
            vec![0],
            bytes(public.n())?,
            bytes(public.e())?,
            d.to_vec(),
            p.to_vec(),
            q.to_vec(),
            remainder(&d, &less_one(&p)),
            remainder(&d, &less_one(&q)),
            bytes(private.iqmp())?,
        ];
        let numbers = Zeroizing::new(numbers.map(|n| integer(&n)).concat());
        RsaKey::from_der(&Zeroizing::new(tagged(0x30, &numbers)))
    }

    fn from_der(der: &[u8]) -> Option<RsaKey> {
        let (_version, rest) = element(element(der, 0x30)?.0, 0x02)?;
        let (n, rest) = element(rest, 0x02)?;
        let (e, _) = element(rest, 0x02)?;
        let number = Mpint::from_positive_bytes;
        let public = RsaPublicKey::new(number(e), number(n)).ok()?;
        Some(RsaKey {
            public: PublicKey::from(KeyData::Rsa(public)),
            pair: KeyPair::from_der(der).ok()?,
        })
    }

    fn sign(&self, hash: Option<HashAlg>, text: &[u8]) -> Option<Vec<u8>> {
        let (name, by): (&str, &'static dyn aws_lc_rs::signature::RsaEncoding) = match hash {
            Some(HashAlg::Sha256) => ("rsa-sha2-256", &RSA_PKCS1_SHA256),
            _ => ("rsa-sha2-512", &RSA_PKCS1_SHA512),
        };
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(by, &SystemRandom::new(), text, &mut signature)
            .ok()?;
        Some([string(name.as_bytes()), string(&signature)].concat())
    }
}

/// Signs for the SSH library.
pub(crate) struct RsaSigner<'k>(pub(crate) &'k RsaKey);

impl Signer for RsaSigner<'_> {
    type Error = AgentAuthError;

    fn auth_sign(
        &mut self,
        _key: &AgentIdentity,
        hash: Option<HashAlg>,
        text: Vec<u8>,
    ) -> impl Future<Output = Result<Vec<u8>, Self::Error>> + Send {
        let signature = self.0.sign(hash, &text);
        async move {
            let signature = signature.ok_or(russh::keys::Error::KeyIsCorrupt)?;
            Ok([text, string(&signature)].concat())
        }
    }
}

/// A text with its length before it, as SSH writes it.
fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), bytes].concat()
}

/// The label and the bytes of a PEM file that is not encrypted.
fn pem(text: &str) -> Option<(&str, Zeroizing<Vec<u8>>)> {
    let (label, rest) = text.split_once("-----BEGIN ")?.1.split_once("-----")?;
    let body = rest.split_once("-----END ")?.0;
    let body: String = body.split_whitespace().collect();
    let bytes = STANDARD.decode(&*Zeroizing::new(body)).ok()?;
    Some((label, Zeroizing::new(bytes)))
}

/// The content of the DER element of that tag that comes first, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (head, rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match (head[1] & 0x80, usize::from(head[1] & 0x7f)) {
        (0, short) => (short, rest),
        (_, bytes @ 1..=4) => {
            let (length, rest) = rest.split_at_checked(bytes)?;
            (length.iter().fold(0, |n, b| n << 8 | usize::from(*b)), rest)
        }
        _ => return None,
    };
    (head[0] == tag).then(|| rest.split_at_checked(length))?
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|b| **b == 0).count();
    let length = match content.len() {
        short @ 0..=127 => vec![short as u8],
        _ => [&[0x80 | (length.len() - zeros) as u8], &length[zeros..]].concat(),
    };
    [&[tag], &*length, content].concat()
}

/// A number that is not negative, as DER writes it.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    let mut plain = bytes[zeros..].to_vec();
    if plain.first().is_none_or(|b| *b >= 0x80) {
        plain.insert(0, 0);
    }
    tagged(0x02, &plain)
}

/// An odd number less one.
fn less_one(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut less = bytes.to_vec();
    if let Some(last) = less.last_mut() {
        *last &= 0xfe;
    }
    Zeroizing::new(less)
}

/// What is left of a number when it is divided, bit by bit.
fn remainder(number: &[u8], by: &[u8]) -> Vec<u8> {
    let by: Vec<u8> = std::iter::once(0).chain(by.iter().copied()).collect();
    let mut left = vec![0_u8; by.len()];
    for bit in number
        .iter()
        .flat_map(|b| (0..8).rev().map(move |i| b >> i & 1))
    {
        let mut carry = bit;
        for byte in left.iter_mut().rev() {
            (*byte, carry) = (*byte << 1 | carry, *byte >> 7);
        }
        if left >= by {
            let mut borrow = false;
            for (byte, less) in left.iter_mut().rev().zip(by.iter().rev()) {
                let (once, under) = byte.overflowing_sub(*less);
                let (twice, again) = once.overflowing_sub(u8::from(borrow));
                (*byte, borrow) = (twice, under || again);
            }
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn remainders_are_right(number: u64, by in 1_u64..) {
            let left = remainder(&number.to_be_bytes(), &by.to_be_bytes());
            let expected = (number % by).to_be_bytes();
            prop_assert_eq!(&left[left.len() - 8..], &expected);
        }

        #[test]
        fn no_bytes_are_too_odd_to_be_read(bytes: Vec<u8>) {
            let _ = RsaKey::from_der(&bytes);
            let body = STANDARD.encode(&bytes);
            for label in ["PRIVATE KEY", "RSA PRIVATE KEY"] {
                let text = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----");
                prop_assert!(RsaKey::from_pem(&text).is_none());
            }
        }

        #[test]
        fn elements_come_back(content: Vec<u8>, rest: Vec<u8>) {
            let der = [tagged(4, &content), rest.clone()].concat();
            prop_assert_eq!(element(&der, 4), Some((&*content, &*rest)));
        }
    }
}
