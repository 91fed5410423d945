//! Strings that are put together: only what comes from a secret is secret in them.

use crate::evaluate::{Eval, Evaluator};
use crate::iterate::pairs_of;
use crate::{Expr, ExprKind, TemplatePart, limits, marks, problem};
use model::{Mixed, Part, Type, Unknown, Value, certain_start, convert};
use std::sync::Arc;

/// What a template comes to, as it grows.
#[derive(Default)]
struct Growing {
    parts: Vec<Part>,
    /// How long the texts among them are.
    bytes: usize,
    /// Something in it is not known yet; from there on only sensitivity matters.
    unknown: bool,
    sensitive: bool,
    ephemeral: bool,
    /// What the text is certain to begin with, once something in it is unknown.
    prefix: String,
}

impl Evaluator<'_> {
    pub(crate) fn template(&mut self, parts: &[TemplatePart]) -> Eval {
        if let [TemplatePart::Text(text)] = parts {
            return Ok(Value::string(text.clone()));
        }
        let mut growing = Growing::default();
        self.grow(parts, &mut growing)?;
        Ok(growing.finish())
    }

    fn grow(&mut self, parts: &[TemplatePart], out: &mut Growing) -> Result<(), problem::Boxed> {
        for part in parts {
            match part {
                TemplatePart::Text(text) => out.push(Part::Text(text.clone())),
                TemplatePart::Interpolation(expr) => {
                    let value = self.value(expr)?;
                    out.append(&value, expr)?;
                }
                TemplatePart::If { condition, yes, no } => {
                    let decided = self.condition(condition)?;
                    self.choose(&decided, condition, yes, no, out)?;
                }
                TemplatePart::For {
                    key,
                    value,
                    collection,
                    body,
                } => {
                    let over = self.value(collection)?;
                    if marks::is_secret(&over) {
                        let text = self.secret_loop(part, &over, collection)?;
                        out.append(&text, collection)?;
                        continue;
                    }
                    self.repeat((key.as_ref(), value), &over, collection, body, out)?;
                }
            }
        }
        Ok(())
    }

    fn choose(
        &mut self,
        decided: &Value,
        condition: &Expr,
        yes: &[TemplatePart],
        no: &[TemplatePart],
        out: &mut Growing,
    ) -> Result<(), problem::Boxed> {
        if let Some(holds) = decided.as_bool() {
            return self.grow(if holds { yes } else { no }, out);
        }
        let (yes, no) = (self.template(yes)?, self.template(no)?);
        let inputs = [decided, &yes, &no];
        if inputs.iter().any(|v| v.has_unknown()) {
            return out.append(&marks::unknown_value(Type::String, &inputs), condition);
        }
        let chosen = marks::lift(
            "?:",
            &inputs,
            || Type::String,
            |v| {
                Ok::<_, problem::Boxed>(if v[0].as_bool() == Some(true) {
                    v[1].clone()
                } else {
                    v[2].clone()
                })
            },
        )?;
        out.append(&chosen, condition)
    }

    /// All of a loop over something secret is one secret: how often it ran must not show.
    fn secret_loop(&mut self, part: &TemplatePart, over: &Value, at: &Expr) -> Eval {
        let TemplatePart::For {
            key, value, body, ..
        } = part
        else {
            return Ok(Value::NULL);
        };
        let whole = Expr {
            kind: ExprKind::Template(vec![part.clone()]),
            span: at.span,
        };
        self.secret_whole(&whole, over, Type::String, |this, open| {
            let mut inner = Growing::default();
            this.repeat((key.as_ref(), value), open, at, body, &mut inner)?;
            Ok(inner.finish().expose())
        })
    }

    fn repeat(
        &mut self,
        names: (Option<&Arc<str>>, &Arc<str>),
        over: &Value,
        at: &Expr,
        body: &[TemplatePart],
        out: &mut Growing,
    ) -> Result<(), problem::Boxed> {
        if over.is_unknown() {
            let depth = self.bound.len();
            for name in names.0.iter().copied().chain([names.1]) {
                self.bound.push((name.clone(), Value::unknown(Type::Any)));
            }
            // What a round gives may be sensitive, whatever there is to go through.
            let made = self.template(body);
            self.bound.truncate(depth);
            let made = made.unwrap_or_else(|_| Value::unknown(Type::String));
            return out.append(&marks::unknown_value(Type::String, &[over, &made]), at);
        }
        let pairs = pairs_of(over).ok_or_else(|| problem::not_iterable(over, at.span))?;
        for (key, value) in pairs {
            self.one_more_round(at.span)?;
            let depth = self.bound.len();
            if let Some(name) = names.0 {
                self.bound.push((name.clone(), key));
            }
            self.bound.push((names.1.clone(), value));
            let result = self.grow(body, out);
            self.bound.truncate(depth);
            result?;
        }
        Ok(())
    }
}

impl Growing {
    fn push(&mut self, part: Part) {
        self.bytes += limits::bytes(std::slice::from_ref(&part));
        if !self.unknown {
            self.parts.push(part);
        } else if let Part::Secret(secret) = part {
            self.sensitive = true;
            self.ephemeral |= secret.ephemeral;
        }
    }

    fn append(&mut self, value: &Value, at: &Expr) -> Result<(), problem::Boxed> {
        match value {
            Value::Unknown(unknown) => {
                if convert(value, &Type::String).is_err() {
                    return Err(problem::not_text(value, at.span));
                }
                self.append_unknown(unknown);
            }
            Value::Mixed(mixed) => mixed.parts().iter().for_each(|p| self.push(p.clone())),
            other => match marks::part(other) {
                Some(part) => self.push(part),
                None => return Err(problem::not_text(other, at.span)),
            },
        }
        match self.bytes > limits::MOST_BYTES {
            true => Err(limits::too_much(at.span)),
            false => Ok(()),
        }
    }

    fn append_unknown(&mut self, unknown: &Unknown) {
        self.sensitive |= unknown.sensitive;
        self.ephemeral |= unknown.ephemeral;
        if self.unknown {
            return;
        }
        self.unknown = true;
        let mut plain = true;
        for part in std::mem::take(&mut self.parts) {
            match part {
                Part::Text(text) if plain => self.prefix.push_str(&text),
                Part::Text(_) => {}
                Part::Secret(secret) => {
                    plain = false;
                    self.sensitive = true;
                    self.ephemeral |= secret.ephemeral;
                }
            }
        }
        if let (true, Some(prefix)) = (plain && !unknown.sensitive, &unknown.prefix) {
            self.prefix.push_str(prefix);
        }
    }

    fn finish(self) -> Value {
        if !self.unknown {
            return Mixed::join(self.parts);
        }
        let mut unknown = Unknown::of(Type::String)
            .sensitive(self.sensitive)
            .not_null();
        unknown.ephemeral = self.ephemeral;
        let start = certain_start(&self.prefix);
        unknown.prefix = Some(Arc::from(start)).filter(|p: &Arc<str>| !p.is_empty());
        Value::Unknown(Arc::new(unknown))
    }
}
