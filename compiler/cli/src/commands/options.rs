//! Arguments that several commands share.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

/// Which environment.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct EnvironmentArg {
    /// The environment; needed where the project has more than one
    #[arg(id = "environment", value_name = "ENVIRONMENT")]
    pub(crate) name: Option<String>,
}

/// Values for the root module's variables.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct VariableArgs {
    /// Sets a variable; comes after everything else that sets it
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(crate) vars: Vec<(String, String)>,
    /// Sets the variables that this file of `name = value` lines assigns
    #[arg(long = "var-file", value_name = "FILE")]
    pub(crate) var_files: Vec<PathBuf>,
}

/// Which part of the world is looked at and changed.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SelectionArgs {
    /// Look only at this resource or module, and at what it depends on
    #[arg(long = "target", value_name = "ADDRESS")]
    pub(crate) targets: Vec<String>,
    /// Leave out this resource or module, and what depends on it
    #[arg(long = "exclude", value_name = "ADDRESS")]
    pub(crate) excludes: Vec<String>,
    /// Replace this object, though nothing else asks for it
    #[arg(long = "replace", value_name = "ADDRESS")]
    pub(crate) replaces: Vec<String>,
    /// How much of the world is read before the plan is made
    #[arg(long, value_enum, value_name = "HOW", default_value = "bulk")]
    pub(crate) refresh: RefreshArg,
    /// Take what is on a machine that can't be reached as gone with it
    #[arg(long)]
    pub(crate) forget_unreachable: bool,
}

/// How much of the world is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RefreshArg {
    /// Every object, but not what an API gives only one object at a time
    #[default]
    Bulk,
    /// Every object with all of its attributes
    All,
    /// Only objects whose configuration changed
    Touched,
    /// Nothing: what is recorded is taken as it is
    None,
}

/// How a run goes about it.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RunArgs {
    /// The most operations that are under way at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) parallelism: Option<u16>,
    /// How long to wait for somebody else's lease: `30s`, `5m`
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    pub(crate) lock_timeout: Duration,
    /// Run against simulated twins of the providers, without credentials: nothing real is touched
    #[arg(long)]
    pub(crate) rehearse: bool,
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    match name.trim() {
        "" => Err("the name before `=` is missing".into()),
        name => Ok((name.to_string(), value.to_string())),
    }
}

/// Reads `500ms`, `30s`, `5m`, `1h`; a number alone is seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let refused = || format!("`{text}` is no span of time; write `30s`, `5m` or `1h`");
    let number: u64 = number.parse().map_err(|_| refused())?;
    let ms = match unit {
        "ms" => Some(number),
        "" | "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    ms.map(Duration::from_millis).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        for (text, ms) in [
            ("0", 0),
            ("500ms", 500),
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in [
            "",
            "s",
            "-1s",
            "1d",
            "1.5s",
            "99999999999999999999s",
            "18446744073709551615h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn assignments_keep_what_is_behind_the_first_sign() {
        let pair = |a: &str, b: &str| Ok((a.to_string(), b.to_string()));
        assert_eq!(assignment("a=b=c"), pair("a", "b=c"));
        assert_eq!(assignment("a="), pair("a", ""));
        assert!(assignment("=b").is_err());
    }
}
