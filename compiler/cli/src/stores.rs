//! Where an environment's state is, opened; and what refuses to be opened, in words.

use crate::app::env;
use crate::exit::Exit;
use config::Config;
use diagnostics::Problem;
use state::State;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{JournalError, PostgresStore, SqliteStore, Store, StoreError};

/// The store that a configuration names: an embedded one where it names none.
pub(crate) async fn open(config: &Config, root: &Path) -> Result<Arc<dyn Store>, StoreError> {
    match kind(config)? {
        Kind::Embedded => {
            let path = path(config, root);
            // What can't be looked at is not missing: `init` is no way out of that.
            match path.metadata() {
                Err(e) if e.kind() != ErrorKind::NotFound => Err(StoreError::Refused(format!(
                    "the state at {} can't be opened: {e}",
                    path.display()
                ))),
                _ => Ok(Arc::new(SqliteStore::open(&path)?)),
            }
        }
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

/// Whether it is certain that nobody made one yet.
pub(crate) fn is_absent(config: &Config, root: &Path) -> bool {
    matches!(kind(config), Ok(Kind::Embedded)) && !path(config, root).exists()
}

/// A store's refusal as a problem.
pub(crate) fn store_problem(error: &StoreError) -> Problem {
    let message = match error {
        StoreError::Conflict => "somebody else writes to the state".to_string(),
        other => other.to_string(),
    };
    let problem = Problem::error("LF0505", message);
    match error {
        StoreError::Corrupted(_) => problem.help(
            "nothing was changed; put back the latest copy of the file, and say so with \
             --accept-rollback: what was made since that copy is not in it",
        ),
        _ => problem,
    }
}

/// The same with where it is.
pub(crate) fn problem_at(error: &StoreError, config: &Config, root: &Path) -> Problem {
    let problem = store_problem(error);
    match kind(config) {
        Ok(Kind::Embedded) => {
            let place = path(config, root).display().to_string();
            match problem.message.contains(&place) {
                true => problem,
                false => problem.detail(format!("it is in {place}")),
            }
        }
        Ok(Kind::Postgres(url)) => {
            let problem = match server(&url) {
                Some(server) => problem.detail(format!("it is kept by PostgreSQL at {server}")),
                None => problem,
            };
            problem.help(
                "look whether the server runs and lets you in from here, and at the address that \
                 the project's `store` names",
            )
        }
        Err(_) => problem,
    }
}

/// Of `postgres://user:password@server:5432/name?…` the server alone: the rest may be secret.
fn server(url: &str) -> Option<&str> {
    let behind = url.split_once("://")?.1;
    let end = behind.find(['/', '?']).unwrap_or(behind.len());
    let server = behind[..end].rsplit('@').next()?;
    // A `/` in a password that is not written as `%2F` would end it too early.
    let shown = !server.is_empty() && (behind[..end].contains('@') || !behind.contains('@'));
    shown.then_some(server)
}

/// A state that is there, and of another project or environment than the configuration.
pub(crate) fn foreign(store: &str, state: &State, config: &Config) -> Option<Problem> {
    let wanted = (&config.project.name, &config.environment.name);
    if wanted == (&state.project, &state.environment) {
        return None;
    }
    let message = format!(
        "the state in {store} is of {}/{}, and the configuration is of {}/{}",
        state.project, state.environment, wanted.0, wanted.1
    );
    let help = match wanted.0 == &state.project {
        true => "nothing was changed; put the state back to where its environment has it".into(),
        false => format!(
            "nothing was changed; a project keeps its name for life: write `project \"{}\" {{}}`, \
             or put that project's state away and make one for this with `landfall init`",
            state.project
        ),
    };
    Some(Problem::error("LF0506", message).help(help))
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
        | JournalError::Gone { .. }
        | JournalError::RolledBack { .. } => ("LF0506", Exit::Error),
        JournalError::Key(_) => ("LF0507", Exit::Error),
        JournalError::Invalid(_) | JournalError::Closed => ("LF0508", Exit::Error),
    };
    (Problem::error(code, error.to_string()), exit)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_the_server_alone_is_told() {
        for (url, expected) in [
            (
                "postgres://u:pw@db.example.com:5432/state",
                Some("db.example.com:5432"),
            ),
            ("postgresql://db/state?user=u&password=pw", Some("db")),
            ("postgres://u:p@w@db?sslmode=require", Some("db")),
            ("postgres://u:p/w@db/state", None),
            ("postgres:///state?host=/run/postgresql", None),
            ("postgres:host=db password=pw", None),
        ] {
            assert_eq!(server(url), expected, "{url}");
        }
    }
}
