//! Kinds: which implementation serves a call, and what it gives out.

use crate::graph::Rank;
use crate::pass::{InstanceId, ModuleInstance, Pass};
use crate::sites::{SiteId, serves_still};
use config::Implementation;
use diagnostics::Problem;
use eval::Expr;
use model::{CallName, ModulePath, Type, Value, convert};
use plan::PlanMode;
use state::Object;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether an implementation serves.
enum Holds {
    Yes,
    No,
    /// It hangs on what a later stage makes known.
    Later,
    /// It can't be told, which was reported.
    Refused,
}

impl Pass<'_> {
    /// Chooses what serves each call of a kind: the first implementation whose `when` holds.
    pub(crate) fn serve(&mut self, rank: Rank, site: SiteId) {
        for id in self.of_site[site].clone() {
            if let Some(why) = self.node_behind_left_out(rank, id) {
                let path = self.modules[id].path.clone();
                self.leave_out_call(&path, &why);
                self.not_served(id);
                continue;
            }
            match self.serving(rank, site, id) {
                Some(implementation) => self.serve_by(implementation, id),
                None => {
                    self.later_ranks.insert(rank);
                    self.not_served(id);
                }
            }
        }
    }

    /// The site of what serves one call.
    fn serving(&mut self, rank: Rank, site: SiteId, id: InstanceId) -> Option<SiteId> {
        let kind = self.module_of(id).kind.as_ref()?;
        for (position, implementation) in kind.implementations.values().enumerate() {
            match self.holds(rank, id, implementation) {
                Holds::Yes => return Some(self.prepared().sites[site].implementations[position]),
                Holds::No => {}
                Holds::Later | Holds::Refused => return None,
            }
        }
        let call = self.modules[id].path.clone();
        let mut problem = Problem::error(
            "LF0331",
            format!("no implementation of `{}` serves `{call}`", kind.name),
        );
        for implementation in kind.implementations.values() {
            if let Some(when) = &implementation.when {
                problem = problem.and(when.span, "does not hold");
            }
        }
        let choices: Vec<String> = kind
            .implementations
            .keys()
            .map(|n| format!("`{n}`"))
            .collect();
        self.sink.push(problem.help(format!(
            "write what makes one of them hold, or choose another `target`: it has {}",
            choices.join(", ")
        )));
        None
    }

    fn holds(&mut self, rank: Rank, id: InstanceId, implementation: &Implementation) -> Holds {
        let Some(when) = &implementation.when else {
            return Holds::Yes;
        };
        let Some(value) = self.try_evaluate(when, id, &BTreeMap::new()) else {
            return Holds::Refused;
        };
        let secret = value.has_secret();
        match convert(&value, &Type::Bool) {
            Ok(Value::Bool(true)) => Holds::Yes,
            Ok(Value::Bool(false)) => Holds::No,
            _ if secret => self.refuse(
                when,
                "is sensitive",
                "which implementation serves a call stands in every plan",
            ),
            Ok(unknown) if unknown.is_unknown() => self.holds_unknown(rank, when),
            _ => self.refuse(when, "is neither true nor false", "write a condition"),
        }
    }

    fn holds_unknown(&mut self, rank: Rank, when: &Expr) -> Holds {
        let needs = &self.prepared().needs[rank];
        let later = needs.iter().any(|n| self.later_ranks.contains(n));
        let options = self.input.options;
        if later || options.any_values || options.mode == PlanMode::Destroy {
            return Holds::Later;
        }
        self.refuse(
            when,
            "is known after apply",
            "which implementation serves has to be known in the plan: compare with null, or hang \
             it on a variable or the target",
        )
    }

    fn refuse(&mut self, when: &Expr, wrong: &str, help: &str) -> Holds {
        self.sink.push(
            Problem::error("LF0332", format!("`when` {wrong}"))
                .at(when.span, wrong)
                .help(help),
        );
        Holds::Refused
    }

    fn serve_by(&mut self, site: SiteId, interface: InstanceId) {
        let id = self.modules.len();
        let instance = ModuleInstance {
            path: self.modules[interface].path.clone(),
            parent: Some(interface),
            site,
            ..ModuleInstance::default()
        };
        self.modules.push(instance);
        self.of_site[site].push(id);
        self.modules[interface].served = Some(id);
        let path = self.modules[id].path.clone();
        let name = self.prepared().sites[site].implementation.clone();
        self.serves.extend(name.map(|name| (path, name)));
    }

    /// What the call has made so far is left alone.
    fn not_served(&mut self, id: InstanceId) {
        let Some(parent) = self.modules[id].parent else {
            return;
        };
        let call: Option<CallName> = self.prepared().sites[self.modules[id].site].call.clone();
        let path = self.modules[parent].path.clone();
        self.unexpanded_modules
            .extend(call.map(|call| (path, call)));
    }

    /// What serves the call that an object lies in, where it is not what made the object.
    pub(crate) fn served_otherwise(&self, object: &Object) -> Option<Arc<str>> {
        let steps = &object.address.resource.module.0;
        let paths = (1..=steps.len()).map(|n| ModulePath(steps[..n].into()));
        let mut serves = paths.filter_map(|path| self.serves.get(&path));
        let other = serves.find(|now| !serves_still(object.implementation.as_ref(), Some(now)));
        other.cloned()
    }

    /// An output of a module instance; of the interface of a kind that of what serves it.
    pub(crate) fn served_output(&self, module: InstanceId, name: &Arc<str>) -> Value {
        let giving = match self.module_of(module).kind {
            Some(_) => self.modules[module].served,
            None => Some(module),
        };
        let value = giving.and_then(|id| self.modules[id].outputs.get(name));
        value.cloned().unwrap_or_else(|| Value::unknown(Type::Any))
    }

    /// What `target` stands for: the provider that a kind is served on, and which configuration.
    pub(crate) fn target_value(&self, module: InstanceId) -> Value {
        let target = self.prepared().sites[self.modules[module].site]
            .target
            .as_ref();
        if target.is_none() && self.input.options.any_values {
            let any = || Value::unknown(Type::String);
            return Value::object([("provider", any()), ("alias", any())]);
        }
        let text = |text: Option<&Arc<str>>| text.map_or(Value::NULL, |t| Value::String(t.clone()));
        let provider = text(target.map(|(_, target)| &target.name));
        let alias = text(target.and_then(|(_, target)| target.alias.as_ref()));
        Value::object([("provider", provider), ("alias", alias)])
    }

    /// Problems inside of a kind point to the call first: that is what the user wrote.
    pub(crate) fn blame_calls(&mut self, site: SiteId, before: usize) {
        if self.sink.problems().len() == before {
            return;
        }
        let calls = self.kind_calls(site);
        if !calls.is_empty() {
            // What is imported is named in the root.
            let imports = self.input.config.modules.iter().flat_map(|m| &m.imports);
            let spans: Vec<_> = imports.flat_map(|i| [i.to, i.id.span]).collect();
            self.sink
                .lead_from(before, &calls, |span| spans.contains(&span));
        }
    }

    /// Where the calls of kinds stand that lead to a site, each with its kind, the user's first.
    fn kind_calls(&self, mut site: SiteId) -> Vec<(diagnostics::Span, String)> {
        let sites = &self.prepared().sites;
        let mut calls = Vec::new();
        while let Some(parent) = sites[site].parent {
            if let Some(call) = sites[site].call.as_ref().filter(|call| call.is_kind()) {
                let block = &self.prepared().module(self.input.config, parent).calls[call];
                calls.push((block.span, call.kind.to_string()));
            }
            site = parent;
        }
        calls.reverse();
        calls
    }
}
