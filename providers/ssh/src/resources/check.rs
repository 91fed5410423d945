//! Checks of attributes that several types have.

use crate::values::text;
use model::{AttrPath, Value};
use provider::ProviderProblem;

/// An absolute path without anything that makes two spellings of one place.
pub(crate) fn path(config: &Value, name: &str, problems: &mut Vec<ProviderProblem>) {
    let Some(path) = text(config, name) else {
        return;
    };
    let refuse = |why: &str| {
        ProviderProblem::error(format!("`{name}` {why}: {path:?}")).at(AttrPath::name(name))
    };
    if path.chars().any(char::is_control) {
        problems.push(refuse("holds a control character"));
    } else if !path.starts_with('/') {
        problems.push(refuse("is not an absolute path").help("begin it with `/`"));
    } else if path != "/" && (path.ends_with('/') || path.contains("//")) {
        problems.push(refuse("has a slash too many"));
    } else if path.split('/').any(|p| p == "." || p == "..") {
        problems.push(refuse("holds `.` or `..`").help("write the path that it means"));
    } else if path.split('/').any(|p| p.len() > 255) || path.len() > 4095 {
        problems.push(refuse("is too long for a path"));
    }
}

/// Octal digits.
pub(crate) fn mode(config: &Value, problems: &mut Vec<ProviderProblem>) {
    let Some(mode) = text(config, "mode") else {
        return;
    };
    let octal = mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    if !octal || !(3..=4).contains(&mode.len()) {
        problems.push(
            ProviderProblem::error(format!(
                "`mode` is not three or four octal digits: {mode:?}"
            ))
            .help("write it like \"0644\"")
            .at(AttrPath::name("mode")),
        );
    }
}

/// A name of a user or a group.
pub(crate) fn account(config: &Value, name: &str, problems: &mut Vec<ProviderProblem>) {
    let Some(account) = text(config, name) else {
        return;
    };
    if !is_account(&account) {
        problems.push(
            ProviderProblem::error(format!(
                "`{name}` can't be the name of an account: {account:?}"
            ))
            .help(
                "up to 32 lower-case letters, digits, `_` and `-`, not beginning with a \
                       digit or `-`",
            )
            .at(AttrPath::name(name)),
        );
    }
}

fn is_account(name: &str) -> bool {
    let inner = name.strip_suffix('$').unwrap_or(name);
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let head = inner
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    head && inner.chars().all(fits) && name.len() <= 32
}

/// A number of a user or group.
pub(crate) fn id(config: &Value, name: &str, problems: &mut Vec<ProviderProblem>) {
    let Some(value) = config
        .get(name)
        .filter(|v| !v.is_null() && !v.has_unknown())
    else {
        return;
    };
    if !value
        .expose()
        .as_i64()
        .is_some_and(|n| (0..=i64::from(u32::MAX - 1)).contains(&n))
    {
        problems.push(
            ProviderProblem::error(format!("`{name}` is no number of an account"))
                .help("a whole number from 0 on; those below 1000 are the system's")
                .at(AttrPath::name(name)),
        );
    }
}

/// One of several words.
pub(crate) fn one_of(
    config: &Value,
    name: &str,
    words: &[&str],
    problems: &mut Vec<ProviderProblem>,
) {
    let Some(word) = text(config, name) else {
        return;
    };
    if !words.contains(&word.as_str()) {
        let words: Vec<_> = words.iter().map(|w| format!("`{w}`")).collect();
        problems.push(
            ProviderProblem::error(format!("`{name}` can't be {word:?}"))
                .help(format!("one of {}", words.join(", ")))
                .at(AttrPath::name(name)),
        );
    }
}
