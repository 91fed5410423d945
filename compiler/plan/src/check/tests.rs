//! A sound plan passes; each thing that can be wrong is found where it is made so.

use super::*;
use crate::{Begins, Deferred, Drift, LeftOut, Moved, ProviderUse, Rollout, RolloutInstance, Step};
use diagnostics::{FileId, Span};
use eval::{Expr, ExprKind};
use model::{Address, Lineage, ObjectId, Type, Value};
use state::{Durations, Event, Object, ProviderKey};
use std::sync::Arc;

const MADE: StepId = 0;
const CHANGED: StepId = 1;
const REPLACEMENT: StepId = 2;
const REPLACED: StepId = 3;
const READ: StepId = 4;

const OLD: ObjectId = ObjectId([1; 10]);
const KEPT: ObjectId = ObjectId([2; 10]);
const DEPOSED: ObjectId = ObjectId([3; 10]);
const NOBODY: ObjectId = ObjectId([9; 10]);

/// What is wrong after `change`, of a plan that is sound before it.
fn check_after(change: impl FnOnce(&mut Plan), expected: &[&str]) {
    let (mut plan, state) = (plan(), state());
    assert_eq!(check(&plan, &state), [""; 0]);
    change(&mut plan);
    assert_eq!(check(&plan, &state), expected);
}

#[test]
fn the_order_must_lead_to_an_end() {
    check_after(
        |p| p.steps[MADE].waits_for = vec![CHANGED],
        &["these steps wait for each other: create t.made, update t.kept, wait t.all"],
    );
    check_after(
        |p| p.steps[READ].waits_for = vec![READ],
        &["these steps wait for each other: read data.t.found, wait t.all"],
    );
    check_after(
        |p| p.steps[READ].waits_for = vec![77],
        &[
            "data.t.found waits for a step that is not there",
            "these steps wait for each other: read data.t.found, wait t.all",
        ],
    );
}

/// What is left out: an address, and what it depends on.
fn left_out(at: &str, dependencies: &[&str]) -> LeftOut {
    let dependencies = dependencies.iter().map(|d| address(d));
    LeftOut {
        what: at.into(),
        address: Some(address(at)),
        dependencies: dependencies.collect(),
        ..LeftOut::default()
    }
}

#[test]
fn what_is_left_out_is_not_touched() {
    check_after(
        |p| p.left_out = vec![left_out("t.made", &[])],
        &["t.made is left out, and would be touched"],
    );
    check_after(
        |p| {
            p.left_out = vec![left_out("t.away", &["t.kept"])];
            p.steps[MADE].dependencies = Arc::from([address("t.away")]);
        },
        &["t.made depends on t.away, which is left out, and would be touched"],
    );
    check_after(
        |p| p.left_out = vec![left_out("t.away", &["t.old"])],
        &["t.old would end, and t.away, which is left out, depends on it"],
    );
}

#[test]
fn what_is_made_must_not_be_there() {
    check_after(
        |p| p.steps[MADE].object = Some(OLD),
        &["t.made is to be made, and is recorded already"],
    );
    check_after(
        |p| p.steps[MADE].address = address("t.kept"),
        &["t.kept is to be made beside the one that is there"],
    );
    check_after(
        |p| {
            p.steps[MADE].action = Action::Adopt;
            p.moved.push(Moved {
                object: DEPOSED,
                from: address("t.before"),
                to: address("t.made"),
                becomes: None,
            });
        },
        &["t.made is to be made beside the one that is there"],
    );
}

#[test]
fn what_was_found_gone_may_be_made_again() {
    let again = |after: Option<Value>| {
        move |p: &mut Plan| {
            p.steps[MADE].address = address("t.kept");
            p.refreshed.push(Drift {
                address: address("t.kept"),
                before: Value::NULL,
                after,
                object: None,
                id: KEPT,
            });
        }
    };
    check_after(again(None), &[]);
    check_after(
        again(Some(Value::NULL)),
        &["t.kept is to be made beside the one that is there"],
    );
}

#[test]
fn what_is_changed_must_be_recorded() {
    for action in [
        Action::Update,
        Action::Delete,
        Action::GoesWith,
        Action::Record,
        Action::Forget,
    ] {
        for object in [None, Some(NOBODY)] {
            check_after(
                |p| {
                    p.steps[CHANGED].action = action;
                    p.steps[CHANGED].object = object;
                },
                &["t.kept is not recorded"],
            );
        }
    }
    check_after(
        |p| p.steps[CHANGED].object = Some(DEPOSED),
        &["t.kept would be updated where it was deposed"],
    );
}

#[test]
fn what_is_protected_stays() {
    for action in [Action::Delete, Action::GoesWith] {
        check_after(
            |p| p.steps[CHANGED].action = action,
            &["t.kept is protected, and would be destroyed"],
        );
    }
    check_after(|p| p.steps[CHANGED].action = Action::Forget, &[]);
}

