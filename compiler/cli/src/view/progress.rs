//! Progress of a run as it happens: in place on a terminal, plain lines elsewhere, JSON events.

mod live;

use crate::view::page::{Label, Page};
use plan::Action;
use serde_json::{Value as Json, json};
use std::time::Duration;

pub(crate) use live::Live;

/// Something that happens during a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Happening {
    /// A part of the run begins: "reading 12 objects".
    Phase(String),
    /// The run waits for somebody else's lease.
    Waiting {
        /// Who holds it.
        holder: String,
    },
    /// A step begins.
    Started {
        /// Of what.
        address: String,
        /// What is done.
        action: Action,
    },
    /// A step says how it goes.
    Line {
        /// Of what.
        address: String,
        /// Its words.
        text: String,
    },
    /// A step is done.
    Done {
        /// Of what.
        address: String,
        /// What was done.
        action: Action,
        /// How long it took.
        elapsed: Duration,
        /// Whether it turned out that there was nothing to do.
        unchanged: bool,
    },
    /// How far the run is.
    Counted {
        /// Steps that were done.
        done: usize,
        /// Steps in all.
        total: usize,
    },
    /// A step failed. The problem itself comes at the end, with all others.
    Failed {
        /// Of what.
        address: String,
        /// What was tried.
        action: Action,
        /// How long it took.
        elapsed: Duration,
        /// One line of what is wrong.
        message: String,
    },
    /// A step is not taken.
    Skipped {
        /// Of what.
        address: String,
        /// What would have been done.
        action: Action,
        /// Why not.
        why: String,
    },
    /// Something worth a line.
    Note(String),
}

/// As a line (and nothing where it is not worth one).
pub(crate) fn line(happening: &Happening) -> Page {
    let mut page = Page::new();
    if matches!(happening, Happening::Counted { .. }) {
        return page;
    }
    let line = page.line(0);
    match happening {
        Happening::Phase(text) | Happening::Note(text) => line.add(Label::Muted, text),
        Happening::Waiting { holder } => line
            .add(Label::Warning, "waiting for the lease, held by ")
            .text(holder),
        Happening::Started { address, action } => line
            .add(Label::Address, address)
            .add(Label::Muted, format!(": {}", doing(*action))),
        Happening::Line { address, text } => line
            .add(Label::Address, address)
            .text(": ")
            .add(Label::Muted, text),
        Happening::Done {
            address,
            action,
            elapsed,
            unchanged,
        } => line
            .add(Label::Address, address)
            .text(": ")
            .add(
                Label::Good,
                if *unchanged {
                    "is so already"
                } else {
                    done(*action)
                },
            )
            .add(Label::Muted, format!(" in {}", span(*elapsed))),
        Happening::Failed {
            address,
            action,
            elapsed,
            message,
        } => line
            .add(Label::Address, address)
            .text(": ")
            .add(Label::Danger, format!("{} failed", action.word()))
            .add(Label::Muted, format!(" after {}", span(*elapsed)))
            .text(": ")
            .text(message),
        Happening::Skipped {
            address,
            action,
            why,
        } => line
            .add(Label::Address, address)
            .text(": ")
            .add(Label::Warning, format!("{} skipped", action.word()))
            .text(": ")
            .text(why),
        Happening::Counted { .. } => line,
    };
    page
}

