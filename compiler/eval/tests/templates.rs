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
    check_place("render(\"t\", { x = 1 })", "a\n{{ q }}", "q");
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

/// The problem points to the call, and to that place in the template.
fn check_place(call: &str, template: &'static str, place: &str) {
    let files = Files(BTreeMap::from([("t", template)]));
    let problem = run_with(call, &usual(true), &files).unwrap_err();
    assert_eq!(
        problem.primary().map(|span| span.start),
        Some(0),
        "{problem:?}"
    );
    let [apart] = problem.apart.as_slice() else {
        panic!("{template}: {problem:?}");
    };
    let span = apart.label.span;
    assert_eq!(
        &apart.text[span.start as usize..span.end as usize],
        place,
        "{template}"
    );
}

#[test]
fn problems_point_into_the_template() {
    for (template, place) in [
        ("a\n  {{ x.y.z }}\n", ".y.z"),
        ("é {{ x | nofilter }}", "nofilter"),
        ("{{ x / 0 }}\n", "x / 0"),
        ("{% for %}", "%}"),
        ("a {{ x\n", "x"),
    ] {
        check_place("render(\"t\", { x = {} })", template, place);
    }
    for (template, place) in [("a\n${x.y}", "x.y"), ("${ 1 + upper([]) }", "[]")] {
        check_place("templatefile(\"t\", { x = { a = 1 } })", template, place);
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
    let places = problem.apart_in_words().join(" ");
    assert!(places.contains(place), "{template}: {problem:?}");
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
            "t:2:",
        ),
        ("{{ range(1000000000) }}", "can't be rendered", "t:1:"),
        // Files beside it, inside and outside of the module's directory.
        (
            "{% include \"../../etc/passwd\" %}",
            "can't be rendered",
            "t:1:",
        ),
        (
            "a\n{% extends \"/etc/passwd\" %}",
            "can't be rendered",
            "t:2:",
        ),
        ("{% import \"t\" as t %}", "can't be rendered", "t:1:"),
        ("a\n  {{ y }}", "not there", "t:2:6"),
        ("a\n {{ x | nothing }}", "a filter", "t:2:9"),
        ("{% if %}", "is not written right", "t:1:"),
    ] {
        check_refused(template, message, place);
    }
}

#[test]
fn what_grows_without_bound_is_refused() {
    for template in [
        "{% set a = '0123456789' * 1000 %}{% set b = a * 1000 %}{{ b * 10 }}",
        "{% set b = x ~ x ~ x ~ x ~ x ~ x ~ x ~ x %}{% set c = b ~ b ~ b ~ b ~ b ~ b ~ b ~ b %}{% for i in range(1000) %}{% for i in range(1100) %}{{ c }}{% endfor %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(40) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{% set n = namespace(s='x') %}{% for i in range(40) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(l=[1]) %}{% for i in range(40) %}{% set n.l = n.l + n.l %}{% endfor %}",
        "{% set n = namespace(l=[1]) %}{% for i in range(40) %}{% set n.l = n.l * 2 %}{% endfor %}",
        "{% set n = namespace(l=[x]) %}{% for i in range(40) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}",
        "{% set n = namespace(l=[x]) %}{% for i in range(40) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l | upper }}",
        "{% set n = namespace(l=[x]) %}{% for i in range(40) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l ~ 1 }}",
        "{% set s = x * 100000 %}{{ s | replace('x', s) }}",
        "{% set n = namespace(s='xx') %}{% for i in range(40) %}{% set n.s = n.s | join(n.s) %}{% endfor %}",
        "{% set n = namespace(s=x) %}{% for i in range(40) %}{% set a %}{{ n.s }}{{ n.s }}{% endset %}{% set n.s = a %}{% endfor %}",
        "{% macro m(s) %}{{ s }}{{ s }}{% endmacro %}{% set n = namespace(s=x) %}{% for i in range(40) %}{% set n.s = m(n.s) %}{% endfor %}",
        "{% set s = x * 90000000 %}{% set s = s[1:] %}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '%*d' | format(999999999, 1) }}",
        "{{ x | indent(999999999) }}",
        "{{ x | indent(width=999999999) }}",
        "{{ [1] | batch(999999999, 1) }}",
    ] {
        check_refused(template, "more than can be held", "");
    }
}

#[test]
fn operators_and_filters_mean_what_they_mean() {
    for (template, expected) in [
        ("{{ 'a' ~ 1 ~ [2] }}", "a1[2]"),
        ("{{ 1 + 2 * 3 }} {{ 1.5 + 1 }} {{ 'a' + 'b' }}", "7 2.5 ab"),
        (
            "{{ [1] + [2] }} {{ 'ab' * 2 }} {{ [1] * 2 }}",
            "[1, 2] abab [1, 1]",
        ),
        (
            "{{ 'abcdef'[1:4] }} {{ [1, 2, 3][::2] }} {{ 'abc'[::-1] }}",
            "bcd [1, 3] cba",
        ),
        ("{{ ['b', 'a'] | sort | join('-') }}", "a-b"),
        (
            "{{ 'a\nb' | indent(2) }} {{ 'x' | replace('x', 'y') }}",
            "a\n  b y",
        ),
        ("{{ 'a\nb' | indent(width=2, first=true) }}", "  a\n  b"),
        (
            "{{ '%05d %s' | format(7, 'x') }} {{ 'abc' | first }}",
            "00007 x a",
        ),
        ("{{ [1, 2, 3] | batch(2) | list }}", "[[1, 2], [3]]"),
        ("{{ ['a', 'b'] | map('upper') | join(' ') }}", "A B"),
        ("{% set t %}a{{ 1 }}{% endset %}{{ t | upper }}", "A1"),
        ("{% block b %}{{ 'x' ~ 'y' }}{% endblock %}", "xy"),
    ] {
        check_render(template, "{}", expected);
    }
}
