//! The one form of a text: Unicode's NFC, so that texts that read the same are the same.

use std::borrow::Cow;
use std::sync::Arc;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

/// The text in its normal form.
pub fn normal(text: Arc<str>) -> Arc<str> {
    match normalized(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(normal) => normal.into(),
    }
}

/// The same of a text that nobody holds yet.
pub fn normalized(text: &str) -> Cow<'_, str> {
    match text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.nfc().collect()),
    }
}

/// As much of a text as stays, whatever comes behind it: a mark that does could become one
/// character with the last one.
pub fn certain_start(text: &str) -> &str {
    match text.chars().next_back() {
        // No mark makes something else of these; of the others of ASCII some do.
        Some(c) if c.is_ascii() && !c.is_ascii_alphanumeric() && !"<=>".contains(c) => text,
        _ => {
            let last = text.graphemes(true).next_back().unwrap_or("");
            &text[..text.len() - last.len()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_to_read_is_equal() {
        for (text, expected) in [
            ("abc", "abc"),
            ("e\u{301}", "é"),
            ("\u{212b}", "Å"),
            ("\u{1100}\u{1161}", "가"),
            ("\u{fb00}", "\u{fb00}"),
        ] {
            assert_eq!(&*normal(text.into()), expected);
        }
    }

    #[test]
    fn what_could_become_another_character_is_not_certain() {
        for (text, expected) in [
            ("ami-", "ami-"),
            ("https://", "https://"),
            ("item", "ite"),
            ("a=", "a"),
            ("xe\u{301}", "x"),
            ("", ""),
        ] {
            assert_eq!(certain_start(text), expected);
        }
    }
}
