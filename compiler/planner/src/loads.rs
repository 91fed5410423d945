//! Attributes that name a file, and where an attribute is written.

use crate::pass::Pass;
use eval::{Expr, ExprKind};
use model::{BlockSchema, Value};

impl Pass<'_> {
    /// The body with the content of the files that it names.
    pub(crate) fn load_files(&mut self, schema: &BlockSchema, expr: &Expr, body: Value) -> Value {
        let (body, problems) = plan::load_files(schema, body, self.input.world);
        for (name, problem) in problems {
            let span = item_span(expr, name).unwrap_or(expr.span);
            self.sink.push(match problem.primary() {
                Some(_) => problem,
                None => problem.at(span, "named here"),
            });
        }
        body
    }
}

/// Where an attribute is written in a body.
pub(crate) fn item_span(body: &Expr, name: &str) -> Option<diagnostics::Span> {
    let ExprKind::Object(items) = &body.kind else {
        return None;
    };
    items.iter().find_map(|(key, value)| match &key.kind {
        ExprKind::Literal(Value::String(n)) if **n == *name => Some(key.span.to(value.span)),
        _ => None,
    })
}
