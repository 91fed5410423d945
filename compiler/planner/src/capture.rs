//! Captures what the names in deferred expressions stand for, so that a plan can be finished
//! without the configuration that it came from.

use crate::graph::{Item, Node};
use crate::pass::{InstanceId, Pass};
use crate::references::mentions;
use config::Variable;
use eval::{Expr, ExprKind, Reference};
use model::{CallName, Mode, Type, Value};
use plan::{Captured, ModuleScope, PlanMode};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

impl Pass<'_> {
    /// Fills the plan's scopes, and the outputs that are known after apply.
    pub(crate) fn capture(&mut self) {
        self.plan.scopes.modules = self
            .modules
            .iter()
            .map(|m| ModuleScope {
                module: m.path.clone(),
                names: BTreeMap::new(),
            })
            .collect();
        // First, so that names that outputs look through lead to what comes about.
        if self.input.options.mode == PlanMode::Apply && !self.plan.outputs.is_empty() {
            self.changing_ranks = self.ranks_that_change();
            self.capture_outputs();
            self.changing_ranks.clear();
        }
        let deferred: Vec<(Arc<Expr>, InstanceId)> = self
            .plan
            .steps
            .iter()
            .filter_map(|s| s.deferred.as_ref())
            .map(|d| (d.body.clone(), d.scope))
            .collect();
        for (body, scope) in deferred {
            self.capture_expr(&body, scope);
        }
        let opened = self.plan.ephemerals.iter().map(|e| &e.deferred);
        let connected = self.plan.providers.values();
        let connected = connected.filter_map(|used| used.deferred.as_ref());
        let bodies = opened.chain(connected).map(|d| (d.body.clone(), d.scope));
        for (body, scope) in bodies.collect::<Vec<_>>() {
            self.capture_expr(&body, scope);
        }
        for check in self.plan.check_blocks.clone() {
            for assertion in &check.assertions {
                self.capture_expr(&assertion.condition, check.scope);
                self.capture_expr(&assertion.error_message, check.scope);
            }
            if let Some(data) = &check.data {
                self.capture_expr(&data.deferred.body, check.scope);
            }
        }
        for check in self.plan.checks.clone() {
            self.capture_expr(&check.condition, check.scope);
            self.capture_expr(&check.error_message, check.scope);
        }
    }

    /// Parts of the configuration that hang on something that this plan changes.
    fn ranks_that_change(&self) -> HashSet<Node> {
        let prepared = self.prepared();
        let mut ranks = HashSet::new();
        let resources: HashSet<_> = self
            .changing
            .keys()
            .map(|r| (r.mode, r.ty.clone(), r.name.clone()))
            .collect();
        for (rank, (_, item)) in prepared.nodes.iter().enumerate() {
            let changes = match item {
                Item::Resource(key) => resources.contains(key),
                _ => prepared.needs[rank].iter().any(|n| ranks.contains(n)),
            };
            if changes {
                ranks.insert(rank);
            }
        }
        ranks
            .into_iter()
            .map(|r| prepared.nodes[r].clone())
            .collect()
    }

    /// Whether a name has to be looked up again in apply.
    fn is_moving(&self, scope: InstanceId, item: Item, value: &Value) -> bool {
        is_open(value)
            || (!self.changing_ranks.is_empty()
                && self
                    .changing_ranks
                    .contains(&(self.modules[scope].site, item)))
    }

    fn capture_outputs(&mut self) {
        let config = self.input.config;
        let names: Vec<_> = self.plan.outputs.keys().cloned().collect();
        for name in names {
            let Some(after) = self.plan.outputs[&name].after.clone() else {
                continue;
            };
            let unfinished = self.is_moving(0, Item::Output(name.clone()), &after);
            let Some(output) = config.modules[0].outputs.get(&name).filter(|_| unfinished) else {
                continue;
            };
            self.capture_expr(&output.value, 0);
            let captured = self.captured_expr(
                &output.value,
                0,
                Type::Any,
                output.sensitive,
                BTreeMap::new(),
            );
            if let Some(change) = self.plan.outputs.get_mut(&name) {
                change.deferred = Some(captured);
            }
        }
    }

    /// Captures every name that leads to what an expression stands for.
    fn capture_expr(&mut self, expr: &Expr, scope: InstanceId) {
        self.capture_names(expr, scope);
        // Names lead to names, as many in a row as somebody wrote: no recursion.
        while let Some((expr, scope)) = self.to_capture.pop() {
            self.capture_names(&expr, scope);
        }
    }

    fn capture_names(&mut self, expr: &Expr, scope: InstanceId) {
        let mut found = Vec::new();
        mentions(expr, &mut |m| {
            found.push((m.reference.clone(), m.output.cloned()))
        });
        for (reference, output) in found {
            self.capture_name(&reference, output.as_ref(), scope);
        }
    }

    fn capture_name(
        &mut self,
        reference: &Reference,
        output: Option<&Arc<str>>,
        scope: InstanceId,
    ) {
        if let Reference::Module(name) = reference {
            return self.capture_module(reference, name, output, scope);
        }
        if self.plan.scopes.modules[scope]
            .names
            .contains_key(reference)
        {
            return;
        }
        let captured = match reference {
            Reference::Variable(name) => self.capture_variable(name, scope),
            Reference::Local(name) => {
                let value = self.modules[scope].locals.get(name).cloned();
                let expr = self.module_of(scope).locals.get(name).map(|l| &l.value);
                match (value, expr) {
                    (Some(value), Some(expr))
                        if self.is_moving(scope, Item::Local(name.clone()), &value) =>
                    {
                        let expr = expr.clone();
                        self.to_capture.push((expr.clone(), scope));
                        Some(self.captured_expr(&expr, scope, Type::Any, false, BTreeMap::new()))
                    }
                    (value, _) => value.map(Captured::Value),
                }
            }
            Reference::Resource(mode, ty, name) => {
                let key = (*mode, ty.clone(), name.clone());
                self.modules[scope].resources.get(&key).map(|r| {
                    // What comes in a later stage stays unknown in this one.
                    let moving = self.is_moving(scope, Item::Resource(key.clone()), &r.value);
                    let scoped =
                        *mode == Mode::Ephemeral || self.scoped.contains(&(scope, key.clone()));
                    if !scoped && (!moving || r.value.is_unknown()) {
                        return Captured::Value(r.value.clone());
                    }
                    Captured::Resource {
                        mode: *mode,
                        repetition: r.repetition,
                        instances: r.instances.clone(),
                    }
                })
            }
            Reference::PathModule => {
                let directory = &self.module_of(scope).directory;
                let path = if directory.is_empty() {
                    "."
                } else {
                    directory.as_str()
                };
                Some(Captured::Value(path.into()))
            }
            Reference::PathRoot => Some(Captured::Value(".".into())),
            Reference::PathCwd => {
                let directory = self.input.options.working_directory.as_str();
                Some(Captured::Value(directory.into()))
            }
            Reference::Environment => Some(Captured::Value(Value::String(
                self.input.config.environment.name.clone(),
            ))),
            Reference::Project => Some(Captured::Value(Value::String(
                self.input.config.project.name.clone(),
            ))),
            Reference::Target => Some(Captured::Value(self.target_value(scope))),
            Reference::Served(output) => Some(self.capture_served(output, scope)),
            Reference::EachKey
            | Reference::EachValue
            | Reference::CountIndex
            | Reference::This
            | Reference::Module(_) => None,
        };
        if let Some(captured) = captured {
            self.plan.scopes.modules[scope]
                .names
                .insert(reference.clone(), captured);
        }
    }

    fn capture_variable(&mut self, name: &Arc<str>, scope: InstanceId) -> Option<Captured> {
        let value = self.modules[scope].variables.get(name)?.clone();
        if !self.is_moving(scope, Item::Variable(name.clone()), &value) {
            return Some(Captured::Value(value));
        }
        let variable: &Variable = &self.module_of(scope).variables[name];
        let (ty, sensitive) = (variable.ty.clone(), variable.sensitive);
        let Some(parent) = self.modules[scope].parent else {
            // A secret from outside is handed in again at apply.
            return Some(Captured::Value(value));
        };
        let site = self.modules[scope].site;
        let Some(call) = &self.prepared().sites[site].call else {
            let kind = ExprKind::Reference(Reference::Variable(name.clone()));
            let span = variable.span;
            let expr = Expr { kind, span };
            self.to_capture.push((expr.clone(), parent));
            return Some(self.captured_expr(&expr, parent, ty, sensitive, BTreeMap::new()));
        };
        let call = &self.module_of(parent).calls[call];
        let expr = call.inputs.get(name).or(variable.default.as_ref())?;
        let each = &self.modules[scope].each;
        let (expr, each) = crate::each::finishable(&Arc::new(expr.clone()), &call.repeat, each);
        self.to_capture.push((Expr::clone(&expr), parent));
        Some(self.captured_expr(&expr, parent, ty, sensitive, each))
    }

    /// An output of what serves a kind.
    fn capture_served(&mut self, name: &Arc<str>, scope: InstanceId) -> Captured {
        let unknown = || Captured::Value(Value::unknown(Type::Any));
        let Some(child) = self.modules[scope].served else {
            return unknown();
        };
        let Some(output) = self.module_of(child).outputs.get(name) else {
            return unknown();
        };
        match self.modules[child].outputs.get(name) {
            Some(value) if !self.is_moving(child, Item::Output(name.clone()), value) => {
                Captured::Value(value.clone())
            }
            _ => {
                let (expr, ty, sensitive) = (&output.value, output.ty.clone(), output.sensitive);
                self.to_capture.push((expr.clone(), child));
                self.captured_expr(expr, child, ty, sensitive, BTreeMap::new())
            }
        }
    }

    fn captured_expr(
        &self,
        expr: &Expr,
        scope: InstanceId,
        ty: Type,
        sensitive: bool,
        instance: BTreeMap<Reference, Value>,
    ) -> Captured {
        Captured::Expr {
            expr: Box::new(expr.clone()),
            scope,
            ty,
            sensitive,
            instance,
        }
    }

    fn capture_module(
        &mut self,
        reference: &Reference,
        name: &CallName,
        output: Option<&Arc<str>>,
        scope: InstanceId,
    ) {
        let Some(call) = self.modules[scope].calls.get(name) else {
            return;
        };
        if call.later {
            let unknown = Captured::Value(Value::unknown(Type::Any));
            let names = &mut self.plan.scopes.modules[scope].names;
            names.insert(reference.clone(), unknown);
            return;
        }
        let (repetition, children) = (call.repetition, call.instances.clone());
        let already = match self.plan.scopes.modules[scope].names.get(reference) {
            Some(Captured::Module { instances, .. }) => instances.clone(),
            _ => children
                .iter()
                .map(|(key, _)| (key.clone(), BTreeMap::new()))
                .collect(),
        };
        let mut instances: plan::Keyed<BTreeMap<Arc<str>, Captured>> = already;
        let module = Captured::Module {
            repetition,
            instances: instances.clone(),
        };
        self.plan.scopes.modules[scope]
            .names
            .insert(reference.clone(), module);
        for ((_, child), (_, outputs)) in children.iter().zip(&mut instances) {
            let declared = &self.module_of(*child).outputs;
            let wanted: Vec<_> = declared
                .iter()
                .filter(|(n, _)| output.is_none_or(|only| only == *n) && !outputs.contains_key(*n))
                .map(|(n, o)| (n.clone(), o.value.clone(), o.ty.clone(), o.sensitive))
                .collect();
            for (name, expr, ty, sensitive) in wanted {
                let value = self.modules[*child].outputs.get(&name).cloned();
                let captured = match value {
                    Some(value) if !self.is_moving(*child, Item::Output(name.clone()), &value) => {
                        Captured::Value(value)
                    }
                    _ => {
                        self.to_capture.push((expr.clone(), *child));
                        self.captured_expr(&expr, *child, ty, sensitive, BTreeMap::new())
                    }
                };
                outputs.insert(name, captured);
            }
        }
        let module = Captured::Module {
            repetition,
            instances,
        };
        self.plan.scopes.modules[scope]
            .names
            .insert(reference.clone(), module);
    }
}

/// Whether something in it is still to be known, or to be opened.
fn is_open(value: &Value) -> bool {
    value.has_unknown() || value.has_sealed() || value.has_ephemeral()
}
