//! Plans at random, small, with everything in them that a plan can hold.

use super::exprs::{exprs, references};
use crate::{
    Action, Captured, Deferred, Drift, Header, Later, ModuleScope, OutputChange, Plan, PlanMode,
};
use crate::{
    Check, ProviderUse, Reason, Repetition, Rests, Rollout, Scopes, Settling, Step, Unread, When,
};
use model::*;
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use state::{Durations, Object, ProviderKey, Status};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many there are of each: indices stay below.
const STEPS: usize = 3;
const SCOPES: usize = 2;
const ROLLOUTS: usize = 2;

pub(super) fn name() -> impl Strategy<Value = Arc<str>> {
    "[a-z_][a-z0-9-]{0,3}".prop_map(Arc::from)
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,6}"
}

fn key() -> impl Strategy<Value = Option<Key>> {
    of(prop_oneof![
        any::<u64>().prop_map(Key::Index),
        any::<String>().prop_map(|n| Key::Name(n.into())),
    ])
}

fn module() -> impl Strategy<Value = ModulePath> {
    vec((name(), key()), 0..3).prop_map(|steps| {
        let steps = steps.into_iter();
        ModulePath(steps.map(|(name, key)| ModuleStep { name, key }).collect())
    })
}

fn resource() -> impl Strategy<Value = ResourceAddress> {
    (module(), mode(), name(), name()).prop_map(|(module, mode, ty, name)| ResourceAddress {
        module,
        mode,
        // `data` and `module` are no types.
        ty: format!("t_{ty}").into(),
        name,
    })
}

fn address() -> impl Strategy<Value = Address> {
    (resource(), key()).prop_map(|(resource, key)| Address { resource, key })
}

pub(super) fn mode() -> impl Strategy<Value = Mode> {
    select(vec![Mode::Managed, Mode::Data])
}

fn id() -> impl Strategy<Value = ObjectId> {
    any::<[u8; 10]>().prop_map(ObjectId)
}

fn provider() -> impl Strategy<Value = ProviderKey> {
    name().prop_map(ProviderKey)
}

fn bytes() -> impl Strategy<Value = Arc<[u8]>> {
    vec(any::<u8>(), 0..4).prop_map(Arc::from)
}

fn path() -> impl Strategy<Value = AttrPath> {
    let step = prop_oneof![
        any::<String>().prop_map(|n| PathStep::Name(n.into())),
        any::<usize>().prop_map(PathStep::Index),
    ];
    vec(step, 0..4).prop_map(AttrPath)
}

pub(super) fn types() -> impl Strategy<Value = Type> {
    let optional = Type::Object(Arc::new(ObjectType {
        fields: [(
            Arc::from("a"),
            Field {
                ty: Type::Number,
                optional: true,
                default: Some(7.into()),
            },
        )]
        .into(),
    }));
    select(vec![
        Type::Any,
        Type::String,
        Type::set(Type::Bool),
        Type::Tuple(Arc::from([Type::map(Type::Number)])),
        optional,
    ])
}

fn secret() -> impl Strategy<Value = Arc<Secret>> {
    (text(), any::<[u8; 32]>(), any::<[bool; 4]>()).prop_map(|(text, print, how)| {
        let value = match how[0] {
            true => Value::string(text),
            false => Value::object([("inner", Value::string(text))]),
        };
        let mut secret = match how[1] {
            true => Secret::open(Fingerprint(print), value),
            false => Secret::sealed(Fingerprint(print), Type::String),
        };
        // An open one of these is sealed when it comes back; that has a test of its own.
        secret.ephemeral = how[2] && !how[1];
        Arc::new(secret.with_content(how[3].then_some(Fingerprint([3; 32]))))
    })
}

fn mixed() -> impl Strategy<Value = Value> {
    (text(), secret(), any::<Option<u8>>()).prop_map(|(text, secret, content)| {
        let parts = [Part::Text(format!("x{text}").into()), Part::Secret(secret)];
        match Mixed::join(parts) {
            Value::Mixed(m) => Value::Mixed(Arc::new(
                m.with_content(content.map(|c| Fingerprint([c; 32]))),
            )),
            other => other,
        }
    })
}

