//! Outputs: what changes in a plan, and what they are.

use crate::view::diff::Differ;
use crate::view::json;
use crate::view::page::{Label, Page};
use crate::view::value::{Limits, Mark, write};
use model::{Value, show_name};
use plan::OutputChange;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The outputs that a plan changes.
pub(crate) fn changes(outputs: &BTreeMap<Arc<str>, OutputChange>, limits: Limits) -> Page {
    let mut page = Page::new();
    for (name, change) in outputs {
        let name = show_name(name);
        match (&change.before, &change.after) {
            (None, Some(_)) | (Some(_), None) | (Some(_), Some(_)) if change.sensitive => {
                let (mark, what) = sensitive(change);
                page.line(2)
                    .add(mark.label, mark.sign)
                    .text(format!("{name} = {what}"));
            }
            (None, Some(after)) => write(&mut page, 2, Mark::ADDED, &name, after, limits),
            (Some(before), None) => write(&mut page, 2, Mark::REMOVED, &name, before, limits),
            (Some(before), Some(after)) => {
                let differ = Differ {
                    forced: &[],
                    limits,
                    fold_unknown: false,
                };
                let wrap = |v: &Value| Value::object([(name.as_str(), v.clone())]);
                page.append(&differ.page(&wrap(before), &wrap(after)), 2);
            }
            (None, None) => {}
        }
    }
    page
}

/// Outputs as they are; sensitive ones in clear where that was asked for.
pub(crate) fn list(outputs: &BTreeMap<Arc<str>, state::Output>, reveal: bool) -> Page {
    let mut page = Page::new();
    for (name, output) in outputs {
        let name = show_name(name);
        if reveal {
            write(
                &mut page,
                0,
                Mark::NONE,
                &name,
                &output.value.expose(),
                Limits::NONE,
            );
        } else if output.sensitive {
            page.line(0)
                .text(format!("{name} = "))
                .add(Label::Muted, "(sensitive)");
        } else {
            write(&mut page, 0, Mark::NONE, &name, &output.value, Limits::NONE);
        }
    }
    page
}

fn sensitive(change: &OutputChange) -> (Mark, &'static str) {
    match (&change.before, &change.after) {
        (None, _) => (Mark::ADDED, "(sensitive)"),
        (_, None) => (Mark::REMOVED, "(sensitive)"),
        _ => (Mark::CHANGED, "(sensitive, changed)"),
    }
}

/// The same for programs; sensitive ones in clear where that was asked for.
pub(crate) fn json(outputs: &BTreeMap<Arc<str>, state::Output>, reveal: bool) -> Json {
    let one = |output: &state::Output| {
        let value = match reveal {
            true => json::revealed(&output.value),
            false if output.sensitive => json!({ "sensitive": true }),
            false => json::value(&output.value),
        };
        json!({ "value": value, "sensitive": output.sensitive })
    };
    Json::Object(
        outputs
            .iter()
            .map(|(name, o)| (name.to_string(), one(o)))
            .collect(),
    )
}
