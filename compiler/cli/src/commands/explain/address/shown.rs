//! What is known of a resource, for people and for programs.

use super::{About, Need};
use crate::project::Project;
use crate::view::page::{Label, Page};
use crate::view::state;
use config::Repeat;
use diagnostics::Span;
use model::Mode;
use serde_json::{Value as Json, json};

impl About<'_> {
    pub(super) fn page(&self, project: &Project) -> Page {
        let mut page = Page::new();
        page.line(0).add(Label::Address, self.address.to_string());
        for (name, value) in self.facts(project) {
            page.line(2)
                .add(Label::Muted, format!("{name}: "))
                .text(value);
        }
        section(
            &mut page,
            "Depends on",
            self.needs.iter().map(|n| n.words(project)),
        );
        let needed_by = self
            .needed_by
            .iter()
            .map(|n| (n.to_string(), String::new()));
        section(&mut page, "Needed by", needed_by);
        page.blank();
        page.line(0).add(Label::Heading, "Recorded");
        if self.recorded.is_empty() {
            page.line(2).text("nothing yet");
        }
        for object in &self.recorded {
            page.append(&state::object(object, false), 2);
        }
        let changes = self.changes.iter().map(|(at, what, by)| {
            let by = if by.is_empty() {
                String::new()
            } else {
                format!("by {by}")
            };
            (format!("{} {what}", state::time(*at)), by)
        });
        section(&mut page, "Last changes", changes);
        page
    }

    pub(super) fn json(&self, project: &Project) -> Json {
        let place = |span: Span| project.sources.locate(span);
        let needs = self.needs.iter().map(|n| {
            let named = n.named.as_ref();
            json!({
                "address": n.on.address.to_string(),
                "named_at": named.map(|(span, _)| place(*span)),
                "argument": named.and_then(|(_, argument)| argument.as_deref()),
                "through": n.through,
            })
        });
        let calls = self.calls.iter();
        let calls = calls.map(|(name, span)| json!({ "call": name, "at": place(*span) }));
        let changes = self.changes.iter();
        let changes =
            changes.map(|(at, what, by)| json!({ "at": state::time(*at), "what": what, "by": by }));
        let recorded = self.recorded.iter().map(|o| state::object_json(o, false));
        let needed_by = self.needed_by.iter().map(|n| n.address.to_string());
        let declarations = self
            .blocks
            .iter()
            .map(|(of, block)| json!({ "at": place(block.span), "implementation": of.served }));
        json!({
            "type": "explanation",
            "address": self.address.to_string(),
            "what": self.doc(project),
            "declared_at": self.blocks.first().map(|(_, b)| place(b.span)),
            "declarations": declarations.collect::<Json>(),
            "calls": calls.collect::<Json>(),
            "depends_on": needs.collect::<Json>(),
            "needed_by": needed_by.collect::<Json>(),
            "recorded": recorded.collect::<Json>(),
            "changes": changes.collect::<Json>(),
        })
    }

    fn facts(&self, project: &Project) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        facts.extend(self.doc(project).map(|doc| ("what", doc.to_string())));
        if self.blocks.is_empty() {
            facts.push(("declared", "not any more".into()));
        }
        for (of, block) in &self.blocks {
            let many = match &block.repeat {
                Repeat::Once => "",
                Repeat::Count(_) => ", with count",
                Repeat::ForEach(_) => ", with for_each",
            };
            let served = of.served.as_ref().filter(|_| of.perhaps);
            let served = served.map(|s| format!(", where {s} serves"));
            let place = project.sources.locate(block.span);
            let served = served.unwrap_or_default();
            facts.push(("declared", format!("{place}{many}{served}")));
        }
        if let Some((_, block)) = self.blocks.first() {
            facts.push(("provider", block.provider.to_string()));
        }
        for (name, span) in &self.calls {
            let place = project.sources.locate(*span);
            facts.push(("called by", format!("{name} at {place}")));
        }
        facts
    }

    fn doc(&self, project: &Project) -> Option<&'static str> {
        let ty = self.address.ty();
        match self.address.resource.mode {
            Mode::Managed => project.providers.resource(ty).map(|(_, schema)| schema.doc),
            Mode::Data => project.providers.data(ty).map(|(_, schema)| schema.doc),
            Mode::Ephemeral => project
                .providers
                .ephemeral(ty)
                .map(|(_, schema)| schema.doc),
        }
    }
}

impl Need {
    /// What, and why.
    fn words(&self, project: &Project) -> (String, String) {
        let why = match &self.named {
            Some((span, argument)) => {
                let place = project.sources.locate(*span);
                let argument = argument.as_deref();
                let argument = argument.map_or(String::new(), |a| format!("`{a}`, "));
                format!("named in {argument}{place}")
            }
            None if self.through.is_empty() => String::new(),
            None => format!("through {}", self.through.join(", ")),
        };
        (self.on.to_string(), why)
    }
}

/// A heading and its lines: what, and in fainter words more of it. Nothing without lines.
fn section(page: &mut Page, title: &str, lines: impl Iterator<Item = (String, String)>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    page.blank();
    page.line(0).add(Label::Heading, title);
    for (what, more) in lines {
        let line = page.line(2).text(what);
        if !more.is_empty() {
            line.add(Label::Muted, format!(" ({more})"));
        }
    }
}
