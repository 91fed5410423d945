//! Looking for secrets in whatever form they may have leaked.

use std::fs;
use std::path::Path;

/// Files that are larger than this hold no text of ours.
const LARGEST: u64 = 8 << 20;

/// Looks for some secrets in all forms.
#[derive(Clone)]
pub(crate) struct Scanner(Vec<(String, String)>);

impl Scanner {
    /// For secrets with their names.
    pub(crate) fn of(secrets: &[(&str, &str)]) -> Scanner {
        let mut forms = Vec::new();
        for (name, secret) in secrets {
            for (form, text) in all_forms(secret) {
                assert!(
                    text.len() > 8,
                    "{name} is too short to be looked for as {form}"
                );
                forms.push((format!("{name} as {form}"), text));
            }
        }
        Scanner(forms)
    }

    /// The forms that stand in some bytes.
    pub(crate) fn found(&self, bytes: &[u8]) -> Vec<&str> {
        let text = String::from_utf8_lossy(bytes);
        let forms = self.0.iter().filter(|(_, form)| text.contains(form));
        forms.map(|(name, _)| name.as_str()).collect()
    }

    /// The same in all files below a directory that `wanted` takes; each with its path.
    pub(crate) fn found_below(&self, dir: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let Ok(meta) = fs::symlink_metadata(&path) else {
                continue;
            };
            if !wanted(&path) {
                continue;
            }
            if meta.is_dir() {
                found.extend(self.found_below(&path, wanted));
            } else if meta.is_file() && meta.len() <= LARGEST {
                let bytes = fs::read(&path).unwrap_or_default();
                found.extend(
                    self.found(&bytes)
                        .iter()
                        .map(|f| format!("{}: {f}", path.display())),
                );
            }
        }
        found
    }
}

fn all_forms(secret: &str) -> Vec<(String, String)> {
    let mut forms = vec![
        ("clear".to_string(), secret.to_string()),
        ("URL".into(), url(secret)),
        ("JSON".into(), json(secret)),
        ("quoted for a shell".into(), secret.replace('\'', "'\\''")),
        (
            "hex".into(),
            secret.bytes().map(|b| format!("{b:02x}")).collect(),
        ),
    ];
    for offset in 0..3 {
        forms.push((format!("base64 at {offset}"), inner("+/", secret, offset)));
        forms.push((
            format!("base64url at {offset}"),
            inner("-_", secret, offset),
        ));
    }
    forms
}

/// The letters that are the same whatever stands around the secret in a longer text.
fn inner(last: &str, secret: &str, offset: usize) -> String {
    let padded = [vec![0; offset], secret.as_bytes().to_vec()].concat();
    let text = base64(last, &padded);
    let from = (offset * 8).div_ceil(6);
    let to = padded.len() * 8 / 6;
    text[from..to].to_string()
}

/// Base64, without the signs that fill up its end; the last two letters are as given.
fn base64(last: &str, bytes: &[u8]) -> String {
    let letters = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(last.chars());
    let letters: Vec<char> = letters.collect();
    let bit = |i: usize| {
        bytes
            .get(i / 8)
            .map_or(0, |b| usize::from(b >> (7 - i % 8) & 1))
    };
    let letter = |at: usize| letters[(at..at + 6).fold(0, |number, i| number << 1 | bit(i))];
    (0..bytes.len() * 8).step_by(6).map(letter).collect()
}

fn url(secret: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let one = |b: u8| {
        if plain(b) {
            char::from(b).to_string()
        } else {
            format!("%{b:02X}")
        }
    };
    secret.bytes().map(one).collect()
}

fn json(secret: &str) -> String {
    let text = serde_json::to_string(secret).expect("a string is JSON");
    text[1..text.len() - 1].to_string()
}

/// The secret below and `, and more`.
const BASE64: &str = "aXQncyAiNTAlIiBvZlx0aGUgJHRydXRoKy/DqSwgYW5kIG1vcmU=";
/// `a`, and the secret below.
const BASE64_OF_A_AND_IT: &str = "YWl0J3MgIjUwJSIgb2ZcdGhlICR0cnV0aCsvw6k=";

#[test]
fn a_planted_secret_is_found_in_every_form() {
    let secret = "it's \"50%\" of\\the $truth+/é";
    let scanner = Scanner::of(&[("planted", secret)]);
    let planted = [
        ("clear", format!("x={secret}\n")),
        (
            "URL",
            "?q=it%27s%20%2250%25%22%20of%5Cthe%20%24truth%2B%2F%C3%A9&".into(),
        ),
        ("JSON", format!("{{\"a\":{}}}", serde_json::json!(secret))),
        (
            "quoted for a shell",
            "echo 'it'\\''s \"50%\" of\\the $truth+/é'".into(),
        ),
        // As coreutils' base64 writes them.
        ("base64 at 0", BASE64.into()),
        ("base64 at 1", BASE64_OF_A_AND_IT.into()),
        (
            "base64 at 2",
            base64("+/", format!("KEY=x{secret}\nand more").as_bytes()),
        ),
        (
            "base64url at 2",
            base64("-_", format!("KEY=x{secret}").as_bytes()),
        ),
    ];
    let dir = tempfile::tempdir().expect("a directory");
    for (form, text) in planted {
        let expected = format!("planted as {form}");
        assert!(
            scanner.found(text.as_bytes()).contains(&expected.as_str()),
            "{form}: {text}"
        );
        fs::write(dir.path().join("f"), text).expect("a file");
        let in_files = scanner.found_below(dir.path(), &|_| true);
        assert!(
            in_files.iter().any(|f| f.ends_with(&expected)),
            "{form}: {in_files:?}"
        );
    }
    assert_eq!(scanner.found(b"it's 50% of the truth"), Vec::<&str>::new());
}
