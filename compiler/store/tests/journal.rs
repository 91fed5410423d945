//! The journal over SQLite: what is appended is there when it is opened again, sealed; the lease
//! fences; what was altered is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic

mod support;

use landfall_store::*;
use state::Event;
use std::time::{Duration, Instant};
use support::*;

#[tokio::test]
async fn what_is_appended_is_there_again() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    let first = journal.append(vec![put("t.a", "hunter2")]).await.unwrap();
    let second = journal
        .append(vec![put("t.b[0]", "s"), put("t.b[1]", "s")])
        .await
        .unwrap();
    assert_eq!(second.position, first.position + 2);
    assert!(second.at_ms >= first.at_ms);
    let own = journal.state().await.unwrap();
    journal.end_lease().await.unwrap();
    journal.close().await;

    let (journal, state) = place.open().await.unwrap();
    assert_eq!(state.objects, own.objects);
    assert_eq!(secret_of(&state, "t.a").as_deref(), Some("hunter2"));
    assert_eq!(state.lease, None);
    journal.close().await;
}

#[tokio::test]
async fn nothing_secret_lies_open() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    let events = (0..300).map(|i| put(&format!("t.a[{i}]"), "hunter2-hunter2"));
    journal.append(events.collect()).await.unwrap();
    journal.end_lease().await.unwrap();
    journal.close().await;
    for entry in std::fs::read_dir(place.path().parent().unwrap()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("hunter2") && !text.contains("plain-of-t"));
    }
}

#[tokio::test]
async fn appends_that_come_together_become_few_batches() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    let before = batches(&place).await;
    let appends = (0..500).map(|i| journal.append(vec![put(&format!("t.a[{i}]"), "s")]));
    let done = futures::future::join_all(appends).await;
    let mut positions: Vec<_> = done.into_iter().map(|d| d.unwrap().position).collect();
    positions.sort();
    positions.dedup();
    assert_eq!(positions.len(), 500);
    let made = batches(&place).await - before;
    assert!(made < 50, "{made} batches for 500 appends");
    assert_eq!(journal.state().await.unwrap().objects.len(), 500);
    journal.close().await;
}

#[tokio::test]
async fn nothing_is_appended_without_a_lease() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    let refused = journal.append(vec![put("t.a", "s")]).await;
    assert_eq!(refused, Err(JournalError::NoLease));
    journal.close().await;
}

#[tokio::test]
async fn what_can_not_follow_is_refused_and_leaves_the_rest() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    let unknown = Event::Forgotten(model::ObjectId::random());
    let (good, bad, other) = tokio::join!(
        journal.append(vec![put("t.a", "s")]),
        journal.append(vec![put("t.x", "s"), unknown]),
        journal.append(vec![put("t.b", "s")]),
    );
    assert!(matches!(bad, Err(JournalError::Invalid(_))), "{bad:?}");
    good.unwrap();
    other.unwrap();
    journal.end_lease().await.unwrap();
    journal.close().await;
    let (journal, state) = place.open().await.unwrap();
    let addresses: Vec<_> = state.current.keys().map(|a| a.to_string()).collect();
    assert_eq!(addresses, ["t.a", "t.b"]);
    journal.close().await;
}

#[tokio::test]
async fn the_second_sees_who_holds_the_lease_and_takes_it_after() {
    let place = Place::new();
    let (first, _) = place.create().await;
    let (second, _) = place.open().await.unwrap();
    first.take_lease(request("apply", 30_000)).await.unwrap();
    let error = second
        .take_lease(request("destroy", 30_000))
        .await
        .unwrap_err();
    let text = error.to_string();
    for word in ["ann", "apply", "laptop", "https://ci.example/7"] {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
    first.append(vec![put("t.a", "s")]).await.unwrap();
    let waiting = LeaseRequest {
        wait: Duration::from_secs(20),
        ..request("destroy", 30_000)
    };
    let (ended, taken) = tokio::join!(
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            first.end_lease().await
        },
        second.take_lease(waiting)
    );
    ended.unwrap();
    assert_eq!(taken.unwrap().epoch, 2);
    assert_eq!(second.state().await.unwrap().objects.len(), 1);
    first.close().await;
    second.close().await;
}

