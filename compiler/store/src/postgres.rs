//! The store in PostgreSQL, for teams: a schema `landfall`, in which each state has a log.

use crate::backend::{Batch, Loaded, Snapshot, Store, StoreError, StoredBatch};
use async_trait::async_trait;
use state::Position;
use std::future::Future;
use std::str::FromStr;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, Error, IsolationLevel, NoTls, Row};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A log in a database of PostgreSQL.
pub struct PostgresStore {
    config: Config,
    name: String,
    /// None where the connection was lost: the next call makes another.
    client: Mutex<Option<Client>>,
}

impl PostgresStore {
    /// Connects to `postgres://…`, to the log of this name: `project/environment`. Makes schema
    /// and tables where they are missing. A socket's directory goes into the parameter `host`.
    ///
    /// # Errors
    /// Where the address is not understood, asks for TLS, or the database can't be reached.
    pub async fn connect(url: &str, name: &str) -> Result<PostgresStore, StoreError> {
        let mut config = Config::from_str(url).map_err(|e| {
            StoreError::Refused(format!(
                "this is no address of a PostgreSQL database ({e}); expected \
                 postgres://user@host/database, or postgres:///database?host=/directory/of/socket"
            ))
        })?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(StoreError::Refused(
                "TLS to PostgreSQL is not supported yet; reach the database through a socket or \
                 a tunnel and say sslmode=disable. What is stored is sealed in any case"
                    .into(),
            ));
        }
        config.ssl_mode(SslMode::Disable);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(10));
        }
        config.application_name("landfall");
        let store = PostgresStore {
            config,
            name: name.into(),
            client: Mutex::new(None),
        };
        drop(store.client().await?);
        Ok(store)
    }

    async fn client(&self) -> Result<MutexGuard<'_, Option<Client>>, StoreError> {
        let mut guard = self.client.lock().await;
        if guard.as_ref().is_none_or(Client::is_closed) {
            let connected = tokio::time::timeout(PATIENCE, connect(&self.config)).await;
            *guard = Some(connected.map_err(|_| slow(false))??);
        }
        Ok(guard)
    }

    /// Waits for an answer; forgets the connection where that takes too long.
    async fn within<T>(
        &self,
        writes: bool,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, StoreError> {
        match tokio::time::timeout(PATIENCE, work).await {
            Ok(done) => done.map_err(|e| refused(e, writes)),
            Err(_) => Err(slow(writes)),
        }
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn describe(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            _ => "localhost".into(),
        };
        let database = self.config.get_dbname().unwrap_or("postgres");
        format!("PostgreSQL at {host}, database {database}, {}", self.name)
    }

    async fn append(&self, batch: &Batch, expected: Position) -> Result<u64, StoreError> {
        if batch.first != expected + 1 {
            return Err(StoreError::Conflict);
        }
        let guard = self.client().await?;
        let Some(client) = guard.as_ref() else {
            return Err(slow(false));
        };
        if expected == 0 {
            let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&self.name];
            let made = client.execute(BEGIN_LOG, &parameters);
            self.within(false, made).await?;
        }
        // One statement: atomic, one round trip, and whoever waited for it sees another position.
        let stored = async {
            let append = client.prepare(APPEND).await?;
            client
                .query_opt(
                    &append,
                    &[
                        &self.name,
                        &to_i64(batch.first),
                        &to_i64(batch.last()),
                        &to_i64(expected),
                        &batch.header,
                        &batch.body,
                        &&batch.chain[..],
                        &batch.keyring,
                    ],
                )
                .await
        };
        let row = self.within(true, stored).await?;
        row.map(|row| to_u64(row.get(0)))
            .ok_or(StoreError::Conflict)
    }

    async fn load(&self) -> Result<Loaded, StoreError> {
        let mut guard = self.client().await?;
        let Some(client) = guard.as_mut() else {
            return Err(slow(false));
        };
        // One transaction: a snapshot and the batches behind it are of one moment.
        let rows = async {
            let transaction = client
                .build_transaction()
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true)
                .start()
                .await?;
            let snapshot = transaction
                .query_opt(NEWEST_SNAPSHOT, &[&self.name])
                .await?;
            let first = snapshot.as_ref().map_or(1, |row| row.get::<_, i64>(0) + 1);
            let batches = transaction
                .query(BATCHES_FROM, &[&self.name, &first])
                .await?;
            transaction.commit().await?;
            Ok((snapshot, batches))
        };
        let (snapshot, batches) = self.within(false, rows).await?;
        Ok(Loaded {
            snapshot: snapshot.map(|row| read_snapshot(&row)).transpose()?,
            batches: batches.iter().map(read_batch).collect::<Result<_, _>>()?,
        })
    }

    async fn batches_from(&self, first: Position) -> Result<Vec<StoredBatch>, StoreError> {
        let guard = self.client().await?;
        let Some(client) = guard.as_ref() else {
            return Err(slow(false));
        };
        let first = to_i64(first);
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&self.name, &first];
        let rows = client.query(BATCHES_FROM, &parameters);
        let rows = self.within(false, rows).await?;
        rows.iter().map(read_batch).collect()
    }

    async fn put_snapshot(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let guard = self.client().await?;
        let Some(client) = guard.as_ref() else {
            return Err(slow(false));
        };
        let stored = async {
            client
                .execute(
                    PUT_SNAPSHOT,
                    &[
                        &self.name,
                        &to_i64(snapshot.position),
                        &to_i64(snapshot.at_ms),
                        &&snapshot.chain[..],
                        &to_i64(snapshot.generation),
                        &to_i64(snapshot.state_bytes),
                        &snapshot.body,
                        &snapshot.keyring,
                    ],
                )
                .await
        };
        self.within(false, stored).await.map(drop)
    }

    async fn now(&self) -> Result<u64, StoreError> {
        let guard = self.client().await?;
        let Some(client) = guard.as_ref() else {
            return Err(slow(false));
        };
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&self.name];
        let row = client.query_one(NOW, &parameters);
        let row = self.within(false, row).await?;
        Ok(to_u64(row.get(0)))
    }
}

