//! One entry of a plan: a step, or the two halves of a replacement.

use crate::view::diff::Differ;
use crate::view::effect::Danger;
use crate::view::page::{Label, Page};
use crate::view::reason;
use crate::view::value::{Limits, Mark, write};
use model::{AttrPath, Effect, Value, show_name};
use plan::{Action, Plan, Reason, Step};

/// What is shown under one address.
pub(super) struct Entry<'a> {
    /// The step; of a replacement, the half that makes the new object.
    pub(super) step: &'a Step,
    /// Of a replacement: the half that ends the old object.
    pub(super) old: Option<&'a Step>,
    /// Where it stands in the order.
    pub(super) danger: Danger,
    effects: Vec<Effect>,
}

/// The entries in the order of danger; within one kind of danger what ends something first.
pub(super) fn entries(plan: &Plan) -> Vec<Entry<'_>> {
    let mut entries: Vec<_> = plan
        .steps
        .iter()
        .filter_map(|s| Entry::of(plan, s))
        .collect();
    entries.sort_by(|a, b| {
        let key = |e: &Entry<'_>| (e.danger, e.rank());
        key(a)
            .cmp(&key(b))
            .then_with(|| a.step.address.cmp(&b.step.address))
    });
    entries
}

impl<'a> Entry<'a> {
    fn of(plan: &'a Plan, step: &'a Step) -> Option<Entry<'a>> {
        if step.action == Action::Barrier {
            return None;
        }
        let pair = step.pair.and_then(|id| plan.steps.get(id));
        let makes = |s: &Step| matches!(s.action, Action::Create | Action::Adopt);
        // The half that makes the new object speaks for both.
        if !makes(step) && pair.is_some_and(makes) {
            return None;
        }
        let mut effects = step.effects.clone();
        effects.extend(pair.iter().flat_map(|s| s.effects.iter().copied()));
        effects.sort();
        effects.dedup();
        Some(Entry {
            step,
            old: pair,
            danger: Danger::of(&effects),
            effects,
        })
    }

    /// What it is at a glance, also without colour.
    pub(super) fn symbol(&self) -> &'static str {
        match self.step.action {
            Action::Create | Action::Adopt if self.old.is_some() => {
                if self.step.create_before_destroy {
                    "+/-"
                } else {
                    "-/+"
                }
            }
            Action::Create => "+",
            Action::Adopt | Action::Import => ">",
            Action::Update => "~",
            Action::Delete => "-",
            Action::GoesWith => "(-)",
            Action::Record => "=",
            Action::Forget => "x",
            Action::Read | Action::Barrier => "<=",
        }
    }

    /// What is done, in a word or two.
    pub(super) fn word(&self) -> String {
        let deposed = self.step.reasons.contains(&Reason::Deposed);
        match self.step.action {
            Action::Create | Action::Adopt if self.old.is_some() => {
                if self.step.create_before_destroy {
                    "replace (make the new one, then delete the old one)".into()
                } else {
                    "replace (delete the old one, then make the new one)".into()
                }
            }
            Action::Delete if deposed => "delete (the one that was replaced)".into(),
            Action::Forget => "forget (it stays where it is)".into(),
            Action::Read => "read during apply".into(),
            action => action.word().into(),
        }
    }

    /// The colour.
    pub(super) fn label(&self) -> Label {
        match self.step.action {
            Action::Create | Action::Adopt if self.old.is_some() => Label::Delete,
            Action::Create => Label::Create,
            Action::Adopt | Action::Import | Action::Update => Label::Update,
            Action::Delete | Action::GoesWith => Label::Delete,
            Action::Record | Action::Forget | Action::Read | Action::Barrier => Label::Muted,
        }
    }

    /// Why, effects, and what changes.
    pub(super) fn body(&self, plan: &Plan, limits: Limits) -> Page {
        let mut page = Page::new();
        self.why(&mut page);
        self.what_it_does(&mut page);
        if let Some(rollout) = self.step.rollout.and_then(|r| plan.rollouts.get(r)) {
            page.line(0)
                .add(Label::Muted, format!("in the rollout of {}", rollout.of));
        }
        page.append(&self.attributes(limits), 0);
        page
    }

    fn why(&self, page: &mut Page) {
        let mut reasons = self.step.reasons.clone();
        for reason in self.old.iter().flat_map(|s| &s.reasons) {
            if !reasons.contains(reason) {
                reasons.push(reason.clone());
            }
        }
        // That a new object is new, and that a destroy destroys, is said already.
        reasons.retain(|r| !matches!(r, Reason::New | Reason::Destroy));
        if !reasons.is_empty() {
            let words: Vec<_> = reasons.iter().map(reason::in_words).collect();
            page.line(0).text("why: ").text(words.join("; "));
        }
    }

    fn what_it_does(&self, page: &mut Page) {
        if !self.effects.is_empty() {
            let words: Vec<_> = self.effects.iter().map(|e| e.word()).collect();
            page.line(0)
                .text("effects: ")
                .add(Label::Warning, words.join(", "));
        }
        let protected = |s: &&Step| s.protected && s.action == Action::Delete;
        if self.old.as_ref().is_some_and(protected) || protected(&self.step) {
            page.line(0).add(Label::Warning, "it is protected");
        }
    }

    fn attributes(&self, limits: Limits) -> Page {
        let before = self
            .step
            .before
            .as_ref()
            .or(self.old.and_then(|s| s.before.as_ref()));
        let after = self.step.after.as_ref();
        match (self.step.action, before, after) {
            (Action::Forget | Action::Read | Action::GoesWith | Action::Record, ..) => Page::new(),
            (Action::Delete, Some(before), _) => removed(before),
            (_, Some(before), Some(after)) => {
                let forced = self.forced();
                let fold_unknown = self.old.is_some();
                Differ {
                    forced: &forced,
                    limits,
                    fold_unknown,
                }
                .page(before, after)
            }
            (_, None, Some(after)) => made(after, limits),
            _ => Page::new(),
        }
    }

    fn forced(&self) -> Vec<AttrPath> {
        let reasons = self
            .step
            .reasons
            .iter()
            .chain(self.old.iter().flat_map(|s| &s.reasons));
        let forced = reasons.filter_map(|r| match r {
            Reason::Forced(paths) => Some(paths.clone()),
            _ => None,
        });
        forced.flatten().collect()
    }

    fn rank(&self) -> u8 {
        match self.step.action {
            Action::Delete => 0,
            Action::GoesWith => 1,
            Action::Create | Action::Adopt if self.old.is_some() => 2,
            Action::Update => 3,
            Action::Adopt | Action::Import => 4,
            Action::Create => 5,
            Action::Record => 6,
            Action::Forget => 7,
            Action::Read | Action::Barrier => 8,
        }
    }
}

