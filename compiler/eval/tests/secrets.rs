//! Secrets and unknowns through every operation.

mod support;

use model::{Fingerprint, Part, Type, Value};
use support::{run, run_sealed};

fn is_secret(value: &Value) -> bool {
    matches!(value, Value::Secret(_) | Value::Mixed(_))
}

/// The result is a secret in both forms, with one fingerprint; open, it is `expected`.
fn check(text: &str, expected: impl Into<Value>) {
    let open = run(text).unwrap_or_else(|p| panic!("{text}: {p}"));
    let sealed = run_sealed(text).unwrap_or_else(|p| panic!("{text}, sealed: {p}"));
    assert!(open.has_secret(), "{text}: {open:?}");
    assert!(sealed.has_sealed(), "{text}: {sealed:?}");
    assert_eq!(Fingerprint::of(&open), Fingerprint::of(&sealed), "{text}");
    assert_eq!(open.expose(), expected.into(), "{text}");
    assert!(!format!("{open:?}").contains("hunter2"), "{text}");
}

#[test]
fn operations_give_secrets() {
    check("password", "hunter2");
    check("pin + 1", 43);
    check("-pin", -42);
    check("pin > 40", true);
    check("password == \"x\"", false);
    check("!yes", false);
    check("yes && true", true);
    check("yes ? \"a\" : \"b\"", "a");
    check("yes ? 1 : \"b\"", "1");
    check("upper(password)", "HUNTER2");
    check("length(password)", 7);
    check("account.user", "bob");
    check("account[\"age\"]", 7);
    check("[\"a\", \"b\"][pin - 42]", "a");
    check("names[1]", "b");
    check("sha256(password) == sha256(\"hunter2\")", true);
    check("coalesce(null, password)", "hunter2");
    check("try(password, 1)", "hunter2");
    check("max([1, pin]...)", 42);
    check("join(\"-\", names)", "a-b");
    check("concat(names, [\"c\"])", list(&["a", "b", "c"]));
    check("[for n in names : upper(n)]", list(&["A", "B"]));
    check("[for n in [\"p\", \"q\"] : n if yes]", list(&["p", "q"]));
    check(
        "{ for n in names : n => plain }",
        Value::object([("a", Value::from("text")), ("b", Value::from("text"))]),
    );
    check(
        "names[*]",
        Value::list(Type::String, vec!["a".into(), "b".into()]),
    );
    check(
        "{ (password) = 1 }",
        Value::object([("hunter2", Value::int(1))]),
    );
    check("jsonencode({ p = password })", "{\"p\":\"hunter2\"}");
    check("tonumber(\"${pin}\")", 42);
    check("format(\"%05d\", pin)", "00042");
    check("sensitive(password)", "hunter2");
}

fn list(items: &[&str]) -> Value {
    Value::tuple(items.iter().map(|i| Value::from(*i)).collect())
}

/// The pieces of a mixed string; secrets as `*`.
fn pieces(text: &str) -> String {
    check_pieces(&run(text).unwrap_or_else(|p| panic!("{text}: {p}")))
}

fn check_pieces(value: &Value) -> String {
    match value {
        Value::Mixed(mixed) => mixed
            .parts()
            .iter()
            .map(|part| match part {
                Part::Text(t) => t.to_string(),
                Part::Secret(_) => "*".into(),
            })
            .collect(),
        other => panic!("no mixed string: {other:?}"),
    }
}

