//! The store in PostgreSQL, for teams: a schema `landfall`, in which each state has a log.

mod address;
mod statements;

use crate::backend::{Batch, Loaded, Snapshot, Store, StoreError, StoredBatch};
use address::Address;
use async_trait::async_trait;
use state::Position;
use statements::{
    APPEND, BATCHES_FROM, BEGIN_LOG, FORMAT, NEWEST_SNAPSHOT, NOW, PUT_SNAPSHOT, TABLES,
};
use std::future::Future;
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Error, IsolationLevel, NoTls, Row, Socket};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A log in a database of PostgreSQL.
pub struct PostgresStore {
    address: Address,
    name: String,
    /// None where the connection was lost: the next call makes another.
    client: Mutex<Option<Client>>,
}

impl PostgresStore {
    /// Connects to `postgres://…`, to the log of this name: `project/environment`. Makes schema
    /// and tables where they are missing. A socket's directory goes into the parameter `host`.
    ///
    /// # Errors
    /// Where the address is not understood, or the database can't be reached.
    pub async fn connect(url: &str, name: &str) -> Result<PostgresStore, StoreError> {
        let store = PostgresStore {
            address: Address::parse(url)?,
            name: name.into(),
            client: Mutex::new(None),
        };
        drop(store.client().await?);
        Ok(store)
    }

    async fn client(&self) -> Result<MutexGuard<'_, Option<Client>>, StoreError> {
        let mut guard = self.client.lock().await;
        if guard.as_ref().is_none_or(Client::is_closed) {
            let connected = tokio::time::timeout(PATIENCE, connect(&self.address)).await;
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
        let host = match self.address.config.get_hosts().first() {
            Some(Host::Tcp(host)) => host.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            _ => "localhost".into(),
        };
        let database = self.address.config.get_dbname().unwrap_or("postgres");
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

async fn connect(address: &Address) -> Result<Client, StoreError> {
    let client = match address.tls.clone() {
        Some(tls) => opened(address, tls).await,
        None => opened(address, NoTls).await,
    };
    let client = client.map_err(not_connected)?;
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

async fn opened<T>(address: &Address, tls: T) -> Result<Client, Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = address.config.connect(tls).await?;
    // Ends with the client; what went wrong on it is told by the client, too.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
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

/// What does not become better by trying again is refused for good.
fn not_connected(error: Error) -> StoreError {
    if error.as_db_error().is_some() {
        return refused(error, false);
    }
    let text = causes(&error);
    if text.contains("server does not support TLS") {
        return StoreError::Refused(
            "the database takes no TLS. Switch it on there; where the network is yours alone, or \
             a tunnel goes through it, say sslmode=disable"
                .into(),
        );
    }
    if text.contains("certificate") {
        return StoreError::Refused(format!(
            "the database does not show who it is: {text}. Where an authority of your own signed \
             its certificate, name that with sslrootcert=FILE"
        ));
    }
    refused(error, false)
}

fn causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.ends_with(&words) {
            text.push_str(&format!(": {words}"));
        }
        cause = next.source();
    }
    text
}

fn refused(error: Error, writes: bool) -> StoreError {
    let Some(answer) = error.as_db_error() else {
        // No answer: the connection is gone, and with it what became of the request.
        return StoreError::Unavailable {
            message: causes(&error),
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
