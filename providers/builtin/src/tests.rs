//! The built-in provider as the core sees it.

use crate::Builtin;
use model::{Fields, Lineage, ObjectId, Token, Type, Value};
use provider::conformance::{Case, Opening, complete, open, propose, run};
use provider::{Action, Answer, Operation, Ownership, PlanRequest, Provider, ProviderProblem};

type Given<'a> = &'a [(&'a str, Value)];

fn config(ty: &str, given: Given<'_>) -> Value {
    let schema = Builtin.schema();
    complete(
        &schema.resources[ty].block,
        &Value::object(given.iter().cloned()),
    )
    .unwrap()
}

/// The planned object and whether it replaces.
fn plan(ty: &str, prior: Option<&Value>, given: Given<'_>) -> (Value, bool) {
    let config = config(ty, given);
    let proposed = propose(&Builtin.schema().resources[ty].block, prior, &config);
    let request = PlanRequest {
        ty,
        prior,
        config: &config,
        proposed: &proposed,
        private: &[],
        existing: None,
    };
    let answer = Builtin.plan(&request);
    (
        answer.planned.unwrap_or(proposed),
        !answer.replaced.is_empty(),
    )
}

fn operation(ty: &str, action: Action) -> Operation {
    let ownership = Ownership {
        lineage: Lineage::random(),
        object: ObjectId::random(),
        hint: String::new(),
        epoch: 1,
    };
    let token = Token::random();
    Operation {
        token,
        ownership,
        ty: ty.into(),
        action,
        private: Vec::new(),
        timeout_ms: 1_000,
    }
}

async fn create(ty: &str, given: Given<'_>) -> Result<Value, ProviderProblem> {
    let planned = plan(ty, None, given).0;
    let connection = Builtin.connect(Value::NULL).await.unwrap();
    let (sender, mut receiver) = provider::answers();
    connection
        .apply(vec![operation(ty, Action::Create { planned })], sender)
        .await;
    match receiver.recv().await.unwrap().1 {
        Answer::Done(made) => Ok(made.unwrap().attributes),
        Answer::Failed(failure) => Err(failure.problem),
        Answer::Progress(line) => panic!("{line}"),
    }
}

fn text(object: &Value, name: &str) -> String {
    object
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_string()
}

#[tokio::test]
async fn keeps_the_contract() {
    let map = |text: &str| Value::map(Type::String, [("a", Value::from(text))]);
    let cases = [
        Case::new("terraform_data", [("input", "a".into())]).changed([("input", 2.into())]),
        Case::new("terraform_data", [("triggers_replace", map("1"))])
            .changed([("triggers_replace", map("2"))]),
        Case::new("random_password", [("length", 20.into())])
            .imported_by("result")
            .changed([("length", 21.into())]),
        Case::new("random_id", [("byte_length", 4.into())])
            .imported_by("id")
            .changed([("byte_length", 4.into()), ("keepers", map("x"))]),
    ];
    let connection = Builtin.connect(Value::NULL).await.unwrap();
    assert_eq!(
        run(&Builtin, &*connection, &cases).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn what_is_opened_keeps_the_contract() {
    let cases = [
        Opening::new("random_password", [("length", 20.into())]),
        Opening::new(
            "random_password",
            [("length", 12.into()), ("special", false.into())],
        ),
    ];
    let connection = Builtin.connect(Value::NULL).await.unwrap();
    let broken = open(&Builtin, &*connection, &cases).await;
    assert_eq!(broken, Vec::<String>::new());
}

#[tokio::test]
async fn terraform_data_follows_its_input() {
    let (planned, _) = plan("terraform_data", None, &[("input", "a".into())]);
    assert!(planned.get("id").unwrap().is_unknown());
    assert_eq!(planned.get("output"), Some(&"a".into()));

    let made = create("terraform_data", &[("input", "a".into())])
        .await
        .unwrap();
    assert_eq!(text(&made, "id").len(), 36);
    let same = plan("terraform_data", Some(&made), &[("input", "a".into())]);
    assert_eq!(same, (made.clone(), false));

    let (planned, replaced) = plan("terraform_data", Some(&made), &[("input", 7.into())]);
    assert!(!replaced);
    assert_eq!(
        planned,
        made.with("input", 7.into()).with("output", 7.into())
    );

    let unknown = Value::unknown(Type::String);
    let (planned, replaced) = plan("terraform_data", Some(&made), &[("input", unknown.clone())]);
    assert!(!replaced && planned.get("output") == Some(&unknown));
}

#[tokio::test]
async fn terraform_data_is_replaced_by_its_trigger() {
    let made = create("terraform_data", &[("triggers_replace", "a".into())])
        .await
        .unwrap();
    for trigger in ["b".into(), Value::unknown(Type::String), Value::NULL] {
        let (planned, replaced) = plan(
            "terraform_data",
            Some(&made),
            &[("triggers_replace", trigger.clone())],
        );
        assert!(
            replaced && planned.get("id").unwrap().is_unknown(),
            "{trigger:?}"
        );
    }
}

#[test]
fn a_null_resource_becomes_terraform_data() {
    let old = Value::object([
        ("id", "7".into()),
        ("triggers", Value::object([("a", 1.into())])),
    ]);
    let new = Builtin
        .move_from("null_resource", "terraform_data", old.clone())
        .unwrap();
    assert_eq!(new.get("triggers_replace"), old.get("triggers"));
    assert_eq!(text(&new, "id"), "7");
    assert!(
        Builtin
            .move_from("null_resource", "random_id", old)
            .is_err()
    );
}

#[tokio::test]
async fn a_password_holds_what_was_asked_for() {
    let count = |text: &str, kind: fn(char) -> bool| text.chars().filter(|c| kind(*c)).count();
    for _ in 0..50 {
        let given = [
            ("length", 12.into()),
            ("min_upper", 3.into()),
            ("min_numeric", 3.into()),
            ("lower", false.into()),
            ("override_special", "~é".into()),
            ("min_special", 2.into()),
        ];
        let password = text(&create("random_password", &given).await.unwrap(), "result");
        assert_eq!(password.chars().count(), 12);
        assert_eq!(
            count(&password, char::is_lowercase),
            count(&password, |c| c == 'é')
        );
        assert!(count(&password, |c| c.is_ascii_uppercase()) >= 3);
        assert!(count(&password, |c| c.is_ascii_digit()) >= 3);
        assert!(count(&password, |c| "~é".contains(c)) >= 2);
        assert!(
            password
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "~é".contains(c))
        );
    }
}

#[tokio::test]
async fn two_passwords_differ() {
    let one = create("random_password", &[("length", 16.into())])
        .await
        .unwrap();
    let other = create("random_password", &[("length", 16.into())])
        .await
        .unwrap();
    assert_ne!(text(&one, "result"), text(&other, "result"));
}

#[test]
fn a_planned_password_is_marked_before_it_is_known() {
    let (planned, _) = plan("random_password", None, &[("length", 16.into())]);
    assert!(planned.get("result").unwrap().has_secret());
}

#[tokio::test]
async fn an_id_says_the_same_in_each_notation() {
    let given = [("byte_length", 5.into()), ("prefix", "p-".into())];
    let (planned, _) = plan("random_id", None, &given);
    let prefix = |v: &Value| matches!(v, Value::Unknown(u) if u.prefix.as_deref() == Some("p-"));
    assert!(prefix(planned.get("hex").unwrap()) && !prefix(planned.get("id").unwrap()));

    let made = create("random_id", &given).await.unwrap();
    let number = u64::from_str_radix(text(&made, "hex").strip_prefix("p-").unwrap(), 16).unwrap();
    assert_eq!(text(&made, "dec"), format!("p-{number}"));
    assert_eq!(text(&made, "b64_url"), format!("p-{}", text(&made, "id")));
    assert_eq!(text(&made, "b64_std").len(), 2 + 8);

    let connection = Builtin.connect(Value::NULL).await.unwrap();
    let id = format!("p-,{}", text(&made, "id"));
    let request = provider::ImportRequest {
        ty: "random_id".into(),
        id,
        config: Value::NULL,
    };
    let imported = connection.import(request).await.unwrap().made.attributes;
    assert_eq!(imported, made);
}

#[tokio::test]
async fn a_password_is_imported_by_itself() {
    let connection = Builtin.connect(Value::NULL).await.unwrap();
    let import = async |id: &str| {
        let request = provider::ImportRequest {
            ty: "random_password".into(),
            id: id.into(),
            config: Value::NULL,
        };
        connection.import(request).await
    };
    let imported = import("hunter2!").await.unwrap().made.attributes;
    assert_eq!(text(&imported, "result"), "hunter2!");
    let schema = &Builtin.schema().resources["random_password"].block;
    let given = config("random_password", &[("length", 8.into())]);
    let proposed = propose(schema, Some(&imported), &given);
    let changes = model::differences(&imported, &proposed);
    assert!(changes.is_empty(), "{changes:?}");
    assert!(import("").await.is_err());
}

#[test]
fn refuses_what_cannot_be_made() {
    check(
        "random_password",
        &[("length", 0.into())],
        "`length` is 0, but must be a whole number",
    );
    check(
        "random_password",
        &[("length", Value::Number("1.5".parse().unwrap()))],
        "`length` is 1.5",
    );
    check(
        "random_password",
        &[
            ("length", 3.into()),
            ("min_lower", 2.into()),
            ("min_upper", 2.into()),
        ],
        "add up to 4, but `length` is 3",
    );
    check(
        "random_password",
        &[
            ("length", 3.into()),
            ("special", false.into()),
            ("min_special", 1.into()),
        ],
        "`min_special` asks for characters that `special = false` forbids",
    );
    let off = ["lower", "upper", "numeric", "special"].map(|n| (n, false.into()));
    let given: Vec<_> = off.into_iter().chain([("length", 3.into())]).collect();
    check("random_password", &given, "no kind of characters is left");
    check(
        "random_id",
        &[("byte_length", 9999.into())],
        "from 1 to 4096",
    );
    check(
        "random_id",
        &[("byte_length", Value::unknown(Type::Number))],
        "",
    );
    check(
        "random_password",
        &[("length", Value::unknown(Type::Number))],
        "",
    );
}

/// The only problem's message holds `expected`; empty where there is none.
fn check(ty: &str, given: Given<'_>, expected: &str) {
    let problems = Builtin.validate(ty, &config(ty, given));
    let said: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
    match expected.is_empty() {
        true => assert!(said.is_empty(), "{said:?}"),
        false => assert!(said.len() == 1 && said[0].contains(expected), "{said:?}"),
    }
}

#[tokio::test]
async fn ten_thousand_take_no_time() {
    let config = config("terraform_data", &[("input", "a".into())]);
    let proposed = propose(
        &Builtin.schema().resources["terraform_data"].block,
        None,
        &config,
    );
    let begin = std::time::Instant::now();
    let operations: Vec<_> = (0..10_000)
        .map(|_| {
            let planned = Builtin.plan(&PlanRequest {
                ty: "terraform_data",
                prior: None,
                config: &config,
                proposed: &proposed,
                private: &[],
                existing: None,
            });
            operation(
                "terraform_data",
                Action::Create {
                    planned: planned.planned.unwrap(),
                },
            )
        })
        .collect();
    let planned = begin.elapsed();
    let connection = Builtin.connect(Value::NULL).await.unwrap();
    let (sender, mut receiver) = provider::answers();
    connection.apply(operations, sender).await;
    let applied = begin.elapsed() - planned;
    let mut ids = std::collections::HashSet::new();
    while let Some((_, answer)) = receiver.recv().await {
        let Answer::Done(Some(made)) = answer else {
            panic!("{answer:?}")
        };
        assert!(
            made.attributes
                .as_fields()
                .is_some_and(|f: &Fields| f.len() == 4)
        );
        ids.insert(text(&made.attributes, "id"));
    }
    assert_eq!(ids.len(), 10_000);
    // Generous: unoptimised, on a busy machine.
    assert!(
        planned.as_secs_f64() < 1.0 && applied.as_secs_f64() < 1.0,
        "{planned:?} {applied:?}"
    );
    println!("10,000 planned in {planned:?}, applied in {applied:?}");
}
