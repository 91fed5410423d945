//! `landfall console` at a terminal: editing, the history, and how it ends.

#![allow(clippy::unwrap_used)]
mod support;
#[path = "support/terminal.rs"]
mod terminal;

use support::Project;
use terminal::Terminal;

const INTERRUPT: &str = "\u{3}";
const END: &str = "\u{4}";
const UP: &str = "\u{1b}[A";

/// A console that shows its prompt.
fn console(project: &Project) -> Terminal {
    let mut terminal = Terminal::run(project.command("console"));
    terminal.sees("> ");
    terminal
}

/// Types a line, and sees the answer on the lines below.
#[track_caller]
fn asked(terminal: &mut Terminal, line: &str, answer: &str) {
    terminal.types(&format!("{line}\r"));
    terminal.sees(answer);
    terminal.sees("> ");
}

#[test]
fn lines_are_answered_until_the_end() {
    let project = Project::new("locals { name = \"Ann\" }");
    let mut terminal = console(&project);
    asked(&mut terminal, "1 + 2", "\n3\r\n");
    asked(&mut terminal, "local.name", "\n\"Ann\"\r\n");
    // What is wrong is told with its place, and ends nothing.
    asked(&mut terminal, "local.nmae", "did you mean `name`?");
    asked(&mut terminal, "# nothing", "\r\n");
    asked(&mut terminal, "type(1)", "\nnumber\r\n");
    terminal.types(END);
    assert_eq!(terminal.ends(), 0);
    let mut terminal = console(&project);
    terminal.types("exit\r");
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn what_is_open_goes_on_over_lines() {
    let mut terminal = console(&Project::new(""));
    terminal.types("[1,\r");
    terminal.types("2]\r");
    terminal.sees("[\r\n  1,\r\n  2,\r\n]\r\n");
    terminal.sees("> ");
    terminal.types("upper(<<EOT\r");
    terminal.types("abc\r");
    terminal.types("EOT\r");
    terminal.types(")\r");
    terminal.sees("ABC");
}

#[test]
fn ctrl_c_gives_a_line_up_and_no_more() {
    let mut terminal = console(&Project::new(""));
    terminal.types("[1,\r 2");
    terminal.sees("2");
    terminal.types(INTERRUPT);
    terminal.sees("> ");
    asked(&mut terminal, "40 + 2", "\n42\r\n");
    terminal.types(INTERRUPT);
    terminal.sees("> ");
    // Within a line, ctrl-d ends nothing.
    terminal.types(&format!("7{END}"));
    asked(&mut terminal, "7", "\n77\r\n");
    terminal.types(END);
    assert_eq!(terminal.ends(), 0);
}

#[test]
fn a_history_is_kept_for_the_next_time() {
    let project = Project::new("");
    let mut terminal = console(&project);
    asked(&mut terminal, "10 + 1", "\n11\r\n");
    asked(&mut terminal, "10 + 2", "\n12\r\n");
    // What begins with a blank may be a secret.
    asked(&mut terminal, " \"hunter2\"", "\n\"hunter2\"\r\n");
    terminal.types(&format!("{UP}{UP}\r"));
    terminal.sees("\n11\r\n");
    terminal.types(END);
    assert_eq!(terminal.ends(), 0);
    let mut terminal = console(&project);
    terminal.types(&format!("{UP}\r"));
    terminal.sees("\n11\r\n");
    terminal.types(&format!("{UP}{UP}\r"));
    terminal.sees("\n12\r\n");
    let history = project
        .dir
        .path()
        .join(".local/state/landfall/console_history");
    let kept = std::fs::read_to_string(&history).unwrap();
    assert!(
        kept.contains("10 + 2") && !kept.contains("hunter2"),
        "{kept}"
    );
    use std::os::unix::fs::PermissionsExt;
    let mode = history.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}

#[test]
fn a_name_is_completed() {
    let mut terminal = console(&Project::new(""));
    terminal.types("cidrsubnets\t");
    terminal.sees("cidrsubnets(");
    terminal.types("\"10.0.0.0/8\", 8)[0]\r");
    terminal.sees("\"10.0.0.0/16\"\r\n");
}
