//! Texts in other encodings than UTF-8, by the names that IANA keeps.

use super::encoding::bytes_of;
use super::{Answer, Context, Fault, Function, Want, p, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "textdecodebase64",
        &[p("base64", Want::String), p("encoding", Want::String)],
        Want::String,
        textdecodebase64,
    ),
    Function::new(
        "textencodebase64",
        &[p("text", Want::String), p("encoding", Want::String)],
        Want::String,
        textencodebase64,
    ),
];

enum Charset {
    Utf8,
    Utf16(fn(u16) -> [u8; 2], fn([u8; 2]) -> u16),
    /// With a mark in front that tells the order of its bytes.
    Utf16Marked,
    Latin1,
    Ascii,
    Other(&'static encoding_rs::Encoding),
}

/// Encodings of which IANA's name means what the web means by it.
const OTHERS: &[&str] = &[
    "BIG5",
    "EUC-JP",
    "EUC-KR",
    "GB18030",
    "GBK",
    "IBM866",
    "ISO-2022-JP",
    "ISO-8859-10",
    "ISO-8859-13",
    "ISO-8859-14",
    "ISO-8859-15",
    "ISO-8859-16",
    "ISO-8859-2",
    "ISO-8859-3",
    "ISO-8859-4",
    "ISO-8859-5",
    "ISO-8859-6",
    "ISO-8859-7",
    "ISO-8859-8",
    "KOI8-R",
    "KOI8-U",
    "MACINTOSH",
    "SHIFT_JIS",
    "WINDOWS-1250",
    "WINDOWS-1251",
    "WINDOWS-1252",
    "WINDOWS-1253",
    "WINDOWS-1254",
    "WINDOWS-1255",
    "WINDOWS-1256",
    "WINDOWS-1257",
    "WINDOWS-1258",
    "WINDOWS-874",
];

fn charset(a: &[Value]) -> Result<Charset, Fault> {
    let name = text(a, 1).to_ascii_uppercase();
    Ok(match name.as_str() {
        "UTF-8" => Charset::Utf8,
        "UTF-16" => Charset::Utf16Marked,
        "UTF-16LE" => Charset::Utf16(u16::to_le_bytes, u16::from_le_bytes),
        "UTF-16BE" => Charset::Utf16(u16::to_be_bytes, u16::from_be_bytes),
        "ISO-8859-1" | "LATIN1" => Charset::Latin1,
        "US-ASCII" | "ASCII" => Charset::Ascii,
        name => {
            let known = OTHERS.contains(&name).then_some(name);
            let found = known.and_then(|n| encoding_rs::Encoding::for_label(n.as_bytes()));
            Charset::Other(found.ok_or_else(|| {
                Fault::of(1, "an unknown encoding").help(
                    "encodings go by their IANA names, such as UTF-8, UTF-16LE, ISO-8859-1, \
                     windows-1252 or Shift_JIS",
                )
            })?)
        }
    })
}

fn textencodebase64(_: &Context<'_>, a: &[Value]) -> Answer {
    let text = text(a, 0);
    let refused = || Fault::of(0, "a character is not in this encoding");
    let narrow = |most: u32| -> Result<Vec<u8>, Fault> {
        let byte = |c: char| u8::try_from(c as u32).ok().filter(|_| c as u32 <= most);
        text.chars().map(|c| byte(c).ok_or_else(refused)).collect()
    };
    let bytes = match charset(a)? {
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Utf16(write, _) => text.encode_utf16().flat_map(write).collect(),
        Charset::Utf16Marked => {
            let units = std::iter::once(MARK).chain(text.encode_utf16());
            units.flat_map(u16::to_be_bytes).collect()
        }
        Charset::Latin1 => narrow(255)?,
        Charset::Ascii => narrow(127)?,
        Charset::Other(encoding) => match encoding.encode(text) {
            (bytes, _, false) => bytes.into_owned(),
            _ => return Err(refused()),
        },
    };
    Ok(STANDARD.encode(bytes).into())
}

fn textdecodebase64(_: &Context<'_>, a: &[Value]) -> Answer {
    let charset = charset(a)?;
    let bytes = bytes_of(a)?;
    let refused = || Fault::of(0, "what it holds is no text in this encoding");
    let decoded = match charset {
        Charset::Utf8 => String::from_utf8(bytes).map_err(|_| refused())?,
        Charset::Utf16(_, read) => utf16(&bytes, read).ok_or_else(refused)?,
        Charset::Utf16Marked => match bytes.as_slice() {
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            rest => utf16(rest, u16::from_be_bytes),
        }
        .ok_or_else(refused)?,
        Charset::Latin1 => bytes.into_iter().map(char::from).collect(),
        Charset::Ascii if bytes.is_ascii() => bytes.into_iter().map(char::from).collect(),
        Charset::Ascii => return Err(refused()),
        Charset::Other(encoding) => {
            let (text, _) = encoding.decode_without_bom_handling(&bytes);
            // What has no meaning comes out as one of these.
            let is_nothing = |c| matches!(c, '\u{80}'..='\u{9f}' | char::REPLACEMENT_CHARACTER);
            if text.contains(is_nothing) {
                return Err(refused());
            }
            text.into_owned()
        }
    };
    Ok(decoded.into())
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| read(*pair));
    let text = char::decode_utf16(units).collect::<Result<String, _>>();
    text.ok().filter(|_| rest.is_empty())
}

const MARK: u16 = 0xfeff;
