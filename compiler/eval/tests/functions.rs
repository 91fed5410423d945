//! The functions that there are, beside those that Terraform 1.11.4 says it has.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use support::run;

/// Ours alone.
const OWN: [&str; 3] = ["bytes", "render", "seconds"];
/// Name, how many parameters, and whether any number of arguments may follow.
fn recorded() -> Vec<(&'static str, usize, bool)> {
    let lines = include_str!("functions.txt").lines();
    let signature = |line: &'static str| {
        let (name, rest) = line.split_once('(').unwrap();
        let (parameters, _) = rest.split_once('\t').unwrap();
        let parameters = parameters.strip_suffix(')').unwrap();
        let count = match parameters {
            "" => 0,
            some => some.split(", ").count(),
        };
        let variadic = parameters.ends_with("...");
        (name, count - usize::from(variadic), variadic)
    };
    lines
        .filter(|l| !l.starts_with('#'))
        .map(signature)
        .collect()
}

#[test]
fn every_function_of_terraform_is_there() {
    let theirs: BTreeSet<&str> = recorded().iter().map(|(name, ..)| *name).collect();
    let ours: BTreeSet<&str> = landfall_eval::function_names().collect();
    let missing: Vec<_> = theirs.difference(&ours).copied().collect();
    let more: Vec<_> = ours.difference(&theirs).copied().collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(more, OWN);
}

#[test]
fn they_take_as_many_arguments() {
    let refuses = |name: &str, count: usize| {
        let text = format!("{name}({})", vec!["null"; count].join(", "));
        run(&text).is_err_and(|problem| problem.code == "LF0221")
    };
    for (name, least, variadic) in recorded() {
        if least > 0 {
            assert!(refuses(name, least - 1), "{name} with too few");
        }
        assert!(!refuses(name, least), "{name} with {least}");
        assert_eq!(refuses(name, least + 1), !variadic, "{name} with one more");
    }
}
