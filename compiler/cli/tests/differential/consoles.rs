//! The two consoles: expressions in, the answer of each as JSON with its type.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// What a console makes of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// `jsonencode` of it; [`REFUSED`] where there is none.
    pub(crate) json: String,
    /// Its type, without blanks and quotes.
    pub(crate) ty: String,
}

/// The answer to what is wrong.
pub(crate) const REFUSED: &str = "!refused!";

/// Terraform's answer where it leaves open what a known value comes to.
pub(crate) const UNKNOWN: &str = "!unknown!";

/// As many as one process of Terraform is asked.
const AT_ONCE: usize = 500;

/// Terraform's answers. Its console prints the last answer alone, so that all stand in one value.
pub(crate) fn terraform(expressions: &[String]) -> Vec<Answer> {
    let directory = tempfile::tempdir().unwrap();
    let some = |some: &[String]| terraform_at_once(directory.path(), some);
    expressions.chunks(AT_ONCE).flat_map(some).collect()
}

/// At what it can't even read it ends: then halves are asked, down to the one that is refused.
fn terraform_at_once(directory: &Path, expressions: &[String]) -> Vec<Answer> {
    if let Some(answers) = try_terraform(directory, expressions) {
        return answers;
    }
    if expressions.len() == 1 {
        return vec![refused()];
    }
    let (first, second) = expressions.split_at(expressions.len() / 2);
    let mut answers = terraform_at_once(directory, first);
    answers.extend(terraform_at_once(directory, second));
    answers
}

fn try_terraform(directory: &Path, expressions: &[String]) -> Option<Vec<Answer>> {
    let mut text = String::from("locals {\n");
    for (i, e) in expressions.iter().enumerate() {
        text.push_str(&format!("j{i} = try(jsonencode(\n{e}\n), \"{REFUSED}\")\n"));
        text.push_str(&format!(
            "t{i} = try([\n{e}\n, jsonencode(\n{e}\n)][0], \"{REFUSED}\")\n"
        ));
    }
    text.push_str("}\n");
    std::fs::write(directory.join("main.tf"), text).unwrap();
    let all = |letter: char| {
        let names = (0..expressions.len()).map(|i| format!("local.{letter}{i}"));
        names.collect::<Vec<_>>().join(",")
    };
    let values = run(
        "terraform",
        directory,
        &format!("base64encode(jsonencode([{}]))\n", all('j')),
    )?;
    let types = run("terraform", directory, &format!("type([{}])\n", all('t')))?;
    if expressions.len() == 1 && values.contains("(known after apply)") {
        return Some(vec![Answer {
            json: UNKNOWN.into(),
            ty: String::new(),
        }]);
    }
    let values = base64(values.trim().trim_matches('"'))?;
    let values: Vec<String> = serde_json::from_slice(&values).ok()?;
    let types = split(&normal(&types));
    if types.len() != values.len() {
        // A lone one needs no splitting.
        let [value] = values.as_slice() else {
            return None;
        };
        let ty = normal(&types.join(","));
        return Some(vec![Answer {
            json: value.clone(),
            ty,
        }]);
    }
    let pairs = values.into_iter().zip(types);
    Some(pairs.map(|(json, ty)| Answer { json, ty }).collect())
}

/// Landfall's answers, a line for a question. Where a broken expression of several lines ends
/// nobody can tell, so that each of these is asked alone.
pub(crate) fn landfall(expressions: &[String]) -> Vec<Answer> {
    let directory = tempfile::tempdir().unwrap();
    let is_one_line = |e: &&String| !e.contains('\n');
    let together: Vec<&String> = expressions.iter().filter(is_one_line).collect();
    let said = landfall_said(directory.path(), &together);
    assert_eq!(said.len(), 2 * together.len(), "an answer a line");
    let mut together = said.chunks(2).map(<[String]>::to_vec);
    let mut lines = |e| match is_one_line(&e) {
        true => together.next().unwrap_or_default(),
        false => landfall_said(directory.path(), &[e]),
    };
    let answers = expressions.iter().map(|e| match lines(e).as_slice() {
        [value, ty] => said_by_landfall(value, ty),
        _ => refused(),
    });
    answers.collect()
}

