//! Where an environment's state is, opened; and what refuses to be opened, in words.

use crate::exit::Exit;
use diagnostics::Problem;
use std::path::Path;
use std::sync::Arc;
use store::{JournalError, SqliteStore, Store, StoreError};

/// The store that a project names: an embedded one where it names none.
pub(crate) fn open(
    named: Option<&str>,
    root: &Path,
    environment: &str,
) -> Result<Arc<dyn Store>, StoreError> {
    match named {
        None => Ok(Arc::new(SqliteStore::open(&SqliteStore::path_of(
            root,
            environment,
        ))?)),
        Some(other) => Err(unknown(other)),
    }
}

/// Likewise, made where it is missing.
pub(crate) fn create(
    named: Option<&str>,
    root: &Path,
    environment: &str,
) -> Result<Arc<dyn Store>, StoreError> {
    match named {
        None => Ok(Arc::new(SqliteStore::create(&SqliteStore::path_of(
            root,
            environment,
        ))?)),
        Some(other) => Err(unknown(other)),
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

fn unknown(named: &str) -> StoreError {
    // What it names may hold a password: only its kind is repeated.
    let kind = named.split(':').next().unwrap_or_default();
    StoreError::Refused(format!(
        "the project's `store` begins with `{kind}:`, which names no store that this Landfall has; \
         without `store`, the state is kept in .landfall/"
    ))
}
