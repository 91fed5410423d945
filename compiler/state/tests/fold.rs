//! The fold: what a log adds up to, event by event.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic

use landfall_state::*;
use model::*;
use std::sync::Arc;
use std::time::Instant;

/// A state, and names for its objects and operations.
struct Log {
    state: State,
    at_ms: u64,
}

fn id(name: &str) -> ObjectId {
    let mut bytes = [0; 10];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    ObjectId(bytes)
}

fn token(name: &str) -> Token {
    let mut bytes = [0; 15];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Token(bytes)
}

fn object(name: &str, address: &str, dependencies: &[&str]) -> Object {
    Object {
        id: id(name),
        address: address.parse().unwrap(),
        status: Status::Ready,
        schema_version: 0,
        attributes: Value::NULL,
        private: Arc::default(),
        provider: ProviderKey("p".into()),
        container: None,
        dependencies: dependencies.iter().map(|d| d.parse().unwrap()).collect(),
        create_before_destroy: false,
        protected: false,
        implementation: None,
        durations: Durations::default(),
        changed_at_ms: 0,
        changed_by: "me".into(),
    }
}

fn put(name: &str, address: &str, dependencies: &[&str]) -> Event {
    Event::Put(Box::new(object(name, address, dependencies)))
}

fn intent(operation: &str, change: Change, name: &str, address: &str) -> Event {
    replacing(operation, change, name, address, None)
}

fn replacing(
    operation: &str,
    change: Change,
    name: &str,
    address: &str,
    deposes: Option<&str>,
) -> Event {
    Event::Intent(Intent {
        token: token(operation),
        object: id(name),
        address: address.parse().unwrap(),
        change,
        attributes: Value::NULL,
        private: Arc::default(),
        provider: ProviderKey("p".into()),
        becomes: None,
        deposes: deposes.map(id),
    })
}

fn outcome(operation: &str, recorded: Recorded) -> Event {
    let token = token(operation);
    Event::Outcome(Outcome { token, recorded })
}

fn done(operation: &str, name: &str, address: &str, status: Status) -> Event {
    let object = Object {
        status,
        ..object(name, address, &[])
    };
    outcome(operation, Recorded::Object(Box::new(object)))
}

fn lease(epoch: u64) -> Event {
    Event::LeaseTaken(Lease {
        epoch,
        owner: LeaseOwner::default(),
        time_to_live_ms: 100,
        taken_at_ms: 0,
        renewed_at_ms: 0,
    })
}

impl Log {
    fn begun() -> Log {
        let mut log = Log {
            state: State::default(),
            at_ms: 0,
        };
        log.apply(&Event::Begun {
            lineage: Lineage([1; 10]),
            project: "p".into(),
            environment: "e".into(),
        })
        .unwrap();
        log
    }

    fn of(events: &[Event]) -> Log {
        let mut log = Log::begun();
        events.iter().for_each(|e| log.apply(e).unwrap());
        log
    }

    fn apply(&mut self, event: &Event) -> Result<(), String> {
        self.at_ms += 10;
        self.state.apply(event, self.at_ms)
    }

    /// Each object as `address=id`, with `?` where it is tainted; deposed ones after a `|`.
    fn shown(&self) -> String {
        let name = |id: &ObjectId| {
            let end = id.0.iter().position(|b| *b == 0).unwrap_or(10);
            String::from_utf8_lossy(&id.0[..end]).into_owned()
        };
        let current = self.state.current.iter().map(|(address, id)| {
            let tainted = self.state.objects[id].status == Status::Tainted;
            format!("{address}={}{}", name(id), if tainted { "?" } else { "" })
        });
        let deposed = self.state.deposed.iter().map(|(address, ids)| {
            format!(
                "{address}={}",
                ids.iter().map(name).collect::<Vec<_>>().join("+")
            )
        });
        let current: Vec<_> = current.collect();
        let deposed: Vec<_> = deposed.collect();
        [current.join(" "), deposed.join(" ")].join("|")
    }

    fn dependencies(&self, name: &str) -> Vec<String> {
        let object = &self.state.objects[&id(name)];
        object.dependencies.iter().map(|d| d.to_string()).collect()
    }
}

fn check(events: &[Event], expected: &str) {
    assert_eq!(Log::of(events).shown(), expected);
}

