//! Expressions at random, answered by `terraform console` and by `landfall console`: the answers
//! have to be the same, value and type. Without Terraform only recorded answers are looked at.
//!
//! `tests/soak differential` runs many; what is run is told by LANDFALL_DIFFERENTIAL, a number of
//! expressions, and LANDFALL_DIFFERENTIAL_SEED. LANDFALL_RECORD=1 writes the recorded answers anew.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod consoles;
mod generate;
mod leaves;
mod notations;
mod random;

use consoles::{Answer, landfall, terraform};
use std::path::PathBuf;

/// As many as a usual run takes.
const USUAL: usize = 500;
/// As many as are recorded.
const RECORDED: usize = 2500;
/// Numbers of more digits are compared by so many of them.
const DIGITS: usize = 150;
/// The most differences that are shown.
const SHOWN: usize = 60;

#[test]
fn both_consoles_answer_alike() {
    if !terraform_is_there() {
        println!("terraform is not there: only recorded answers are looked at");
        return;
    }
    let (count, seed) = (
        number("LANDFALL_DIFFERENTIAL", USUAL),
        number("LANDFALL_DIFFERENTIAL_SEED", 2),
    );
    let expressions = generated(seed, count);
    let theirs = terraform(&expressions);
    let refused = theirs
        .iter()
        .filter(|a| a.json == consoles::REFUSED)
        .count();
    println!("{count} expressions of seed {seed}, {refused} of them refused by terraform");

    compare(&expressions, &theirs);
}

#[test]
fn recorded_answers_of_terraform() {
    if std::env::var_os("LANDFALL_RECORD").is_some() {
        record();
    }
    let text = std::fs::read_to_string(recorded()).unwrap();
    let mut expressions = Vec::new();
    let mut theirs = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let [expression, json, ty]: [String; 3] = serde_json::from_str(line).unwrap();
        expressions.push(expression);
        theirs.push(Answer { json, ty });
    }
    assert!(
        expressions.len() >= RECORDED,
        "{} recorded",
        expressions.len()
    );
    compare(&expressions, &theirs);
}

fn compare(expressions: &[String], theirs: &[Answer]) {
    let ours = landfall(expressions);
    let mut differences = Vec::new();
    let (mut last_digits, mut short_circuits, mut left_open, mut infinite) = (0, 0, 0, 0);
    for (expression, (theirs, ours)) in expressions.iter().zip(theirs.iter().zip(&ours)) {
        if theirs.ty == ours.ty && rounded(&theirs.json) == rounded(&ours.json) {
            last_digits += usize::from(theirs != ours);
        } else if theirs.json == consoles::UNKNOWN {
            left_open += 1;
        } else if is_infinite(expression, ours) {
            infinite += 1;
        } else if is_short_circuit(expression, theirs) {
            short_circuits += 1;
        } else if is_of_floats(expression, theirs, ours) {
            last_digits += 1;
        } else {
            differences.push(format!(
                "{expression}\n  terraform: {}: {}\n  landfall:  {}: {}",
                theirs.json, theirs.ty, ours.json, ours.ty
            ));
        }
    }
    println!("{last_digits} differ in the last of more than {DIGITS} digits alone");
    println!("{infinite} have a logarithm or a power without end, which landfall refuses");
    println!("{left_open} are left open by terraform, though all is known");
    println!("{short_circuits} have an operand that counts for Terraform 1.11 alone");
    let shown: Vec<&str> = differences.iter().take(SHOWN).map(String::as_str).collect();
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        expressions.len(),
        shown.join("\n")
    );
}

/// The rest of what is no sum of powers of two; and what a processor's own exponential makes.
fn is_of_floats(expression: &str, theirs: &Answer, ours: &Answer) -> bool {
    let power = expression.contains("pow(") && theirs.ty == ours.ty;
    let refused = [theirs, ours].iter().any(|a| a.json == consoles::REFUSED);
    (expression.contains(" % ") && theirs.ty == "number") || (power && !refused)
}

/// There is no infinite number.
fn is_infinite(expression: &str, ours: &Answer) -> bool {
    let may_be = expression.contains("log(") || expression.contains("pow(");
    may_be && ours.json == consoles::REFUSED
}

/// Where the first operand decides, the second one may be wrong.
fn is_short_circuit(expression: &str, theirs: &Answer) -> bool {
    let has_logic = expression.contains("||") || expression.contains("&&");
    has_logic && theirs.json == consoles::REFUSED
}

/// Without the digits in which a binary float of 512 bits, which is Terraform's number, and a
/// decimal part.
fn rounded(json: &str) -> String {
    let json = &json
        .replace("-0,", "0,")
        .replace("-0]", "0]")
        .replace("-0}", "0}");
    let json = if json == "-0" { "0" } else { json };
    let mut out = String::new();
    let mut digits = String::new();
    for c in json.chars().chain(['\0']) {
        if c.is_ascii_digit() || (c == '.' && !digits.is_empty()) {
            digits.push(c);
            continue;
        }
        out.push_str(&cut(&digits));
        digits.clear();
        out.push(c);
    }
    out
}

fn cut(digits: &str) -> String {
    if digits.len() <= DIGITS {
        return digits.into();
    }
    let number: bigdecimal::BigDecimal = match digits.trim_end_matches('.').parse() {
        Ok(number) => number,
        Err(_) => return digits.into(),
    };
    number
        .with_prec(DIGITS as u64 - 10)
        .normalized()
        .to_plain_string()
}

fn record() {
    let expressions = generated(0, RECORDED);
    let answers = terraform(&expressions);
    let mut text = String::from("# expression, terraform 1.11.4's answer as JSON, its type\n");
    for (expression, answer) in expressions.iter().zip(answers) {
        let line = serde_json::to_string(&[expression, &answer.json, &answer.ty]).unwrap();
        text.push_str(&line);
        text.push('\n');
    }
    std::fs::write(recorded(), text).unwrap();
}

fn generated(seed: usize, count: usize) -> Vec<String> {
    let mut generator = generate::Generator::new(seed as u64);
    (0..count).map(|_| generator.expression()).collect()
}

fn recorded() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/differential/recorded.jsonl")
}

fn number(name: &str, usual: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(usual)
}

fn terraform_is_there() -> bool {
    let mut version = std::process::Command::new("terraform");
    version
        .arg("version")
        .output()
        .is_ok_and(|o| o.status.success())
}
