//! Expressions at random, answered by `terraform console` and by `landfall console`: the answers
//! have to be the same, value and type. Without Terraform only recorded answers are looked at.
//!
//! `tests/soak differential` runs many; what is run is told by LANDFALL_DIFFERENTIAL, a number of
//! expressions, and LANDFALL_DIFFERENTIAL_SEED. LANDFALL_RECORD=1 writes the recorded answers anew.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod consoles;
mod explain;
mod expression;
mod generate;
mod leaves;
mod notations;
mod numbers;
mod random;

use consoles::{Answer, landfall, terraform};
use explain::{Case, explanation, sorted_out};
use expression::Expression;
use std::path::PathBuf;

/// As many as a usual run takes.
const USUAL: usize = 500;
/// As many as are recorded, beside those that once differed.
const RECORDED: usize = 2500;
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
    let theirs = terraform(&texts(&expressions));
    let refused = theirs.iter().filter(|a| a.json == consoles::REFUSED);
    let refused = refused.count();
    println!("{count} expressions of seed {seed}, {refused} of them refused by terraform");

    let ours = landfall(&texts(&expressions));
    let (unexplained, counts) = sorted_out(differing(&expressions, &theirs, &ours));
    for (row, count) in counts {
        println!("{count} explained by: {row}");
    }
    refuse(unexplained, expressions.len());
}

#[test]
fn recorded_answers_of_terraform() {
    if std::env::var_os("LANDFALL_RECORD").is_some() {
        record();
    }
    let text = std::fs::read_to_string(recorded()).unwrap();
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    let lines: Vec<Vec<String>> = lines.map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(lines.len() >= RECORDED, "{} recorded", lines.len());
    let expressions: Vec<_> = lines.iter().map(|l| Expression::of(&l[0])).collect();
    let answer = |line: &Vec<String>| Answer {
        json: line[1].clone(),
        ty: line[2].clone(),
    };
    let theirs: Vec<Answer> = lines.iter().map(answer).collect();
    let ours = landfall(&texts(&expressions));
    let explained = |text: &str| lines.iter().any(|l| l[0] == text && l.len() > 3);
    let mut cases = differing(&expressions, &theirs, &ours);
    cases.retain(|case| !explained(case.expression.text()));
    refuse(cases, lines.len());
}

fn differing<'a>(
    expressions: &'a [Expression],
    theirs: &'a [Answer],
    ours: &'a [Answer],
) -> Vec<Case<'a>> {
    let answers = theirs.iter().zip(ours);
    let cases = expressions.iter().zip(answers);
    let cases = cases.map(|(expression, (theirs, ours))| Case {
        expression,
        theirs,
        ours,
    });
    cases.filter(|case| case.theirs != case.ours).collect()
}

fn refuse(cases: Vec<Case<'_>>, of: usize) {
    let shown = cases.iter().take(SHOWN).map(|case| {
        let Case { theirs, ours, .. } = case;
        format!(
            "{}\n  terraform: {}: {}\n  landfall:  {}: {}",
            case.expression.text(),
            theirs.json,
            theirs.ty,
            ours.json,
            ours.ty
        )
    });
    let shown: Vec<String> = shown.collect();
    assert!(
        cases.is_empty(),
        "{} of {of} differ:\n{}",
        cases.len(),
        shown.join("\n")
    );
}

/// Those of seed 0, and those that once differed.
fn record() {
    let mut expressions = generated(0, RECORDED);
    let mended = include_str!("mended.jsonl").lines();
    expressions
        .extend(mended.map(|line| Expression::of(&serde_json::from_str::<String>(line).unwrap())));
    let theirs = terraform(&texts(&expressions));
    let ours = landfall(&texts(&expressions));
    let mut text = String::from(
        "# expression, terraform 1.11.4's answer as JSON, its type; what explains that ours differs\n",
    );
    for (expression, (theirs, ours)) in expressions.iter().zip(theirs.iter().zip(&ours)) {
        let case = Case {
            expression,
            theirs,
            ours,
        };
        let mut line = vec![expression.text(), &theirs.json, &theirs.ty];
        line.extend((theirs != ours).then(|| explanation(&case)).flatten());
        text.push_str(&serde_json::to_string(&line).unwrap());
        text.push('\n');
    }
    std::fs::write(recorded(), text).unwrap();
}

fn generated(seed: usize, count: usize) -> Vec<Expression> {
    let mut generator = generate::Generator::new(seed as u64);
    (0..count).map(|_| generator.expression()).collect()
}

fn texts(expressions: &[Expression]) -> Vec<String> {
    expressions.iter().map(|e| e.text().to_string()).collect()
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