fn check_refused(events: &[Event], word: &str) {
    let (last, before) = events.split_last().unwrap();
    let mut log = Log::of(before);
    let before = log.shown();
    let error = log.apply(last).unwrap_err();
    assert!(error.contains(word), "`{word}` is not in: {error}");
    assert_eq!(log.shown(), before);
}

use Change::{Create, Delete, Update};
use Recorded::{NotDone, Removed};
use Status::{Deposed, Ready, Tainted};

#[test]
fn objects_come_change_and_go() {
    check(&[], "|");
    check(
        &[put("a", "t.a", &[]), put("b", "t.b[0]", &[])],
        "t.a=a t.b[0]=b|",
    );
    check(&[intent("1", Create, "a", "t.a")], "|");
    check(
        &[
            intent("1", Create, "a", "t.a"),
            done("1", "a", "t.a", Ready),
        ],
        "t.a=a|",
    );
    check(
        &[
            intent("1", Create, "a", "t.a"),
            done("1", "a", "t.a", Tainted),
        ],
        "t.a=a?|",
    );
    check(
        &[intent("1", Create, "a", "t.a"), outcome("1", NotDone)],
        "|",
    );
    let made = put("a", "t.a", &[]);
    let update = intent("1", Update, "a", "t.a");
    check(
        &[made.clone(), update.clone(), done("1", "a", "t.a", Ready)],
        "t.a=a|",
    );
    check(&[made.clone(), update, outcome("1", NotDone)], "t.a=a|");
    let delete = intent("1", Delete, "a", "t.a");
    check(&[made.clone(), delete.clone(), outcome("1", Removed)], "|");
    check(&[made.clone(), delete, outcome("1", NotDone)], "t.a=a|");
    check(&[made.clone(), Event::Forgotten(id("a"))], "|");
    check(&[made.clone(), Event::Vanished(id("a"))], "|");
    let to = |to: &str| Event::Moved {
        object: id("a"),
        to: to.parse().unwrap(),
    };
    check(&[made.clone(), to("t.z[\"k\"]")], "t.z[\"k\"]=a|");
    check(&[made, to("t.a")], "t.a=a|");
}

#[test]
fn a_replacement_that_comes_first_deposes_and_may_give_back() {
    let old = |status| {
        Event::Put(Box::new(Object {
            status,
            ..object("a", "t.x", &[])
        }))
    };
    let begin = || replacing("1", Create, "b", "t.x", Some("a"));
    check(&[old(Ready), begin()], "|t.x=a");
    check(
        &[old(Ready), begin(), done("1", "b", "t.x", Ready)],
        "t.x=b|t.x=a",
    );
    check(&[old(Ready), begin(), outcome("1", NotDone)], "t.x=a|");
    check(&[old(Tainted), begin(), outcome("1", NotDone)], "t.x=a?|");
    let then = replacing("2", Create, "c", "t.x", Some("b"));
    let both = [old(Ready), begin(), done("1", "b", "t.x", Ready), then];
    check(&both, "|t.x=a+b");
    let gone = [
        &both[..],
        &[intent("3", Delete, "a", "t.x"), outcome("3", Removed)],
    ]
    .concat();
    check(&gone, "|t.x=b");
    // What exists is never lost, whatever took its address meanwhile.
    let made = [
        intent("1", Create, "a", "t.x"),
        put("b", "t.x", &[]),
        done("1", "a", "t.x", Ready),
    ];
    check(&made, "t.x=a|t.x=b");
    check(
        &[
            intent("1", Create, "a", "t.x"),
            done("1", "a", "t.x", Deposed),
        ],
        "|t.x=a",
    );
}

#[test]
fn what_can_not_follow_is_refused() {
    let mut empty = State::default();
    assert!(
        empty
            .apply(&put("a", "t.a", &[]), 1)
            .unwrap_err()
            .contains("beginning")
    );
    let begun = Event::Begun {
        lineage: Lineage([2; 10]),
        project: "p".into(),
        environment: "e".into(),
    };
    check_refused(&[begun], "begins twice");
    check_refused(&[Event::Forgotten(id("a"))], "not recorded");
    check_refused(&[outcome("1", Removed)], "not begun");
    let begin = intent("1", Create, "a", "t.a");
    check_refused(&[begin.clone(), begin.clone()], "begun twice");
    check_refused(
        &[begin.clone(), done("1", "b", "t.a", Ready)],
        "another object",
    );
    check_refused(
        &[begin.clone(), outcome("1", NotDone), outcome("1", NotDone)],
        "not begun",
    );
    check_refused(
        &[replacing("1", Create, "b", "t.a", Some("x"))],
        "not recorded",
    );
    let (a, b) = (put("a", "t.a", &[]), put("b", "t.b", &[]));
    check_refused(&[a.clone(), put("b", "t.a", &[])], "can't be that of");
    let to = "t.b".parse().unwrap();
    check_refused(
        &[
            a,
            b,
            Event::Moved {
                object: id("a"),
                to,
            },
        ],
        "can't be that of",
    );
    let keys = |generation| Event::KeysChanged {
        generation,
        what: String::new(),
        keyring: [0; 32],
    };
    check_refused(&[keys(2), keys(1)], "older");
}

