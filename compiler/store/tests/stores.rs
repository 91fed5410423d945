//! The contract of a store, held against each of the three; and against journals on it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic

mod support;

use landfall_store::*;
use std::sync::Arc;
use std::time::Duration;
use support::postgres as server;
use support::*;

type Shared = Arc<dyn Store>;

/// Hands out users of one and the same empty store.
trait Stores {
    async fn user(&self) -> Shared;
}

struct OnSqlite(tempfile::TempDir);
impl Stores for OnSqlite {
    async fn user(&self) -> Shared {
        let path = SqliteStore::path_of(self.0.path(), "test");
        Arc::new(SqliteStore::create(&path).unwrap())
    }
}

struct OnPostgres(server::Server);
impl Stores for OnPostgres {
    async fn user(&self) -> Shared {
        Arc::new(store_in(&self.0, "shop/test").await)
    }
}

struct InMemory(Bucket);
impl Stores for InMemory {
    async fn user(&self) -> Shared {
        Arc::new(TwinStore::new(self.0.clone()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    suite(OnSqlite(tempfile::tempdir().unwrap())).await;
    journals(OnSqlite(tempfile::tempdir().unwrap())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_contract() {
    suite(InMemory(Bucket::new())).await;
    journals(InMemory(Bucket::new())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_contract() {
    let server = server::Server::start();
    let other = store_in(&server, "shop/other").await;
    other.append(&batch(1, 1, 1), 0).await.unwrap();
    let stores = OnPostgres(server);
    suite(stores).await;
    journals(OnPostgres(server::Server::start())).await;
}

fn batch(first: u64, count: u64, writer: u8) -> Batch {
    Batch {
        first,
        count,
        header: vec![writer; 10],
        body: (0..=255).cycle().take(5_000).collect(),
        chain: [writer; 32],
        keyring: (first == 1).then(|| vec![0, 255]),
    }
}

async fn suite(stores: impl Stores) {
    let store = stores.user().await;
    assert_eq!(store.load().await.unwrap(), Loaded::default());
    let at_ms = store.append(&batch(1, 3, 1), 0).await.unwrap();
    for (first, expected) in [(1, 0), (4, 4), (5, 3)] {
        let refused = store.append(&batch(first, 1, 2), expected).await;
        assert_eq!(
            refused,
            Err(StoreError::Conflict),
            "{first} behind {expected}"
        );
    }
    let later = store.append(&batch(4, 1, 1), 3).await.unwrap();
    assert!(later >= at_ms && store.now().await.unwrap() >= later);
    let other = stores.user().await;
    let stored = |first, count, at_ms| StoredBatch {
        batch: batch(first, count, 1),
        at_ms,
    };
    let all = vec![stored(1, 3, at_ms), stored(4, 1, later)];
    assert_eq!(other.load().await.unwrap().batches, all);
    assert_eq!(other.batches_from(2).await.unwrap(), all);
    assert_eq!(other.batches_from(4).await.unwrap(), all[1..]);
    assert_eq!(other.batches_from(5).await.unwrap(), []);
    let snapshot = |position| Snapshot {
        position,
        at_ms: 7,
        chain: [4; 32],
        generation: 2,
        state_bytes: 3,
        body: vec![1, 0, 255, 9],
        keyring: vec![5],
    };
    store.put_snapshot(&snapshot(3)).await.unwrap();
    store.put_snapshot(&snapshot(3)).await.unwrap();
    let loaded = other.load().await.unwrap();
    assert_eq!(
        (loaded.snapshot, loaded.batches),
        (Some(snapshot(3)), all[1..].to_vec())
    );
    store.put_snapshot(&snapshot(4)).await.unwrap();
    let loaded = other.load().await.unwrap();
    assert_eq!(
        (loaded.snapshot, loaded.batches),
        (Some(snapshot(4)), vec![])
    );
    assert_eq!(other.batches_from(1).await.unwrap(), all);
    race(&stores, 4).await;
}

/// Sixteen writers for each position: one gets it.
async fn race(stores: &impl Stores, from: u64) {
    let mut users = Vec::new();
    for _ in 0..16 {
        users.push(stores.user().await);
    }
    for position in from..from + 20 {
        let writers = users.iter().cloned().enumerate().map(|(i, user)| {
            let batch = batch(position + 1, 1, u8::try_from(i).unwrap());
            tokio::spawn(async move { user.append(&batch, position).await.map(|_| batch) })
        });
        let mut won = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            match writer.await.unwrap() {
                Ok(batch) => won.push(batch),
                Err(error) => assert_eq!(error, StoreError::Conflict),
            }
        }
        assert_eq!(won.len(), 1, "at {position}");
        let stored = users[0].batches_from(position + 1).await.unwrap();
        assert_eq!(stored.into_iter().map(|s| s.batch).collect::<Vec<_>>(), won);
    }
}

/// Sixteen processes, each of which takes the lease, records something, and gives it back.
async fn journals(stores: impl Stores) {
    let place = Place::new();
    let options = JournalOptions::default();
    let recipients = place.recipients();
    let created = Journal::create(stores.user().await, genesis(), &recipients, &options);
    created.await.unwrap().0.close().await;
    let mut tasks = Vec::new();
    for i in 0..16 {
        let (store, sources) = (stores.user().await, place.sources());
        let options = options.clone();
        tasks.push(tokio::spawn(async move {
            let (journal, _) = Journal::open(store, &sources, &options).await.unwrap();
            let request = LeaseRequest {
                wait: Duration::from_secs(60),
                ..request("apply", 30_000)
            };
            let lease = journal.take_lease(request).await.unwrap();
            let parts = (0..4).map(|n| journal.append(vec![put(&format!("t.a{i}[{n}]"), "s")]));
            for done in futures::future::join_all(parts).await {
                done.unwrap();
            }
            journal.end_lease().await.unwrap();
            journal.close().await;
            lease.epoch
        }));
    }
    let mut epochs = Vec::new();
    for task in tasks {
        epochs.push(task.await.unwrap());
    }
    epochs.sort();
    assert_eq!(epochs, (1..=16).collect::<Vec<_>>());
    let sources = place.sources();
    let (journal, state) = Journal::open(stores.user().await, &sources, &options)
        .await
        .unwrap();
    assert_eq!(state.objects.len(), 64);
    assert_eq!(state.epoch, 16);
    journal.close().await;
}

#[tokio::test]
async fn passwords_are_not_told() {
    for url in [
        "postgres://a:hunter2@localhost:1/d",
        "postgres://a:hunter2@localhost:1/d?sslmode=require",
        "postgres://a:hunter2@localhost:1/d?sslmode=prefer",
        "postgres://a:hunter2@localhost:hunter2/d",
    ] {
        let error = PostgresStore::connect(url, "x").await.err().unwrap();
        let text = format!("{error} {error:?}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let error = PostgresStore::connect("nonsense", "x").await.err().unwrap();
    assert!(error.to_string().contains("postgres://"), "{error}");
}

#[tokio::test]
async fn tls_shows_who_the_database_is() {
    let server = server::Server::with_tls();
    let address = |host: &str, rest: &str| server.over_tcp(host, rest);
    let own = format!("sslmode=require&sslrootcert={}", server.authority());
    let store = store_at(&address("localhost", &own), "tls").await;
    assert_eq!(store.append(&batch(1, 1, 1), 0).await.map(drop), Ok(()));

    for (url, why) in [
        // Nobody that the system trusts signed its certificate.
        (address("localhost", "sslmode=require"), "sslrootcert=FILE"),
        // The certificate is for another name.
        (address("127.0.0.1", &own), "certificate"),
    ] {
        let error = PostgresStore::connect(&url, "tls").await.err().unwrap();
        assert!(matches!(error, StoreError::Refused(_)), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    let plain = server::Server::with_tcp();
    store_at(&plain.over_tcp("localhost", ""), "x").await;
    let url = plain.over_tcp("localhost", "sslmode=require");
    let error = PostgresStore::connect(&url, "x").await.err().unwrap();
    assert!(error.to_string().contains("takes no TLS"), "{error}");
}
