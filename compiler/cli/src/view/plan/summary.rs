//! The last lines of a plan: how much of what, and what was not looked at.

use crate::view::page::{Label, Page};
use crate::view::value::count;
use plan::{Action, Plan, PlanMode};

/// How many objects meet which fate. A replacement counts once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) create: usize,
    pub(crate) update: usize,
    pub(crate) replace: usize,
    pub(crate) destroy: usize,
    pub(crate) adopt: usize,
    pub(crate) import: usize,
    pub(crate) goes_with: usize,
    pub(crate) record: usize,
    pub(crate) forget: usize,
    pub(crate) read: usize,
}

impl Counts {
    /// Of a plan.
    pub(crate) fn of(plan: &Plan) -> Counts {
        let mut counts = Counts::default();
        for step in &plan.steps {
            let slot = match step.action {
                Action::Create | Action::Adopt if step.replaces() => &mut counts.replace,
                Action::Delete | Action::GoesWith if step.replaces() => continue,
                Action::Create => &mut counts.create,
                Action::Adopt => &mut counts.adopt,
                Action::Import => &mut counts.import,
                Action::Update => &mut counts.update,
                Action::Delete => &mut counts.destroy,
                Action::GoesWith => &mut counts.goes_with,
                Action::Record => &mut counts.record,
                Action::Forget => &mut counts.forget,
                Action::Read => &mut counts.read,
                Action::Barrier => continue,
            };
            *slot += 1;
        }
        counts
    }

    fn others(&self) -> Vec<String> {
        let others = [
            (self.import, "to import"),
            (self.adopt, "to adopt"),
            (self.goes_with, "to go with their machine"),
            (self.forget, "to forget"),
            (self.record, "to record"),
            (self.read, "to read during apply"),
        ];
        let some = others.iter().filter(|(n, _)| *n > 0);
        some.map(|(n, what)| format!("{n} {what}")).collect()
    }
}

/// `Plan: 3 to create, 1 to update, 1 to replace, 0 to destroy.`
fn sentence(plan: &Plan) -> String {
    let counts = Counts::of(plan);
    let Counts {
        create,
        update,
        replace,
        destroy,
        ..
    } = counts;
    let mut parts = vec![
        format!("{create} to create"),
        format!("{update} to update"),
        format!("{replace} to replace"),
        format!("{destroy} to destroy"),
    ];
    parts.extend(counts.others());
    format!("Plan: {}.", parts.join(", "))
}

/// The last lines.
pub(super) fn write(page: &mut Page, plan: &Plan) {
    let only_reads = plan
        .steps
        .iter()
        .all(|s| matches!(s.action, Action::Barrier));
    if only_reads && !plan.has_changes() {
        page.line(0).add(Label::Good, nothing(plan));
    } else {
        page.line(0).add(Label::Heading, sentence(plan));
    }
    if !plan.moved.is_empty() && plan.steps.is_empty() {
        let moved = count(plan.moved.len(), "object gets", "objects get");
        page.line(0)
            .text(format!("{moved} another address; nothing else is done."));
    }
    if !plan.later.is_empty() {
        let later = count(plan.later.len(), "thing waits", "things wait");
        page.line(0).text(format!("{later} for a later stage."));
    }
    if !plan.left_out.is_empty() {
        let left = count(plan.left_out.len(), "thing is", "things are");
        page.line(0)
            .add(Label::Danger, format!("{left} not planned, see above."));
    }
    if plan.header.partial {
        page.line(0).add(
            Label::Warning,
            "Only a part was looked at (--target, --exclude): plan the whole before you rely on it.",
        );
    }
    unread(page, plan);
}

fn nothing(plan: &Plan) -> &'static str {
    let drift = !plan.refreshed.is_empty();
    match plan.header.mode {
        _ if !plan.left_out.is_empty() && !drift => "No changes to what could be looked at.",
        PlanMode::RefreshOnly if drift => {
            "What changed outside will be recorded; nothing else is done."
        }
        PlanMode::RefreshOnly => "No changes. Everything is as recorded.",
        PlanMode::Destroy => "No changes. There is nothing to destroy.",
        PlanMode::Apply if !plan.settling.is_empty() => {
            "No changes but to settle what an interrupted run left open."
        }
        PlanMode::Apply if drift => {
            "No changes to make. What changed outside will be recorded; the configuration agrees with it."
        }
        PlanMode::Apply if !plan.later.is_empty() => "No changes in this stage.",
        PlanMode::Apply => "No changes. Everything is as the configuration says.",
    }
}

fn unread(page: &mut Page, plan: &Plan) {
    let unread = plan.unread;
    if unread.objects > 0 {
        let objects = count(unread.objects, "object was", "objects were");
        page.line(0).add(
            Label::Muted,
            format!("{objects} not read and taken as recorded (--refresh=bulk reads them)."),
        );
    }
    if unread.attributes > 0 {
        let objects = count(unread.attributes, "object", "objects");
        page.line(0).add(
            Label::Muted,
            format!(
                "Of {objects}, attributes that are given only one object at a time were not read \
                 (--refresh=all reads them)."
            ),
        );
    }
}
