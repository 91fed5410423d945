//! The formatter on files that a seed makes: it loses nothing, changes no meaning, has nothing to
//! do a second time, and agrees with `terraform fmt`.
//!
//! `LANDFALL_FORMAT_CASES` and `LANDFALL_FORMAT_SEED` say how many files, and where to begin.

#![allow(clippy::unwrap_used)]

mod generate;
mod meaning;
#[path = "../../../../tests/seed.rs"]
#[allow(dead_code, unreachable_pub)]
mod seed;
mod terraform;

use diagnostics::FileId;
use generate::{Made, Manner, file};
use landfall_syntax::format;
use meaning::meaning;

/// The seeds to take.
fn seeds() -> std::ops::Range<u64> {
    let of = |name, or| {
        let value = std::env::var(name).ok();
        value.and_then(|v| v.parse().ok()).unwrap_or(or)
    };
    let first = of("LANDFALL_FORMAT_SEED", 1);
    first..first + of("LANDFALL_FORMAT_CASES", 2000)
}

/// Every file of a manner that is right, with its layout.
fn each(manner: Manner, check: impl Fn(u64, &Made, &str)) {
    let mut right = 0;
    for seed in seeds() {
        let made = file(seed, manner);
        if let Ok(formatted) = format(FileId(0), &made.text) {
            right += 1;
            check(seed, &made, &formatted);
        }
    }
    assert!(right * 10 > seeds().count() * 9, "only {right} are right");
}

fn show(seed: u64, made: &str, formatted: &str) -> String {
    format!("seed {seed}:\n{made}\n--- formatted:\n{formatted}\n---")
}

#[test]
fn a_second_time_there_is_nothing_to_do() {
    each(Manner::Different, |seed, made, formatted| {
        let shown = show(seed, &made.text, formatted);
        let again = format(FileId(0), formatted).unwrap_or_else(|p| panic!("{shown}{p:?}"));
        assert!(again == formatted, "{shown}{again}");
    });
}

#[test]
fn nothing_but_blanks_changes() {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    each(Manner::Verbatim, |seed, made, formatted| {
        let shown = show(seed, &made.text, formatted);
        assert!(bare(&made.text) == bare(formatted), "{shown}");
    });
}

#[test]
fn every_comment_stays_in_its_order() {
    each(Manner::Different, |seed, made, formatted| {
        let mut rest = formatted;
        for comment in &made.comments {
            let found = rest.split_once(comment.as_str());
            let shown = show(seed, &made.text, formatted);
            rest = found.unwrap_or_else(|| panic!("{shown}\n{comment}")).1;
        }
    });
}

#[test]
fn the_meaning_stays() {
    each(Manner::Different, |seed, made, formatted| {
        let shown = show(seed, &made.text, formatted);
        assert_eq!(meaning(&made.text), meaning(formatted), "{shown}");
    });
}
