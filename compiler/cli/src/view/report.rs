//! What became of a run: how much was done, and what failed, with what to do now.

use crate::view::output;
use crate::view::page::{Label, Page};
use crate::view::plan_json::action_name;
use crate::view::progress::span;
use crate::view::value::count;
use crate::view::written::Written;
use diagnostics::{Problem, Severity};
use driver::Report;
use plan::Action;
use provider::ProviderProblem;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// How much was done, and the outputs.
pub(crate) fn page(report: &Report, elapsed: Duration) -> Page {
    let mut page = Page::new();
    page.blank();
    let done = done(report);
    match report.is_complete() {
        true => {
            let line = page.line(0);
            line.add(Label::Good, format!("Done in {}", span(elapsed)))
                .text(format!(": {done}."));
        }
        false => {
            let left = !report.skipped.is_empty() || !report.failed.is_empty();
            let headline = match (report.interrupted, left) {
                (true, true) => "Ended before everything was done",
                (true, false) => "Interrupted at the end",
                (false, _) => "Not everything was done",
            };
            let mut counted = vec![done];
            for (n, what) in [
                (report.failed.len(), "failed"),
                (report.skipped.len(), "not begun"),
            ] {
                if n > 0 {
                    counted.push(format!("{n} {what}"));
                }
            }
            page.line(0).add(Label::Danger, headline).text(format!(
                ": {}, after {}.",
                counted.join(", "),
                span(elapsed)
            ));
            page.line(0)
                .text("What was done is recorded; run it again to go on from there.");
        }
    }
    let outputs = output::list(&report.state.outputs, false);
    // Below what failed nothing else stands.
    if report.is_complete() && !outputs.is_empty() {
        page.blank();
        page.line(0).add(Label::Heading, "Outputs");
        page.append(&outputs, 2);
    }
    page
}

/// The same for programs.
pub(crate) fn json(report: &Report, elapsed: Duration) -> Json {
    let step = |address: String, action: Action| json!({ "address": address, "action": action_name(action) });
    json!({
        "type": "applied",
        "complete": report.is_complete(),
        "interrupted": report.interrupted,
        "elapsed_ms": u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "done": report.done.iter().map(|(a, action)| step(a.to_string(), *action)).collect::<Json>(),
        "failed": report.failed.iter().map(|f| step(f.address.to_string(), f.action)).collect::<Json>(),
        "skipped": report.skipped.iter().map(|s| step(s.address.to_string(), s.action)).collect::<Json>(),
        "checks": report.checks.iter()
            .map(|(a, verdict)| json!({ "address": a.to_string(), "status": verdict.word() }))
            .collect::<Json>(),
        "unclear": report.unclear.iter().map(|(a, _)| a.to_string()).collect::<Json>(),
        "outputs": output::json(&report.state.outputs, false),
    })
}

/// What failed, each with the place where that was written.
pub(crate) fn problems(report: &Report, written: &Written<'_>) -> Vec<Problem> {
    let failed = report.failed.iter().map(|f| {
        let problem = provider_problem("LF0511", &f.problem).on(&f.address);
        let problem = match written.is_step(&f.address) {
            true => problem.detail(format!("this was to {} it", f.action.word())),
            false => problem,
        };
        written.place(
            problem,
            &f.address,
            f.problem.path.as_ref(),
            f.place.as_ref(),
        )
    });
    let unclear = report.unclear.iter().map(|(address, what)| {
        let problem = Problem::error("LF0512", "nobody knows whether it was done")
            .on(address)
            .detail(what)
            .help("run again: the next run looks what became of it before anything else");
        written.place(problem, address, None, None)
    });
    let warnings = report.warnings.iter();
    failed
        .chain(warnings.map(|w| provider_problem("LF0540", w)))
        .chain(unclear)
        .chain(report.broken.iter().map(broken))
        .collect()
}

/// A provider's problem as one of the run.
pub(crate) fn provider_problem(code: &'static str, problem: &ProviderProblem) -> Problem {
    let severity = match problem.severity {
        provider::Severity::Warning => Severity::Warning,
        provider::Severity::Error => Severity::Error,
    };
    let mut all = Problem {
        severity,
        ..Problem::error(code, &problem.message)
    };
    if let Some(path) = &problem.path {
        all.details.push(format!("attribute: {path}"));
    }
    all.details.extend(problem.details.iter().cloned());
    all.maybe_help(problem.help.clone())
}

/// Why nothing could be recorded any more.
pub(crate) fn broken(error: &driver::RecordError) -> Problem {
    Problem::error("LF0504", error.message.clone())
        .detail("nothing new was begun from then on")
        .help("mend that first; the next run looks what became of what was under way")
        .maybe_help(error.help.clone())
}

fn done(report: &Report) -> String {
    let words = [
        (Action::Create, "created"),
        (Action::Adopt, "adopted"),
        (Action::Import, "imported"),
        (Action::Update, "updated"),
        (Action::Delete, "deleted"),
        (Action::GoesWith, "gone with their machine"),
        (Action::Record, "recorded"),
        (Action::Forget, "forgotten"),
        (Action::Read, "read"),
    ];
    let counted = words.iter().filter_map(|(action, word)| {
        let n = report
            .done
            .iter()
            .filter(|(_, done)| done == action)
            .count();
        (n > 0).then(|| format!("{n} {word}"))
    });
    let counted: Vec<_> = counted.collect();
    match counted.is_empty() {
        true => count(0, "step", "steps"),
        false => counted.join(", "),
    }
}