#[tokio::test]
async fn a_dead_owner_is_followed_and_can_not_write_any_more() {
    let place = Place::new();
    let (dead, _) = place.create().await;
    let mut standing = dead.standing();
    dead.take_lease(request("apply", 1_000)).await.unwrap();
    // What ends a process ends its renewals, too.
    dead.stop_renewing();
    let (heir, _) = place.open().await.unwrap();
    let waiting = LeaseRequest {
        wait: Duration::from_secs(20),
        ..request("apply", 60_000)
    };
    assert_eq!(heir.take_lease(waiting).await.unwrap().epoch, 2);
    let error = dead.append(vec![put("t.a", "s")]).await.unwrap_err();
    assert!(matches!(error, JournalError::Fenced(_)), "{error}");
    assert!(dead.is_fenced());
    standing.wait_for(Standing::is_fenced).await.unwrap();
    heir.append(vec![put("t.b", "s")]).await.unwrap();
    heir.close().await;
    dead.close().await;
}

#[tokio::test]
async fn an_owner_known_to_be_dead_is_not_waited_for() {
    let place = Place::new();
    let (dead, _) = place.create().await;
    dead.take_lease(request("apply", 60_000)).await.unwrap();
    let (heir, _) = place.open().await.unwrap();
    let knowing = LeaseRequest {
        is_dead: |owner| owner.process == 4711,
        ..request("plan", 60_000)
    };
    let lease = heir.take_lease(knowing).await.unwrap();
    assert_eq!((lease.epoch, lease.owner.command.as_str()), (2, "plan"));
    let error = dead.append(vec![put("t.a", "s")]).await.unwrap_err();
    assert!(matches!(error, JournalError::Fenced(_)), "{error}");
    heir.append(vec![put("t.b", "s")]).await.unwrap();
    heir.close().await;
    dead.close().await;
}

#[tokio::test]
async fn a_lease_is_renewed_by_itself() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    let lease = journal.take_lease(request("apply", 600)).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let now = journal.state().await.unwrap().lease.clone().unwrap();
        if now.renewed_at_ms >= lease.taken_at_ms + 1_000 {
            break;
        }
        assert!(Instant::now() < deadline, "it was not renewed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    journal.append(vec![put("t.a", "s")]).await.unwrap();
    journal.close().await;
}

#[tokio::test]
async fn a_lease_can_be_broken() {
    let place = Place::new();
    let (owner, _) = place.create().await;
    owner.take_lease(request("apply", 60_000)).await.unwrap();
    let (other, _) = place.open().await.unwrap();
    let broken = other.break_lease().await.unwrap().unwrap();
    assert_eq!(broken.owner.command, "apply");
    assert_eq!(other.break_lease().await.unwrap(), None);
    let error = owner.append(vec![put("t.a", "s")]).await.unwrap_err();
    assert!(matches!(error, JournalError::Fenced(_)), "{error}");
    owner.close().await;
    other.close().await;
}

#[tokio::test]
async fn the_state_key_alone_reads_all_but_secrets_and_writes_none() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    let ci = Place::identity("ci");
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    journal.append(vec![put("t.a", "hunter2")]).await.unwrap();
    journal
        .add_recipient(NewRecipient {
            name: "ci".into(),
            way: Way::PublicKey(ci.public_key.clone()),
            access: Access::State,
        })
        .await
        .unwrap();
    journal.end_lease().await.unwrap();
    journal.close().await;
    let (journal, state) = place.open_with(&ci.sources).await.unwrap();
    assert_eq!(plain_of(&state, "t.a").as_deref(), Some("plain-of-t.a"));
    assert_eq!(secret_of(&state, "t.a"), None);
    assert!(state.objects.values().all(|o| o.attributes.has_sealed()));
    journal.take_lease(request("x", 30_000)).await.unwrap();
    let refused = journal.append(vec![put("t.b", "s")]).await.unwrap_err();
    assert!(matches!(refused, JournalError::Invalid(_)), "{refused}");
    journal.end_lease().await.unwrap();
    journal.close().await;
    let (journal, state) = place.open().await.unwrap();
    assert_eq!(secret_of(&state, "t.a").as_deref(), Some("hunter2"));
    journal.close().await;
}

