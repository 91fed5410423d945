//! Names, addresses, paths, types and values at random.

use model::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use state::ProviderKey;
use std::sync::Arc;

pub(super) fn name() -> impl Strategy<Value = Arc<str>> {
    "[a-z_][a-z0-9-]{0,3}".prop_map(Arc::from)
}

pub(super) fn text() -> impl Strategy<Value = String> {
    "\\PC{0,6}"
}

pub(super) fn key() -> impl Strategy<Value = Option<Key>> {
    of(prop_oneof![
        any::<u64>().prop_map(Key::Index),
        any::<String>().prop_map(|n| Key::Name(n.into())),
    ])
}

pub(super) fn call() -> impl Strategy<Value = CallName> {
    let kind = prop_oneof![Just(Arc::from(CallName::MODULE)), name()];
    (kind, name()).prop_map(|(kind, name)| CallName { kind, name })
}

pub(super) fn module() -> impl Strategy<Value = ModulePath> {
    vec((call(), key()), 0..3).prop_map(|steps| {
        let steps = steps.into_iter();
        ModulePath(steps.map(|(call, key)| ModuleStep { call, key }).collect())
    })
}

pub(super) fn resource() -> impl Strategy<Value = ResourceAddress> {
    (module(), mode(), name(), name()).prop_map(|(module, mode, ty, name)| ResourceAddress {
        module,
        mode,
        // `data` and `module` are no types.
        ty: format!("t_{ty}").into(),
        name,
    })
}

pub(super) fn address() -> impl Strategy<Value = Address> {
    (resource(), key()).prop_map(|(resource, key)| Address { resource, key })
}

pub(super) fn mode() -> impl Strategy<Value = Mode> {
    select(vec![Mode::Managed, Mode::Data, Mode::Ephemeral])
}

pub(super) fn id() -> impl Strategy<Value = ObjectId> {
    any::<[u8; 10]>().prop_map(ObjectId)
}

pub(super) fn provider() -> impl Strategy<Value = ProviderKey> {
    name().prop_map(ProviderKey)
}

pub(super) fn bytes() -> impl Strategy<Value = Arc<[u8]>> {
    vec(any::<u8>(), 0..4).prop_map(Arc::from)
}

pub(super) fn path() -> impl Strategy<Value = AttrPath> {
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
        kind: None,
    }));
    select(vec![
        Type::Any,
        Type::String,
        Type::set(Type::Bool),
        Type::Tuple(Arc::from([Type::map(Type::Number)])),
        optional,
    ])
}

pub(super) fn secret() -> impl Strategy<Value = Arc<Secret>> {
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

pub(super) fn mixed() -> impl Strategy<Value = Value> {
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
