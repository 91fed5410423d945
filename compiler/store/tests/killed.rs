//! A process that is killed at any moment of an append leaves it wholly there or not at all.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;
use support::*;

const WRITER: &str = "LANDFALL_TEST_WRITER";
const TOGETHER: usize = 40;

/// Not a test of its own: what the test below starts and kills.
#[tokio::test]
async fn writer() {
    let Ok(directory) = std::env::var(WRITER) else {
        return;
    };
    let place = Place::at(directory.as_ref());
    let (journal, state) = place.open().await.unwrap();
    let request = landfall_store::LeaseRequest {
        wait: Duration::from_secs(60),
        ..request("apply", 300)
    };
    journal.take_lease(request).await.unwrap();
    for round in state.objects.len() / TOGETHER.. {
        let events = (0..TOGETHER).map(|i| put(&format!("t.r{round}[{i}]"), "s"));
        journal.append(events.collect()).await.unwrap();
        std::fs::write(place.root().join("done"), round.to_string()).unwrap();
    }
}

#[tokio::test]
async fn an_append_is_wholly_there_or_not_at_all() {
    let place = Place::new();
    place.create().await.0.close().await;
    place.keep_key();
    let this = std::env::current_exe().unwrap();
    let mut most = 0;
    for round in 0..12 {
        let mut writer = Command::new(&this)
            .args(["writer", "--exact", "--nocapture"])
            .env(WRITER, place.root())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(250 + 37 * round)).await;
        writer.kill().unwrap();
        writer.wait().unwrap();
        let (journal, state) = place.open().await.unwrap();
        journal.close().await;
        assert_eq!(
            state.objects.len() % TOGETHER,
            0,
            "half of an append is there"
        );
        let there = state.objects.len() / TOGETHER;
        assert!(there >= most, "what was there is gone");
        let done = std::fs::read_to_string(place.root().join("done")).unwrap_or_default();
        if let Ok(done) = done.parse::<usize>() {
            assert!(there > done, "an append that was answered is gone");
        }
        most = there;
    }
    assert!(most > 0, "no writer got to write anything");
}
