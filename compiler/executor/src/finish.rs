//! Finishes what a plan could not know: evaluates deferred expressions once what they name is
//! there.

use crate::refused::{Refused, told};
use crate::run::Run;
use diagnostics::{Problem, Span};
use eval::{Expr, Reference, Scope};
use model::{Address, Key, Mode, Value};
use plan::{Captured, Deferred, Keyed, ScopeId};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A debug build needs some 20 KiB for a name.
const RED_ZONE: usize = 256 << 10;
const STACK: usize = 4 << 20;

/// The names at one place of a plan's scopes.
struct Names<'r> {
    run: &'r Run<'r>,
    scope: ScopeId,
    instance: &'r BTreeMap<Reference, Value>,
    known: &'r Known,
}

/// What names came to so far, while one expression is evaluated: each is looked up once, however
/// often it is named.
type Known = RefCell<HashMap<(ScopeId, Reference), Value>>;

impl Scope for Names<'_> {
    fn resolve(&self, reference: &Reference, span: Span) -> Result<Value, Problem> {
        if let Some(value) = self.instance.get(reference) {
            return Ok(value.clone());
        }
        let at = (self.scope, reference.clone());
        if let Some(value) = self.known.borrow().get(&at) {
            return Ok(value.clone());
        }
        match self.captured(reference) {
            Some(captured) => {
                // Names lead to names, as many in a row as somebody wrote.
                let look = || self.run.look_up(captured, self.known);
                let value = stacker::maybe_grow(RED_ZONE, STACK, look)?;
                self.known.borrow_mut().insert(at, value.clone());
                Ok(value)
            }
            None => Err(
                Problem::error("LF0392", "the plan lacks what a name stands for")
                    .at(span, "this name")
                    .help("this is a bug of Landfall; plan again, and report it"),
            ),
        }
    }

    fn resolve_instance(
        &self,
        reference: &Reference,
        key: &Value,
    ) -> Result<Option<Value>, Problem> {
        if self.instance.contains_key(reference) {
            return Ok(None);
        }
        Ok(match self.captured(reference) {
            Some(Captured::Resource {
                mode, instances, ..
            }) => of_key(instances, key).map(|address| self.run.value_of(*mode, address)),
            Some(Captured::Module { instances, .. }) => of_key(instances, key)
                .map(|outputs| self.run.outputs_of(outputs, self.known))
                .transpose()?,
            _ => None,
        })
    }
}

impl Names<'_> {
    fn captured(&self, reference: &Reference) -> Option<&Captured> {
        let module = self.run.plan.scopes.modules.get(self.scope);
        module.and_then(|m| m.names.get(reference))
    }
}

/// The instance of a key; they stand in the order of their keys.
fn of_key<'k, T>(instances: &'k Keyed<T>, key: &Value) -> Option<&'k T> {
    let key = match key.as_str() {
        Some(name) => Key::Name(name.into()),
        None => Key::Index(u64::try_from(key.as_i64()?).ok()?),
    };
    let found = instances.binary_search_by(|(k, _)| k.as_ref().cmp(&Some(&key)));
    found.ok().map(|i| &instances[i].1)
}

impl<'a> Run<'a> {
    /// The value of an expression, as far as it can be known by now.
    pub(crate) fn evaluate(
        &self,
        expr: &Expr,
        scope: ScopeId,
        instance: &BTreeMap<Reference, Value>,
    ) -> Result<Value, Problem> {
        self.evaluate_with(expr, scope, instance, &Known::default())
    }

    fn evaluate_with(
        &self,
        expr: &Expr,
        scope: ScopeId,
        instance: &BTreeMap<Reference, Value>,
        known: &Known,
    ) -> Result<Value, Problem> {
        let names = Names {
            run: self,
            scope,
            instance,
            known,
        };
        eval::evaluate(expr, &names, self.context.world)
    }

    /// The body of a deferred step.
    pub(crate) fn body(&self, deferred: &Deferred) -> Result<Value, Box<Refused>> {
        self.evaluate(&deferred.body, deferred.scope, &deferred.instance)
            .map_err(|p| Box::new(told(p)))
    }

    /// What a captured name stands for by now.
    pub(crate) fn captured(&self, captured: &Captured) -> Result<Value, Problem> {
        self.look_up(captured, &Known::default())
    }

    fn look_up(&self, captured: &Captured, known: &Known) -> Result<Value, Problem> {
        match captured {
            Captured::Value(value) => Ok(value.clone()),
            Captured::Expr {
                expr,
                scope,
                ty,
                sensitive,
                instance,
            } => {
                let value = self.evaluate_with(expr, *scope, instance, known)?;
                let value = model::convert(&value, ty).map_err(|e| {
                    Problem::error("LF0307", "a value has a wrong type")
                        .at(expr.span, e.to_string())
                })?;
                Ok(match sensitive {
                    true => self.context.fingerprints.conceal(&value),
                    false => value,
                })
            }
            Captured::Resource {
                mode,
                repetition,
                instances,
            } => {
                let values: Vec<_> = instances
                    .iter()
                    .map(|(key, address)| (key.clone(), self.value_of(*mode, address)))
                    .collect();
                Ok(repetition.collect(values))
            }
            Captured::Module {
                repetition,
                instances,
            } => {
                let values: Result<Vec<_>, Problem> = instances
                    .iter()
                    .map(|(key, outputs)| Ok((key.clone(), self.outputs_of(outputs, known)?)))
                    .collect();
                Ok(repetition.collect(values?))
            }
        }
    }

    fn outputs_of(
        &self,
        outputs: &BTreeMap<Arc<str>, Captured>,
        known: &Known,
    ) -> Result<Value, Problem> {
        let outputs: Result<Vec<_>, Problem> = outputs
            .iter()
            .map(|(name, c)| Ok((name.clone(), self.look_up(c, known)?)))
            .collect();
        Ok(Value::object(outputs?))
    }

    /// An instance as it is by now.
    pub(crate) fn value_of(&self, mode: Mode, address: &Address) -> Value {
        let recorded = match mode {
            Mode::Data => self
                .data
                .get(address)
                .or_else(|| self.plan.scopes.data.get(address)),
            Mode::Ephemeral => self.opened.get(address).and_then(Option::as_ref),
            Mode::Managed => self.state.at(address).map(|o| &o.attributes),
        };
        recorded
            .cloned()
            .unwrap_or_else(|| Value::unknown(model::Type::Any))
    }
}
