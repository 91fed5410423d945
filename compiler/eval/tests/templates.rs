//! `templatefile` and `render`.

mod support;

use model::{Fingerprint, Part, Value};
use std::collections::BTreeMap;
use support::{Files, Variables, run_with, usual};

fn with_files(text: &str, files: &[(&'static str, &'static str)], variables: &Variables) -> Value {
    let files = Files(files.iter().copied().collect::<BTreeMap<_, _>>());
    run_with(text, variables, &files).unwrap_or_else(|p| panic!("{text}: {p:?}"))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(s) => s.to_string(),
        Value::Mixed(mixed) => mixed
            .parts()
            .iter()
            .map(|part| match part {
                Part::Text(t) => t.to_string(),
                Part::Secret(_) => "*".into(),
            })
            .collect(),
        Value::Secret(_) => "**".into(),
        other => panic!("{other:?}"),
    }
}

fn check_render(template: &'static str, vars: &str, expected: &str) {
    let text = format!("render(\"t\", {vars})");
    let open = with_files(&text, &[("t", template)], &usual(true));
    let sealed = with_files(&text, &[("t", template)], &usual(false));
    assert_eq!(shown(&open), expected, "{template}");
    assert_eq!(shown(&sealed), expected, "{template}, sealed");
    assert_eq!(
        Fingerprint::of(&open),
        Fingerprint::of(&sealed),
        "{template}"
    );
}

#[test]
fn a_template_file_sees_its_variables_alone() {
    let files = [("t", "%{ for n in names ~}\n- ${n} ${x}\n%{ endfor ~}\n")];
    let text = "templatefile(\"t\", { names = [\"a\", password], x = 1 })";
    assert_eq!(
        shown(&with_files(text, &files, &usual(true))),
        "- a 1\n- * 1\n"
    );
    let files = Files(BTreeMap::from([("t", "${nothing}")]));
    let problem = run_with(
        "templatefile(\"t\", { nothings = 1 })",
        &usual(true),
        &files,
    );
    let problem = problem.unwrap_err();
    assert_eq!(problem.code, "LF0211");
    assert_eq!(problem.help.as_deref(), Some("did you mean `nothings`?"));
}

#[test]
fn what_is_written_out_keeps_its_ranges() {
    check_render("a={{ p }}\n", "{ p = plain }", "a=text\n");
    check_render(
        "a={{ p }}\nb={{ q }}\n",
        "{ p = password, q = plain }",
        "a=*\nb=text\n",
    );
    check_render(
        "{% for u in users %}{{ u.name }}:{{ u.key }};{% endfor %}",
        "{ users = [{ name = \"x\", key = password }, { name = \"y\", key = pin }] }",
        "x:*;y:*;",
    );
    check_render(
        "{% if on == 'a' %}x={{ p }}{% endif %}",
        "{ p = password, on = \"a\" }",
        "x=*",
    );
    check_render("{{ url }}", "{ url = \"u:${password}@h\" }", "u:*@h");
}

#[test]
fn what_is_looked_into_makes_the_whole_a_secret() {
    for template in [
        "x {{ p | upper }}",
        "x {% if p %}y{% endif %}",
        "x {% if p == 'hunter2' %}y{% endif %}",
        "x {% if p == other %}y{% endif %}",
        "x {{ p | length }}",
        "x {{ p[0] }}",
        "x {{ p | replace('h', 'j') }}",
        "x {{ p ~ 'a' | upper }}{{ p | trim }}",
    ] {
        check_render(template, "{ p = password, other = plain }", "**");
    }
    let open = with_files(
        "render(\"t\", { p = password })",
        &[("t", "x {{ p | upper }}")],
        &usual(true),
    );
    assert_eq!(open.expose(), "x HUNTER2".into());
}

#[test]
fn what_is_wrong_in_a_template_is_named() {
    let refused = |template: &'static str| {
        let files = Files(BTreeMap::from([("t", template)]));
        run_with("render(\"t\", { p = password })", &usual(true), &files).unwrap_err()
    };
    assert!(refused("a\n{{ q }}").message.contains("line 2"));
    assert!(
        refused(
            "{% for x in range(100000) %}{% for y in range(10000) %}{{ x }}{% endfor %}{% endfor %}"
        )
        .message
        .contains("does not come to an end")
    );
    assert!(refused("{% if %}").message.contains("not written right"));
    assert!(!format!("{:?}", refused("{{ p | nofilter }}")).contains("hunter2"));
}