#[test]
fn leases_follow_each_other() {
    let log = Log::of(&[lease(1)]);
    assert_eq!(log.state.lease.as_ref().map(|l| l.taken_at_ms), Some(20));
    let log = Log::of(&[lease(1), Event::LeaseRenewed { epoch: 1 }]);
    assert_eq!(log.state.lease.as_ref().map(|l| l.renewed_at_ms), Some(30));
    let log = Log::of(&[lease(1), Event::LeaseEnded { epoch: 1 }, lease(2)]);
    assert_eq!(log.state.epoch, 2);
    check_refused(&[lease(1), lease(2)], "was held");
    check_refused(
        &[lease(1), Event::LeaseEnded { epoch: 1 }, lease(1)],
        "follows one of 1",
    );
    check_refused(&[lease(1), Event::LeaseRenewed { epoch: 2 }], "not held");
    check_refused(&[Event::LeaseEnded { epoch: 1 }], "not held");
    let mut log = Log::of(&[lease(1)]);
    log.at_ms += 100;
    log.apply(&lease(2)).unwrap();
}

#[test]
fn only_what_changes_objects_moves_the_last_change() {
    let changed = |events: &[Event]| Log::of(events).state.changed;
    assert_eq!(changed(&[lease(1), Event::LeaseRenewed { epoch: 1 }]), 0);
    assert_eq!(
        changed(&[
            lease(1),
            put("a", "t.a", &[]),
            Event::PlanApplied("p".into())
        ]),
        3
    );
    assert_eq!(
        changed(&[put("a", "t.a", &[]), Event::Outputs([].into())]),
        3
    );
}

#[test]
fn what_is_unclear_stays_open() {
    let message = || "no answer".to_string();
    let unclear = outcome("1", Recorded::Unclear { message: message() });
    let mut log = Log::of(&[intent("1", Create, "a", "t.a"), unclear]);
    assert_eq!(log.state.open[&token("1")].unclear, Some(message()));
    assert_eq!(log.state.open[&token("1")].at_ms, 20);
    log.apply(&done("1", "a", "t.a", Ready)).unwrap();
    assert!(log.state.open.is_empty());
}

#[test]
fn dependents_inherit_when_the_last_instance_goes() {
    let events = [
        put("base", "t.base", &[]),
        put("m0", "t.mid[0]", &["t.base", "t.side"]),
        put("m1", "t.mid[1]", &["t.base"]),
        put("top", "t.top", &["t.mid", "t.other"]),
    ];
    let mut log = Log::of(&events);
    log.apply(&Event::Forgotten(id("m0"))).unwrap();
    assert_eq!(log.dependencies("top"), ["t.mid", "t.other"]);
    log.apply(&Event::Vanished(id("m1"))).unwrap();
    assert_eq!(log.dependencies("top"), ["t.base", "t.other"]);
    log.apply(&put("late", "t.late", &["t.base"])).unwrap();
    log.apply(&put("top", "t.top", &["t.late"])).unwrap();
    log.apply(&Event::Forgotten(id("base"))).unwrap();
    assert_eq!(log.dependencies("late"), [""; 0]);
    assert_eq!(log.dependencies("top"), ["t.late"]);
    // A deposed instance holds its place, too.
    let deposed = [put("a", "t.a", &["t.z"]), put("b", "t.b", &["t.a"])];
    let mut log = Log::of(&deposed);
    log.apply(&replacing("1", Create, "c", "t.a", Some("a")))
        .unwrap();
    log.apply(&done("1", "c", "t.a", Ready)).unwrap();
    log.apply(&Event::Forgotten(id("c"))).unwrap();
    assert_eq!(log.dependencies("b"), ["t.a"]);
    log.apply(&Event::Forgotten(id("a"))).unwrap();
    assert_eq!(log.dependencies("b"), ["t.z"]);
}

