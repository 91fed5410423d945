//! The log for those who look for a fault: `LANDFALL_LOG` says of what and how much,
//! `LANDFALL_LOG_FILE` where to. It says when what was asked of whom and how long it took; it
//! holds no values.

use diagnostics::{Problem, did_you_mean};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Mutex;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What can be said of each part, and the part's name. Libraries are no parts: what they log
/// was not written with secrets in mind.
const PARTS: [(&str, &str); 5] = [
    ("driver", "landfall_driver"),
    ("executor", "landfall_executor"),
    ("store", "landfall_store"),
    ("ssh", "landfall_provider_ssh"),
    ("sandbox", "landfall_provider_sandbox"),
];
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Begins the log, where one is asked for. Says whether it goes to standard error.
///
/// # Errors
/// Where what is asked for can't be read, or the file can't be written.
pub(crate) fn begin(env: impl Fn(&str) -> Option<String>) -> Result<bool, Problem> {
    let set = |name| env(name).filter(|v| !v.trim().is_empty());
    let Some(wanted) = set("LANDFALL_LOG") else {
        return Ok(false);
    };
    let targets = targets(&wanted)?;
    let Some(path) = set("LANDFALL_LOG_FILE") else {
        write(targets, std::io::stderr);
        return Ok(true);
    };
    // What hosts and addresses there are is nobody else's business.
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600);
    let file = options.open(&path).map_err(|e| {
        Problem::error(
            "LF0537",
            format!("the log can't be written to `{path}`: {e}"),
        )
        .help("LANDFALL_LOG_FILE names a file in a directory that is there")
    })?;
    write(targets, Mutex::new(file));
    Ok(false)
}

fn write(targets: Targets, to: impl for<'w> MakeWriter<'w> + Send + Sync + 'static) {
    let lines = fmt::layer().with_ansi(false).with_writer(to);
    // A second one would be a bug of a test alone: a process begins its log once.
    let _ = tracing_subscriber::registry()
        .with(targets)
        .with(lines)
        .try_init();
}

/// `debug`, or `store=trace,ssh=debug`.
fn targets(wanted: &str) -> Result<Targets, Problem> {
    let mut targets = Targets::new().with_default(LevelFilter::OFF);
    for one in wanted.split(',').map(str::trim).filter(|o| !o.is_empty()) {
        let (part, level) = match one.split_once('=') {
            Some((part, level)) => (Some(part.trim()), level.trim()),
            None => (None, one),
        };
        let level = level_of(level)?;
        targets = match part {
            Some(part) => targets.with_target(target_of(part)?, level),
            None => targets.with_targets(PARTS.iter().map(|(_, target)| (*target, level))),
        };
    }
    Ok(targets)
}

fn level_of(word: &str) -> Result<LevelFilter, Problem> {
    let known = LEVELS.iter().find(|level| level.eq_ignore_ascii_case(word));
    let level = known.and_then(|level| level.parse().ok());
    level.ok_or_else(|| {
        unknown("level", word, &LEVELS)
            .help("LANDFALL_LOG=debug, or for parts of it LANDFALL_LOG=store=trace,ssh=debug")
    })
}

fn target_of(part: &str) -> Result<&'static str, Problem> {
    let known = PARTS.iter().find(|(name, _)| *name == part);
    known
        .map(|(_, target)| *target)
        .ok_or_else(|| unknown("part", part, &PARTS.map(|(name, _)| name)))
}

fn unknown(what: &str, word: &str, known: &[&str]) -> Problem {
    let problem = Problem::error("LF0537", format!("LANDFALL_LOG: no {what} `{word}`"))
        .detail(format!("there are {}", known.join(", ")));
    match did_you_mean(word, known.iter().copied()) {
        Some(meant) => problem.detail(format!("did you mean `{meant}`?")),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    fn check(wanted: &str, part: &str, level: Level, expected: bool) {
        let targets = targets(wanted).unwrap();
        let logged = targets.would_enable(part, &level);
        assert_eq!(logged, expected, "{wanted}: {part} at {level}");
    }

    #[test]
    fn what_is_asked_for_is_logged() {
        check("debug", "landfall_executor::batch", Level::DEBUG, true);
        check("debug", "landfall_executor::batch", Level::TRACE, false);
        check("DEBUG", "landfall_provider_ssh::runner", Level::DEBUG, true);
        check("store=trace", "landfall_store::journal", Level::TRACE, true);
        check("store=trace", "landfall_executor", Level::ERROR, false);
        check("debug, store=off", "landfall_store", Level::ERROR, false);
        check("debug, store=off", "landfall_driver", Level::DEBUG, true);
        check("off", "landfall_driver", Level::ERROR, false);
    }

    #[test]
    fn libraries_log_nothing() {
        for library in ["russh::client", "tokio_postgres", "rusqlite"] {
            check("trace", library, Level::ERROR, false);
        }
    }

    #[test]
    fn every_part_is_a_crate_that_is_there() {
        let crates = [
            std::any::type_name::<driver::Loaded>(),
            std::any::type_name::<driver::Report>(),
            std::any::type_name::<store::Journal>(),
            std::any::type_name::<provider_ssh::SshProvider>(),
            std::any::type_name::<provider_sandbox::SandboxProvider>(),
        ];
        for (name, (part, target)) in crates.iter().zip(PARTS) {
            let found = name.split("::").next();
            assert_eq!(found, Some(target), "{part}");
        }
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for (wanted, why) in [
            ("loud", "LANDFALL_LOG: no level `loud`"),
            ("russh=trace", "LANDFALL_LOG: no part `russh`"),
            ("stor=trace", "LANDFALL_LOG: no part `stor`"),
        ] {
            assert_eq!(targets(wanted).unwrap_err().message, why);
        }
    }
}
