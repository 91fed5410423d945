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

#[test]
fn a_template_can_be_the_value_of_a_name() {
    let mut variables = usual(true);
    variables
        .0
        .insert("greeting", "Hello, ${name}%{ if loud }!%{ endif }".into());
    let check = |text: &str| with_files(text, &[], &variables);
    let said = check("templatestring(greeting, { name = \"Ann\", loud = true })");
    assert_eq!(shown(&said), "Hello, Ann!");
    let said = check("templatestring(greeting, { name = password, loud = false })");
    assert_eq!(shown(&said), "Hello, *");
    for (text, code) in [
        ("templatestring(\"a${1}\", {})", "LF0223"),
        ("templatestring(greeting, {})", "LF0211"),
        ("templatestring(later, {})", ""),
    ] {
        let found = run_with(text, &variables, &Files::default());
        assert_eq!(found.map_or_else(|p| p.code, |_| ""), code, "{text}");
    }
}

fn check_refused(template: &'static str, message: &str, place: &str) {
    let files = Files(BTreeMap::from([("t", template)]));
    let problem = run_with("render(\"t\", { x = \"x\" })", &usual(true), &files);
    let Err(problem) = problem else {
        panic!("{template} was rendered");
    };
    assert_eq!(problem.code, "LF0227", "{template}: {problem:?}");
    assert!(problem.message.contains(message), "{template}: {problem:?}");
    assert!(problem.message.contains(place), "{template}: {problem:?}");
}

#[test]
fn hostile_templates_come_to_an_end() {
    for (template, message, place) in [
        // Loops without end, and in each other.
        (
            "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
            "does not come to an end",
            "t",
        ),
        (
            "\n{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
            "can't be rendered",
            "line 2",
        ),
        ("{{ range(1000000000) }}", "can't be rendered", "line 1"),
        // Files beside it, inside and outside of the module's directory.
        (
            "{% include \"../../etc/passwd\" %}",
            "can't be rendered",
            "line 1",
        ),
        (
            "a\n{% extends \"/etc/passwd\" %}",
            "can't be rendered",
            "line 2",
        ),
        ("{% import \"t\" as t %}", "can't be rendered", "line 1"),
        ("a\n  {{ y }}", "not there", "line 2, column 6"),
        ("a\n {{ x | nothing }}", "a filter", "line 2, column 9"),
        ("{% if %}", "is not written right", "line 1"),
    ] {
        check_refused(template, message, place);
    }
}

#[test]
fn a_text_that_grows_without_bound_is_refused() {
    check_refused(
        "{% set a = '0123456789' * 1000 %}{% set b = a * 1000 %}{{ b * 10 }}",
        "more than can be held",
        "t",
    );
    check_refused(
        "{% set b = x ~ x ~ x ~ x ~ x ~ x ~ x ~ x %}{% set c = b ~ b ~ b ~ b ~ b ~ b ~ b ~ b %}{% for i in range(1000) %}{% for i in range(1100) %}{{ c }}{% endfor %}{% endfor %}",
        "more than can be held",
        "t",
    );
}