#[test]
fn only_ranges_of_a_text_are_secret() {
    assert_eq!(
        pieces("\"postgres://app:${password}@db/${pin}\""),
        "postgres://app:*@db/*"
    );
    assert_eq!(pieces("join(\",\", [\"a\", password, \"b\"])"), "a,*,b");
    assert_eq!(pieces("format(\"%s=%s!\", \"k\", password)"), "k=*!");
    assert_eq!(pieces("format(\"%d%%\", pin)"), "*%");
    assert_eq!(pieces("indent(2, \"a\\n${password}\\nb\")"), "a\n  *\n  b");
    assert_eq!(
        pieces("\"%{ for n in [plain, password] }<${n}>%{ endfor }\""),
        "<text><*>"
    );
    assert_eq!(pieces("\"x%{ if yes }y%{ endif }\""), "x*");
    assert_eq!(pieces("\"${\"a${password}\"}b\""), "a*b");
    check("\"a${password}b\"", "ahunter2b");
    check(
        "\"%{ for n in names }<${n}${plain}>%{ endfor }\"",
        "<atext><btext>",
    );
}

#[test]
fn containers_with_a_secret_inside_stay_plain() {
    for text in [
        "[password, 1]",
        "{ a = password }",
        "merge({ a = password }, { b = 1 })",
        "concat([password], [1])",
        "values({ a = password })",
        "[for x in [1, 2] : password]",
        "zipmap([\"a\"], [password])",
        "tolist([password])",
        "[{ a = password }][*].a",
        "flatten([[password], [1]])",
    ] {
        let value = run(text).unwrap_or_else(|p| panic!("{text}: {p}"));
        assert!(
            !is_secret(&value) && value.has_secret(),
            "{text}: {value:?}"
        );
    }
    for (text, expected) in [
        ("length([password])", Value::int(1)),
        ("keys({ a = password })[0]", "a".into()),
        ("{ a = password, b = 2 }.b", Value::int(2)),
        ("[password, 2][1]", Value::int(2)),
        ("lookup({ a = password, b = 2 }, \"b\", 3)", Value::int(2)),
        ("issensitive(password)", true.into()),
        ("issensitive([password])", false.into()),
        ("nonsensitive(pin)", Value::int(42)),
        ("contains([\"a\", password], \"a\")", true.into()),
    ] {
        assert_eq!(run(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn fingerprints_tell_operations_and_inputs_apart() {
    let texts = [
        "password",
        "upper(password)",
        "lower(password)",
        "pin + 1",
        "pin + 2",
        "pin - 1",
        "\"a${password}\"",
        "\"b${password}\"",
        "yes ? 1 : 2",
        "yes ? 1 : 3",
        "[for n in names : \"${n}1\"]",
        "[for n in names : \"${n}2\"]",
    ];
    let all: std::collections::BTreeSet<_> = texts
        .iter()
        .map(|t| Fingerprint::of(&run_sealed(t).unwrap()))
        .collect();
    assert_eq!(all.len(), texts.len());
    let moved = run_sealed("\n\n  [for n in  names : \"${n}1\"]").unwrap();
    assert!(
        all.contains(&Fingerprint::of(&moved)),
        "a place has no part in it"
    );
}

#[test]
fn no_error_holds_a_secret() {
    for text in [
        "password + 1",
        "tonumber(password)",
        "jsondecode(password)",
        "parseint(password, 10)",
        "account.nothing",
        "[1][pin]",
        "{ for n in concat(names, names) : n => 1 }",
        "regex(\"z\", password)",
        "regex(\"(${password}\", \"x\")",
        "file(password)",
        "format(\"%d\", password)",
        "timeadd(password, \"1h\")",
        "lookup({}, password)",
        "base64decode(password)",
        "element([], pin)",
        "\"x${account}\"",
        "cidrhost(\"${password}/8\", 1)",
        "yamldecode(\"a: ${password}: [\")",
        "toset(password)",
        "password.x",
        "upper(password, password)",
        "[for x in password : x]",
        "range(pin, 0, 1)",
        "render(\"x\", { a = password })",
        "{ a = 1 }[password]",
    ] {
        let problem = run(text).err().unwrap_or_else(|| panic!("{text}"));
        let labels = problem.labels.iter().map(|l| &l.text);
        let words: Vec<&String> = [&problem.message]
            .into_iter()
            .chain(labels)
            .chain(&problem.help)
            .chain(&problem.details)
            .collect();
        let problem = format!("{words:?}");
        for secret in ["hunter2", "42", "bob"] {
            assert!(!problem.contains(secret), "{text}: {problem}");
        }
    }
}

fn unknown(text: &str) -> model::Unknown {
    match run(text).unwrap_or_else(|p| panic!("{text}: {p}")) {
        Value::Unknown(unknown) => model::Unknown::clone(&unknown),
        other => panic!("{text} is known: {other:?}"),
    }
}

#[test]
fn unknown_spreads_with_its_type() {
    for (text, ty) in [
        ("later_number + 1", Type::Number),
        ("later == \"x\"", Type::Bool),
        ("!later_bool", Type::Bool),
        ("\"a${later}\"", Type::String),
        ("upper(later)", Type::String),
        ("length(later_list)", Type::Number),
        ("later_list[0]", Type::String),
        ("later_any.x.y", Type::Any),
        ("later_bool ? 1 : \"a\"", Type::String),
        ("later_list[*]", Type::list(Type::String)),
        ("[for x in later_list : x]", Type::Any),
        ("[for x in [1] : x if later_bool]", Type::Any),
        ("try(later_any.x, 1)", Type::Any),
        ("uuid()", Type::String),
        ("timestamp()", Type::String),
        ("tolist(later_any)", Type::list(Type::Any)),
        ("max(later_list...)", Type::Any),
        ("jsonencode({ a = later })", Type::String),
    ] {
        assert_eq!(unknown(text).ty, ty, "{text}");
        assert!(!unknown(text).sensitive, "{text}");
    }
}

/// How many there may be.
fn bounds(text: &str) -> (usize, Option<usize>) {
    let unknown = unknown(text);
    assert!(unknown.not_null, "{text}");
    (unknown.min_length, unknown.max_length)
}

#[test]
fn unknowns_may_turn_out_equal() {
    for (text, least, most) in [
        ("toset([later, later_any])", 1, 2),
        ("toset([later, later])", 1, 2),
        ("toset([later, \"a\"])", 1, 2),
        ("toset([\"a\", \"b\", \"a\", later, \"c${later}\"])", 2, 4),
        ("toset([{ a = later }, { a = \"x\" }])", 1, 2),
    ] {
        assert_eq!(bounds(text), (least, Some(most)), "{text}");
    }
    for text in [
        "length(toset([later, later_any]))",
        "length(toset([later, later]))",
        "length(distinct([later, later_any]))",
        "length(distinct([later, \"a\"]))",
        "length(setunion([later], [\"a\"]))",
        "length(setintersection([later], [\"a\"]))",
        "length(setsubtract([\"a\", \"b\"], [later]))",
        "length(compact([later, \"a\"]))",
        "length(keys({ (later) = 1, a = 2 }))",
        "length(merge({ (later) = 1 }, { a = 2 }))",
        "length({ for k in [later, \"a\"] : k => 1... })",
        "length([for x in toset([later, \"a\"]) : x])",
        "length(toset([later, \"a\"])[*])",
        "length(tolist(toset([later, \"a\"])))",
        "length(matchkeys([1, 2], [later, \"b\"], [\"b\"]))",
        "length(transpose({ a = [later], b = [\"x\"] }))",
        "length(setproduct(toset([later, \"a\"]), [1]))",
        "length(concat(tolist(toset([later, \"a\"])), [1]))",
        "contains([later], \"a\")",
        "contains(toset([later, \"b\"]), \"a\")",
        "index([later, \"a\"], \"a\")",
        "toset([later]) == toset([\"a\"])",
        "one(toset([later, later_any]))",
    ] {
        unknown(text);
    }
    // One alone is one, and what is known is told apart.
    for text in [
        "length(toset([later]))",
        "length(toset([\"a\", \"a\"]))",
        "length([for x in toset([later]) : x])",
    ] {
        assert_eq!(run(text).unwrap(), Value::int(1), "{text}");
    }
}

#[test]
fn what_is_known_of_an_unknown_decides() {
    for (text, expected) in [
        ("\"a${later}\" == null", false.into()),
        ("\"a-${later}\" == \"b\"", false.into()),
        ("startswith(\"a-${later}\", \"a\")", true.into()),
        ("startswith(\"a-${later}\", \"b\")", false.into()),
        ("length(later_bool ? [1] : [2])", Value::int(1)),
        ("length([later])", Value::int(1)),
        ("false && later_bool", false.into()),
        ("later_bool && false", false.into()),
        ("true || later_bool", true.into()),
        ("[1, later] == [2, later]", false.into()),
        ("can(1 + 1)", true.into()),
    ] {
        assert_eq!(run(text).unwrap(), expected, "{text}");
    }
    assert_eq!(
        unknown("\"a${plain}-${later}\"").prefix.as_deref(),
        Some("atext-")
    );
    assert_eq!(
        unknown("join(\",\", [\"x\", later])").prefix.as_deref(),
        Some("x,")
    );
    assert_eq!(
        unknown("format(\"k:%s\", later)").prefix.as_deref(),
        Some("k:")
    );
    assert_eq!(
        unknown("later_bool ? \"abc\" : \"abd\"").prefix.as_deref(),
        Some("ab")
    );
    assert!(unknown("later_bool ? \"a\" : \"b\"").not_null);
    assert!(!unknown("later_bool ? \"a\" : null").not_null);
}

#[test]
fn unknown_and_secret_is_both() {
    for text in [
        "\"${password}${later}\"",
        "pin + later_number",
        "yes ? later : \"a\"",
        "later == password",
        "upper(\"${later}${password}\")",
        "jsonencode([later, password])",
        "sensitive(later)",
        "later_bool ? password : \"a\"",
        "join(\",\", [later, password])",
        "format(\"%s%s\", later, password)",
    ] {
        assert!(unknown(text).sensitive, "{text}");
    }
    assert_eq!(
        unknown("\"a-${password}${later}\"").prefix.as_deref(),
        Some("a-")
    );
}

/// Open and sealed lead to the same, the value included where that is plain.
fn alike(text: &str) {
    let open = run(text).unwrap_or_else(|p| panic!("{text}: {p}"));
    let sealed = run_sealed(text).unwrap_or_else(|p| panic!("{text}, sealed: {p}"));
    assert_eq!(
        Fingerprint::of(&open),
        Fingerprint::of(&sealed),
        "{text}: {open:?} {sealed:?}"
    );
}

#[test]
fn what_a_secret_holds_has_no_say_in_a_branch_not_taken() {
    alike("((1 == tolist([\"x\"])) ? tolist([\"x\"])[password] : yes)");
    alike("true ? yes : tolist([\"x\"])[password]");
    alike("true ? pin : \"${jsondecode(password)}\"");
    alike("[for p in [password] : true ? pin : \"${jsondecode(p)}\"]");
    alike("true ? pin : \"${jsondecode({ a = { b = password } }.a.b)}\"");
    alike("true ? pin : (true ? \"a\" : file(password))");
}

#[test]
fn the_type_of_a_secret_is_that_known_without_it() {
    alike("true ? jsondecode(text) : \"a\"");
    alike("true ? 1 : jsondecode(text)");
    alike("tolist([1, jsondecode(text)])");
    alike("\"${jsondecode(text)}\"");
    alike("tolist(names)[0]");
    alike("true ? merge(account, { b = 1 }).age : \"a\"");
}

#[test]
fn loops_of_a_template_over_a_secret_are_told_apart() {
    let of = |text| Fingerprint::of(&run_sealed(text).unwrap());
    let one = of("\"%{ for n in names }${n}%{ endfor }\"");
    assert_ne!(one, of("\"%{ for n in names }${n},%{ endfor }\""));
    assert_ne!(one, of("\"%{ for n in names }${plain}%{ endfor }\""));
    assert_eq!(one, of("\"%{ for  n in names }${ n }%{ endfor }\""));
}
