//! What names stand for at one place of a pass.

use crate::pass::{InstanceId, Pass};
use diagnostics::{Problem, Span};
use eval::{Expr, Reference, Scope};
use model::{CallName, Type, Value};
use plan::Repetition;
use std::collections::BTreeMap;

/// The names of a module instance, and of one instance of a block in it.
pub(crate) struct Names<'p, 'a> {
    pub(crate) pass: &'p Pass<'a>,
    pub(crate) module: InstanceId,
    /// `each.key` and the like.
    pub(crate) each: &'p BTreeMap<Reference, Value>,
    /// `self`
    pub(crate) this: Option<&'p Value>,
}

impl Scope for Names<'_, '_> {
    fn resolve(&self, reference: &Reference, span: Span) -> Result<Value, Problem> {
        let module = &self.pass.modules[self.module];
        let open = || Value::unknown(Type::Any);
        Ok(match reference {
            Reference::Variable(name) => module.variables.get(name).cloned().unwrap_or_else(open),
            Reference::Local(name) => module.locals.get(name).cloned().unwrap_or_else(open),
            Reference::Resource(mode, ty, name) => module
                .resources
                .get(&(*mode, ty.clone(), name.clone()))
                .map_or_else(open, |r| r.value.clone()),
            Reference::Module(name) => self.pass.module_value(self.module, name),
            Reference::EachKey | Reference::EachValue | Reference::CountIndex => {
                match self.each.get(reference) {
                    Some(value) => value.clone(),
                    None => return Err(no_instance(reference, span)),
                }
            }
            Reference::This => match self.this {
                Some(value) => value.clone(),
                None => {
                    return Err(Problem::error("LF0302", "`self` means nothing here")
                        .at(span, "not in a postcondition")
                        .help("`self` stands for the object in its own `postcondition`"));
                }
            },
            Reference::PathModule => {
                let directory = &self.pass.module_of(self.module).directory;
                Value::string(if directory.is_empty() {
                    "."
                } else {
                    directory.as_str()
                })
            }
            Reference::PathRoot => ".".into(),
            Reference::PathCwd => Value::string(self.pass.input.options.working_directory.as_str()),
            Reference::Environment => {
                Value::String(self.pass.input.config.environment.name.clone())
            }
            Reference::Target => self.pass.target_value(self.module),
            Reference::Served(output) => self.pass.served_output(self.module, output),
            Reference::Project => Value::String(self.pass.input.config.project.name.clone()),
        })
    }
}

fn no_instance(reference: &Reference, span: Span) -> Problem {
    let (name, argument) = match reference {
        Reference::CountIndex => ("count.index", "count"),
        Reference::EachKey => ("each.key", "for_each"),
        _ => ("each.value", "for_each"),
    };
    Problem::error("LF0303", format!("`{name}` means nothing here"))
        .at(span, format!("the block has no `{argument}`"))
        .help(format!(
            "give the block a `{argument}`, or write the value itself"
        ))
}

impl Pass<'_> {
    /// The value of an expression; unknown where it has a problem, which is reported.
    pub(crate) fn evaluate(
        &mut self,
        expr: &Expr,
        module: InstanceId,
        each: &BTreeMap<Reference, Value>,
    ) -> Value {
        self.try_evaluate(expr, module, each)
            .unwrap_or_else(|| Value::unknown(Type::Any))
    }

    /// The value of an expression; none where it has a problem, which is reported.
    pub(crate) fn try_evaluate(
        &mut self,
        expr: &Expr,
        module: InstanceId,
        each: &BTreeMap<Reference, Value>,
    ) -> Option<Value> {
        let names = Names {
            pass: self,
            module,
            each,
            this: None,
        };
        let result = eval::evaluate(expr, &names, self.input.world);
        self.sink.take(result)
    }

    /// What `module.name` stands for: the outputs that are evaluated so far. Those that an
    /// expression mentions always are, by the order of evaluation.
    fn module_value(&self, parent: InstanceId, name: &CallName) -> Value {
        let Some(call) = self.modules[parent].calls.get(name) else {
            return Value::unknown(Type::Any);
        };
        if call.later {
            return Value::unknown(Type::Any);
        }
        let size = call
            .instances
            .iter()
            .map(|(_, id)| self.modules[*id].outputs.len())
            .sum();
        let key = (parent, name.clone());
        if let Some((of, value)) = self.module_values.borrow().get(&key)
            && *of == size
        {
            return value.clone();
        }
        let outputs = |id: InstanceId| {
            Value::object(
                self.modules[id]
                    .outputs
                    .iter()
                    .map(|(n, v)| (n.clone(), v.clone())),
            )
        };
        let instances = call
            .instances
            .iter()
            .map(|(key, id)| (key.clone(), outputs(*id)));
        let value = match call.repetition {
            Repetition::Once if call.instances.is_empty() => Value::unknown(Type::Any),
            repetition => repetition.collect(instances),
        };
        self.module_values
            .borrow_mut()
            .insert(key, (size, value.clone()));
        value
    }
}