const FORMAT: i32 = 1;

const TABLES: &str = "
    CREATE SCHEMA IF NOT EXISTS landfall;
    CREATE TABLE IF NOT EXISTS landfall.format (version integer NOT NULL);
    INSERT INTO landfall.format SELECT 1 WHERE NOT EXISTS (SELECT FROM landfall.format);
    CREATE TABLE IF NOT EXISTS landfall.logs (
        name text PRIMARY KEY,
        last bigint NOT NULL,
        at_ms bigint NOT NULL
    );
    CREATE TABLE IF NOT EXISTS landfall.batches (
        name text NOT NULL,
        first bigint NOT NULL,
        last bigint NOT NULL,
        at_ms bigint NOT NULL,
        header bytea NOT NULL,
        body bytea NOT NULL,
        chain bytea NOT NULL,
        keyring bytea,
        PRIMARY KEY (name, first),
        UNIQUE (name, last)
    );
    CREATE TABLE IF NOT EXISTS landfall.snapshots (
        name text NOT NULL,
        position bigint NOT NULL,
        at_ms bigint NOT NULL,
        chain bytea NOT NULL,
        generation bigint NOT NULL,
        state_bytes bigint NOT NULL,
        body bytea NOT NULL,
        keyring bytea NOT NULL,
        PRIMARY KEY (name, position)
    );";

const BEGIN_LOG: &str = "INSERT INTO landfall.logs VALUES ($1, 0, 0) ON CONFLICT (name) DO NOTHING";