#[tokio::test]
async fn who_is_removed_can_not_open_what_comes_after() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    let bob = Place::identity("bob");
    journal.take_lease(request("keys", 30_000)).await.unwrap();
    let recipient = NewRecipient {
        name: "bob".into(),
        way: Way::PublicKey(bob.public_key.clone()),
        access: Access::Both,
    };
    journal.add_recipient(recipient.clone()).await.unwrap();
    let twice = journal.add_recipient(recipient).await.unwrap_err();
    assert_eq!(twice, KeyError::DuplicateRecipient("bob".into()).into());
    journal.append(vec![put("t.a", "one")]).await.unwrap();
    let print = journal
        .fingerprint_key()
        .await
        .unwrap()
        .fingerprint(&"x".into());
    place.open_with(&bob.sources).await.unwrap().0.close().await;
    journal.remove_recipient("bob").await.unwrap();
    journal.append(vec![put("t.b", "two")]).await.unwrap();
    journal.rotate_keys().await.unwrap();
    let last = journal.remove_recipient("ann").await.unwrap_err();
    assert_eq!(last, KeyError::LastRecipient("ann".into()).into());
    journal.end_lease().await.unwrap();
    journal.close().await;
    let error = place.open_with(&bob.sources).await.err().unwrap();
    assert!(
        matches!(error, JournalError::Key(KeyError::NoKey { .. })),
        "{error}"
    );
    let (journal, state) = place.open().await.unwrap();
    assert_eq!(secret_of(&state, "t.a").as_deref(), Some("one"));
    assert_eq!(secret_of(&state, "t.b").as_deref(), Some("two"));
    assert_eq!(state.key_generation, 3);
    let same = journal
        .fingerprint_key()
        .await
        .unwrap()
        .fingerprint(&"x".into());
    assert_eq!(print, same);
    journal.close().await;
}

#[tokio::test]
async fn a_store_that_went_back_is_refused_until_accepted() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    journal.close().await;
    let backup = place.copy();
    let (journal, _) = place.open().await.unwrap();
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    journal.append(vec![put("t.a", "s")]).await.unwrap();
    journal.end_lease().await.unwrap();
    journal.close().await;
    place.restore(&backup);
    let error = place.open().await.err().unwrap();
    assert!(
        matches!(
            error,
            JournalError::RolledBack {
                seen: 5,
                found: 2,
                ..
            }
        ),
        "{error:?}"
    );
    let (journal, state) = place.open_accepting().await.unwrap();
    assert_eq!(state.objects.len(), 0);
    journal.close().await;
    place.open().await.unwrap().0.close().await;
}

#[tokio::test]
async fn a_state_in_the_place_of_another_is_refused() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    recorded(journal, vec![put("t.a", "s")]).await;
    let again = place.try_create().await.err();
    assert!(
        matches!(again, Some(JournalError::Exists { .. })),
        "{again:?}"
    );
    let first = place.copy();
    place.restore(&[]);
    // What was there is missed, as long as it held something.
    for gone in [
        place.try_create().await.err(),
        place.open_made().await.err(),
    ] {
        assert!(matches!(gone, Some(JournalError::Gone { .. })), "{gone:?}");
    }
    // Somebody else's, that the same key opens.
    place.restore(&[]);
    let elsewhere = JournalOptions::default();
    place.create_with(&elsewhere).await.unwrap().0.close().await;
    let error = place.open().await.err();
    assert!(
        matches!(error, Some(JournalError::Foreign { .. })),
        "{error:?}"
    );
    let (journal, _) = place.open_accepting().await.unwrap();
    journal.close().await;
    place.open().await.unwrap().0.close().await;
    place.restore(&first);
    place.open().await.unwrap().0.close().await;
}

#[tokio::test]
async fn an_empty_state_is_not_missed() {
    let place = Place::new();
    let (journal, _) = place.create().await;
    recorded(journal, vec![put("t.a", "s")]).await;
    let (journal, state) = place.open().await.unwrap();
    let made = state.objects.keys().map(|id| Event::Forgotten(*id));
    recorded(journal, made.collect()).await;
    place.restore(&[]);
    place.try_create().await.unwrap().0.close().await;
}

/// Records events under a lease that is given back, and closes.
async fn recorded(journal: Journal, events: Vec<Event>) {
    journal.take_lease(request("apply", 30_000)).await.unwrap();
    journal.append(events).await.unwrap();
    journal.end_lease().await.unwrap();
    journal.close().await;
}

async fn batches(place: &Place) -> usize {
    let store = SqliteStore::open(&place.path()).unwrap();
    store.batches_from(1).await.unwrap().len()
}
