//! The forms in which files hold a private RSA key, brought to one: PKCS#8. It does not compute
//! with keys, but for two numbers that OpenSSH leaves out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use num_bigint::BigUint;

/// What stands before a key of PKCS#1: the version, and that it is one of RSA.
const RSA: &[u8] = &[
    0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    0x05, 0x00,
];
const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const INTEGER: u8 = 0x02;

/// The key of a PEM file, in PKCS#8.
///
/// # Errors
/// Why it is none; nothing of it is quoted.
pub(super) fn pkcs8(pem: &str) -> Result<Vec<u8>, &'static str> {
    const NONE: &str = "this is no private key in a PEM file";
    const ENCRYPTED: &str = "the key is encrypted with a passphrase: only a plain one can be used";
    let (_, begun) = pem.split_once("-----BEGIN ").ok_or(NONE)?;
    let (label, rest) = begun.split_once("-----").ok_or(NONE)?;
    let (body, _) = rest.split_once("-----END ").ok_or(NONE)?;
    if label.starts_with("ENCRYPTED") || body.contains("ENCRYPTED") {
        return Err(ENCRYPTED);
    }
    let body: String = body.split_whitespace().collect();
    let bytes = STANDARD.decode(body).map_err(|_| NONE)?;
    match label {
        "PRIVATE KEY" => Ok(bytes),
        "RSA PRIVATE KEY" => Ok(wrapped(&bytes)),
        "OPENSSH PRIVATE KEY" => match openssh(&bytes) {
            Some(key) => Ok(wrapped(&key)),
            None => Err("this is no RSA key, or one that is encrypted with a passphrase"),
        },
        _ => Err(NONE),
    }
}

/// A key of PKCS#1 as one of PKCS#8.
fn wrapped(pkcs1: &[u8]) -> Vec<u8> {
    tagged(SEQUENCE, &[RSA, &tagged(OCTETS, pkcs1)].concat())
}

/// A plain key in OpenSSH's own form as one of PKCS#1.
fn openssh(bytes: &[u8]) -> Option<Vec<u8>> {
    let rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let (cipher, rest) = string(rest)?;
    let (_derivation, rest) = string(rest)?;
    let (_options, rest) = string(rest)?;
    let (count, rest) = rest.split_first_chunk::<4>()?;
    let (_public, rest) = string(rest)?;
    let (private, _) = string(rest)?;
    // Two equal numbers, by which a wrong passphrase would show.
    let (_check, private) = private.split_first_chunk::<8>()?;
    let (kind, mut rest) = string(private)?;
    if cipher != b"none" || u32::from_be_bytes(*count) != 1 || kind != b"ssh-rsa" {
        return None;
    }
    let mut numbers = Vec::new();
    for _ in 0..6 {
        let (number, behind) = string(rest)?;
        numbers.push(BigUint::from_bytes_be(number));
        rest = behind;
    }
    let [n, e, d, inverse, p, q] = numbers.try_into().ok()?;
    let one = BigUint::from(1u8);
    if p <= one || q <= one {
        return None;
    }
    let by_p = &d % (&p - &one);
    let by_q = &d % (&q - &one);
    let version = BigUint::default();
    let numbers = [version, n, e, d, p, q, by_p, by_q, inverse];
    Some(tagged(SEQUENCE, &numbers.map(|n| integer(&n)).concat()))
}

/// A text with its length before it, as OpenSSH writes it, and what follows.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

/// An element of DER.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|b| **b == 0).count();
    let length = match content.len() {
        short @ 0..=127 => vec![short as u8],
        _ => [&[0x80 | (length.len() - zeros) as u8], &length[zeros..]].concat(),
    };
    [&[tag], &*length, content].concat()
}

/// A number that is not negative: its first bit is no sign.
fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let sign: &[u8] = if bytes[0] & 0x80 == 0 { &[] } else { &[0] };
    tagged(INTEGER, &[sign, &bytes].concat())
}
