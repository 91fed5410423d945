//! Snapshots of problems.

use crate::view::look::Look;
use crate::view::problem;
use diagnostics::{Problem, SourceMap, Span};

fn span(sources: &SourceMap, file: diagnostics::FileId, of: &str) -> Span {
    let start = sources.text(file).find(of).unwrap();
    Span::new(file, start, start + of.len())
}

/// A file whose tenth and eleventh lines are of interest, and another one.
fn sample() -> (SourceMap, Vec<Problem>) {
    let mut sources = SourceMap::new();
    let padding = "# padding\n".repeat(9);
    let main = sources.add(
        "main.hcl",
        format!("{padding}resource \"ssh_file\" \"motd\" {{\n  contnet = var.grreting\n}}\n"),
    );
    let far = sources.add(
        "modules/web/main.hcl",
        "variable \"greeting\" {\n  type = string\n}\n",
    );
    let problems = vec![
        Problem::warning("LF0042", "`padding` is never used")
            .at(span(&sources, main, "padding"), "declared here"),
        Problem::error("LF0101", "`ssh_file` has no attribute `contnet`")
            .at(span(&sources, main, "contnet"), "not an attribute")
            .and(span(&sources, main, "\"motd\""), "of this resource")
            .help("did you mean `content`?"),
        Problem::error("LF0102", "there is no variable `grreting`")
            .at(span(&sources, main, "var.grreting"), "not declared")
            .and(
                span(&sources, far, "\"greeting\""),
                "a variable of nearly this name is declared here",
            ),
        Problem::error("LF0301", "the unit did not start")
            .on("ssh_systemd_unit.api[0]")
            .detail("tried: systemctl start api")
            .detail("the host said: Job for api.service failed.\n\u{1b}[31mexit code 203\u{1b}[0m")
            .help("look at `journalctl -u api` on the host"),
    ];
    (sources, problems)
}

