//! Expansion: how many instances a block has, and what tells them apart.

use crate::graph::Rank;
use crate::pass::{CallInstances, InstanceId, ModuleInstance, Pass};
use crate::sites::SiteId;
use config::Repeat;
use diagnostics::Problem;
use eval::{Expr, Reference};
use model::{CallName, Key, Type, Value, show_type};
use plan::{PlanMode, Repetition};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The instances of a block: key, and what `each` and `count` stand for.
pub(crate) type Expansion = (Repetition, Vec<(Option<Key>, BTreeMap<Reference, Value>)>);

/// More than any real configuration has; one that asks for more is a slip of the hand.
const MOST_INSTANCES: usize = 1_000_000;

impl Pass<'_> {
    /// The instances of a block; none where they can't be told yet, or not at all (reported).
    pub(crate) fn expand(
        &mut self,
        repeat: &Repeat,
        module: InstanceId,
    ) -> Result<Expansion, NotExpanded> {
        let none = BTreeMap::new();
        match repeat {
            Repeat::Once => Ok((Repetition::Once, vec![(None, BTreeMap::new())])),
            Repeat::Count(expr) => {
                let value = self.repeat_value(expr, module, &none, "count")?;
                self.count(expr, &value)
            }
            Repeat::ForEach(expr) => {
                let value = self.repeat_value(expr, module, &none, "for_each")?;
                self.for_each(expr, &value)
            }
        }
    }

    fn repeat_value(
        &mut self,
        expr: &Expr,
        module: InstanceId,
        each: &BTreeMap<Reference, Value>,
        argument: &str,
    ) -> Result<Value, NotExpanded> {
        let value = self
            .try_evaluate(expr, module, each)
            .ok_or(NotExpanded::Refused)?;
        if value.has_ephemeral() {
            let what = format!("`{argument}` is ephemeral");
            self.ephemeral_here(expr.span, &what);
            return Err(NotExpanded::Refused);
        }
        if matches!(value, Value::Secret(_) | Value::Mixed(_)) {
            self.sensitive_repeat(expr, argument);
            return Err(NotExpanded::Refused);
        }
        match value.is_unknown() {
            true => Err(NotExpanded::Later),
            false => Ok(value),
        }
    }

    fn sensitive_repeat(&mut self, expr: &Expr, argument: &str) {
        self.sink.push(
            Problem::error("LF0304", format!("`{argument}` is sensitive"))
                .at(expr.span, "sensitive")
                .help(
                    "how many instances there are, and their keys, stand in every plan; use a \
                     value that is not sensitive, or `nonsensitive()` where it is safe",
                ),
        );
    }

    fn count(&mut self, expr: &Expr, value: &Value) -> Result<Expansion, NotExpanded> {
        let count = model::convert(value, &Type::Number).ok();
        let count = count.and_then(|v| match v {
            Value::Number(n) => n.as_usize(),
            _ => None,
        });
        let Some(count) = count.filter(|c| *c <= MOST_INSTANCES) else {
            self.sink.push(
                Problem::error("LF0305", "`count` has to be a whole number, 0 or greater")
                    .at(expr.span, format!("is {}", model::show(value))),
            );
            return Err(NotExpanded::Refused);
        };
        let instance = |i: usize| {
            let each = BTreeMap::from([(Reference::CountIndex, Value::int(i as i64))]);
            (Some(Key::Index(i as u64)), each)
        };
        Ok((Repetition::Count, (0..count).map(instance).collect()))
    }

    fn for_each(&mut self, expr: &Expr, value: &Value) -> Result<Expansion, NotExpanded> {
        let instance = |key: &Arc<str>, value: &Value| {
            let each = BTreeMap::from([
                (Reference::EachKey, Value::String(key.clone())),
                (Reference::EachValue, value.clone()),
            ]);
            (Some(Key::Name(key.clone())), each)
        };
        let instances = match value {
            Value::Map(_) | Value::Object(_) => {
                let fields = value.as_fields().cloned().unwrap_or_default();
                Some(fields.iter().map(|(k, v)| instance(k, v)).collect())
            }
            Value::Set(set) if set.items.iter().any(Value::is_unknown) => {
                return Err(NotExpanded::Later);
            }
            Value::Set(_) if value.has_secret() => {
                self.sensitive_repeat(expr, "for_each");
                return Err(NotExpanded::Refused);
            }
            Value::Set(set) => set
                .items
                .iter()
                .map(|v| match v {
                    Value::String(key) => Some(instance(key, v)),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        if let Some(instances) = instances {
            return Ok((Repetition::ForEach, instances));
        }
        let mut problem = Problem::error(
            "LF0306",
            "`for_each` has to be a map, an object, or a set of strings",
        )
        .at(expr.span, format!("is {}", show_type(&value.ty())));
        if matches!(value, Value::Tuple(_) | Value::List(_)) {
            problem = problem.help(
                "a list has no keys that stay when it changes: write `toset(…)` around a list of \
                 strings, or a `for` expression that gives each item a key",
            );
        }
        self.sink.push(problem);
        Err(NotExpanded::Refused)
    }

    /// Makes the instances of a module call, in every instance of the site that it stands in.
    pub(crate) fn expand_call(&mut self, rank: Rank, site: SiteId, name: &CallName) {
        let child = self.prepared().sites[site].children[name];
        let call = &self.prepared().module(self.input.config, site).calls[name];
        for parent in self.of_site[site].clone() {
            let over = self.repeated_over(rank, parent);
            let left_out = self.node_behind_left_out(rank, parent);
            let left_out = left_out.or_else(|| self.behind_left_out_whole(over.all()));
            let expansion = match &left_out {
                Some(_) => Err(NotExpanded::Later),
                None => self.expand(&call.repeat, parent),
            };
            if let Some(why) = &left_out {
                let path = self.modules[parent].path.child(name.clone(), None);
                self.leave_out_call(&path, why);
            }
            let later = matches!(expansion, Err(NotExpanded::Later)) && left_out.is_none();
            if expansion.is_err() {
                let path = self.modules[parent].path.clone();
                self.later_ranks.insert(rank);
                if later && self.input.options.mode != PlanMode::Destroy {
                    let what = path.child(name.clone(), None).to_string();
                    let why = "how many instances it has is known after apply";
                    self.later(what, why, Vec::new());
                }
                self.unexpanded_modules.push((path, name.clone()));
            }
            let refused = expansion.is_err();
            let (repetition, instances) = expansion.unwrap_or((Repetition::Once, Vec::new()));
            let instances = instances
                .into_iter()
                .map(|(key, each)| {
                    let id = self.modules.len();
                    let path = self.modules[parent].path.child(name.clone(), key.clone());
                    let parent = Some(parent);
                    let instance = ModuleInstance {
                        path,
                        parent,
                        site: child,
                        each,
                        ..Default::default()
                    };
                    self.modules.push(instance);
                    self.called(rank, id);
                    self.of_site[child].push(id);
                    (key, id)
                })
                .collect();
            let instances_of = CallInstances {
                repetition,
                instances,
                later: refused,
            };
            self.modules[parent]
                .calls
                .insert(name.clone(), instances_of);
            if later && self.input.options.any_values {
                self.try_call((rank, parent, child), name, &call.repeat);
            }
        }
    }
}

/// Why a block was not expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotExpanded {
    /// It is known after apply.
    Later,
    /// It is wrong, which was reported.
    Refused,
}
