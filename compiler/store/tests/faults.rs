//! Journals on a store that loses requests and answers, and on stores that somebody altered.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic

mod support;
mod cases {
    use super::support::*;
    use landfall_store::*;
    use std::sync::Arc;

    async fn create(place: &Place, bucket: &Bucket) -> Journal {
        let store = Arc::new(TwinStore::new(bucket.clone()));
        let (recipients, options) = (place.recipients(), place.options());
        Journal::create(store, genesis(), &recipients, &options)
            .await
            .unwrap()
            .0
    }

    async fn open(
        place: &Place,
        bucket: &Bucket,
    ) -> Result<(Journal, Arc<state::State>), JournalError> {
        let store = Arc::new(TwinStore::new(bucket.clone()));
        Journal::open(store, &place.sources(), &place.options()).await
    }

    /// What was recorded, as the next one reads it.
    async fn addresses(place: &Place, bucket: &Bucket) -> Vec<String> {
        let (journal, state) = open(place, bucket).await.unwrap();
        journal.close().await;
        state.current.keys().map(|a| a.to_string()).collect()
    }

    #[tokio::test]
    async fn lost_requests_and_answers_change_nothing() {
        use Fault::{Lost, None, ReplyLost, Twice};
        for faults in [
            vec![ReplyLost],
            vec![Lost],
            vec![Lost, ReplyLost],
            vec![ReplyLost, None, Lost, ReplyLost],
            vec![None, Lost, Lost, None],
        ] {
            let (place, bucket) = (Place::new(), Bucket::new());
            let journal = create(&place, &bucket).await;
            journal.take_lease(request("apply", 60_000)).await.unwrap();
            bucket.plan_faults(faults.clone());
            for i in 0..3 {
                journal
                    .append(vec![put(&format!("t.a[{i}]"), "s")])
                    .await
                    .unwrap();
            }
            journal.end_lease().await.unwrap();
            journal.close().await;
            let found = addresses(&place, &bucket).await;
            assert_eq!(found, ["t.a[0]", "t.a[1]", "t.a[2]"], "{faults:?}");
        }
        // The second copy of a request gets a 412; without an answer to the first, nobody knows.
        let (place, bucket) = (Place::new(), Bucket::new());
        let journal = create(&place, &bucket).await;
        journal.take_lease(request("apply", 60_000)).await.unwrap();
        bucket.plan_faults([Twice]);
        journal.append(vec![put("t.a", "s")]).await.unwrap();
        journal.close().await;
    }

    #[tokio::test]
    async fn an_answer_that_stays_lost_is_told_and_never_half_there() {
        let (place, bucket) = (Place::new(), Bucket::new());
        let journal = create(&place, &bucket).await;
        journal.take_lease(request("apply", 900)).await.unwrap();
        journal.stop_renewing();
        bucket.plan_faults([Fault::ReplyLost]);
        bucket.fail_reads(u32::MAX);
        bucket.plan_faults(vec![Fault::Lost; 1000]);
        let events = vec![put("t.a", "s"), put("t.b", "s")];
        let error = journal.append(events).await.unwrap_err();
        assert!(matches!(error, JournalError::Unavailable { .. }), "{error}");
        let again = journal.append(vec![put("t.c", "s")]).await.unwrap_err();
        assert!(matches!(again, JournalError::Unavailable { .. }), "{again}");
        assert!(journal.is_fenced());
        assert_eq!(journal.state().await.unwrap().objects.len(), 0);
        bucket.fail_reads(0);
        assert_eq!(addresses(&place, &bucket).await, ["t.a", "t.b"]);
    }

    #[tokio::test]
    async fn bytes_written_stay_in_proportion() {
        let (place, bucket) = (Place::new(), Bucket::new());
        let journal = create(&place, &bucket).await;
        journal.take_lease(request("apply", 60_000)).await.unwrap();
        for i in 0..1500 {
            journal
                .append(vec![put(&format!("t.a[{i}]"), "s")])
                .await
                .unwrap();
        }
        journal.end_lease().await.unwrap();
        let (all, snapshots) = (bucket.written(), bucket.names());
        let store = TwinStore::new(bucket.clone());
        let batches = store.batches_from(1).await.unwrap();
        let log: usize = batches.iter().map(|b| b.batch.bytes()).sum();
        assert!(all < 3 * log, "{all} bytes for a log of {log}");
        assert_eq!(
            snapshots
                .iter()
                .filter(|n| n.starts_with("snapshot/"))
                .count(),
            1
        );
        journal.close().await;
        let (journal, state) = open(&place, &bucket).await.unwrap();
        assert_eq!(state.objects.len(), 1500);
        journal.close().await;
    }

    /// A bucket with a few batches in it, and their names.
    async fn filled(place: &Place) -> (Bucket, Vec<String>) {
        let bucket = Bucket::new();
        let journal = create(place, &bucket).await;
        journal.take_lease(request("apply", 60_000)).await.unwrap();
        for i in 0..4 {
            journal
                .append(vec![put(&format!("t.a[{i}]"), "s")])
                .await
                .unwrap();
        }
        journal.close().await;
        let names = bucket.names();
        (bucket, names)
    }