#[test]
fn problems_at_80_columns() {
    let (sources, problems) = sample();
    insta::assert_snapshot!(problem::text(&problems, &sources, &Look::plain(80)), @r#"
    LF0101

      × `ssh_file` has no attribute `contnet`
        ╭─[main.hcl:11:3]
      9 │ # padding
     10 │ resource "ssh_file" "motd" {
        ·                     ───┬──
        ·                        ╰── of this resource
     11 │   contnet = var.grreting
        ·   ───┬───
        ·      ╰── not an attribute
     12 │ }
        ╰────
      help: did you mean `content`?

    LF0102

      × there is no variable `grreting`
        ╭─[main.hcl:11:13]
     10 │ resource "ssh_file" "motd" {
     11 │   contnet = var.grreting
        ·             ──────┬─────
        ·                   ╰── not declared
     12 │ }
        ╰────
      ╰─▶   ☞ a variable of nearly this name is declared here
             ╭─[modules/web/main.hcl:1:10]
           1 │ variable "greeting" {
             ·          ──────────
           2 │   type = string
             ╰────

    LF0301

      × ssh_systemd_unit.api[0]: the unit did not start
      ├─▶ tried: systemctl start api
      ╰─▶ the host said: Job for api.service failed.
          \u{001b}[31mexit code 203\u{001b}[0m
      help: look at `journalctl -u api` on the host

    LF0042

      ⚠ `padding` is never used
       ╭─[main.hcl:1:3]
     1 │ # padding
       ·   ───┬───
       ·      ╰── declared here
     2 │ # padding
       ╰────

    3 errors, 1 warning
    "#);
}

#[test]
fn problems_at_50_columns() {
    let (sources, problems) = sample();
    insta::assert_snapshot!(problem::text(&problems[1..2], &sources, &Look::plain(50)), @r#"
    LF0101

      × `ssh_file` has no attribute `contnet`
        ╭─[main.hcl:11:3]
      9 │ # padding
     10 │ resource "ssh_file" "motd" {
        ·                     ───┬──
        ·                        ╰── of this resource
     11 │   contnet = var.grreting
        ·   ───┬───
        ·      ╰── not an attribute
     12 │ }
        ╰────
      help: did you mean `content`?

    1 error
    "#);
}

#[test]
fn a_dumb_terminal_gets_plain_characters() {
    let (sources, problems) = sample();
    let dumb = Look {
        unicode: false,
        ..Look::plain(80)
    };
    assert!(problem::text(&problems, &sources, &dumb).is_ascii());
}

#[test]
fn the_json_form_has_lines_columns_and_bytes() {
    let (sources, problems) = sample();
    insta::assert_snapshot!(problem::json(&problems[1], &sources), @r#"{"address":null,"code":"LF0101","details":[],"help":"did you mean `content`?","message":"`ssh_file` has no attribute `contnet`","severity":"error","spans":[{"end":{"byte":128,"column":10,"line":11},"file":"main.hcl","label":"not an attribute","primary":true,"start":{"byte":121,"column":3,"line":11}},{"end":{"byte":116,"column":27,"line":10},"file":"main.hcl","label":"of this resource","primary":false,"start":{"byte":110,"column":21,"line":10}}],"type":"problem"}"#);
}

#[test]
fn a_problem_in_a_large_file_is_shown_quickly_and_on_its_line() {
    let mut sources = SourceMap::new();
    let text = format!("{}x = 1\n", "# line\n".repeat(1_000_000));
    let file = sources.add("big.hcl", text);
    let problem = Problem::error("LF0001", "no").at(span(&sources, file, "x = 1"), "here");
    let began = std::time::Instant::now();
    let shown = problem::text(&vec![problem; 20], &sources, &Look::plain(80));
    assert!(shown.contains("big.hcl:1000001:1"), "{shown}");
    assert!(began.elapsed().as_secs() < 5);
}

#[test]
fn the_tally_counts_both_kinds() {
    let (_, problems) = sample();
    assert_eq!(problem::tally(&problems), "3 errors, 1 warning");
    assert_eq!(problem::tally(&[]), "");
}

#[test]
fn places_that_are_not_there_are_survived() {
    let mut sources = SourceMap::new();
    let file = sources.add("a.hcl", "é");
    for (start, end) in [(0, 1), (1, 9), (7, 9)] {
        let problem = Problem::error("LF0001", "no").at(Span::new(file, start, end), "");
        assert!(problem::text(&[problem], &sources, &Look::plain(80)).contains("LF0001"));
    }
}

#[test]
fn a_long_line_is_cut_around_its_place_and_columns_count_characters() {
    let mut sources = SourceMap::new();
    let text = format!(
        "a = 1\nb = \"日本語{}${{nope}}{}\"\n",
        "x".repeat(3000),
        "y".repeat(3000)
    );
    let file = sources.add("main.hcl", text);
    let problem = Problem::error("LF0121", "there is nothing named `nope`")
        .at(span(&sources, file, "nope"), "unknown name");
    let shown = problem::text(&[problem], &sources, &Look::plain(80));
    assert!(shown.contains("[main.hcl:2:3011]"), "{shown}");
    assert!(
        shown.contains("${nope}yyy") && shown.contains("…xxx"),
        "{shown}"
    );
    assert!(shown.lines().all(|l| l.chars().count() < 200), "{shown}");
}

#[test]
fn what_is_copied_stands_in_one_piece() {
    let path = "/etc/ssh/a-long-path/with-hyphens/and-slashes/ssh_host_ed25519_key.pub";
    let help = format!("restore it, and say so with `--accept-rollback`; then look at {path}");
    let problem = Problem::error("LF0506", "the state went back").help(help);
    for width in [40, 60, 80] {
        let shown = problem::text(
            std::slice::from_ref(&problem),
            &SourceMap::new(),
            &Look::plain(width),
        );
        assert!(
            shown.contains("`--accept-rollback`") && shown.contains(path),
            "{shown}"
        );
    }
}
