//! Expressions with the answers that Terraform 1.11.4 gives, recorded as JSON.

mod support;

/// Each line is an expression, a tab, and the answer; `ERROR` where there is none.
const RECORDED: &str = include_str!("terraform.txt");

#[test]
fn answers_are_those_of_terraform() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for line in RECORDED
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
    {
        let (text, expected) = line.split_once('\t').expect("a tab");
        let answer = match support::run(text) {
            Ok(value) => {
                landfall_eval::json::encode(&value).unwrap_or_else(|e| format!("NOT PLAIN: {e}"))
            }
            Err(_) => "\"ERROR\"".into(),
        };
        checked += 1;
        if answer != expected {
            let why = support::run(text)
                .err()
                .map(|p| p.message)
                .unwrap_or_default();
            wrong.push(format!(
                "{text}\n  expected {expected}\n  got      {answer} {why}"
            ));
        }
    }
    assert!(checked > 200);
    assert!(
        wrong.is_empty(),
        "{} of {checked}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
