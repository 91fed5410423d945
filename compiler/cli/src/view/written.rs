//! Where in the configuration stands what a step of a plan is about.

use config::{Config, Resource};
use diagnostics::{Label, Problem, Span};
use eval::ExprKind;
use model::{Address, AttrPath};
use plan::Plan;

/// A configuration, and what was planned of it.
pub(crate) struct Written<'a> {
    pub(crate) config: &'a Config,
    pub(crate) plan: &'a Plan,
}

impl Written<'_> {
    /// The problem with the places of what it is about: the calls of kinds that it lies in, and
    /// there the place that is known, or that of the attribute, or else the block.
    pub(crate) fn place(
        &self,
        problem: Problem,
        address: &Address,
        path: Option<&AttrPath>,
        known: Option<&Label>,
    ) -> Problem {
        let served = self.served(address);
        let block = self.config.resource(&address.resource, served);
        let argument = |block: &Resource| path.and_then(|p| argument(block, p.first()?));
        let span = || block.map(|(_, b)| argument(b).unwrap_or(b.span));
        let mut placed = match known {
            Some(label) => problem.at(label.span, &label.text),
            None => match span() {
                Some(span) => problem.at(span, ""),
                None => problem,
            },
        };
        placed.lead_from(&self.config.kind_calls(&address.resource.module, served));
        placed
    }

    /// Whether something was to be done there, and not only to hold.
    pub(crate) fn is_step(&self, address: &Address) -> bool {
        self.plan.steps.iter().any(|s| s.address == *address)
    }

    /// What serves the kinds around an address: what is planned of anything in there knows it.
    fn served(&self, address: &Address) -> Option<&str> {
        let around = &address.resource.module.0;
        let inside = |at: &Address| at.resource.module.0.starts_with(around);
        let step = self.plan.steps.iter().find(|s| s.address == *address);
        let step = step.or_else(|| self.plan.steps.iter().find(|s| inside(&s.address)));
        step?.implementation.as_deref()
    }
}

/// The place of an argument in a block.
fn argument(block: &Resource, name: &str) -> Option<Span> {
    let ExprKind::Object(items) = &block.body.kind else {
        return None;
    };
    items.iter().find_map(|(key, value)| match &key.kind {
        ExprKind::Literal(known) if known.as_str() == Some(name) => Some(key.span.to(value.span)),
        _ => None,
    })
}
