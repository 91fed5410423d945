//! `each.value` where it is not wholly known: what it is taken from, evaluated anew at apply.

use config::Repeat;
use eval::{Expr, ExprKind, Reference};
use model::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What `each` and `count` stand for in one instance of a block.
pub(crate) type Each = BTreeMap<Reference, Value>;

/// An expression of a block, and what of `each` it takes along, in a form that can be finished at
/// apply: an `each.value` that is still to be known becomes the block's `for_each` at its key.
pub(crate) fn finishable(expr: &Arc<Expr>, repeat: &Repeat, each: &Each) -> (Arc<Expr>, Each) {
    let open = each
        .get(&Reference::EachValue)
        .is_some_and(|value| value.has_unknown() || value.has_sealed());
    let (true, Repeat::ForEach(for_each)) = (open, repeat) else {
        return (expr.clone(), each.clone());
    };
    let span = for_each.span;
    let key = Expr {
        kind: ExprKind::Reference(Reference::EachKey),
        span,
    };
    let value = Expr {
        kind: ExprKind::Index(Box::new(for_each.clone()), Box::new(key)),
        span,
    };
    let mut instance = each.clone();
    instance.remove(&Reference::EachValue);
    (
        Arc::new(expr.substitute(&Reference::EachValue, &value)),
        instance,
    )
}
