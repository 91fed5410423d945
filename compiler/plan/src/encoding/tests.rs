//! What is saved and read again is what it was, and whatever else is read is refused in words.

mod exprs;
mod generate;
mod steps;
mod values;

use super::*;
use crate::{Action, Deferred, Step};
use diagnostics::{FileId, Span};
use eval::{Expr, ExprKind};
use model::{Fingerprint, Secret, Type, Value};
use proptest::prelude::*;
use state::ProviderKey;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn saved(plan: Plan) -> SavedPlan {
    let saved = SavedPlan {
        plan,
        files: [("a/b.txt".to_string(), vec![0, 255, 10])].into(),
        ..SavedPlan::default()
    };
    let id = encode(&saved).unwrap().id;
    SavedPlan { id, ..saved }
}

fn secrets_of(encoded: &Encoded) -> SecretsIn {
    match &encoded.secrets {
        Some(secrets) => SecretsIn::from_bytes(secrets).unwrap(),
        None => SecretsIn::empty(),
    }
}

fn decoded(encoded: &Encoded) -> SavedPlan {
    decode(&encoded.body, &secrets_of(encoded)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 2, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_plan_is_what_it_was(plan in generate::plans()) {
        let saved = saved(plan);
        let encoded = encode(&saved).unwrap();
        let back = decoded(&encoded);
        prop_assert_eq!(&back, &saved);
        prop_assert_eq!(format!("{back:?}"), format!("{saved:?}"));
        // Secrets are equal by fingerprint alone: this tells whether all else is there too.
        let again = encode(&back).unwrap();
        prop_assert!(again.body == encoded.body && again.secrets == encoded.secrets);

        let closed = decode(&encoded.body, &SecretsIn::not_at_hand()).unwrap();
        let expected = format!("{saved:?}").replace("Secret(open", "Secret(sealed");
        prop_assert_eq!(format!("{closed:?}"), expected);
    }

    #[test]
    fn no_bytes_make_it_panic(plan in generate::plans(), cut in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut body = encode(&saved(plan)).unwrap().body;
        let at = cut.index(body.len());
        let short = decode(&body[..at], &SecretsIn::not_at_hand());
        prop_assert_eq!(short, Err(Unreadable::CutShort));
        body[at] = byte;
        let _ = decode(&body, &SecretsIn::not_at_hand());
        let _ = decode(&body, &SecretsIn::empty());
    }

    #[test]
    fn nothing_else_is_a_plan(bytes in any::<Vec<u8>>(), text in "[\\[\\]{}\"a-z0-9,:\n]{0,40}") {
        prop_assert!(decode(&bytes, &SecretsIn::empty()).is_err());
        let text = format!("{{\"landfall_plan\":1,\"steps\":0,\"rests\":0,\"refreshed\":0}}\n{text}");
        prop_assert!(decode(text.as_bytes(), &SecretsIn::empty()).is_err());
    }
}

fn refused(body: &[u8], expected: &str) {
    let error = decode(body, &SecretsIn::empty()).unwrap_err().to_string();
    let expected = format!("{expected}; make it again with `landfall plan --out FILE`");
    assert_eq!(error, expected);
}

#[test]
fn what_is_no_plan_is_refused_in_words() {
    let body = encode(&SavedPlan::default()).unwrap().body;
    let text = String::from_utf8(body.clone()).unwrap();
    refused(b"#!/bin/sh", "this is no saved plan");
    refused(b"{\"format\":1}", "this is no saved plan");
    refused(b"", "the saved plan is cut short");
    refused(&body[..body.len() - 1], "the saved plan is cut short");
    refused(
        text.replacen(":1,", ":2,", 1).as_bytes(),
        "the saved plan has format 2, and this version of Landfall reads only format 1",
    );
    refused(
        b"{\"landfall_plan\":7}\nwhatever comes then",
        "the saved plan has format 7, and this version of Landfall reads only format 1",
    );
    refused(
        format!("{text}\n{{}}").as_bytes(),
        "the saved plan is damaged: there is more behind its end",
    );
    refused(
        text.replacen("apply", "hunter2", 1).as_bytes(),
        "the saved plan is damaged: line 2, column 168 is not what belongs there",
    );
}

#[test]
fn an_index_that_leads_nowhere_is_refused() {
    let mut plan = Plan::default();
    plan.steps.push(step(0));
    plan.steps[0].waits_for = vec![4];
    let body = encode(&saved(plan)).unwrap().body;
    refused(
        &body,
        "the saved plan is damaged: step 4 is named, and there are only 1",
    );
}

fn step(number: usize) -> Step {
    let address = format!("terraform_data.one[{number}]");
    let provider = ProviderKey("builtin".into());
    Step::new(address.parse().unwrap(), Action::Create, provider)
}

fn expr(kind: ExprKind) -> Expr {
    let span = Span::new(FileId(0), 3, 9);
    Expr { kind, span }
}

fn deferred(body: Arc<Expr>) -> Deferred {
    Deferred {
        body,
        scope: 0,
        instance: [(eval::Reference::CountIndex, 3.into())].into(),
        ignored: Vec::new(),
    }
}

/// A plan with a step for each body.
fn plan_of(bodies: impl IntoIterator<Item = Arc<Expr>>) -> Plan {
    let mut plan = Plan::default();
    plan.scopes.modules.push(Default::default());
    for (number, body) in bodies.into_iter().enumerate() {
        let mut step = step(number);
        step.deferred = Some(deferred(body));
        step.after = Some(Value::object([
            ("id", Value::unknown(Type::String)),
            ("input", Value::string(format!("value number {number}"))),
        ]));
        plan.steps.push(step);
    }
    plan
}

#[test]
fn every_kind_of_expression_is_what_it_was() {
    let leaf = |name: &str| expr(ExprKind::Bound(name.into()));
    let bodies = (0..exprs::KINDS).flat_map(|kind| {
        (0..13).map(move |n| {
            let kind = exprs::around(kind, leaf("a"), leaf("b"), leaf("c"), n);
            Arc::new(expr(kind))
        })
    });
    let saved = saved(plan_of(bodies));
    assert_eq!(decoded(&encode(&saved).unwrap()), saved);
}

/// `depth` expressions of a kind, each inside of the next.
fn nested(kind: usize, depth: usize) -> Expr {
    let leaf = || expr(ExprKind::Bound("x".into()));
    (1..depth).fold(leaf(), |inner, _| {
        expr(exprs::around(kind, inner, leaf(), leaf(), 0))
    })
}

#[test]
fn deep_expressions_are_what_they_were() {
    for kind in 0..exprs::KINDS {
        let saved = saved(plan_of([Arc::new(nested(kind, 500))]));
        assert_eq!(decoded(&encode(&saved).unwrap()), saved, "kind {kind}");
    }
}

#[test]
fn what_is_too_deep_to_be_walked_through_is_refused_before_it_is_saved() {
    let plan = plan_of([Arc::new(nested(8, 1025))]);
    let saved = SavedPlan {
        plan,
        ..SavedPlan::default()
    };
    let error = encode(&saved).unwrap_err().to_string();
    assert!(error.contains("deeper than 1024 levels"), "{error}");

    let chain: Vec<_> = (1..=2000)
        .map(|i| format!(r#"{{"e":[[0,0,0],{{"unary":["not",{i}]}}]}}"#))
        .collect();
    let leaf = r#"{"e":[[0,0,0],{"bound":"x"}]}"#;
    let body = String::from_utf8(encode(&SavedPlan::default()).unwrap().body).unwrap();
    let exprs = format!(r#""exprs":[{},{leaf}]"#, chain.join(","));
    let body = body.replace(r#""exprs":[]"#, &exprs);
    let error = decode(body.as_bytes(), &SecretsIn::empty()).unwrap_err();
    assert!(error.to_string().contains("deeper than 1024"), "{error}");
}

#[test]
fn an_expression_inside_of_itself_is_refused() {
    let body = String::from_utf8(encode(&SavedPlan::default()).unwrap().body).unwrap();
    for inside in [0, 7] {
        let list = format!(r#""exprs":[{{"e":[[0,0,0],{{"unary":["not",{inside}]}}]}}]"#);
        refused(
            body.replace(r#""exprs":[]"#, &list).as_bytes(),
            "the saved plan is damaged: an expression is missing",
        );
    }
}

#[test]
fn instances_share_their_body_again() {
    let body = Arc::new(nested(3, 20));
    let one = encode(&saved(plan_of([body.clone()]))).unwrap().body.len();
    let plan = plan_of((0..3).map(|_| body.clone()));
    let encoded = encode(&saved(plan)).unwrap();
    assert!(encoded.body.len() < 2 * one, "{}", encoded.body.len());
    let back = decoded(&encoded).plan;
    let body = |i: usize| &back.steps[i].deferred.as_ref().unwrap().body;
    assert!(Arc::ptr_eq(body(0), body(2)));
}

fn secret(ephemeral: bool) -> Value {
    let mut secret = Secret::open(Fingerprint([1; 32]), "hunter2".into());
    secret.ephemeral = ephemeral;
    Value::Secret(Arc::new(secret))
}

/// Whether the secret is found in the body, and in the list of secrets.
fn found(ephemeral: bool) -> (bool, bool) {
    let literal = expr(ExprKind::Literal(secret(ephemeral)));
    let mut plan = plan_of([Arc::new(literal)]);
    plan.steps[0].before = Some(secret(ephemeral));
    let encoded = encode(&saved(plan)).unwrap();
    let has = |bytes: &[u8]| bytes.windows(7).any(|w| w == b"hunter2");
    let listed = encoded.secrets.as_ref().is_some_and(|s| has(s));
    (has(&encoded.body), listed)
}

#[test]
fn a_secret_is_only_in_the_list_of_secrets_and_an_ephemeral_one_nowhere() {
    assert_eq!(found(false), (false, true));
    assert_eq!(found(true), (false, false));
}

#[test]
fn the_id_is_that_of_what_is_to_be_done() {
    let (one, same, other) = (step(1), step(1), step(2));
    let id = |step: Step| {
        let steps = vec![step];
        saved(Plan {
            steps,
            ..Plan::default()
        })
    };
    let (one, same, other) = (id(one), id(same), id(other));
    assert_eq!(one.id, same.id);
    assert_ne!(one.id, other.id);
    assert_eq!((one.id.len(), one.short_id().len()), (32, 8));
    assert_eq!(decoded(&encode(&one).unwrap()).id, one.id);
}

#[test]
fn ten_thousand_steps_are_quick() {
    let bodies = (0..10_000).map(|_| Arc::new(nested(4, 6)));
    let saved = saved(plan_of(bodies));
    let start = Instant::now();
    let encoded = encode(&saved).unwrap();
    let back = decoded(&encoded);
    assert_eq!(back.plan.steps.len(), 10_000);
    // A debug build is some twenty times slower.
    let limit = if cfg!(debug_assertions) { 20_000 } else { 400 };
    assert!(start.elapsed() < Duration::from_millis(limit));
}
