//! Plans at random, small, with everything in them that a plan can hold.

use super::exprs::{exprs, references};
use super::steps::{captured, deferred, instance, step};
use super::values::{address, bytes, id, key, module, name, provider, text, values};
use crate::{Assertion, CheckBlock, ScopedData, Verdict};
use crate::{Begins, ProviderUse, Rests, Rollout, RolloutInstance, Scopes, Settling, Unread};
use crate::{
    Check, Drift, Header, Later, LeftOut, ModuleScope, Moved, OutputChange, Plan, PlanMode, When,
};
use model::{Lineage, Token};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use state::{Durations, Object, Status};
use std::sync::Arc;

/// How many there are of each: indices stay below.
pub(super) const STEPS: usize = 3;
pub(super) const SCOPES: usize = 2;
pub(super) const ROLLOUTS: usize = 2;

fn rollout() -> impl Strategy<Value = Rollout> {
    let strategies = vec![
        crate::Strategy::Rolling,
        crate::Strategy::BlueGreen,
        crate::Strategy::Canary,
        crate::Strategy::AllAtOnce,
    ];
    let begins = vec![
        Begins::Anew,
        Begins::Resumes,
        Begins::Promotes,
        Begins::Reverts,
        Begins::Supersedes,
        Begins::Forgets,
    ];
    let words = (select(strategies), select(begins), of(0..STEPS));
    let instances = vec(rollout_instance(), 0..3);
    let numbers = any::<([usize; 2], [u64; 3], [bool; 2])>();
    (name(), words, numbers, of(name()), instances).prop_map(
        |(of, words, (counts, times, is), gate, instances)| Rollout {
            of,
            strategy: words.0,
            begins: words.1,
            promotion: words.2,
            max_parallel: counts[0],
            min_healthy_ms: times[0],
            healthy_deadline_ms: times[1],
            progress_deadline_ms: times[2],
            canary: counts[1],
            auto_promote: is[0],
            auto_revert: is[1],
            gate,
            instances,
        },
    )
}

fn rollout_instance() -> impl Strategy<Value = RolloutInstance> {
    let gates = vec((address(), name()), 0..2);
    (key(), vec(0..STEPS, 0..3), gates, any::<bool>()).prop_map(|(key, steps, gates, begun)| {
        RolloutInstance {
            key,
            steps,
            gates,
            begun,
        }
    })
}

fn object() -> impl Strategy<Value = Object> {
    let status = select(vec![Status::Ready, Status::Tainted, Status::Deposed]);
    (id(), address(), status, values(), bytes(), provider()).prop_map(
        |(id, address, status, attributes, private, provider)| Object {
            id,
            address,
            status,
            schema_version: 2,
            attributes,
            private,
            provider,
            container: Some("m".into()),
            dependencies: Arc::from([]),
            create_before_destroy: true,
            protected: false,
            implementation: None,
            durations: Durations::default(),
            changed_at_ms: 1,
            changed_by: "me".into(),
        },
    )
}

fn drift() -> impl Strategy<Value = Drift> {
    (address(), values(), of(values()), of(object()), id()).prop_map(
        |(address, before, after, object, id)| Drift {
            address,
            before,
            after,
            object: object.map(Box::new),
            id,
        },
    )
}

fn moved() -> impl Strategy<Value = Moved> {
    (id(), address(), address(), of(object())).prop_map(|(id, from, to, becomes)| Moved {
        object: id,
        from,
        to,
        becomes: becomes.map(Box::new),
    })
}

fn rests() -> impl Strategy<Value = Rests> {
    let place = (address(), of(id()), provider());
    (place, values(), bytes(), any::<[u8; 32]>()).prop_map(|(place, asked, private, digest)| {
        Rests {
            address: place.0,
            object: place.1,
            provider: place.2,
            asked,
            private,
            digest,
        }
    })
}

fn header() -> impl Strategy<Value = Header> {
    let modes = vec![PlanMode::Apply, PlanMode::Destroy, PlanMode::RefreshOnly];
    let texts = (text(), name(), name(), text());
    let lineage = of(any::<[u8; 10]>().prop_map(Lineage));
    let rest = any::<(u64, [u8; 32], bool)>();
    (texts, lineage, select(modes), rest).prop_map(|(texts, lineage, mode, rest)| Header {
        version: texts.0,
        project: texts.1,
        environment: texts.2,
        lineage,
        changed: rest.0,
        config: rest.1,
        planned_at: texts.3,
        mode,
        partial: rest.2,
    })
}

