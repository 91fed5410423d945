//! What is encoded and decoded again is what it was; with the secrets' values or without.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may panic

use landfall_state::encoding::v1::*;
use landfall_state::*;
use model::*;
use proptest::prelude::*;
use std::sync::Arc;

fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::Any),
        Just(Type::Bool),
        Just(Type::Number),
        Just(Type::String)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|t| Type::Tuple(t.into())),
            prop::collection::btree_map("\\PC{0,4}", (inner, any::<bool>(), any::<u8>()), 0..3)
                .prop_map(|fields| {
                    let fields = fields.into_iter().map(|(name, (ty, optional, d))| {
                        let default = match d % 3 {
                            0 => None,
                            1 => Some(Value::NULL),
                            _ => Some(Value::int(i64::from(d))),
                        };
                        let field = Field {
                            ty,
                            optional,
                            default,
                        };
                        (Arc::from(name), field)
                    });
                    Type::Object(Arc::new(ObjectType {
                        fields: fields.collect(),
                        kind: None,
                    }))
                }),
        ]
    })
}

fn secrets() -> impl Strategy<Value = Arc<Secret>> {
    ("\\PC{0,8}", any::<[u8; 32]>(), any::<u8>()).prop_map(|(text, print, how)| {
        let value = match how % 3 {
            0 => Value::int(7),
            1 => Value::object([("inner", Value::string(text))]),
            _ => Value::string(text),
        };
        let mut secret = match how & 4 {
            0 => Secret::open(Fingerprint(print), value),
            _ => Secret::sealed(Fingerprint(print), value.ty()),
        };
        secret.content = (how & 8 != 0).then_some(Fingerprint([how; 32]));
        secret.ephemeral = how & 0x30 == 0x30;
        Arc::new(secret)
    })
}

fn values() -> impl Strategy<Value = Value> {
    let unknown =
        (types(), any::<[bool; 3]>(), any::<Option<u8>>()).prop_map(|(ty, [a, b, c], n)| {
            Value::Unknown(Arc::new(Unknown {
                ty,
                sensitive: a,
                ephemeral: b,
                not_null: c,
                prefix: n.map(|n| format!("p\"{n}").into()),
                min_length: n.unwrap_or(0).into(),
                max_length: n.map(usize::from),
            }))
        });
    let part = prop_oneof![
        "\\PC{0,4}".prop_map(|t| Part::Text(t.into())),
        secrets().prop_map(Part::Secret)
    ];
    let leaf = prop_oneof![
        types().prop_map(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::int),
        "-?[1-9][0-9]{0,30}\\.[0-9]{0,9}[1-9]"
            .prop_map(|n| Value::Number(n.parse::<Number>().unwrap())),
        any::<String>().prop_map(Value::string),
        Just(Value::string("x")),
        unknown,
        secrets().prop_map(Value::Secret),
        (prop::collection::vec(part, 1..4), any::<Option<u8>>()).prop_map(|(parts, content)| {
            with_content(Mixed::join(parts), content.map(|c| Fingerprint([c; 32])))
        }),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let many = || prop::collection::vec(inner.clone(), 0..4);
        let named = || prop::collection::vec((any::<String>(), inner.clone()), 0..4);
        prop_oneof![
            (types(), many()).prop_map(|(t, v)| Value::list(t, v)),
            (types(), many()).prop_map(|(t, v)| Value::set(t, v)),
            (types(), named()).prop_map(|(t, v)| Value::map(t, v)),
            many().prop_map(Value::tuple),
            named().prop_map(Value::object),
        ]
    })
}

fn with_content(value: Value, content: Option<Fingerprint>) -> Value {
    match value {
        Value::Mixed(m) => Value::Mixed(Arc::new(m.with_content(content))),
        other => other,
    }
}

/// Secrets are equal by fingerprint alone: this also tells whether they are open, and all else.
fn whole(value: &Value) -> String {
    let text = std::cell::RefCell::new(format!("{value:#?}"));
    let tell = |s: &Secret| {
        let all = (s.content, &s.ty, s.ephemeral, s.expose());
        text.borrow_mut().push_str(&format!("{all:?}\n"));
    };
    value.any(&|v| {
        match v {
            Value::Secret(s) => tell(s),
            Value::Mixed(m) => m.parts().iter().for_each(|p| {
                if let Part::Secret(s) = p {
                    tell(s)
                }
            }),
            _ => {}
        }
        false
    });
    text.into_inner()
}