/// What a new object will be: what is set, and the names of what is known after apply.
fn made(after: &Value, limits: Limits) -> Page {
    let mut page = Page::new();
    let mut unknown = Vec::new();
    for (name, value) in after.as_fields().into_iter().flat_map(|f| f.iter()) {
        match value {
            Value::Null(_) => {}
            Value::Unknown(_) => unknown.push(show_name(name)),
            value if is_empty(value) => {}
            value => write(&mut page, 0, Mark::ADDED, &show_name(name), value, limits),
        }
    }
    if !unknown.is_empty() {
        let names = unknown.join(", ");
        page.line(0)
            .add(Label::Muted, format!("known after apply: {names}"));
    }
    page
}

/// What tells an object that ends: its short attributes.
fn removed(before: &Value) -> Page {
    let limits = Limits {
        lines: 3,
        items: 3,
        characters: 60,
    };
    let mut page = Page::new();
    for (name, value) in before.as_fields().into_iter().flat_map(|f| f.iter()) {
        if !value.is_null() && !is_empty(value) {
            write(&mut page, 0, Mark::REMOVED, &show_name(name), value, limits);
        }
    }
    page
}

fn is_empty(value: &Value) -> bool {
    value.as_fields().is_some_and(|f| f.is_empty())
        || value.as_items().is_some_and(<[Value]>::is_empty)
}