    async fn check_refused(place: &Place, bucket: &Bucket, what: &str) {
        let before = bucket.written();
        match open(place, bucket).await {
            Ok(_) => panic!("{what}: was not noticed"),
            Err(
                JournalError::Corrupted { .. }
                | JournalError::RolledBack { .. }
                | JournalError::Refused { .. }
                | JournalError::Key(KeyError::Corrupted(_)),
            ) => {}
            Err(error) => panic!("{what}: {error:?}"),
        }
        assert_eq!(bucket.written(), before, "{what}: something was written");
    }

    #[tokio::test]
    async fn what_was_altered_removed_swapped_or_replayed_is_refused() {
        let place = Place::new();
        let (bucket, names) = filled(&place).await;
        let at = |i: usize| names[i].as_str();
        let copy = |i: usize| {
            let mut copied = Vec::new();
            bucket.tamper(at(i), |bytes| {
                copied = bytes.clone();
                Some(bytes)
            });
            copied
        };
        let originals: Vec<_> = (0..names.len()).map(copy).collect();
        let restore = || {
            for (name, bytes) in names.iter().zip(&originals) {
                bucket.tamper(name, |_| Some(bytes.clone()));
            }
        };
        // Bytes from the first to the last of a batch, its head and its sealed part.
        for (i, original) in originals.iter().enumerate() {
            for at_byte in (0..original.len()).step_by(97) {
                bucket.tamper(at(i), |mut bytes| {
                    bytes[at_byte] ^= 1;
                    Some(bytes)
                });
                check_refused(&place, &bucket, &format!("byte {at_byte} of batch {i}")).await;
                restore();
            }
        }
        for (i, j) in [(2, 3), (3, 2), (1, 4)] {
            bucket.tamper(at(i), |_| Some(originals[j].clone()));
            check_refused(&place, &bucket, &format!("{j} in the place of {i}")).await;
            restore();
        }
        bucket.tamper(at(2), |_| Some(originals[3].clone()));
        bucket.tamper(at(3), |_| Some(originals[2].clone()));
        check_refused(&place, &bucket, "two swapped").await;
        restore();
        assert!(open(&place, &bucket).await.is_ok());
        bucket.tamper(at(2), |_| None);
        check_refused(&place, &bucket, "one taken out").await;
    }

    #[tokio::test]
    async fn a_log_that_was_cut_is_a_store_that_went_back() {
        let place = Place::new();
        let (bucket, names) = filled(&place).await;
        bucket.tamper(&names[names.len() - 1], |_| None);
        let error = open(&place, &bucket).await.err();
        assert!(
            matches!(error, Some(JournalError::RolledBack { .. })),
            "{error:?}"
        );
    }

    #[tokio::test]
    async fn a_batch_of_another_state_is_refused() {
        let place = Place::new();
        let (bucket, names) = filled(&place).await;
        let (other, _) = filled(&Place::new()).await;
        let mut foreign = Vec::new();
        other.tamper(&names[1], |bytes| {
            foreign = bytes.clone();
            Some(bytes)
        });
        bucket.tamper(&names[1], |_| Some(foreign));
        check_refused(&place, &bucket, "foreign").await;
    }

    #[tokio::test]
    async fn a_snapshot_that_was_altered_is_refused() {
        let place = Place::new();
        let bucket = Bucket::new();
        let journal = create(&place, &bucket).await;
        journal.take_lease(request("keys", 60_000)).await.unwrap();
        journal.append(vec![put("t.a", "s")]).await.unwrap();
        journal.rotate_keys().await.unwrap();
        journal.close().await;
        let name = bucket
            .names()
            .into_iter()
            .find(|n| n.starts_with("snapshot/"))
            .unwrap();
        let mut original = Vec::new();
        bucket.tamper(&name, |bytes| {
            original = bytes.clone();
            Some(bytes)
        });
        for at_byte in (0..original.len()).step_by(53) {
            bucket.tamper(&name, |mut bytes| {
                bytes[at_byte] ^= 1;
                Some(bytes)
            });
            check_refused(&place, &bucket, &format!("byte {at_byte} of a snapshot")).await;
            bucket.tamper(&name, |_| Some(original.clone()));
        }
        assert!(open(&place, &bucket).await.is_ok());
    }

    #[tokio::test]
    async fn keys_that_do_not_open_are_told_apart() {
        let place = Place::new();
        let (bucket, _) = filled(&place).await;
        let refused = |sources: KeySources| {
            let store = Arc::new(TwinStore::new(bucket.clone()));
            async move {
                let options = JournalOptions::default();
                match Journal::open(store, &sources, &options).await.err() {
                    Some(JournalError::Key(error)) => error,
                    other => panic!("{other:?}"),
                }
            }
        };
        let none = refused(KeySources::default()).await;
        assert!(none.to_string().contains("ann"), "{none}");
        let foreign = refused(Place::identity("x").sources).await;
        assert!(matches!(foreign, KeyError::NoKey { .. }), "{foreign}");
        let nonsense = refused(KeySources::of_key("LANDFALL_KEY", "AGE-nonsense")).await;
        assert!(
            nonsense.to_string().starts_with("LANDFALL_KEY"),
            "{nonsense}"
        );
        let empty = refused(KeySources::of_key("file", "# nothing\n")).await;
        assert!(matches!(empty, KeyError::NoPrivateKey { .. }), "{empty}");
    }
}
