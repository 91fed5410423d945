//! House rules as a test: the map tells the truth, files stay small, nothing is left undone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const LONGEST_FILE: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// Package directories of the workspace by the name that code uses.
fn packages() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for parent in ["compiler", "providers", "."] {
        let entries = fs::read_dir(root().join(parent)).unwrap();
        for entry in entries.map(|e| e.unwrap().path()) {
            let Ok(manifest) = fs::read_to_string(entry.join("Cargo.toml")) else {
                continue;
            };
            let directory = entry.file_name().unwrap().to_string_lossy().into_owned();
            let name = manifest
                .lines()
                .find_map(|l| l.strip_prefix("name = \"landfall-"))
                .unwrap();
            let name = name.trim_end_matches('"').to_string();
            let place = if parent == "." {
                directory
            } else {
                format!("{parent}/{directory}")
            };
            found.insert(name, place);
        }
    }
    found
}

fn uses(place: &str) -> BTreeSet<String> {
    let ours: BTreeSet<String> = packages().into_keys().collect();
    let manifest = read(&format!("{place}/Cargo.toml"));
    let behind = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap_or("")
        .to_string();
    let section = behind.split("\n[").next().unwrap_or("");
    let names = section
        .lines()
        .filter_map(|l| l.split(['.', ' ', '=']).next());
    names
        .filter(|n| ours.contains(*n))
        .map(String::from)
        .collect()
}

#[test]
fn the_table_of_crates_is_the_workspace() {
    let text = read("ARCHITECTURE.md");
    let mut table = BTreeMap::new();
    for line in text.lines().filter(|l| l.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        if cells.len() == 5 && cells[0] != "crate" {
            table.insert(
                cells[0].to_string(),
                (cells[1].to_string(), cells[3].to_string()),
            );
        }
    }
    let packages = packages();
    assert_eq!(
        table.keys().collect::<Vec<_>>(),
        packages.keys().collect::<Vec<_>>()
    );
    for (name, (place, may)) in &table {
        assert_eq!(place, &packages[name], "where {name} is");
        if may == "everything" {
            continue;
        }
        let may: BTreeSet<&str> = may.split(", ").collect();
        for used in uses(place) {
            assert!(
                may.contains(used.as_str()),
                "{name} uses {used}, which the table does not allow"
            );
        }
    }
}

#[test]
fn the_walk_names_functions_that_exist() {
    let text = read("ARCHITECTURE.md");
    let walk = text
        .split("## A walk")
        .nth(1)
        .and_then(|t| t.split("\n## ").next())
        .unwrap();
    let mut steps = 0;
    for line in walk
        .lines()
        .filter(|l| l.starts_with(|c: char| c.is_ascii_digit()))
    {
        let mut quoted = line.split('`').skip(1).step_by(2);
        let (path, function) = (quoted.next().unwrap(), quoted.next().unwrap());
        let source = read(path);
        assert!(
            source.contains(&format!("fn {function}("))
                || source.contains(&format!("fn {function}<")),
            "{path} has no function {function}"
        );
        steps += 1;
    }
    assert!((1..=5).contains(&steps), "the walk has {steps} files");
}

/// Every file of a kind that git would take.
fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ["compiler", "providers", "stdlib", "examples", "tests"]
        .iter()
        .map(|d| root().join(d))
        .collect();
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory)
            .into_iter()
            .flatten()
            .map(|e| e.unwrap().path())
        {
            match entry.is_dir() {
                true if entry.file_name().is_some_and(|n| n == "target") => {}
                true => open.push(entry),
                false if entry.extension().is_some_and(|e| e == ending) => found.push(entry),
                false => {}
            }
        }
    }
    found.sort();
    found
}

#[test]
fn files_are_small_and_say_what_they_are() {
    for path in files("rs") {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{} has {lines} lines",
            path.display()
        );
        assert!(
            text.starts_with("//!"),
            "{} does not say what it is",
            path.display()
        );
    }
}

#[test]
fn every_property_is_run_by_its_script() {
    let script = read("tests/properties");
    let asked: BTreeSet<&str> = script.split([' ', '\n', ':']).collect();
    let marker = concat!("proptest", "! {");
    for path in files("rs") {
        if !fs::read_to_string(&path).unwrap().contains(marker) {
            continue;
        }
        // Of `encoding/tests.rs`, what it tests.
        let named = match path.file_stem().unwrap() {
            stem if stem == "tests" => path.parent().unwrap().file_name().unwrap(),
            stem => stem,
        };
        let named = named.to_string_lossy();
        assert!(asked.contains(&*named), "{}", path.display());
    }
}

#[test]
fn nothing_is_left_undone() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("#[ig", "nore"),
    ];
    for path in files("rs")
        .into_iter()
        .chain(files("hcl"))
        .chain(files("md"))
    {
        let text = fs::read_to_string(&path).unwrap();
        for mark in marks {
            assert!(!text.contains(mark), "{} has a {mark}", path.display());
        }
    }
}

#[test]
fn problem_codes_are_not_used_for_two_things_in_two_crates() {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files("rs") {
        let text = path
            .strip_prefix(root())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let Some(name) = text
            .strip_prefix("compiler/")
            .and_then(|t| t.split('/').next())
        else {
            continue;
        };
        if text.contains("test") {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for (at, _) in source.match_indices("\"LF") {
            let code = &source[at + 1..(at + 7).min(source.len())];
            if code.len() == 6 && code[2..].chars().all(|c| c.is_ascii_digit()) {
                owners
                    .entry(code.to_string())
                    .or_default()
                    .insert(name.to_string());
            }
        }
    }
    assert!(!owners.is_empty());
    // What planner and executor share says the same in both.
    let shared: BTreeSet<&str> = ["plan", "planner", "executor"].into();
    for (code, crates) in owners {
        let own = crates
            .iter()
            .filter(|c| !shared.contains(c.as_str()))
            .count();
        assert!(
            own + usize::from(own < crates.len()) <= 1,
            "{code} is used by {crates:?}"
        );
    }
}