/// Whether landfall refuses the expression with a message that has this in it.
pub(crate) fn landfall_says(expression: &str, part: &str) -> bool {
    let directory = tempfile::tempdir().unwrap();
    let said = run(
        env!("CARGO_BIN_EXE_landfall"),
        directory.path(),
        &format!("{expression}\n"),
    );
    said.is_some_and(|said| said.contains(part))
}

/// Whether what Terraform refuses an expression with has these words.
pub(crate) fn terraform_says(expression: &str, part: &str) -> bool {
    let directory = tempfile::tempdir().unwrap();
    run("terraform", directory.path(), &format!("{expression}\n"));
    let errors = std::fs::read_to_string(directory.path().join("errors.txt")).unwrap();
    errors.contains(part)
}

fn landfall_said(directory: &Path, expressions: &[&String]) -> Vec<String> {
    let mut text = String::new();
    for e in expressions {
        text.push_str(&format!(
            "base64encode(try(jsonencode({e}), \"{REFUSED}\"))\n"
        ));
        text.push_str(&format!(
            "type(try([{e}, jsonencode({e})][0], \"{REFUSED}\"))\n"
        ));
    }
    let said = run(env!("CARGO_BIN_EXE_landfall"), directory, &text).unwrap_or_default();
    said.lines().map(String::from).collect()
}

fn said_by_landfall(value: &str, ty: &str) -> Answer {
    match base64(value.trim_matches('"')) {
        Some(json) => Answer {
            json: String::from_utf8(json).unwrap(),
            ty: normal(&plain_names(ty)),
        },
        None => refused(),
    }
}

fn refused() -> Answer {
    Answer {
        json: REFUSED.into(),
        ty: "string".into(),
    }
}

/// What the console in that directory says to the input; none where Terraform's ends early.
fn run(program: &str, directory: &Path, input: &str) -> Option<String> {
    // Not through pipes: whoever writes all before reading anything would wait for ever.
    let (questions, answers) = (directory.join("in.txt"), directory.join("out.txt"));
    File::create(&questions)
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    Command::new(program)
        .arg("console")
        .current_dir(directory)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", directory)
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(File::open(questions).unwrap())
        .stdout(File::create(&answers).unwrap())
        .stderr(File::create(directory.join("errors.txt")).unwrap())
        .status()
        .unwrap();
    let said = std::fs::read_to_string(answers).unwrap();
    (!said.is_empty()).then_some(said)
}

/// Landfall writes names that are none with quotes and escapes, Terraform as they are.
fn plain_names(ty: &str) -> String {
    let mut plain = ty.to_string();
    for (escape, c) in [
        ("\\n", " "),
        ("\\r", " "),
        ("\\t", " "),
        ("\\\"", ""),
        ("\\\\", "\\"),
    ] {
        plain = plain.replace(escape, c);
    }
    plain.replace("\\u0000", "\0")
}

/// A type in the notation of neither.
fn normal(ty: &str) -> String {
    let ty: String = ty
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '"')
        .collect();
    ty.replace(",)", ")")
        .replace(",]", "]")
        .replace(",}", "}")
        .replace('=', ":")
        .replace("dynamic", "any")
}

/// The types in a tuple's.
fn split(tuple: &str) -> Vec<String> {
    let inner = tuple
        .strip_prefix("tuple([")
        .and_then(|t| t.strip_suffix("])"));
    let mut types = vec![String::new()];
    let mut depth = 0;
    for c in inner.unwrap_or_default().chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                types.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = types.last_mut() {
            last.push(c);
        }
    }
    types
}

fn base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