fn sealed(value: &Value, only_ephemeral: bool) -> Value {
    let close = |s: &Arc<Secret>| {
        if only_ephemeral && !s.ephemeral {
            return s.clone();
        }
        let mut closed = Secret::sealed(s.fingerprint, s.ty.clone()).with_content(s.content);
        closed.ephemeral = s.ephemeral;
        Arc::new(closed)
    };
    value.rewrite(&mut |v| match v {
        Value::Secret(s) => Some(Value::Secret(close(s))),
        Value::Mixed(m) => {
            let closed = Mixed::join(m.parts().iter().map(|p| match p {
                Part::Secret(s) => Part::Secret(close(s)),
                text => text.clone(),
            }));
            Some(with_content(closed, m.content))
        }
        _ => None,
    })
}

fn object(address: &str, attributes: Value) -> Object {
    Object {
        id: ObjectId::random(),
        address: address.parse().unwrap(),
        status: Status::Ready,
        schema_version: 3,
        attributes,
        private: Arc::from(&b"\x00\xff"[..]),
        provider: ProviderKey("ssh".into()),
        container: Some("m-1".into()),
        dependencies: Arc::from(["t.base".parse().unwrap(), "t.base2[0]".parse().unwrap()]),
        create_before_destroy: true,
        protected: true,
        implementation: Some("i".into()),
        durations: Durations {
            create_ms: Some(5),
            update_ms: None,
        },
        changed_at_ms: 17,
        changed_by: "me".into(),
    }
}

fn check_event(event: &Event) {
    let mut secrets = SecretsOut::new();
    let bytes = encode_event(event, &mut secrets).unwrap();
    let secrets = SecretsIn::from_bytes(&secrets.into_bytes().unwrap()).unwrap();
    assert_eq!(&decode_event(&bytes, &secrets).unwrap(), event);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2 * ProptestConfig::default().cases, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_value_is_what_it_was(value in values()) {
        let mut out = SecretsOut::new();
        let encoded = serde_json::to_string(&encode_value(&value, &mut out)).unwrap();
        let list = out.into_bytes().unwrap();
        let read: EncodedValue<'_> = serde_json::from_str(&encoded).unwrap();
        let open = decode_value(&read, &SecretsIn::from_bytes(&list).unwrap()).unwrap();
        prop_assert_eq!(whole(&open), whole(&sealed(&value, true)));
        let closed = decode_value(&read, &SecretsIn::not_at_hand()).unwrap();
        prop_assert_eq!(whole(&closed), whole(&sealed(&value, false)));
    }

    #[test]
    fn a_state_is_what_it_was(values in prop::collection::vec(values(), 0..6)) {
        let mut state = begun();
        for (i, value) in values.into_iter().enumerate() {
            let mut object = object(&format!("t.n[{}]", i / 2), value);
            if i % 2 == 1 {
                object.status = Status::Deposed;
            }
            state.apply(&Event::Put(Box::new(object)), 9).unwrap();
        }
        let mut out = SecretsOut::new();
        let bytes = encode_snapshot(&state, &mut out).unwrap();
        let secrets = SecretsIn::from_bytes(&out.into_bytes().unwrap()).unwrap();
        prop_assert_eq!(decode_snapshot(&bytes, &secrets).unwrap(), state);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), text in "[\\[\\]{}\"a-z0-9,:]{0,40}") {
        let _ = decode_event(&bytes, &SecretsIn::empty());
        let _ = decode_snapshot(text.as_bytes(), &SecretsIn::empty());
        let _ = serde_json::from_str::<EncodedValue<'_>>(&text);
    }
}

fn begun() -> State {
    let mut state = State::default();
    let begun = Event::Begun {
        lineage: Lineage::random(),
        project: "shop".into(),
        environment: "prod".into(),
    };
    check_event(&begun);
    state.apply(&begun, 1).unwrap();
    state
}

