//! What goes wrong, goes wrong as the contract says it may.

use super::asking::{Desk, is_there};
use crate::{Faults, Moment, Simulated};
use model::Value;
use provider::{Certainty, FindAnswer, ReadAnswer};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

async fn desk(faults: Faults) -> Desk<Simulated> {
    Desk::at(Simulated::new().with_faults(faults), &[]).await
}

fn disk() -> [(&'static str, Value); 1] {
    [("size", 10.into())]
}

#[tokio::test(start_paused = true)]
async fn a_batch_takes_as_long_as_its_longest() {
    let desk = desk(Faults {
        latency_ms: 1_000,
        ..Faults::default()
    })
    .await;
    let batch: Vec<_> = (0..1_000)
        .map(|_| desk.create("sim_disk", &disk()))
        .collect();
    let begin = Instant::now();
    assert_eq!(desk.send_all(batch).await.len(), 1_000);
    assert!(
        begin.elapsed() < Duration::from_millis(1_100),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(desk.provider.world().report().creations, 1_000);
}

#[tokio::test(start_paused = true)]
async fn throttled_says_how_long_to_wait_and_did_nothing() {
    let desk = desk(Faults {
        throttled: 1000,
        retry_after_ms: 700,
        ..Faults::default()
    })
    .await;
    let failure = desk
        .send(&desk.create("sim_disk", &disk()))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.retryable, failure.retry_after_ms),
        (true, Some(700))
    );
    assert_eq!(failure.certainty, Certainty::NotDone);
    assert_eq!(desk.provider.world().report().creations, 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_request_may_work_a_little_later() {
    let desk = desk(Faults {
        errors: 500,
        seed: 3,
        ..Faults::default()
    })
    .await;
    for _ in 0..20 {
        let create = desk.create("sim_disk", &disk());
        let mut tries = 0;
        while let Err(failure) = desk.send(&create).await {
            tries += 1;
            assert!(failure.retryable && tries < 30);
        }
    }
    assert_eq!(desk.provider.world().report().creations, 20);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_settled_by_find() {
    let desk = desk(Faults {
        lost: 1000,
        ..Faults::default()
    })
    .await;
    let image = || ("image", Value::from("x"));
    let given = |ty, name: &str| match ty {
        "sim_server" => vec![("name", name.into()), image()],
        "sim_ticket" => vec![("title", name.into())],
        _ => vec![("name", name.into())],
    };
    for ty in ["sim_server", "sim_bucket", "sim_ticket", "sim_command"] {
        let create = desk.create(ty, &given(ty, "n"));
        let failure = desk.send(&create).await.unwrap_err();
        assert_eq!(failure.certainty, Certainty::Unknown);
        assert!(
            matches!(desk.find(&create, 1).await, FindAnswer::Found { .. }),
            "{ty}"
        );
        let other = desk.create(ty, &given(ty, "other"));
        assert!(
            matches!(desk.find(&other, 9_999).await, FindAnswer::Absent),
            "{ty}"
        );
    }
    assert_eq!(desk.provider.world().report().creations, 4);
}

#[tokio::test(start_paused = true)]
async fn half_a_creation_is_handed_over_as_it_is() {
    let desk = desk(Faults {
        partial: 1000,
        ..Faults::default()
    })
    .await;
    let create = desk.create("sim_disk", &disk());
    let failure = desk.send(&create).await.unwrap_err();
    assert!(
        failure
            .partial
            .is_some_and(|m| m.attributes.get("id").is_some())
    );
    assert!(matches!(
        desk.find(&create, 9_999).await,
        FindAnswer::Incomplete { .. }
    ));
    // Sent again it is still the same half, not another one.
    assert!(desk.send(&create).await.unwrap_err().partial.is_some());
    assert_eq!(desk.provider.world().report().creations, 1);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_sees_yet_is_not_called_absent() {
    let desk = desk(Faults {
        hidden: 1000,
        hidden_ms: 1_500,
        ..Faults::default()
    })
    .await;
    let (create, made) = desk.make("sim_disk", &disk()).await;
    assert!(matches!(
        desk.read(&create, &made).await,
        ReadAnswer::Absent
    ));
    assert!(matches!(
        desk.find(&create, 100).await,
        FindAnswer::NotYetSure
    ));
    tokio::time::sleep(Duration::from_millis(1_600)).await;
    assert!(is_there(&desk.read(&create, &made).await));
    assert!(matches!(
        desk.find(&create, 1_700).await,
        FindAnswer::Found { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn what_is_being_deleted_is_still_there() {
    let desk = Arc::new(
        desk(Faults {
            linger_ms: 5_000,
            ..Faults::default()
        })
        .await,
    );
    let (create, made) = desk.make("sim_disk", &disk()).await;
    let delete = desk.delete(&create, &made);
    let (other, sent) = (desk.clone(), delete.clone());
    let deleting = tokio::spawn(async move { other.send(&sent).await });
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert!(is_there(&desk.read(&create, &made).await));
    assert!(matches!(
        desk.find(&delete, 1_000).await,
        FindAnswer::NotYetSure
    ));
    assert_eq!(deleting.await.unwrap(), Ok(None));
    assert!(matches!(
        desk.read(&create, &made).await,
        ReadAnswer::Absent
    ));
    assert!(matches!(
        desk.find(&delete, 6_000).await,
        FindAnswer::Absent
    ));
}

#[tokio::test(start_paused = true)]
async fn a_command_runs_once_and_an_unknown_end_is_not_repeated() {
    let desk = desk(Faults {
        unclear: 1000,
        ..Faults::default()
    })
    .await;
    let create = desk.create("sim_command", &[("name", "c".into())]);
    for _ in 0..3 {
        desk.send(&create).await.ok();
        assert!(matches!(
            desk.find(&create, 9_999).await,
            FindAnswer::Unclear(_)
        ));
    }
    assert_eq!(desk.provider.world().report().runs["c"], 1);
    assert_eq!(
        desk.provider.world().report().runs_by_token[&create.token.to_string()],
        1
    );
}

#[tokio::test(start_paused = true)]
async fn what_takes_longer_than_its_deadline_is_unclear() {
    let desk = desk(Faults::default()).await;
    let given = [("name", "c".into()), ("delay_ms", 90_000.into())];
    let create = desk.create("sim_command", &given);
    assert_eq!(
        desk.send(&create).await.unwrap_err().certainty,
        Certainty::Unknown
    );
    assert!(matches!(
        desk.find(&create, 60_000).await,
        FindAnswer::NotYetSure
    ));
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert!(matches!(
        desk.find(&create, 100_000).await,
        FindAnswer::Found { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn an_object_fails_where_it_was_told_to() {
    let desk = desk(Faults::default()).await;
    let create = desk.create("sim_disk", &[("size", 1.into()), ("fail", "create".into())]);
    let failure = desk.send(&create).await.unwrap_err();
    assert!(!failure.retryable && failure.problem.message.contains("at its create"));
    let given = [("size", 1.into()), ("fail", "delete".into())];
    let (create, made) = desk.make("sim_disk", &given).await;
    assert!(desk.send(&desk.delete(&create, &made)).await.is_err());
    let changes = [desk.create(
        "sim_disk",
        &[("size", 1.into()), ("fail", "preflight".into())],
    )];
    assert_eq!(desk.connection.preflight(&changes).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn reads_fail_as_often_as_told() {
    let desk = desk(Faults {
        read_errors: 1000,
        ..Faults::default()
    })
    .await;
    let (create, made) = desk.make("sim_disk", &disk()).await;
    assert!(matches!(
        desk.read(&create, &made).await,
        ReadAnswer::Failed(_)
    ));
}

#[tokio::test(start_paused = true)]
async fn the_hook_is_called_around_each_request() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let provider = Simulated::new().with_hook(Arc::new(move |m| log.lock().unwrap().push(m)));
    let desk = Desk::at(provider, &[]).await;
    let (create, _) = desk.make("sim_disk", &disk()).await;
    let expected = [Moment::Before(create.token), Moment::After(create.token)];
    assert_eq!(*seen.lock().unwrap(), expected);
}
