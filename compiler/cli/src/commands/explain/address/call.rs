//! What is known of a call, of a module or of a kind: where it stands, what serves it, and what
//! is recorded inside of it.

use crate::project::Project;
use crate::view::page::{Label, Page};
use config::Module;
use diagnostics::Span;
use model::ModulePath;
use serde_json::{Value as Json, json};
use state::{Object, State};
use std::sync::Arc;

/// A call that is declared, or that something is recorded of.
pub(super) struct Call<'a> {
    path: ModulePath,
    /// Where it stands, and the calls around it, the outermost first.
    places: Vec<(String, Span)>,
    /// What is called; none where it is not declared any more.
    module: Option<&'a Module>,
    /// What serves it, of its kind's implementations, as recorded.
    served: Vec<&'a str>,
    recorded: Vec<&'a Arc<Object>>,
}

impl<'a> Call<'a> {
    /// The call that a text names, where it names one and no resource.
    pub(super) fn find(project: &'a Project, state: &'a State, text: &str) -> Option<Call<'a>> {
        let path: ModulePath = text.parse().ok().filter(|p: &ModulePath| !p.is_root())?;
        let objects = state
            .current
            .values()
            .filter_map(|id| state.objects.get(id));
        let inside = |o: &&Arc<Object>| path.covers(&o.address.resource.module);
        let recorded: Vec<_> = objects.filter(inside).collect();
        let config = &project.loaded.config;
        let implementation = recorded.iter().find_map(|o| o.implementation.as_deref());
        let spans = config.calls(&path, implementation);
        let is_declared = spans.len() == path.0.len();
        let module = config.called(&path, implementation).filter(|_| is_declared);
        if module.is_none() && recorded.is_empty() {
            return None;
        }
        let names = path.0.iter().map(|step| step.call.to_string());
        let kinds_around = path.0.iter().filter(|s| s.call.is_kind()).count();
        let own = |o: &&'a Arc<Object>| {
            let all = o.implementation.as_deref()?;
            let last = path.0.last().is_some_and(|step| step.call.is_kind());
            all.split('/')
                .nth(kinds_around.checked_sub(1)?)
                .filter(|_| last)
        };
        let mut served: Vec<&str> = recorded.iter().filter_map(own).collect();
        served.sort_unstable();
        served.dedup();
        Some(Call {
            places: names.zip(spans).collect(),
            module,
            served,
            recorded,
            path,
        })
    }

    pub(super) fn page(&self, project: &Project) -> Page {
        let mut page = Page::new();
        page.line(0).add(Label::Address, self.path.to_string());
        for (name, value) in self.facts(project) {
            page.line(2)
                .add(Label::Muted, format!("{name}: "))
                .text(value);
        }
        page.blank();
        page.line(0).add(Label::Heading, "Recorded");
        if self.recorded.is_empty() {
            page.line(2).text("nothing yet");
        }
        for object in &self.recorded {
            page.line(2).text(object.address.to_string());
        }
        page
    }

    pub(super) fn json(&self, project: &Project) -> Json {
        let calls = self.places.iter();
        let calls =
            calls.map(|(name, span)| json!({ "call": name, "at": project.sources.locate(*span) }));
        let recorded = self.recorded.iter().map(|o| o.address.to_string());
        json!({
            "type": "explanation",
            "address": self.path.to_string(),
            "calls": calls.collect::<Json>(),
            "kind": self.kind().map(|k| &k.name),
            "implementations": self.served,
            "recorded": recorded.collect::<Json>(),
        })
    }

    fn kind(&self) -> Option<&config::Kind> {
        self.module?.kind.as_ref()
    }

    fn facts(&self, project: &Project) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if let Some(kind) = self.kind() {
            let doc = match kind.doc.is_empty() {
                true => String::new(),
                false => format!(": {}", kind.doc),
            };
            facts.push(("kind", format!("{}{doc}", kind.name)));
        }
        if self.module.is_none() {
            facts.push(("called", "not any more".into()));
        }
        for (name, span) in &self.places {
            let place = project.sources.locate(*span);
            facts.push(("called", format!("{name} at {place}")));
        }
        if let (Some(module), None) = (self.module, self.kind()) {
            facts.push(("module", module.directory.clone()));
        }
        if !self.served.is_empty() {
            facts.push(("served by", self.served.join(", ")));
        }
        facts
    }
}
