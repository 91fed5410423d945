//! Each rule of the contract, broken on purpose.

use super::*;
use model::{AttrPath, Attribute, Gate, NestedBlock};
use std::sync::Arc;

const TY: &str = "x_thing";

fn text(name: &'static str) -> Attribute {
    Attribute::new(name, Type::String, "What it means.")
}

/// A required `name`, an optional `note`, a `mode` with a default, a computed `id`, and a
/// write-only `password`.
fn sound() -> ResourceSchema {
    let attributes = vec![
        text("name").required(),
        text("note"),
        text("mode").or("0644"),
        text("id").computed(),
        Attribute {
            write_only: true,
            ..text("password")
        },
    ];
    ResourceSchema {
        doc: "A thing.",
        block: BlockSchema {
            attributes,
            blocks: Vec::new(),
        },
        timeout_ms: 1_000,
        ..ResourceSchema::default()
    }
}

fn object(fields: &[(&str, Value)]) -> Value {
    let empty = ["name", "note", "mode", "id", "password"];
    let empty = empty.map(|name| (name, Value::Null(Type::String)));
    Value::object(empty.into_iter().chain(fields.iter().cloned()))
}

fn unknown() -> Value {
    Value::unknown(Type::String)
}

/// What is planned of `name = "a"`, where nothing is wrong but for `changes`.
fn planned(changes: &[(&str, Value)]) -> Value {
    let right = [
        ("name", "a".into()),
        ("mode", "0644".into()),
        ("id", unknown()),
    ];
    object(
        &right
            .into_iter()
            .chain(changes.iter().cloned())
            .collect::<Vec<_>>(),
    )
}

fn check_plan(answer: PlanAnswer, expected: &[&str]) {
    let (config, proposed) = (object(&[("name", "a".into())]), planned(&[]));
    let request = PlanRequest {
        ty: TY,
        prior: None,
        config: &config,
        proposed: &proposed,
        private: &[],
        existing: None,
    };
    assert_broken(&plan(&sound(), &request, &answer), expected);
}

fn check_planned(planned: Value, expected: &[&str]) {
    check_plan(
        PlanAnswer {
            planned: Some(planned),
            ..PlanAnswer::default()
        },
        expected,
    );
}

/// What is made of the plan with `id` unknown, where nothing is wrong but for `changes`.
fn check_outcome(changes: &[(&str, Value)], expected: &[&str]) {
    let right = [("id", "7".into())];
    let made = planned(
        &right
            .into_iter()
            .chain(changes.iter().cloned())
            .collect::<Vec<_>>(),
    );
    let made = Made {
        attributes: made,
        private: Vec::new(),
    };
    let planned = planned(&[("password", "secret".into())]);
    assert_broken(&outcome(&sound(), TY, &planned, &made), expected);
}

fn check_schema(change: impl FnOnce(&mut ResourceSchema), expected: &[&str]) {
    let mut changed = sound();
    change(&mut changed);
    assert_broken(&schema(TY, &changed), expected);
}

/// As many broken rules as expected, each with the words expected.
fn assert_broken(broken: &[String], expected: &[&str]) {
    let fits = broken
        .iter()
        .zip(expected)
        .all(|(b, e)| b.contains(e) && b.contains(TY));
    assert!(
        fits && broken.len() == expected.len(),
        "{broken:#?}\nexpected {expected:#?}"
    );
}

#[test]
fn a_plan_may_decide_what_is_computed_and_nothing_else() {
    check_plan(PlanAnswer::default(), &[]);
    check_planned(planned(&[]), &[]);
    check_planned(planned(&[("id", "7".into())]), &[]);
    check_planned(
        planned(&[("name", "b".into())]),
        &["plan changed the attribute `name`"],
    );
    check_planned(
        planned(&[("name", unknown())]),
        &["plan changed the attribute `name`"],
    );
    check_planned(
        planned(&[("note", "b".into())]),
        &["set the attribute `note`, which is neither"],
    );
    check_planned(
        planned(&[("note", unknown())]),
        &["set the attribute `note`, which is neither"],
    );
    check_planned(
        planned(&[("mode", "0600".into())]),
        &["`mode`, which is not configured, another"],
    );
}

#[test]
fn a_plan_has_the_schemas_shape() {
    check_planned(
        Value::NULL,
        &[
            "plan gave any, not an object",
            "changed the attribute `name`",
        ],
    );
    check_planned(
        planned(&[("extra", 1.into())]),
        &["plan gave `extra`, which is not in"],
    );
    check_planned(
        planned(&[("id", 1.into())]),
        &["plan gave `id` as number, not as string"],
    );
    check_planned(planned(&[("note", Value::NULL)]), &[]);
    let mut fields = planned(&[]).as_fields().cloned().unwrap();
    fields.remove("id");
    check_planned(
        Value::Object(Arc::new(fields)),
        &["plan left out `id`; null says nothing"],
    );
}

