//! Digests, and identifiers made of them.

use super::file::bytes;
use super::{Answer, Context, Fault, Function, Want, p, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Type, Unknown, Value};
use sha1::Digest as _;
use sha2::Digest as _;
use std::sync::Arc;

const TEXT: super::Parameter = p("text", Want::String);
const PATH: super::Parameter = p("path", Want::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64sha256", &[TEXT], Want::String, |_, a| {
        encoded(sha256(data(a)))
    }),
    Function::new("base64sha512", &[TEXT], Want::String, |_, a| {
        encoded(sha512(data(a)))
    }),
    Function::new(
        "bcrypt",
        &[TEXT, p("cost", Want::Number)],
        Want::String,
        known_later,
    )
    .optional(1)
    .raw(),
    Function::new("filebase64sha256", &[PATH], Want::String, |c, a| {
        encoded(sha256(&bytes(c, a)?))
    }),
    Function::new("filebase64sha512", &[PATH], Want::String, |c, a| {
        encoded(sha512(&bytes(c, a)?))
    }),
    Function::new("filemd5", &[PATH], Want::String, |c, a| {
        hex(&md5_of(&bytes(c, a)?))
    }),
    Function::new("filesha1", &[PATH], Want::String, |c, a| {
        hex(&sha1_of(&bytes(c, a)?))
    }),
    Function::new("filesha256", &[PATH], Want::String, |c, a| {
        hex(&sha256(&bytes(c, a)?))
    }),
    Function::new("filesha512", &[PATH], Want::String, |c, a| {
        hex(&sha512(&bytes(c, a)?))
    }),
    Function::new("md5", &[TEXT], Want::String, |_, a| hex(&md5_of(data(a)))),
    Function::new("sha1", &[TEXT], Want::String, |_, a| hex(&sha1_of(data(a)))),
    Function::new("sha256", &[TEXT], Want::String, |_, a| {
        hex(&sha256(data(a)))
    }),
    Function::new("sha512", &[TEXT], Want::String, |_, a| {
        hex(&sha512(data(a)))
    }),
    Function::new("uuid", &[], Want::String, known_later).raw(),
    Function::new(
        "uuidv5",
        &[p("namespace", Want::String), p("name", Want::String)],
        Want::String,
        uuidv5,
    ),
];

fn data(a: &[Value]) -> &[u8] {
    text(a, 0).as_bytes()
}

fn md5_of(data: &[u8]) -> Vec<u8> {
    md5::Md5::digest(data).to_vec()
}

fn sha1_of(data: &[u8]) -> Vec<u8> {
    sha1::Sha1::digest(data).to_vec()
}

fn sha256(data: &[u8]) -> Vec<u8> {
    sha2::Sha256::digest(data).to_vec()
}

fn sha512(data: &[u8]) -> Vec<u8> {
    sha2::Sha512::digest(data).to_vec()
}

fn hex(digest: &[u8]) -> Answer {
    Ok(digest
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect::<String>()
        .into())
}

fn encoded(digest: Vec<u8>) -> Answer {
    Ok(STANDARD.encode(digest).into())
}

/// A new one with each call, so that a plan can't know it.
fn known_later(_: &Context<'_>, a: &[Value]) -> Answer {
    let inputs: Vec<&Value> = a.iter().collect();
    let unknown: Unknown = crate::marks::unknown(Type::String, &inputs).not_null();
    Ok(Value::Unknown(Arc::new(unknown)))
}

fn uuidv5(_: &Context<'_>, a: &[Value]) -> Answer {
    let namespace = match text(a, 0) {
        "dns" | "DNS" => 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8,
        "url" | "URL" => 0x6ba7_b811_9dad_11d1_80b4_00c0_4fd4_30c8,
        "oid" | "OID" => 0x6ba7_b812_9dad_11d1_80b4_00c0_4fd4_30c8,
        "x500" | "X500" => 0x6ba7_b814_9dad_11d1_80b4_00c0_4fd4_30c8,
        other => parse_uuid(other)
            .ok_or_else(|| Fault::of(0, "the namespace is dns, url, oid, x500, or a UUID"))?,
    };
    let mut named = namespace.to_be_bytes().to_vec();
    named.extend_from_slice(text(a, 1).as_bytes());
    let mut id = sha1_of(&named);
    id.truncate(16);
    id[6] = (id[6] & 0x0f) | 0x50;
    id[8] = (id[8] & 0x3f) | 0x80;
    let digits: String = id.iter().map(|b| format!("{b:02x}")).collect();
    let parts = [
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..],
    ];
    Ok(parts.join("-").into())
}

/// Also in braces, as a URN, or without its dashes.
fn parse_uuid(text: &str) -> Option<u128> {
    let urn = text
        .get(..9)
        .filter(|p| p.eq_ignore_ascii_case("urn:uuid:"));
    let bare = match urn {
        Some(urn) => &text[urn.len()..],
        None => text
            .strip_prefix('{')
            .and_then(|t| t.strip_suffix('}'))
            .unwrap_or(text),
    };
    let lengths: Vec<usize> = bare.split('-').map(str::len).collect();
    let digits = bare.replace('-', "");
    let dashes = lengths == [8, 4, 4, 4, 12] || (lengths == [32] && bare == text);
    (dashes && digits.bytes().all(|b| b.is_ascii_hexdigit()))
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten()
}
