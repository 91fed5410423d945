//! The store in a file: SQLite, for one computer.

use crate::backend::{Batch, Loaded, Snapshot, Store, StoreError, StoredBatch};
use async_trait::async_trait;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, TransactionBehavior};
use state::Position;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const FORMAT: i64 = 1;

/// A store in a file of SQLite.
pub struct SqliteStore {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl SqliteStore {
    /// The file of an environment, below a project's directory.
    pub fn path_of(project: &Path, environment: &str) -> PathBuf {
        project.join(".landfall").join(environment).join("state.db")
    }

    /// Opens the file, which must be there.
    ///
    /// # Errors
    /// Where it is not, can't be read, or is something else.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        if !path.is_file() {
            return Err(StoreError::Refused(format!(
                "there is no state at {}; `landfall init` makes one",
                path.display()
            )));
        }
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens the file, and makes it and its directory where they are missing; only its owner
    /// can read them.
    ///
    /// # Errors
    /// Where it can't be made, can't be read, or is something else.
    pub fn create(path: &Path) -> Result<SqliteStore, StoreError> {
        make_private(path)
            .map_err(|e| StoreError::Refused(format!("can't make {}: {e}", path.display())))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        Self::connect(path, flags)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<SqliteStore, StoreError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(refused)?;
        prepare(&mut connection)?;
        Ok(SqliteStore {
            path: path.to_path_buf(),
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.connection.clone();
        let work = move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| StoreError::Refused(format!("the store's thread ended: {e}")))?
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn describe(&self) -> String {
        self.path.display().to_string()
    }

    async fn append(&self, batch: &Batch, expected: Position) -> Result<u64, StoreError> {
        let batch = batch.clone();
        self.run(move |connection| append(connection, &batch, expected))
            .await
    }

    async fn load(&self) -> Result<Loaded, StoreError> {
        self.run(|connection| {
            // One transaction: a snapshot and the batches behind it are of one moment.
            let transaction = connection.transaction().map_err(refused)?;
            let snapshot = newest_snapshot(&transaction)?;
            let first = snapshot.as_ref().map_or(1, |s| s.position + 1);
            let batches = batches_from(&transaction, first)?;
            Ok(Loaded { snapshot, batches })
        })
        .await
    }

    async fn batches_from(&self, first: Position) -> Result<Vec<StoredBatch>, StoreError> {
        self.run(move |connection| batches_from(connection, first))
            .await
    }

    async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let snapshot = snapshot.clone();
        self.run(move |connection| put_snapshot(connection, &snapshot))
            .await
    }

    async fn now(&self) -> Result<u64, StoreError> {
        self.run(|connection| Ok(time(last(connection)?.1))).await
    }
}

fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    connection
        .busy_timeout(Duration::from_secs(10))
        .map_err(refused)?;
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .map_err(refused)?;
    let version = |c: &Connection| {
        c.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
            .map_err(refused)
    };
    if version(connection)? == FORMAT {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(refused)?;
    match version(&transaction)? {
        FORMAT => return Ok(()),
        0 => {}
        other => {
            return Err(StoreError::Refused(format!(
                "the state file is of format {other}, of which this version of Landfall knows \
                 only {FORMAT}: use a newer one"
            )));
        }
    }
    transaction
        .execute_batch(
            "CREATE TABLE batches (
                 first INTEGER PRIMARY KEY,
                 last INTEGER NOT NULL UNIQUE,
                 at_ms INTEGER NOT NULL,
                 header BLOB NOT NULL,
                 body BLOB NOT NULL,
                 chain BLOB NOT NULL,
                 keyring BLOB
             ) STRICT;
             CREATE TABLE snapshots (
                 position INTEGER PRIMARY KEY,
                 at_ms INTEGER NOT NULL,
                 chain BLOB NOT NULL,
                 generation INTEGER NOT NULL,
                 state_bytes INTEGER NOT NULL,
                 body BLOB NOT NULL,
                 keyring BLOB NOT NULL
             ) STRICT;",
        )
        .and_then(|()| transaction.pragma_update(None, "user_version", FORMAT))
        .and_then(|()| transaction.commit())
        .map_err(refused)
}

