//! Steps at random, with what finishes them and what the names in that stand for.

use super::exprs::{exprs, references};
use super::generate::{ROLLOUTS, SCOPES, STEPS};
use super::values::{address, bytes, id, key, mode, name, path, provider, text, types, values};
use crate::{Action, Captured, Deferred, Reason, Repetition, Step};
use model::{Effect, Value};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn reason() -> impl Strategy<Value = Reason> {
    prop_oneof![
        3 => select(plain_reasons()),
        1 => vec(path(), 0..3).prop_map(Reason::Configured),
        1 => vec(path(), 0..3).prop_map(Reason::Forced),
        1 => vec(address(), 0..3).prop_map(Reason::Upstream),
        1 => text().prop_map(Reason::Triggered),
        1 => address().prop_map(Reason::MachineGoes),
        1 => of(text()).prop_map(Reason::Imported),
    ]
}

pub(super) fn plain_reasons() -> Vec<Reason> {
    vec![
        Reason::New,
        Reason::Drifted,
        Reason::Vanished,
        Reason::Tainted,
        Reason::Deposed,
        Reason::Asked,
        Reason::Unconfigured,
        Reason::InstanceGone,
        Reason::Destroy,
        Reason::OtherMachine,
        Reason::ProtectionLifted,
        Reason::ProtectionSet,
        Reason::Removed,
        Reason::ReadLater,
        Reason::StandsThere,
        Reason::OtherConnection,
    ]
}

pub(super) fn instance() -> impl Strategy<Value = BTreeMap<eval::Reference, Value>> {
    btree_map(references(), values(), 0..3)
}

pub(super) fn deferred() -> impl Strategy<Value = Deferred> {
    (exprs(), 0..SCOPES, instance(), vec(path(), 0..2)).prop_map(
        |(body, scope, instance, ignored)| Deferred {
            body: Arc::new(body),
            scope,
            instance,
            ignored,
        },
    )
}

pub(super) fn repetition() -> impl Strategy<Value = Repetition> {
    select(vec![
        Repetition::Once,
        Repetition::Count,
        Repetition::ForEach,
    ])
}

pub(super) fn captured() -> impl Strategy<Value = Captured> {
    let expr = (exprs(), 0..SCOPES, types(), any::<bool>(), instance()).prop_map(
        |(expr, scope, ty, sensitive, instance)| Captured::Expr {
            expr: Box::new(expr),
            scope,
            ty,
            sensitive,
            instance,
        },
    );
    let resource = (mode(), repetition(), vec((key(), address()), 0..3)).prop_map(
        |(mode, repetition, instances)| Captured::Resource {
            mode,
            repetition,
            instances,
        },
    );
    let leaf = prop_oneof![values().prop_map(Captured::Value), expr, resource];
    leaf.prop_recursive(2, 6, 2, |inner| {
        let outputs = btree_map(name(), inner, 0..3);
        (repetition(), vec((key(), outputs), 0..3)).prop_map(|(repetition, instances)| {
            Captured::Module {
                repetition,
                instances,
            }
        })
    })
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let actions = vec![
        Action::Create,
        Action::Adopt,
        Action::Update,
        Action::Delete,
        Action::GoesWith,
        Action::Record,
        Action::Forget,
        Action::Read,
        Action::Barrier,
    ];
    let effects = vec![
        Effect::DestroysData,
        Effect::Irreversible,
        Effect::Downtime,
        Effect::Restarts,
        Effect::Replaces,
        Effect::Exposes,
        Effect::RotatesSecret,
        Effect::TakesOver,
    ];
    let what = (address(), select(actions), provider(), of(id()), bytes());
    let why = (vec(reason(), 0..4), vec(select(effects), 0..4));
    let values = (of(values()), of(values()), of(deferred()));
    let order = (vec(0..STEPS, 0..3), of(0..STEPS), of(0..ROLLOUTS));
    let rest = (
        of(name()),
        vec(address(), 0..3),
        any::<(u32, u64, u64, [bool; 3])>(),
    );
    (what, why, values, order, rest).prop_map(|(what, why, values, order, rest)| Step {
        object: what.3,
        private: what.4,
        reasons: why.0,
        effects: why.1,
        before: values.0,
        after: values.1,
        deferred: values.2,
        waits_for: order.0,
        pair: order.1,
        rollout: order.2,
        container: rest.0,
        dependencies: rest.1.into(),
        schema_version: rest.2.0,
        timeout_ms: rest.2.1,
        expected_ms: rest.2.2,
        create_before_destroy: rest.2.3[0],
        protected: rest.2.3[1],
        undoable: rest.2.3[2],
        ..Step::new(what.0, what.1, what.2)
    })
}