const APPEND: &str = "
    WITH moved AS (
        UPDATE landfall.logs
        SET last = $3,
            at_ms = greatest(at_ms, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
        WHERE name = $1 AND last = $4
        RETURNING at_ms
    )
    INSERT INTO landfall.batches (name, first, last, at_ms, header, body, chain, keyring)
    SELECT $1, $2, $3, at_ms, $5, $6, $7, $8 FROM moved
    RETURNING at_ms";

const BATCHES_FROM: &str = "
    SELECT first, last, at_ms, header, body, chain, keyring FROM landfall.batches
    WHERE name = $1 AND last >= $2 ORDER BY first";

const NEWEST_SNAPSHOT: &str = "
    SELECT position, at_ms, chain, generation, state_bytes, body, keyring
    FROM landfall.snapshots WHERE name = $1 ORDER BY position DESC LIMIT 1";

const PUT_SNAPSHOT: &str = "
    WITH gone AS (DELETE FROM landfall.snapshots WHERE name = $1 AND position < $2)
    INSERT INTO landfall.snapshots
        (name, position, at_ms, chain, generation, state_bytes, body, keyring)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (name, position) DO UPDATE SET
        generation = excluded.generation, state_bytes = excluded.state_bytes,
        body = excluded.body, keyring = excluded.keyring";

const NOW: &str = "
    SELECT greatest(
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
        (SELECT at_ms FROM landfall.logs WHERE name = $1))";

async fn connect(config: &Config) -> Result<Client, StoreError> {
    let (client, connection) = config.connect(NoTls).await.map_err(|e| refused(e, false))?;
    // Ends with the client; what went wrong on it is told by the client, too.
    tokio::spawn(async move { drop(connection.await) });
    prepare(&client).await.map_err(|e| refused(e, false))?;
    let version: i32 = client
        .query_one("SELECT version FROM landfall.format", &[])
        .await
        .map_err(|e| refused(e, false))?
        .get(0);
    match version {
        FORMAT => Ok(client),
        other => Err(StoreError::Refused(format!(
            "the states in this database are of format {other}, of which this version of \
             Landfall knows only {FORMAT}: use a newer one"
        ))),
    }
}

async fn prepare(client: &Client) -> Result<(), Error> {
    // A server may be set to answer before it has written: here an answer is a promise.
    client
        .batch_execute(
            "SELECT set_config('synchronous_commit', 'on', false)
             WHERE current_setting('synchronous_commit') = 'off';
             SET default_transaction_isolation = 'read committed'",
        )
        .await?;
    let there = "SELECT to_regclass('landfall.snapshots') IS NOT NULL";
    if client.query_one(there, &[]).await?.get(0) {
        return Ok(());
    }
    // Several may come at once, and `IF NOT EXISTS` alone does not keep them apart.
    let alone = "BEGIN; SELECT pg_advisory_xact_lock(7310386547); ";
    client
        .batch_execute(&format!("{alone}{TABLES} COMMIT"))
        .await
}

fn read_batch(row: &Row) -> Result<StoredBatch, StoreError> {
    let (first, last) = (to_u64(row.get(0)), to_u64(row.get(1)));
    Ok(StoredBatch {
        batch: Batch {
            first,
            count: (last + 1).saturating_sub(first),
            header: row.get(3),
            body: row.get(4),
            chain: chain(row.get(5))?,
            keyring: row.get(6),
        },
        at_ms: to_u64(row.get(2)),
    })
}

fn read_snapshot(row: &Row) -> Result<Snapshot, StoreError> {
    Ok(Snapshot {
        position: to_u64(row.get(0)),
        at_ms: to_u64(row.get(1)),
        chain: chain(row.get(2))?,
        generation: to_u64(row.get(3)),
        state_bytes: to_u64(row.get(4)),
        body: row.get(5),
        keyring: row.get(6),
    })
}

fn chain(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes
        .try_into()
        .map_err(|_| StoreError::Corrupted("a chain in the database has a wrong length".into()))
}

// Positions and times are far below 2^63; a database that says otherwise fails its chain.
fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn to_u64(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

fn slow(uncertain: bool) -> StoreError {
    StoreError::Unavailable {
        message: format!(
            "the database did not answer within {} s",
            PATIENCE.as_secs()
        ),
        uncertain,
    }
}

fn refused(error: Error, writes: bool) -> StoreError {
    let Some(answer) = error.as_db_error() else {
        // No answer: the connection is gone, and with it what became of the request.
        let cause = std::error::Error::source(&error).map(|c| format!(": {c}"));
        return StoreError::Unavailable {
            message: format!("{error}{}", cause.unwrap_or_default()),
            uncertain: writes,
        };
    };
    let message = answer.message().to_string();
    match *answer.code() {
        SqlState::UNIQUE_VIOLATION
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED => StoreError::Conflict,
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN => StoreError::Unavailable {
            message,
            uncertain: writes,
        },
        SqlState::CANNOT_CONNECT_NOW | SqlState::TOO_MANY_CONNECTIONS => StoreError::Unavailable {
            message,
            uncertain: false,
        },
        _ => StoreError::Refused(format!("the database says: {message}")),
    }
}
