//! What a saved plan does not keep: the values of ephemeral variables, given again for its apply.

use crate::Session;
use diagnostics::{FileId, Span};
use eval::{Expr, ExprKind, Reference};
use model::Value;
use plan::{Captured, Plan};
use planner::Options;

impl Session<'_> {
    /// Puts the values that ephemeral variables have now in the place of those that they had when
    /// the plan was made.
    pub fn give_again(&self, plan: &mut Plan, options: &Options) {
        let root = plan.scopes.modules.iter_mut();
        let root = root.filter(|module| module.module.is_root());
        let lost: Vec<(Expr, &mut Value)> = root
            .flat_map(|module| module.names.iter_mut())
            .filter_map(|(name, captured)| match (name, captured) {
                (Reference::Variable(_), Captured::Value(value)) if is_lost(value) => {
                    Some((named(name.clone()), value))
                }
                _ => None,
            })
            .collect();
        if lost.is_empty() {
            return;
        }
        self.scene(options, |scene| {
            for (expr, value) in lost {
                if let Ok(now) = scene.evaluate(&expr) {
                    *value = now;
                }
            }
        });
    }
}

fn is_lost(value: &Value) -> bool {
    value.any(&|v: &Value| matches!(v, Value::Secret(s) if s.ephemeral && !s.is_open()))
}

fn named(reference: Reference) -> Expr {
    Expr {
        kind: ExprKind::Reference(reference),
        span: Span::new(FileId(0), 0, 0),
    }
}