#[test]
fn a_replaced_path_is_one_of_the_schema() {
    let replaced = |name| PlanAnswer {
        replaced: vec![AttrPath::name(name)],
        ..Default::default()
    };
    check_plan(replaced("name"), &[]);
    check_plan(
        replaced("nmae"),
        &["plan replaces because of `nmae`, which is not in the schema"],
    );
}

#[test]
fn what_was_planned_as_known_comes_true() {
    check_outcome(&[], &[]);
    check_outcome(
        &[("name", "b".into())],
        &["another value for `name` than was planned"],
    );
    check_outcome(
        &[("mode", Value::NULL)],
        &["another value for `mode` than was planned"],
    );
    check_outcome(
        &[("id", unknown())],
        &["apply gave a value that is still unknown"],
    );
    check_outcome(
        &[("id", 7.into())],
        &["apply gave `id` as number, not as string"],
    );
    // Never recorded, so it need not come back.
    check_outcome(&[("password", Value::NULL)], &[]);
}

#[test]
fn a_secret_made_in_clear_is_the_secret_that_was_planned() {
    let secret = |open| {
        let fingerprint = model::Fingerprint([1; 32]);
        Value::Secret(Arc::new(match open {
            true => model::Secret::open(fingerprint, "s".into()),
            false => model::Secret::sealed(fingerprint, Type::String),
        }))
    };
    for (planned_note, made_note, broken) in [
        (secret(true), Value::from("s"), 0),
        (secret(true), "other".into(), 1),
        (secret(false), "anything".into(), 0),
    ] {
        let planned = planned(&[("id", "7".into()), ("note", planned_note)]);
        let made = Made {
            attributes: planned.with("note", made_note),
            private: Vec::new(),
        };
        assert_eq!(outcome(&sound(), TY, &planned, &made).len(), broken);
    }
}

#[test]
fn a_read_knows_everything() {
    let made = |id| Made {
        attributes: planned(&[("id", id)]),
        private: Vec::new(),
    };
    assert_broken(&read(&sound(), TY, &made("7".into())), &[]);
    assert_broken(
        &read(&sound(), TY, &made(unknown())),
        &["read gave a value that is unknown"],
    );
    assert_broken(
        &read(&sound(), TY, &made(true.into())),
        &["read gave `id` as bool"],
    );
}

#[test]
fn a_schema_is_sound() {
    check_schema(|_| {}, &[]);
    check_schema(|s| s.doc = "", &["has no documentation"]);
    check_schema(
        |s| s.timeout_ms = 0,
        &["nothing of how long its operations may take"],
    );
    let add = |attribute| move |s: &mut ResourceSchema| s.block.attributes.push(attribute);
    check_schema(add(text("name")), &["two attributes are named `name`"]);
    check_schema(
        add(Attribute {
            doc: "",
            ..text("a")
        }),
        &["x_thing.a` has no documentation"],
    );
    check_schema(
        add(text("a").or("b").required()),
        &["is required and has a default"],
    );
    check_schema(add(text("a").or(1)), &["the default is not of its type"]);
    check_schema(
        add(text("a").loads_into("b")),
        &["loads into `b`, which is not there"],
    );
    let never = Attribute {
        write_only: true,
        ..text("a").computed()
    };
    check_schema(add(never), &["is computed, but never recorded"]);
    let gate = Gate {
        name: "up",
        doc: "",
    };
    check_schema(
        |s| s.gates = vec![gate],
        &["the gate `up` of `x_thing` has no documentation"],
    );
}

#[test]
fn a_schema_names_its_host() {
    check_schema(
        |s| s.containment = Containment::On("host"),
        &["lives on the host in `host`, which is not there"],
    );
    check_schema(
        |s| s.containment = Containment::Machine("name"),
        &["gives out its host in `name`, which is no computed attribute"],
    );
    check_schema(|s| s.containment = Containment::Machine("id"), &[]);
}

#[test]
fn nested_blocks_are_looked_into() {
    let nested = |block: BlockSchema| NestedBlock {
        name: "part".into(),
        min: 2,
        max: Some(1),
        block: Arc::new(block),
        ..NestedBlock::default()
    };
    let block = BlockSchema {
        attributes: vec![text("a"), text("a")],
        blocks: Vec::new(),
    };
    check_schema(
        |s| s.block.blocks.push(nested(block)),
        &[
            "`x_thing.part` must stand more often than it may",
            "x_thing.part`: two attributes",
        ],
    );
}
