//! How long it takes to append to a state and to load it, by its size. Prints a line each.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/support/mod.rs"]
mod support;

use state::State;
use state::encoding::v1::{SecretsIn, SecretsOut, decode_snapshot, encode_snapshot};
use std::time::{Duration, Instant};
use support::*;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for size in [1_000, 10_000, 100_000] {
        runtime.block_on(measure(size));
    }
}

async fn measure(size: usize) {
    let place = Place::new();
    let (journal, _) = place.create().await;
    journal.take_lease(request("apply", 600_000)).await.unwrap();
    let events: Vec<_> = (0..size)
        .flat_map(|i| create_events(&format!("terraform_data.r{i}")))
        .collect();
    let started = Instant::now();
    for group in events.chunks(1_000) {
        journal.append(group.to_vec()).await.unwrap();
    }
    let appended = started.elapsed();
    journal.end_lease().await.unwrap();
    journal.close().await;
    let best = |times: Vec<Duration>| times.into_iter().min().unwrap();
    let mut opens = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        let (journal, _) = place.open().await.unwrap();
        opens.push(started.elapsed());
        journal.close().await;
    }
    let (journal, state) = place.open().await.unwrap();
    journal.close().await;
    let (encoded, decoded, bytes) = snapshot(&state);
    println!(
        "{size:>7} objects: append {:>6.1} ms per 1000 events, open {:>6.1} ms, snapshot encode \
         {:>6.1} ms, decode {:>6.1} ms, {} bytes an object",
        appended.as_secs_f64() * 1e6 / events.len() as f64,
        ms(best(opens)),
        ms(encoded),
        ms(decoded),
        bytes / size
    );
}

fn snapshot(state: &State) -> (Duration, Duration, usize) {
    let started = Instant::now();
    let mut secrets = SecretsOut::new();
    let bytes = encode_snapshot(state, &mut secrets).unwrap();
    let secrets = secrets.into_bytes().unwrap();
    let encoded = started.elapsed();
    let started = Instant::now();
    let secrets = SecretsIn::from_bytes(&secrets).unwrap();
    let read = decode_snapshot(&bytes, &secrets).unwrap();
    let decoded = started.elapsed();
    assert_eq!(read.objects.len(), state.objects.len());
    (encoded, decoded, bytes.len())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
