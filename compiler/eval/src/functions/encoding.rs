//! Functions that encode and decode text.

use super::{Answer, Context, Fault, Function, Want, nullable, p, text};
use crate::json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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
    Function::new(
        "textdecodebase64",
        &[TEXT, p("encoding", Want::String)],
        Want::String,
        textdecodebase64,
    ),
    Function::new(
        "textencodebase64",
        &[TEXT, p("encoding", Want::String)],
        Want::String,
        textencodebase64,
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

fn bytes_of(a: &[Value]) -> Result<Vec<u8>, Fault> {
    // Line breaks mean nothing in it.
    STANDARD
        .decode(text(a, 0).replace(['\r', '\n'], ""))
        .map_err(|_| Fault::of(0, "this is not base64"))
}

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

enum Encoding {
    Utf8,
    Utf16(fn(u16) -> [u8; 2], fn([u8; 2]) -> u16),
    Latin1,
    Ascii,
}

fn encoding(a: &[Value]) -> Result<Encoding, Fault> {
    Ok(match text(a, 1).to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => Encoding::Utf8,
        "UTF-16LE" => Encoding::Utf16(u16::to_le_bytes, u16::from_le_bytes),
        "UTF-16BE" => Encoding::Utf16(u16::to_be_bytes, u16::from_be_bytes),
        "ISO-8859-1" | "LATIN1" => Encoding::Latin1,
        "US-ASCII" | "ASCII" => Encoding::Ascii,
        _ => {
            return Err(Fault::of(1, "an unknown encoding")
                .help("there are UTF-8, UTF-16LE, UTF-16BE, ISO-8859-1 and US-ASCII"));
        }
    })
}

fn textencodebase64(_: &Context<'_>, a: &[Value]) -> Answer {
    let text = text(a, 0);
    let narrow = |most: u32| -> Result<Vec<u8>, Fault> {
        let byte = |c: char| u8::try_from(c as u32).ok().filter(|_| c as u32 <= most);
        text.chars()
            .map(|c| byte(c).ok_or_else(|| Fault::of(0, "a character is not in this encoding")))
            .collect()
    };
    let bytes = match encoding(a)? {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16(write, _) => text.encode_utf16().flat_map(write).collect(),
        Encoding::Latin1 => narrow(255)?,
        Encoding::Ascii => narrow(127)?,
    };
    Ok(STANDARD.encode(bytes).into())
}

fn textdecodebase64(_: &Context<'_>, a: &[Value]) -> Answer {
    let encoding = encoding(a)?;
    let bytes = bytes_of(a)?;
    let refused = || Fault::of(0, "what it holds is no text in this encoding");
    let decoded = match encoding {
        Encoding::Utf8 => String::from_utf8(bytes).map_err(|_| refused())?,
        Encoding::Utf16(_, read) => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            if !rest.is_empty() {
                return Err(refused());
            }
            let units = pairs.iter().map(|pair| read(*pair));
            char::decode_utf16(units)
                .collect::<Result<String, _>>()
                .map_err(|_| refused())?
        }
        Encoding::Latin1 => bytes.into_iter().map(char::from).collect(),
        Encoding::Ascii if bytes.is_ascii() => bytes.into_iter().map(char::from).collect(),
        Encoding::Ascii => return Err(refused()),
    };
    Ok(decoded.into())
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
