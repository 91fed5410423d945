//! A plan for people: what will happen in order of danger, why, and what exactly changes.

mod entry;
mod extra;
mod rollout;
mod summary;

use crate::view::page::{Label, Page};
use crate::view::value::{Limits, count};
use entry::{Entry, entries};
use plan::Plan;

pub(crate) use summary::Counts;

/// How many lines are gathered before they are handed on.
const LINES_AT_ONCE: usize = 1000;

/// The whole plan, handed on piece by piece: of a large one, the text takes more room than the
/// plan.
pub(crate) fn write(plan: &Plan, limits: Limits, to: &mut dyn FnMut(&Page)) {
    let mut page = Page::new();
    let entries = entries(plan);
    sections(&mut page, plan, &entries, limits, to);
    extra::settling(&mut page, plan);
    extra::drift(&mut page, plan, limits);
    extra::moved(&mut page, plan);
    extra::outputs(&mut page, plan, limits);
    rollout::rollouts(&mut page, plan);
    extra::later(&mut page, plan);
    extra::left_out(&mut page, plan);
    page.blank();
    summary::write(&mut page, plan);
    to(&page);
}

fn sections(
    page: &mut Page,
    plan: &Plan,
    entries: &[Entry<'_>],
    limits: Limits,
    to: &mut dyn FnMut(&Page),
) {
    let mut rest = entries;
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|e| e.danger == first.danger).count();
        let (section, behind) = rest.split_at(length);
        page.blank();
        page.line(0)
            .add(first.danger.label(), first.danger.heading());
        write_section(page, plan, section, limits, to);
        rest = behind;
    }
}

/// Neighbours that look alike but for their addresses share one description: every address
/// stands there, and what happens to them stands there once.
fn write_section(
    page: &mut Page,
    plan: &Plan,
    section: &[Entry<'_>],
    limits: Limits,
    to: &mut dyn FnMut(&Page),
) {
    let mut alike: Vec<&Entry<'_>> = Vec::new();
    let mut shared: Option<Page> = None;
    for entry in section {
        let body = entry.body(plan, limits);
        let same = shared.as_ref() == Some(&body)
            && alike
                .last()
                .is_some_and(|e| (e.symbol(), e.word()) == (entry.symbol(), entry.word()));
        if !same {
            flush(page, &alike, shared.take());
            alike.clear();
            if page.lines() > LINES_AT_ONCE {
                to(&page.take());
            }
        }
        alike.push(entry);
        shared = Some(body);
    }
    flush(page, &alike, shared);
}

fn flush(page: &mut Page, alike: &[&Entry<'_>], body: Option<Page>) {
    let Some(body) = body else { return };
    for entry in alike {
        page.line(2)
            .add(entry.label(), format!("{:<3} ", entry.symbol()))
            .hang(8)
            .add(Label::Address, entry.step.address.to_string())
            .text(" ")
            .add(entry.label(), entry.word());
    }
    if alike.len() > 1 && !body.is_empty() {
        let all = count(alike.len(), "object", "objects");
        page.line(6)
            .add(Label::Muted, format!("each of these {all}:"));
    }
    page.append(&body, 6);
}
