//! References to the calls of kinds: `database.main`, `domain["api.example.com"]`.

use super::Resolver;
use super::reference::{Found, Steps, found};
use crate::constant;
use crate::problems::names;
use eval::Reference;
use model::CallName;
use std::sync::Arc;
use syntax::tree::{ExprKind as Tree, Ident};

impl Resolver<'_> {
    pub(super) fn kind(&mut self, kind: &Ident, steps: Steps) -> Found {
        let step = steps.first();
        let label: Option<Arc<str>> = step.and_then(|step| match &step.kind {
            Tree::Attribute(_, name) => Some(name.text.clone()),
            Tree::Index(_, label) => constant::text(label),
            _ => None,
        });
        let (Some(label), Some(step)) = (label, step) else {
            let usage = format!("{0}.NAME` or `{0}[\"LABEL\"]", kind.text);
            self.problems
                .push(names::incomplete(&kind.text, &usage, kind.span));
            return None;
        };
        let span = kind.span.to(step.span);
        let call = CallName::of(kind.text.clone(), label.clone());
        let Some(declared) = self.here.calls.get(&call) else {
            self.unknown_call(kind, label, span);
            return None;
        };
        let instances = declared.instances;
        if let Some(output) = self.member_lazily(|| call.to_string(), instances, &steps[1..]) {
            self.check_output(&call, output);
        }
        found(Reference::Module(call), span, 1)
    }

    fn unknown_call(&mut self, kind: &Ident, label: Arc<str>, span: diagnostics::Span) {
        let calls = self.here.calls.keys().filter(|c| *c.kind == *kind.text);
        let known = calls.map(|c| &c.name);
        let problem = names::unknown_call(&kind.text, &label, span, known.map(|n| &**n));
        let name = Ident { text: label, span };
        self.unknown(&kind.text, &name, problem);
    }
}
