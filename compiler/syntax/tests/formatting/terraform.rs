//! The same layout as `terraform fmt`, to the byte: on what was recorded of it, and on whatever a
//! seed makes where terraform is at hand.
//!
//! `LANDFALL_FORMAT_RECORD=1` records anew.

use crate::generate::{Manner, file};
use crate::{seeds, show};
use diagnostics::FileId;
use landfall_syntax::format;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

const RECORDED: u64 = 150;

fn ours(text: &str) -> Option<String> {
    format(FileId(0), text).ok()
}

/// What terraform makes of texts; none of one that it refuses.
fn theirs(texts: &[String]) -> Option<Vec<Option<String>>> {
    let directory = scratch();
    let path = |i: usize| directory.0.join(format!("f{i}.tf"));
    for (i, text) in texts.iter().enumerate() {
        fs::write(path(i), text).unwrap();
    }
    let run = Command::new("terraform")
        .arg("fmt")
        .arg("-no-color")
        .arg(&directory.0)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .output()
        .ok()?;
    let refusals = String::from_utf8_lossy(&run.stderr).replace('\n', " ");
    let formatted = (0..texts.len()).map(|i| {
        let refused = refusals.contains(&format!("f{i}.tf line"));
        (!refused).then(|| fs::read_to_string(path(i)).unwrap())
    });
    Some(formatted.collect())
}

/// A directory that goes with its owner.
struct Scratch(PathBuf);

fn scratch() -> Scratch {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let number = MADE.fetch_add(1, Relaxed);
    let name = format!("landfall-fmt-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    fs::create_dir_all(&path).unwrap();
    Scratch(path)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn terraform_lays_out_the_same() {
    let seeds: Vec<u64> = seeds().collect();
    let (mut compared, mut refused) = (0, 0);
    for some in seeds.chunks(1000) {
        let texts: Vec<String> = some
            .iter()
            .map(|s| file(*s, Manner::Rewritten).text)
            .collect();
        let Some(theirs) = theirs(&texts) else {
            println!("terraform is not here: only what was recorded of it is compared");
            return;
        };
        for ((seed, text), theirs) in some.iter().zip(&texts).zip(theirs) {
            match (ours(text), theirs) {
                (Some(ours), Some(theirs)) => {
                    let shown = show(*seed, text, &ours);
                    assert!(ours == theirs, "{shown}\n--- terraform:\n{theirs}\n---");
                    compared += 1;
                }
                _ => refused += 1,
            }
        }
    }
    println!(
        "terraform fmt agrees on {compared} files from seed {}, {refused} refused by either",
        seeds[0]
    );
    assert!(
        refused * 10 < compared,
        "{refused} refused, {compared} compared"
    );
}

fn recorded_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formatting/recorded.txt")
}

const BETWEEN: &str = "\n=== terraform fmt ===\n";
const BEHIND: &str = "\n=== next ===\n";

#[test]
fn what_was_recorded_of_terraform_is_ours() {
    if std::env::var_os("LANDFALL_FORMAT_RECORD").is_some() {
        record();
    }
    let recorded = fs::read_to_string(recorded_file())
        .unwrap()
        .replace('␍', "\r");
    let mut cases = 0;
    for case in recorded.split_terminator(BEHIND) {
        let (text, theirs) = case.split_once(BETWEEN).unwrap();
        let ours = ours(text).unwrap_or_else(|| panic!("refused:\n{text}"));
        assert!(
            ours == theirs,
            "{}\n--- terraform:\n{theirs}",
            show(0, text, &ours)
        );
        cases += 1;
    }
    assert!(cases >= 100, "{cases}");
}

fn record() {
    let texts: Vec<String> = (1..=RECORDED)
        .map(|s| file(s, Manner::Rewritten).text)
        .collect();
    let theirs = theirs(&texts).unwrap();
    let cases = texts.iter().zip(theirs).filter_map(|(text, theirs)| {
        let case = format!("{text}{BETWEEN}{}{BEHIND}", theirs?);
        ours(text).map(|_| case.replace('\r', "␍"))
    });
    fs::write(recorded_file(), cases.collect::<String>()).unwrap();
}