fn append(
    connection: &mut Connection,
    batch: &Batch,
    expected: Position,
) -> Result<u64, StoreError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(refused)?;
    let (position, last_ms) = last(&transaction)?;
    if position != expected || batch.first != expected + 1 {
        return Err(StoreError::Conflict);
    }
    let at_ms = time(last_ms);
    transaction
        .prepare_cached(
            "INSERT INTO batches (first, last, at_ms, header, body, chain, keyring)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .and_then(|mut insert| {
            insert.execute((
                to_i64(batch.first),
                to_i64(batch.last()),
                to_i64(at_ms),
                &batch.header,
                &batch.body,
                &batch.chain[..],
                &batch.keyring,
            ))
        })
        .map_err(refused)?;
    transaction.commit().map_err(refused)?;
    Ok(at_ms)
}

fn last(connection: &Connection) -> Result<(Position, u64), StoreError> {
    connection
        .prepare_cached("SELECT last, at_ms FROM batches ORDER BY first DESC LIMIT 1")
        .and_then(|mut select| {
            select
                .query_row((), |row| Ok((to_u64(row.get(0)?), to_u64(row.get(1)?))))
                .optional()
        })
        .map(|found| found.unwrap_or_default())
        .map_err(refused)
}

fn batches_from(connection: &Connection, first: Position) -> Result<Vec<StoredBatch>, StoreError> {
    connection
        .prepare_cached(
            "SELECT first, last, at_ms, header, body, chain, keyring FROM batches
             WHERE last >= ?1 ORDER BY first",
        )
        .and_then(|mut select| select.query_map([to_i64(first)], read_batch)?.collect())
        .map_err(refused)
}

fn read_batch(row: &Row<'_>) -> rusqlite::Result<StoredBatch> {
    let (first, last) = (to_u64(row.get(0)?), to_u64(row.get(1)?));
    Ok(StoredBatch {
        batch: Batch {
            first,
            count: (last + 1).saturating_sub(first),
            header: row.get(3)?,
            body: row.get(4)?,
            chain: row.get(5)?,
            keyring: row.get(6)?,
        },
        at_ms: to_u64(row.get(2)?),
    })
}

fn newest_snapshot(connection: &Connection) -> Result<Option<Snapshot>, StoreError> {
    connection
        .prepare_cached(
            "SELECT position, at_ms, chain, generation, state_bytes, body, keyring
             FROM snapshots ORDER BY position DESC LIMIT 1",
        )
        .and_then(|mut select| {
            let read = |row: &Row<'_>| {
                Ok(Snapshot {
                    position: to_u64(row.get(0)?),
                    at_ms: to_u64(row.get(1)?),
                    chain: row.get(2)?,
                    generation: to_u64(row.get(3)?),
                    state_bytes: to_u64(row.get(4)?),
                    body: row.get(5)?,
                    keyring: row.get(6)?,
                })
            };
            select.query_row((), read).optional()
        })
        .map_err(refused)
}

fn put_snapshot(connection: &mut Connection, snapshot: &Snapshot) -> Result<(), StoreError> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(refused)?;
    let values = (
        to_i64(snapshot.position),
        to_i64(snapshot.at_ms),
        &snapshot.chain[..],
        to_i64(snapshot.generation),
        to_i64(snapshot.state_bytes),
        &snapshot.body,
        &snapshot.keyring,
    );
    transaction
        .execute(
            "INSERT OR REPLACE INTO snapshots
             (position, at_ms, chain, generation, state_bytes, body, keyring)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            values,
        )
        .and_then(|_| {
            transaction.execute(
                "DELETE FROM snapshots WHERE position < ?1",
                [to_i64(snapshot.position)],
            )
        })
        .and_then(|_| transaction.commit())
        .map_err(refused)
}

/// Now, but never before what was stored last.
fn time(last_ms: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX));
    now.max(last_ms)
}

// Positions and times are far below 2^63; a file that says otherwise fails its chain.
fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn to_u64(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn refused(error: rusqlite::Error) -> StoreError {
    use rusqlite::Error as E;
    match &error {
        E::SqliteFailure(e, _) => match e.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Unavailable {
                message: "another process is writing to the state file".into(),
                uncertain: false,
            },
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                StoreError::Corrupted(format!("the state file is not intact ({error})"))
            }
            _ => StoreError::Refused(error.to_string()),
        },
        E::InvalidColumnType(..) | E::FromSqlConversionFailure(..) => {
            StoreError::Corrupted(format!("the state file holds something else ({error})"))
        }
        _ => StoreError::Refused(error.to_string()),
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    if let Some(directory) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
    }
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map(drop)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)
}