fn output() -> impl Strategy<Value = OutputChange> {
    let values = (of(values()), of(values()));
    (values, of(captured()), any::<bool>()).prop_map(|((before, after), deferred, sensitive)| {
        OutputChange {
            before,
            after,
            deferred,
            sensitive,
        }
    })
}

fn provider_use() -> impl Strategy<Value = ProviderUse> {
    (name(), values(), of(deferred())).prop_map(|(provider, config, deferred)| ProviderUse {
        provider,
        config,
        deferred,
    })
}

fn later() -> impl Strategy<Value = Later> {
    (text(), text(), vec(text(), 0..3)).prop_map(|(what, why, waits_for)| Later {
        what,
        why,
        waits_for,
    })
}

fn left_out() -> impl Strategy<Value = LeftOut> {
    let words = (text(), of(text()), text());
    let dependencies = vec(address(), 0..3);
    (words, of(address()), of(id()), dependencies).prop_map(
        |((what, link, cause), address, object, dependencies)| LeftOut {
            what,
            link,
            cause,
            address,
            object,
            dependencies: dependencies.into(),
        },
    )
}

fn settling() -> impl Strategy<Value = Settling> {
    let change = select(vec!["create", "update", "delete"]);
    let token = any::<[u8; 15]>().prop_map(Token);
    (token, address(), change, of(text())).prop_map(|(token, address, change, unclear)| Settling {
        token,
        address,
        change,
        unclear,
    })
}

fn check() -> impl Strategy<Value = Check> {
    let when = prop_oneof![
        (0..STEPS).prop_map(When::Before),
        (0..STEPS).prop_map(When::After),
        (0..SCOPES).prop_map(When::Inside),
        Just(When::AtEnd),
    ];
    let what = (text(), address(), any::<bool>(), when);
    (what, exprs(), exprs(), 0..SCOPES, instance()).prop_map(
        |(what, condition, error_message, scope, instance)| Check {
            problem: what.0,
            address: what.1,
            condition: Box::new(condition),
            error_message: Box::new(error_message),
            scope,
            instance,
            on_self: what.2,
            when: what.3,
        },
    )
}

fn scoped() -> impl Strategy<Value = ScopedData> {
    (address(), provider(), deferred()).prop_map(|(address, provider, deferred)| ScopedData {
        address,
        provider,
        deferred,
    })
}

fn check_block() -> impl Strategy<Value = CheckBlock> {
    let assertion = (exprs(), exprs()).prop_map(|(condition, error_message)| Assertion {
        condition: Box::new(condition),
        error_message: Box::new(error_message),
    });
    let verdict = select(vec![Verdict::Holds, Verdict::Open, Verdict::Fails]);
    let what = (address(), 0..SCOPES, verdict);
    (what, of(scoped()), vec(assertion, 0..3)).prop_map(|(what, data, assertions)| CheckBlock {
        address: what.0,
        scope: what.1,
        verdict: what.2,
        data,
        assertions,
    })
}

fn scopes() -> impl Strategy<Value = Scopes> {
    let names = btree_map(references(), captured(), 0..3);
    let scope = (module(), names).prop_map(|(module, names)| ModuleScope { module, names });
    let data = btree_map(address(), values(), 0..3);
    (vec(scope, SCOPES), data).prop_map(|(modules, data)| Scopes { modules, data })
}

pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let first = (header(), vec(step(), STEPS), scopes());
    let found = (
        vec(drift(), 0..3),
        vec(rests(), 0..3),
        vec(left_out(), 0..3),
    );
    let changes = (
        vec(moved(), 0..2),
        btree_map(name(), output(), 0..3),
        btree_map(provider(), provider_use(), 0..3),
    );
    let rest = (
        vec(later(), 0..2),
        vec(rollout(), ROLLOUTS),
        vec(settling(), 0..2),
        any::<[usize; 2]>(),
        (
            vec(check(), 0..3),
            vec(check_block(), 0..2),
            vec(scoped(), 0..2),
        ),
    );
    (first, found, changes, rest).prop_map(|(first, found, changes, rest)| Plan {
        header: first.0,
        steps: first.1,
        scopes: first.2,
        refreshed: found.0,
        rests: found.1,
        left_out: found.2,
        moved: changes.0,
        outputs: changes.1,
        providers: changes.2,
        later: rest.0,
        rollouts: rest.1,
        settling: rest.2,
        checks: rest.4.0,
        check_blocks: rest.4.1,
        ephemerals: rest.4.2,
        unread: Unread {
            objects: rest.3[0],
            attributes: rest.3[1],
        },
    })
}
