//! The parts of a plan beside its steps: drift, moves, outputs, what waits.

use crate::view::diff::Differ;
use crate::view::output;
use crate::view::page::{Label, Page};
use crate::view::value::Limits;
use plan::Plan;

/// Operations of an interrupted run.
pub(super) fn settling(page: &mut Page, plan: &Plan) {
    if plan.settling.is_empty() {
        return;
    }
    page.blank();
    page.line(0).add(
        Label::Warning,
        "Settled first: what an interrupted run left open",
    );
    for open in &plan.settling {
        let line = page.line(2).hang(8);
        line.add(Label::Warning, "?   ")
            .add(Label::Address, open.address.to_string());
        line.text(format!(" {}", open.change));
        if let Some(unclear) = &open.unclear {
            page.line(6).text("known: ").text(unclear);
        }
    }
}

/// What somebody else changed.
pub(super) fn drift(page: &mut Page, plan: &Plan, limits: Limits) {
    if plan.refreshed.is_empty() {
        return;
    }
    page.blank();
    page.line(0).add(
        Label::Warning,
        "Changed outside of Landfall since the last run",
    );
    for drift in &plan.refreshed {
        let gone = drift.after.is_none();
        let (symbol, label) = if gone {
            ("-", Label::Delete)
        } else {
            ("~", Label::Update)
        };
        let line = page.line(2).hang(8);
        line.add(label, format!("{symbol:<3} "))
            .add(Label::Address, drift.address.to_string());
        line.add(
            label,
            if gone {
                " is gone"
            } else {
                " is not as recorded"
            },
        );
        if let Some(after) = &drift.after {
            let differ = Differ {
                forced: &[],
                limits,
                fold_unknown: false,
            };
            page.append(&differ.page(&drift.before, after), 6);
        }
    }
}

/// Objects that get another address.
pub(super) fn moved(page: &mut Page, plan: &Plan) {
    if plan.moved.is_empty() {
        return;
    }
    page.blank();
    page.line(0).add(Label::Heading, "Gets another address");
    for moved in &plan.moved {
        let line = page.line(2).hang(8);
        line.add(Label::Update, ">   ")
            .add(Label::Address, moved.to.to_string());
        line.add(Label::Muted, format!(" (moved from {})", moved.from));
    }
}

/// Outputs that change.
pub(super) fn outputs(page: &mut Page, plan: &Plan, limits: Limits) {
    let changes = output::changes(&plan.outputs, limits);
    if !changes.is_empty() {
        page.blank();
        page.line(0).add(Label::Heading, "Outputs");
        page.append(&changes, 0);
    }
}

/// What waits for a later stage.
pub(super) fn later(page: &mut Page, plan: &Plan) {
    if plan.later.is_empty() {
        return;
    }
    page.blank();
    page.line(0)
        .add(Label::Heading, "In a later stage, when more is known");
    for later in &plan.later {
        let line = page.line(2).hang(8);
        line.add(Label::Muted, "…   ")
            .add(Label::Address, &later.what);
        page.line(6).text("why: ").text(&later.why);
        if !later.waits_for.is_empty() {
            page.line(6)
                .text("waits for: ")
                .text(later.waits_for.join(", "));
        }
    }
}

/// What could not be planned, and why.
pub(super) fn left_out(page: &mut Page, plan: &Plan) {
    if plan.left_out.is_empty() {
        return;
    }
    page.blank();
    page.line(0)
        .add(Label::Danger, "Not planned, and left as it is");
    for left in &plan.left_out {
        let line = page.line(2).hang(8);
        line.add(Label::Danger, "!   ")
            .add(Label::Address, &left.what)
            .text(" not planned: ")
            .text(left.why());
    }
}
