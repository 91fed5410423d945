//! The text of an expression without its places: equal for expressions that mean the same, so
//! that a fingerprint made of it survives a moved line.

use crate::{Expr, ExprKind, TemplatePart};
use std::fmt::Write;
use std::sync::Arc;

/// The expression's form.
pub(crate) fn shape(expr: &Expr) -> String {
    let mut out = String::new();
    write(expr, &mut out);
    out
}

/// The names that are bound outside of the expression.
pub(crate) fn free_names(expr: &Expr) -> Vec<Arc<str>> {
    let mut names = Vec::new();
    collect(expr, &mut names);
    names.sort();
    names.dedup();
    names
}

fn collect(expr: &Expr, names: &mut Vec<Arc<str>>) {
    if let ExprKind::Bound(name) = &expr.kind {
        names.push(name.clone());
    }
    expr.children(&mut |child| collect(child, names));
}

fn write(expr: &Expr, out: &mut String) {
    let _ = match &expr.kind {
        // By its fingerprint, since it may hold something secret.
        ExprKind::Literal(value) => write!(out, "#{}", crate::marks::fingerprint(value).to_hex()),
        ExprKind::Template(parts) => {
            template(parts, out);
            Ok(())
        }
        ExprKind::Reference(reference) => write!(out, "{reference:?}"),
        ExprKind::Bound(name) => write!(out, "${name}"),
        ExprKind::Attribute(_, name) => write!(out, ".{name}"),
        ExprKind::Unary(op, _) => write!(out, "{op:?}"),
        ExprKind::Binary(op, _, _) => write!(out, "{op:?}"),
        ExprKind::Call(call) => write!(out, "{}/{}", call.name, call.expand),
        ExprKind::For(each) => write!(
            out,
            "for {:?} {} {} {}",
            each.key,
            each.value,
            each.grouping,
            each.result_key.is_some()
        ),
        ExprKind::Tuple(_) => write!(out, "tuple"),
        ExprKind::Object(_) => write!(out, "object"),
        ExprKind::Index(..) => write!(out, "index"),
        ExprKind::Splat(..) => write!(out, "splat"),
        ExprKind::Conditional(..) => write!(out, "if"),
    };
    out.push('(');
    if !matches!(expr.kind, ExprKind::Template(_)) {
        expr.children(&mut |child| {
            write(child, out);
            out.push(',');
        });
    }
    out.push(')');
}

fn template(parts: &[TemplatePart], out: &mut String) {
    for part in parts {
        match part {
            TemplatePart::Text(text) => drop(write!(out, "{text:?}")),
            TemplatePart::Interpolation(expr) => write(expr, out),
            TemplatePart::If { condition, yes, no } => {
                out.push_str("%if");
                write(condition, out);
                template(yes, out);
                out.push_str("%else");
                template(no, out);
                out.push_str("%end");
            }
            TemplatePart::For {
                key,
                value,
                collection,
                body,
            } => {
                let _ = write!(out, "%for {key:?} {value}");
                write(collection, out);
                template(body, out);
                out.push_str("%end");
            }
        }
    }
}