#[test]
fn a_replacement_has_two_halves_that_know_each_other() {
    check_after(
        |p| p.steps[REPLACEMENT].pair = Some(77),
        &[
            "t.old lacks its other half",
            "t.old is half of a replacement that is none",
        ],
    );
    check_after(
        |p| p.steps[REPLACED].pair = None,
        &["t.old is half of a replacement that is none"],
    );
    check_after(
        |p| p.steps[REPLACED].address = address("t.other"),
        &[
            "t.old is half of a replacement that is none",
            "t.other is half of a replacement that is none",
        ],
    );
    check_after(
        |p| p.steps[REPLACEMENT].effects.clear(),
        &["t.old is replaced, and does not say so"],
    );
}

#[test]
fn what_is_done_can_be_finished() {
    for step in [MADE, CHANGED, REPLACEMENT] {
        let expected = ["t.made", "t.kept", "t.old"][step];
        check_after(
            |p| p.steps[step].after = None,
            &[&format!("{expected} has nothing to become")],
        );
    }
    check_after(
        |p| p.steps[READ].deferred = None,
        &["data.t.found has arguments that nothing makes known"],
    );
    check_after(
        |p| {
            p.steps[READ].deferred = None;
            p.steps[READ].after = Some(Value::NULL);
        },
        &[],
    );
}

#[test]
fn what_asks_a_provider_has_a_connection() {
    check_after(
        |p| p.steps[CHANGED].provider = ProviderKey("other".into()),
        &["t.kept goes through a connection that is not there"],
    );
    check_after(
        |p| {
            p.steps[CHANGED].provider = ProviderKey("other".into());
            p.steps[CHANGED].action = Action::Forget;
        },
        &[],
    );
}

#[test]
fn a_rollout_is_of_steps_that_are_there() {
    let gone = "t: a step of it is not there";
    check_after(|p| p.rollouts[0].promotion = Some(99), &[gone]);
    check_after(|p| p.rollouts[0].instances[0].steps.push(99), &[gone]);
}

#[test]
fn what_is_to_be_reverted_can_be_taken_back() {
    check_after(
        |p| p.steps[MADE].undoable = false,
        &["t: auto_revert is asked for, and t.made can't be taken back"],
    );
    check_after(
        |p| {
            p.steps[MADE].undoable = false;
            p.rollouts[0].auto_revert = false;
        },
        &[],
    );
}

fn plan() -> Plan {
    let mut plan = Plan::default();
    let provider = ProviderUse {
        provider: "p".into(),
        config: Value::NULL,
        deferred: None,
    };
    plan.providers.insert(ProviderKey("p".into()), provider);
    plan.steps = vec![
        step("t.made", Action::Create),
        Step {
            object: Some(KEPT),
            waits_for: vec![MADE],
            ..step("t.kept", Action::Update)
        },
        Step {
            pair: Some(REPLACED),
            effects: vec![Effect::Replaces],
            waits_for: vec![REPLACED],
            ..step("t.old", Action::Create)
        },
        Step {
            object: Some(OLD),
            pair: Some(REPLACEMENT),
            ..step("t.old", Action::Delete)
        },
        Step {
            after: Some(Value::unknown(Type::Any)),
            deferred: Some(deferred()),
            ..step("data.t.found", Action::Read)
        },
        Step {
            waits_for: vec![MADE, READ],
            ..step("t.all", Action::Barrier)
        },
    ];
    plan.rollouts.push(rollout(vec![MADE, CHANGED]));
    plan
}

fn step(text: &str, action: Action) -> Step {
    let mut step = Step::new(address(text), action, ProviderKey("p".into()));
    step.after = Some(Value::object([("a", 1.into())]));
    step
}

fn deferred() -> Deferred {
    let kind = ExprKind::Bound("x".into());
    let span = Span::new(FileId(0), 0, 1);
    Deferred {
        body: Arc::new(Expr { kind, span }),
        scope: 0,
        instance: Default::default(),
        ignored: Vec::new(),
    }
}

fn rollout(steps: Vec<StepId>) -> Rollout {
    Rollout {
        auto_revert: true,
        instances: vec![RolloutInstance {
            key: None,
            steps,
            gates: Vec::new(),
            begun: false,
        }],
        ..Rollout::bare("t".into(), Begins::Anew)
    }
}

fn state() -> State {
    let mut state = State::default();
    let begun = Event::Begun {
        lineage: Lineage([0; 10]),
        project: "shop".into(),
        environment: "prod".into(),
    };
    state.apply(&begun, 1).unwrap();
    for object in [
        object(OLD, "t.old", Status::Ready, false),
        object(KEPT, "t.kept", Status::Ready, true),
        object(DEPOSED, "t.kept", Status::Deposed, false),
    ] {
        state.apply(&Event::Put(Box::new(object)), 1).unwrap();
    }
    state
}

fn object(id: ObjectId, at: &str, status: Status, protected: bool) -> Object {
    Object {
        id,
        address: address(at),
        status,
        schema_version: 0,
        attributes: Value::NULL,
        private: Arc::from([]),
        provider: ProviderKey("p".into()),
        container: None,
        dependencies: Arc::from([]),
        create_before_destroy: false,
        protected,
        implementation: None,
        durations: Durations::default(),
        changed_at_ms: 0,
        changed_by: "me".into(),
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}