/// As a JSON event.
pub(crate) fn json(happening: &Happening) -> Json {
    let action = crate::view::plan_json::action_name;
    let ms = |d: &Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
    match happening {
        Happening::Phase(text) => json!({ "type": "phase", "text": text }),
        Happening::Note(text) => json!({ "type": "note", "text": text }),
        Happening::Waiting { holder } => json!({ "type": "waiting_for_lease", "holder": holder }),
        Happening::Started { address, action: a } => {
            json!({ "type": "step_started", "address": address, "action": action(*a) })
        }
        Happening::Line { address, text } => {
            json!({ "type": "step_progress", "address": address, "text": text })
        }
        Happening::Done {
            address,
            action: a,
            elapsed,
            unchanged,
        } => json!({
            "type": "step_done", "address": address, "action": action(*a),
            "elapsed_ms": ms(elapsed), "unchanged": unchanged,
        }),
        Happening::Counted { done, total } => {
            json!({ "type": "counted", "done": done, "total": total })
        }
        Happening::Failed {
            address,
            action: a,
            elapsed,
            message,
        } => json!({
            "type": "step_failed", "address": address, "action": action(*a),
            "elapsed_ms": ms(elapsed), "message": message,
        }),
        Happening::Skipped {
            address,
            action: a,
            why,
        } => json!({
            "type": "step_skipped", "address": address, "action": action(*a), "why": why,
        }),
    }
}

/// `creating`
pub(crate) fn doing(action: Action) -> &'static str {
    match action {
        Action::Create => "creating",
        Action::Adopt => "adopting",
        Action::Import => "importing",
        Action::Update => "updating",
        Action::Delete => "deleting",
        Action::GoesWith => "going with its machine",
        Action::Record => "recording",
        Action::Forget => "forgetting",
        Action::Read => "reading",
        Action::Barrier => "waiting",
    }
}

fn done(action: Action) -> &'static str {
    match action {
        Action::Create => "created",
        Action::Adopt => "adopted",
        Action::Import => "imported",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::GoesWith => "gone with its machine",
        Action::Record => "recorded",
        Action::Forget => "forgotten",
        Action::Read => "read",
        Action::Barrier => "passed",
    }
}

/// `40ms`, `0.3s`, `12s`, `2m05s`
pub(crate) fn span(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0 if elapsed.as_millis() < 100 => format!("{}ms", elapsed.as_millis()),
        0..10 => format!("{:.1}s", elapsed.as_secs_f64()),
        10..60 => format!("{seconds}s"),
        _ => format!("{}m{:02}s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::look::Look;

    fn check(happening: Happening, text: &str, event: &str) {
        assert_eq!(
            line(&happening).render(&Look::plain(80)),
            format!("{text}\n")
        );
        assert_eq!(json(&happening).to_string(), event);
    }

    #[test]
    fn every_happening_has_a_line_and_an_event() {
        let (address, action, elapsed) = (
            "a.b".to_string(),
            Action::Create,
            Duration::from_millis(1340),
        );
        check(
            Happening::Started {
                address: address.clone(),
                action,
            },
            "a.b: creating",
            r#"{"action":"create","address":"a.b","type":"step_started"}"#,
        );
        check(
            Happening::Done {
                address: address.clone(),
                action,
                elapsed,
                unchanged: false,
            },
            "a.b: created in 1.3s",
            r#"{"action":"create","address":"a.b","elapsed_ms":1340,"type":"step_done","unchanged":false}"#,
        );
        check(
            Happening::Failed {
                address: address.clone(),
                action,
                elapsed,
                message: "no\u{1b}".into(),
            },
            "a.b: create failed after 1.3s: no\\u{001b}",
            r#"{"action":"create","address":"a.b","elapsed_ms":1340,"message":"no\u001b","type":"step_failed"}"#,
        );
        check(
            Happening::Skipped {
                address,
                action,
                why: "c.d failed".into(),
            },
            "a.b: create skipped: c.d failed",
            r#"{"action":"create","address":"a.b","type":"step_skipped","why":"c.d failed"}"#,
        );
        check(
            Happening::Waiting {
                holder: "ana on x".into(),
            },
            "waiting for the lease, held by ana on x",
            r#"{"holder":"ana on x","type":"waiting_for_lease"}"#,
        );
    }

    #[test]
    fn spans_of_time_are_short() {
        for (ms, expected) in [
            (40, "40ms"),
            (310, "0.3s"),
            (9_940, "9.9s"),
            (59_999, "59s"),
            (125_000, "2m05s"),
        ] {
            assert_eq!(span(Duration::from_millis(ms)), expected);
        }
    }
}
