//! Functions that encode and decode text.

use super::{Answer, Context, Fault, Function, Want, nullable, p, text};
use crate::json;
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use flate2::Compression;
use flate2::write::GzEncoder;
use model::Value;
use std::io::Write;

const TEXT: super::Parameter = p("text", Want::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &[TEXT], Want::String, base64decode),
    Function::new("base64encode", &[TEXT], Want::String, base64encode),
    Function::new("base64gzip", &[TEXT], Want::String, base64gzip),
    Function::new("jsondecode", &[TEXT], Want::Any, jsondecode),
    Function::new(
        "jsonencode",
        &[nullable("value", Want::Any)],
        Want::String,
        jsonencode,
    ),
    Function::new("urlencode", &[TEXT], Want::String, urlencode),
];

fn base64encode(_: &Context<'_>, a: &[Value]) -> Answer {
    Ok(STANDARD.encode(text(a, 0)).into())
}

fn base64decode(_: &Context<'_>, a: &[Value]) -> Answer {
    let text = String::from_utf8(bytes_of(a)?).map_err(|_| {
        Fault::of(0, "what it holds is not UTF-8 text")
            .help("`textdecodebase64` decodes text in other encodings")
    })?;
    Ok(text.into())
}

pub(super) fn bytes_of(a: &[Value]) -> Result<Vec<u8>, Fault> {
    // Line breaks mean nothing in it.
    LENIENT
        .decode(text(a, 0).replace(['\r', '\n'], ""))
        .map_err(|_| Fault::of(0, "this is not base64"))
}

/// What is left over of the last digit may be anything.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

fn base64gzip(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let compressed = encoder
        .write_all(text(a, 0).as_bytes())
        .and_then(|()| encoder.finish())
        .map_err(|e| Fault::from(e.to_string()))?;
    Ok(STANDARD.encode(compressed).into())
}

fn jsonencode(_: &Context<'_>, a: &[Value]) -> Answer {
    json::encode(&a[0])
        .map(Value::from)
        .map_err(|m| Fault::of(0, m))
}

fn jsondecode(_: &Context<'_>, a: &[Value]) -> Answer {
    json::decode(text(a, 0)).map_err(|m| Fault::of(0, m))
}

/// As a part of a query: a blank is a plus.
fn urlencode(_: &Context<'_>, a: &[Value]) -> Answer {
    let mut encoded = String::new();
    for byte in text(a, 0).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            b' ' => encoded.push('+'),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(encoded.into())
}