#[test]
fn every_event_is_what_it_was() {
    let lease = Lease {
        epoch: 3,
        owner: LeaseOwner {
            user: "u".into(),
            host: "h".into(),
            process: 7,
            place: None,
            run: Some("https://ci/1".into()),
            command: "apply".into(),
        },
        time_to_live_ms: 1,
        taken_at_ms: 2,
        renewed_at_ms: 3,
    };
    let object = object(
        r#"module.m["a.b]"].t.n["k\"[1]"]"#,
        Value::object([("a", 1.into())]),
    );
    let secret = Secret::open(Fingerprint([1; 32]), "s".into());
    let record = ProviderRecord {
        key: ProviderKey("aws.eu".into()),
        provider: "aws".into(),
        identity: "account".into(),
        config: Value::Secret(Arc::new(secret)),
    };
    let intent = |change, becomes, deposes| {
        Event::Intent(Intent {
            token: Token::random(),
            object: object.id,
            address: object.address.clone(),
            change,
            attributes: object.attributes.clone(),
            private: Arc::from(&b"p"[..]),
            provider: record.key.clone(),
            becomes,
            deposes,
        })
    };
    let outcome = |recorded| {
        Event::Outcome(Outcome {
            token: Token::random(),
            recorded,
        })
    };
    let output = Output {
        value: Value::NULL,
        sensitive: true,
    };
    let image = |object| Before {
        instance: Some(Key::Index(1)),
        address: "t.n[1]".parse().unwrap(),
        object,
    };
    let before = vec![image(Some(Arc::new(object.clone()))), image(None)];
    let moved = |by| Event::RolloutMoved {
        of: "t.n".into(),
        by,
    };
    let rollout = |phase| {
        Event::Rollout(Rollout {
            of: "t.n".into(),
            plan: "p".into(),
            promoted: vec![None, Some(Key::Index(1))],
            under_way: vec![Some(Key::Name("n".into()))],
            waiting: vec![],
            phase,
            before: before.clone(),
            wanted: Some(Wanted {
                config: Fingerprint([1; 32]),
                instances: vec![(Some(Key::Index(1)), Fingerprint([2; 32]))],
            }),
        })
    };
    for event in [
        Event::LeaseTaken(lease),
        Event::LeaseRenewed { epoch: 3 },
        Event::LeaseEnded { epoch: 3 },
        Event::ProviderConnected(record.clone()),
        intent(
            Change::Create,
            Some(Box::new(object.clone())),
            Some(ObjectId::random()),
        ),
        intent(Change::Update, None, None),
        intent(Change::Delete, None, None),
        outcome(Recorded::Object(Box::new(object.clone()))),
        outcome(Recorded::Removed),
        outcome(Recorded::NotDone),
        outcome(Recorded::Unclear {
            message: "?".into(),
        }),
        Event::Put(Box::new(object.clone())),
        Event::Forgotten(object.id),
        Event::Vanished(object.id),
        Event::Moved {
            object: object.id,
            to: object.address.clone(),
        },
        Event::Outputs([("o".into(), output)].into()),
        Event::PlanApplied("p".into()),
        rollout(RolloutPhase::Rolling),
        rollout(RolloutPhase::AwaitingPromotion),
        rollout(RolloutPhase::Reverting),
        rollout(RolloutPhase::Done),
        rollout(RolloutPhase::Reverted),
        moved(RolloutMove::Began {
            instance: Some(Key::Name("n".into())),
            before: before.clone(),
        }),
        moved(RolloutMove::Passed(None)),
        moved(RolloutMove::Phase(RolloutPhase::AwaitingPromotion)),
        Event::KeysChanged {
            generation: 2,
            what: "rotated".into(),
            keyring: [3; 32],
        },
    ] {
        check_event(&event);
    }
}

#[test]
fn a_secret_is_only_in_the_list_of_secrets() {
    let secret = Value::Secret(Arc::new(Secret::open(
        Fingerprint([1; 32]),
        "hunter2".into(),
    )));
    let event = Event::Put(Box::new(object("t.n", Value::object([("a", secret)]))));
    let mut secrets = SecretsOut::new();
    let bytes = encode_event(&event, &mut secrets).unwrap();
    assert!(!String::from_utf8(bytes).unwrap().contains("hunter2"));
    let list = secrets.into_bytes().unwrap().to_vec();
    assert!(String::from_utf8(list).unwrap().contains("hunter2"));
}

#[test]
fn what_is_nested_too_deeply_to_be_read_again_is_refused() {
    let nested = |depth| (0..depth).fold(Value::NULL, |v, _| Value::tuple(vec![v]));
    let event = |depth| Event::Put(Box::new(object("t.n", nested(depth))));
    check_event(&event(100));
    let error = encode_event(&event(130), &mut SecretsOut::new()).unwrap_err();
    assert!(error.0.contains("nested deeper"), "{error}");
}