#[test]
fn what_depends_on_one_instance_inherits_from_that_one() {
    let mut log = Log::of(&[put("m", "t.m[0]", &["t.base"])]);
    log.apply(&put("o", "t.o", &["t.m[0]"])).unwrap();
    let (object, to) = (id("m"), "t.new[2]".parse().unwrap());
    log.apply(&Event::Moved { object, to }).unwrap();
    assert_eq!(log.dependencies("o"), ["t.new[2]"]);
    log.apply(&Event::Forgotten(object)).unwrap();
    assert_eq!(log.dependencies("o"), ["t.base"]);
}

#[test]
fn a_rollout_that_ended_is_not_kept() {
    let rollout = |phase| {
        Event::Rollout(Rollout {
            of: "t.a".into(),
            plan: "p".into(),
            promoted: vec![],
            under_way: vec![],
            waiting: vec![],
            phase,
            before: vec![],
            wanted: None,
        })
    };
    let rolling = rollout(RolloutPhase::Rolling);
    assert_eq!(
        Log::of(std::slice::from_ref(&rolling)).state.rollouts.len(),
        1
    );
    for end in [RolloutPhase::Done, RolloutPhase::Reverted] {
        assert!(
            Log::of(&[rolling.clone(), rollout(end)])
                .state
                .rollouts
                .is_empty()
        );
    }
}

#[test]
fn a_rollout_goes_on_instance_by_instance() {
    let key = |i| Some(Key::Index(i));
    let image = |at: &str, before: Option<&str>| Before {
        instance: key(0),
        address: at.parse().unwrap(),
        object: before.map(|o| Arc::new(object(o, at, &[]))),
    };
    let moved = |by| Event::RolloutMoved {
        of: "t.a".into(),
        by,
    };
    let begun = Event::Rollout(Rollout {
        of: "t.a".into(),
        plan: "p".into(),
        promoted: vec![],
        under_way: vec![],
        waiting: vec![key(0), key(1)],
        phase: RolloutPhase::Rolling,
        before: vec![],
        wanted: None,
    });
    let began = |before| {
        moved(RolloutMove::Began {
            instance: key(0),
            before,
        })
    };
    let mut log = Log::of(&[begun, began(vec![image("t.a[0]", None)])]);
    // A second run begins it again: what counts is what was there before the first.
    log.apply(&began(vec![image("t.a[0]", Some("x"))])).unwrap();
    let rollout = |log: &Log| log.state.rollouts["t.a"].clone();
    assert_eq!(rollout(&log).under_way, [key(0)]);
    assert_eq!(rollout(&log).waiting, [key(1)]);
    assert_eq!(rollout(&log).before, [image("t.a[0]", None)]);
    log.apply(&moved(RolloutMove::Passed(key(0)))).unwrap();
    assert_eq!(rollout(&log).promoted, [key(0)]);
    assert!(rollout(&log).under_way.is_empty());
    let end = moved(RolloutMove::Phase(RolloutPhase::Done));
    log.apply(&end).unwrap();
    assert!(log.state.rollouts.is_empty());
    assert!(log.apply(&end).is_err());
}

/// The time to fold a destroy of as many objects, each of which the next depends on.
fn destroy(count: usize) -> f64 {
    let mut log = Log::begun();
    let address = |i: usize| format!("t.n{i}");
    let ids: Vec<_> = (0..count).map(|_| ObjectId::random()).collect();
    for (i, id) in ids.iter().enumerate() {
        let on = address(i.saturating_sub(1));
        let on: &[&str] = if i == 0 { &[] } else { &[&on] };
        let object = Object {
            id: *id,
            ..object("x", &address(i), on)
        };
        log.apply(&Event::Put(Box::new(object))).unwrap();
    }
    let started = Instant::now();
    // From the bottom: each leaves its dependencies to its dependent.
    for id in &ids {
        log.apply(&Event::Vanished(*id)).unwrap();
    }
    assert!(log.state.objects.is_empty());
    started.elapsed().as_secs_f64()
}

#[test]
fn destroying_many_objects_takes_linear_time() {
    let small = (0..3).map(|_| destroy(2_000)).fold(f64::MAX, f64::min);
    let large = (0..3).map(|_| destroy(20_000)).fold(f64::MAX, f64::min);
    // Ten times as many; quadratic would be a hundred.
    assert!(large < small * 40.0 + 0.05, "{small} s, then {large} s");
}
