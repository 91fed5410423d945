//! Where an environment's state is, opened; and what refuses to be opened, in words.

use crate::app::env;
use crate::exit::Exit;
use config::Config;
use diagnostics::Problem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{JournalError, PostgresStore, SqliteStore, Store, StoreError};

/// The store that a configuration names: an embedded one where it names none.
pub(crate) async fn open(config: &Config, root: &Path) -> Result<Arc<dyn Store>, StoreError> {
    match kind(config)? {
        Kind::Embedded => Ok(Arc::new(SqliteStore::open(&path(config, root))?)),
        Kind::Postgres(url) => postgres(config, &url).await,
    }
}

/// Likewise, made where it is missing.
pub(crate) async fn create(config: &Config, root: &Path) -> Result<Arc<dyn Store>, StoreError> {
    match kind(config)? {
        Kind::Embedded => Ok(Arc::new(SqliteStore::create(&path(config, root))?)),
        Kind::Postgres(url) => postgres(config, &url).await,
    }
}

/// A store's refusal as a problem.
pub(crate) fn store_problem(error: &StoreError) -> Problem {
    let message = match error {
        StoreError::Conflict => "somebody else writes to the state".to_string(),
        other => other.to_string(),
    };
    Problem::error("LF0505", message)
}

/// A journal's refusal as a problem, and how the run ends.
pub(crate) fn journal_problem(error: &JournalError) -> (Problem, Exit) {
    let (code, exit) = match error {
        JournalError::Missing { .. } => ("LF0501", Exit::Error),
        JournalError::Exists { .. } => ("LF0502", Exit::Error),
        JournalError::Held(_) => ("LF0503", Exit::LeaseHeld),
        JournalError::NoLease | JournalError::Fenced(_) | JournalError::Conflict => {
            ("LF0504", Exit::Error)
        }
        JournalError::Unavailable { .. } | JournalError::Refused { .. } => ("LF0505", Exit::Error),
        JournalError::Corrupted { .. }
        | JournalError::Foreign { .. }
        | JournalError::RolledBack { .. } => ("LF0506", Exit::Error),
        JournalError::Key(_) => ("LF0507", Exit::Error),
        JournalError::Invalid(_) | JournalError::Closed => ("LF0508", Exit::Error),
    };
    let problem = Problem::error(code, error.to_string());
    let problem = match error {
        JournalError::Held(_) => problem.help(
            "wait for it with --lock-timeout 5m; if its owner is gone for sure, `landfall unlock`",
        ),
        _ => problem,
    };
    (problem, exit)
}

enum Kind {
    Embedded,
    Postgres(String),
}

/// What `store` of the project names: an address, or a variable of the environment with one.
fn kind(config: &Config) -> Result<Kind, StoreError> {
    let Some(named) = config.project.store.as_deref() else {
        return Ok(Kind::Embedded);
    };
    let address = match named.strip_prefix("env:") {
        None => named.to_string(),
        Some(variable) => env(variable).ok_or_else(|| {
            StoreError::Refused(format!(
                "the project's `store` is in the variable {variable} of the environment, which is \
                 not set"
            ))
        })?,
    };
    match address.split_once(':').map(|(scheme, _)| scheme) {
        Some("postgres" | "postgresql") => Ok(Kind::Postgres(address)),
        scheme => Err(unknown(scheme)),
    }
}

async fn postgres(config: &Config, url: &str) -> Result<Arc<dyn Store>, StoreError> {
    let name = format!("{}/{}", config.project.name, config.environment.name);
    Ok(Arc::new(PostgresStore::connect(url, &name).await?))
}

fn path(config: &Config, root: &Path) -> PathBuf {
    SqliteStore::path_of(root, &config.environment.name)
}

/// What `store` names may hold a password: only its kind is repeated.
fn unknown(scheme: Option<&str>) -> StoreError {
    StoreError::Refused(format!(
        "the project's `store` is of the kind `{}`, which this Landfall does not have; expected \
         postgres://…, env:VARIABLE, or none for a state in .landfall/",
        scheme.unwrap_or("?")
    ))
}
