//! What an expression refers to, outputs of modules and instances of blocks told apart.

use eval::{Expr, ExprKind, Reference};
use std::sync::Arc;

/// A reference, and where the expression says: of which instance, and of a module call which
/// output.
pub(crate) struct Mention<'a> {
    pub(crate) reference: &'a Reference,
    pub(crate) output: Option<&'a Arc<str>>,
    pub(crate) key: Option<&'a Expr>,
}

/// Calls `visit` on everything of the configuration that `expr` mentions.
pub(crate) fn mentions<'a>(expr: &'a Expr, visit: &mut dyn FnMut(Mention<'a>)) {
    match &expr.kind {
        ExprKind::Reference(reference) => {
            visit(Mention {
                reference,
                output: None,
                key: None,
            });
        }
        ExprKind::Attribute(source, name) => match module_of(source) {
            Some((reference, keys)) => {
                visit(Mention {
                    reference,
                    output: Some(name),
                    key: keys.first().copied(),
                });
                keys.into_iter().for_each(|k| mentions(k, visit));
            }
            None => mentions(source, visit),
        },
        ExprKind::Index(source, key) => match &source.kind {
            ExprKind::Reference(reference @ (Reference::Resource(..) | Reference::Module(_))) => {
                visit(Mention {
                    reference,
                    output: None,
                    key: Some(key),
                });
                mentions(key, visit);
            }
            _ => children(expr, visit),
        },
        _ => children(expr, visit),
    }
}

/// Whether it stands for the same whatever surrounds it: no name of a `for` or a splat in it.
pub(crate) fn is_free(expr: &Expr) -> bool {
    let mut free = !matches!(expr.kind, ExprKind::Bound(_));
    expr.children(&mut |e| free &= is_free(e));
    free
}

/// Whether it may be another in each instance of the block that it stands in.
pub(crate) fn tells_instances_apart(expr: &Expr) -> bool {
    use Reference::{CountIndex, EachKey, EachValue};
    let mut tells = matches!(
        expr.kind,
        ExprKind::Reference(EachKey | EachValue | CountIndex)
    );
    expr.children(&mut |e| tells |= tells_instances_apart(e));
    tells
}

/// `module.name` with any number of indices behind it.
fn module_of(expr: &Expr) -> Option<(&Reference, Vec<&Expr>)> {
    match &expr.kind {
        ExprKind::Reference(reference @ Reference::Module(_)) => Some((reference, Vec::new())),
        ExprKind::Index(source, key) => {
            let (reference, mut keys) = module_of(source)?;
            keys.push(key);
            Some((reference, keys))
        }
        _ => None,
    }
}

fn children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(Mention<'a>)) {
    // `Expr::children` lends each child for the call only; here they live as long as the tree.
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Reference(_) | ExprKind::Bound(_) => {}
        ExprKind::Template(parts) => template(parts, visit),
        ExprKind::Tuple(items) => items.iter().for_each(|e| mentions(e, visit)),
        ExprKind::Object(items) => items.iter().for_each(|(k, v)| {
            mentions(k, visit);
            mentions(v, visit);
        }),
        ExprKind::Attribute(a, _) | ExprKind::Unary(_, a) => mentions(a, visit),
        ExprKind::Index(a, b) | ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => {
            mentions(a, visit);
            mentions(b, visit);
        }
        ExprKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|e| mentions(e, visit)),
        ExprKind::For(f) => {
            mentions(&f.collection, visit);
            f.result_key.iter().for_each(|e| mentions(e, visit));
            mentions(&f.result, visit);
            f.condition.iter().for_each(|e| mentions(e, visit));
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|e| mentions(e, visit)),
    }
}

fn template<'a>(parts: &'a [eval::TemplatePart], visit: &mut dyn FnMut(Mention<'a>)) {
    use eval::TemplatePart::{For, If, Interpolation, Text};
    for part in parts {
        match part {
            Text(_) => {}
            Interpolation(e) => mentions(e, visit),
            If { condition, yes, no } => {
                mentions(condition, visit);
                template(yes, visit);
                template(no, visit);
            }
            For {
                collection, body, ..
            } => {
                mentions(collection, visit);
                template(body, visit);
            }
        }
    }
}