pub(super) fn values() -> impl Strategy<Value = Value> {
    let unknown = (types(), any::<[bool; 3]>(), of(text())).prop_map(|(ty, is, prefix)| {
        Value::Unknown(Arc::new(Unknown {
            ty,
            sensitive: is[0],
            ephemeral: is[1],
            not_null: is[2],
            min_length: usize::from(is[0]),
            max_length: is[1].then_some(9),
            prefix: prefix.map(Arc::from),
        }))
    });
    let leaf = prop_oneof![
        types().prop_map(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::int),
        Just(Value::Number("0.125".parse().unwrap())),
        text().prop_map(Value::string),
        unknown,
        secret().prop_map(Value::Secret),
        mixed(),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            (types(), vec(inner.clone(), 0..3)).prop_map(|(t, v)| Value::list(t, v)),
            (types(), vec(inner.clone(), 0..3)).prop_map(|(t, v)| Value::set(t, v)),
            vec(inner.clone(), 0..3).prop_map(Value::tuple),
            (types(), vec((text(), inner.clone()), 0..3)).prop_map(|(t, v)| Value::map(t, v)),
            vec((text(), inner), 0..3).prop_map(Value::object),
        ]
    })
}

fn reason() -> impl Strategy<Value = Reason> {
    prop_oneof![
        3 => select(plain_reasons()),
        1 => vec(path(), 0..3).prop_map(Reason::Configured),
        1 => vec(path(), 0..3).prop_map(Reason::Forced),
        1 => vec(resource(), 0..3).prop_map(Reason::Upstream),
        1 => text().prop_map(Reason::Triggered),
        1 => address().prop_map(Reason::MachineGoes),
    ]
}

fn plain_reasons() -> Vec<Reason> {
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

fn instance() -> impl Strategy<Value = BTreeMap<eval::Reference, Value>> {
    btree_map(references(), values(), 0..3)
}

fn deferred() -> impl Strategy<Value = Deferred> {
    (exprs(), 0..SCOPES, instance(), vec(path(), 0..2)).prop_map(
        |(body, scope, instance, ignored)| Deferred {
            body: Arc::new(body),
            scope,
            instance,
            ignored,
        },
    )
}

fn repetition() -> impl Strategy<Value = Repetition> {
    select(vec![
        Repetition::Once,
        Repetition::Count,
        Repetition::ForEach,
    ])
}

fn captured() -> impl Strategy<Value = Captured> {
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

fn step() -> impl Strategy<Value = Step> {
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
        vec(resource(), 0..3),
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

fn rollout() -> impl Strategy<Value = Rollout> {
    let strategies = vec![
        crate::Strategy::Rolling,
        crate::Strategy::BlueGreen,
        crate::Strategy::Canary,
        crate::Strategy::AllAtOnce,
    ];
    let instances = vec((key(), vec(0..STEPS, 0..3)), 0..3);
    let numbers = any::<([usize; 2], [u64; 3], [bool; 2])>();
    (name(), select(strategies), numbers, of(name()), instances).prop_map(
        |(of, strategy, (counts, times, is), gate, instances)| Rollout {
            of,
            strategy,
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

fn scopes() -> impl Strategy<Value = Scopes> {
    let names = btree_map(references(), captured(), 0..3);
    let scope = (module(), names).prop_map(|(module, names)| ModuleScope { module, names });
    let data = btree_map(address(), values(), 0..3);
    (vec(scope, SCOPES), data).prop_map(|(modules, data)| Scopes { modules, data })
}

pub(super) fn plans() -> impl Strategy<Value = Plan> {
    let first = (header(), vec(step(), STEPS), scopes());
    let found = (vec(drift(), 0..3), vec(rests(), 0..3));
    let changes = (
        vec((id(), address()), 0..2),
        btree_map(name(), output(), 0..3),
        btree_map(provider(), provider_use(), 0..3),
    );
    let rest = (
        vec(later(), 0..2),
        vec(rollout(), ROLLOUTS),
        vec(settling(), 0..2),
        any::<[usize; 2]>(),
        vec(check(), 0..3),
    );
    (first, found, changes, rest).prop_map(|(first, found, changes, rest)| Plan {
        header: first.0,
        steps: first.1,
        scopes: first.2,
        refreshed: found.0,
        rests: found.1,
        moved: changes.0,
        outputs: changes.1,
        providers: changes.2,
        later: rest.0,
        rollouts: rest.1,
        settling: rest.2,
        checks: rest.4,
        unread: Unread {
            objects: rest.3[0],
            attributes: rest.3[1],
        },
    })
}
