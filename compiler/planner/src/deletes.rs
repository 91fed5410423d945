//! What ends: objects that the configuration does not have any more, deposed ones, and what goes
//! with its machine.

use crate::decide::tidy;
use crate::left_out::Silent;
use crate::pass::{ConnectionValue, Pass};
use config::MovedAddress;
use diagnostics::Problem;
use model::{Address, Containment, Effect, ModuleStep, Undo, Value};
use plan::{Action, PlanMode, Reason, Step, StepId, machine_of};
use provider::ProviderProblem;
use state::{Object, ProviderKey, Status};
use std::sync::Arc;

impl Pass<'_> {
    /// Decides on every object that no block stands for.
    pub(crate) fn unconfigured(&mut self) {
        self.instances_named();
        if self.input.options.mode == PlanMode::RefreshOnly {
            return self.refresh_unconfigured();
        }
        let current: Vec<_> = self.current.clone().into_iter().collect();
        let mode = self.input.options.mode;
        let mut going = Vec::new();
        for (address, id) in current {
            if self.configured.contains(&address)
                || self.is_left_out(&address)
                || (mode != PlanMode::Destroy && self.waits_for_expansion(&address))
                || !self.selection.has_unconfigured(&address)
            {
                continue;
            }
            if let Some(object) = self.object(id).cloned() {
                going.push(object);
            }
        }
        let deposed: Vec<_> = self
            .input
            .state
            .deposed
            .values()
            .flatten()
            .copied()
            .collect();
        going.extend(
            deposed
                .into_iter()
                .filter_map(|id| self.object(id).cloned())
                .filter(|o| self.selection.has_unconfigured(&o.address)),
        );
        // Machines first: what lives on them goes with them.
        going.sort_by_key(|o| !self.is_machine(o));
        for object in going {
            self.unconfigured_object(&object);
        }
    }

    fn unconfigured_object(&mut self, object: &Arc<Object>) {
        let present = self.connection_of_record(&object.provider);
        let connection = self.connection_of_object(object, &present);
        let Some((_, schema)) = self.input.providers.resource(object.address.ty()) else {
            self.sink.push(
                Problem::error(
                    "LF0323",
                    format!("no provider knows the type `{}`", object.address.ty()),
                )
                .on(&object.address)
                .help("use the version of Landfall that made it, or `landfall state rm` it"),
            );
            return;
        };
        if self.is_removed(&object.address) {
            return self.forget(object);
        }
        let stays = self.held(object.id);
        let stays = stays.or_else(|| self.behind_left_out(object.dependencies.iter()));
        if let Some(why) = stays {
            return self.leave_out_object(object, why);
        }
        let goes_with = self.goes_with(object, schema.deregisters);
        let needs_read = !schema.recorded_only
            && self.input.options.refresh != crate::Refresh::None
            && goes_with.is_none();
        if needs_read && connection.config.as_fields().is_some() {
            let asked = object.attributes.clone();
            let Some(answer) = self.read_object(&connection, schema, object, asked) else {
                return;
            };
            match self.brought_up_to_date(schema, object, answer) {
                Ok(None) | Err(None)
                    if self
                        .drift
                        .get(&object.id)
                        .is_some_and(|d| d.after.is_none()) =>
                {
                    return;
                }
                Err(Some((silent, problem))) => {
                    return self.unread_object(object, &connection.key, silent, problem);
                }
                _ => {}
            }
        }
        let object = self
            .object(object.id)
            .cloned()
            .unwrap_or_else(|| object.clone());
        let reason = match (object.status, self.input.options.mode) {
            (Status::Deposed, _) => Reason::Deposed,
            (_, PlanMode::Destroy) => Reason::Destroy,
            _ if self.served_otherwise(&object).is_some() => Reason::OtherImplementation,
            _ if self.has_block(&object) => Reason::InstanceGone,
            _ => Reason::Unconfigured,
        };
        self.delete(&object, reason, &connection);
    }

    /// What can't be read can't be ended: it stays.
    fn unread_object(
        &mut self,
        object: &Object,
        connection: &ProviderKey,
        silent: Silent,
        problem: ProviderProblem,
    ) {
        let silent = match self.input.observed.refused.contains_key(connection) {
            true => Silent::Connection(connection.clone()),
            false => silent,
        };
        let mut reported = Problem::error("LF0321", problem.message);
        reported.details = problem.details;
        reported.help = problem.help;
        self.leave_unreached(&object.address, silent, reported, &[]);
    }

    /// With `--refresh-only`, what no block stands for is read like everything else.
    fn refresh_unconfigured(&mut self) {
        let current: Vec<_> = self.current.clone().into_iter().collect();
        for (address, id) in current {
            if self.configured.contains(&address) {
                continue;
            }
            let Some(object) = self.object(id).cloned() else {
                continue;
            };
            let Some((_, schema)) = self.input.providers.resource(address.ty()) else {
                continue;
            };
            if schema.recorded_only {
                continue;
            }
            let connection = self.connection_of_record(&object.provider);
            let asked = object.attributes.clone();
            if let Some(answer) = self.read_object(&connection, schema, &object, asked)
                && let Err(Some((silent, problem))) =
                    self.brought_up_to_date(schema, &object, answer)
            {
                self.unread_object(&object, &connection.key, silent, problem);
            }
        }
    }

    /// Ends an object; where its machine goes, it goes with it.
    pub(crate) fn delete(
        &mut self,
        object: &Arc<Object>,
        reason: Reason,
        connection: &ConnectionValue,
    ) {
        self.delete_for(object, vec![reason], connection);
    }

    /// Likewise; gives the step, or none where it is refused, which is reported.
    pub(crate) fn delete_for(
        &mut self,
        object: &Arc<Object>,
        reasons: Vec<Reason>,
        connection: &ConnectionValue,
    ) -> Option<StepId> {
        let (_, schema) = self.input.providers.resource(object.address.ty())?;
        if self.refuses(object, schema.holds_data) {
            return None;
        }
        let connection = &self.connection_of_object(object, connection);
        self.uses(connection);
        let goes_with = self.goes_with(object, schema.deregisters);
        let action = if goes_with.is_some() {
            Action::GoesWith
        } else {
            Action::Delete
        };
        let mut step = Step::new(object.address.clone(), action, connection.key.clone());
        step.object = Some(object.id);
        step.before = Some(object.attributes.clone());
        step.reasons = reasons;
        step.schema_version = object.schema_version;
        step.private = object.private.clone();
        step.container = object.container.clone();
        step.dependencies = object.dependencies.clone();
        step.create_before_destroy = object.create_before_destroy;
        step.timeout_ms = schema.timeout_ms;
        let made_again = goes_with.is_none() && machine_of(schema, &object.attributes).is_none();
        let given = plan::has_write_only(&schema.block, &object.attributes);
        let made_again = made_again && !schema.holds_data && !given;
        // What was never whole, or had its place taken before, is nothing to go back to.
        let no_way_back = object.status != Status::Ready && action == Action::Delete;
        step.undoable = no_way_back || (made_again && schema.undo == Undo::FromRecord);
        step.effects = schema.effects.clone();
        if schema.holds_data {
            step.effects.push(Effect::DestroysData);
        }
        if let Some(machine) = goes_with {
            step.reasons = vec![Reason::MachineGoes(
                self.plan.steps[machine].address.clone(),
            )];
            step.waits_for.push(machine);
        }
        tidy(&mut step.effects);
        let machine = machine_of(schema, &object.attributes);
        let id = self.push(step);
        if let Some(machine) = machine {
            self.machines_going.insert(machine.clone(), id);
            self.take_contents(&machine, id);
        }
        Some(id)
    }

    /// A machine that goes carries the effects, and the protection, of everything on it.
    fn take_contents(&mut self, machine: &Arc<str>, step: StepId) {
        let inside: Vec<Arc<Object>> = self
            .input
            .state
            .objects
            .values()
            .filter(|o| o.container.as_ref() == Some(machine))
            .cloned()
            .collect();
        let mut effects = Vec::new();
        for object in inside {
            let Some((_, schema)) = self.input.providers.resource(object.address.ty()) else {
                continue;
            };
            effects.extend(schema.effects.iter().copied());
            if schema.holds_data {
                effects.push(Effect::DestroysData);
            }
            self.refuses(&object, schema.holds_data);
        }
        self.plan.steps[step].effects.extend(effects);
        tidy(&mut self.plan.steps[step].effects);
    }

    fn refuses(&mut self, object: &Object, holds_data: bool) -> bool {
        let environment = self.input.config.environment.protected && holds_data;
        let other = self.served_otherwise(object).filter(|_| holds_data);
        if !object.protected && !environment && other.is_none() {
            return false;
        }
        // Once an object, though it goes as itself and as a part of its machine.
        if !self.refused.insert(object.id) {
            return true;
        }
        if let Some(other) = other {
            self.refuse_other_implementation(object, &other);
            return true;
        }
        self.sink.push(
            Problem::error("LF0324", "it is protected, and this plan would destroy it")
                .on(&object.address)
                .help(
                    "to lift the protection, set `prevent_destroy = false` (or `protected = false` \
                     in the environment) and apply that alone; what destroys it comes after",
                ),
        );
        true
    }

    /// Data does not follow to what another implementation makes.
    fn refuse_other_implementation(&mut self, object: &Object, now: &str) {
        let then = object.implementation.as_deref().unwrap_or_default();
        let call = &object.address.resource.module;
        self.sink.push(
            Problem::error(
                "LF0333",
                format!(
                    "`{call}` would be served by `{now}`, and the data that `{then}` holds be lost"
                ),
            )
            .on(&object.address)
            .help(
                "call the kind a second time beside this one, bring the data over, let everything \
                 use the new one, and take this call away in a plan of its own",
            ),
        );
    }

    /// The step that takes the object's machine away, where one does.
    fn goes_with(&self, object: &Object, deregisters: bool) -> Option<StepId> {
        let container = object.container.as_ref().filter(|_| !deregisters)?;
        self.machines_going.get(container).copied()
    }

    fn is_machine(&self, object: &Object) -> bool {
        let schema = self.input.providers.resource(object.address.ty());
        schema.is_some_and(|(_, s)| matches!(s.containment, Containment::Machine(_)))
    }

    fn forget(&mut self, object: &Arc<Object>) {
        let mut step = Step::new(
            object.address.clone(),
            Action::Forget,
            object.provider.clone(),
        );
        step.object = Some(object.id);
        step.before = Some(object.attributes.clone());
        step.reasons.push(Reason::Removed);
        self.push(step);
    }

    /// `removed { lifecycle { destroy = false } }` of some module names it.
    fn is_removed(&self, address: &Address) -> bool {
        let config = self.input.config;
        (0..self.prepared().sites.len()).any(|site| {
            let removed = &self.prepared().module(config, site).removed;
            let mut let_go = removed.iter().filter(|r| !r.destroy).peekable();
            let_go.peek().is_some()
                && self.speaks_of(site, address)
                && crate::moves::inside(&self.site_names(site), address)
                    .is_some_and(|inner| let_go.any(|r| names(&r.from, &inner)))
        })
    }

    /// What can't be expanded yet may still be wanted.
    fn waits_for_expansion(&self, address: &Address) -> bool {
        self.unexpanded.contains(&address.resource)
            || self.unexpanded_modules.iter().any(|(parent, name)| {
                let steps = &address.resource.module.0;
                address.resource.module.starts_with(parent)
                    && steps.get(parent.0.len()).is_some_and(|s| s.call == *name)
            })
    }

    /// Whether a block of its resource stands in a module instance that is still there.
    fn has_block(&self, object: &Object) -> bool {
        let served = object.implementation.as_deref();
        let resource = &object.address.resource;
        self.input.config.resource(resource, served).is_some()
            && self
                .modules
                .iter()
                .any(|m| m.path == object.address.resource.module)
    }

    /// The present configuration of a recorded connection; where there is none left, as recorded.
    pub(crate) fn connection_of_record(&mut self, key: &ProviderKey) -> ConnectionValue {
        let keyed = self.keyed.values().flatten().flat_map(|c| c.values());
        let mut all = self.connections.values().chain(keyed);
        if let Some(found) = all.find(|c| c.key == *key) {
            return found.clone();
        }
        let record = self.input.state.providers.get(key).cloned();
        match record {
            Some(record) => ConnectionValue {
                key: key.clone(),
                name: record.provider.clone(),
                config: record.config.clone(),
                deferred: None,
            },
            None => ConnectionValue {
                key: key.clone(),
                name: key.0.clone(),
                config: Value::NULL,
                deferred: None,
            },
        }
    }
}

/// Whether a `removed` block names an object, by its address in the block's module.
fn names(from: &MovedAddress, address: &Address) -> bool {
    match from {
        MovedAddress::Resource(from) => from.means(address),
        MovedAddress::Module(from) => {
            let steps = &address.resource.module.0;
            let same = |(step, from): (&ModuleStep, &ModuleStep)| {
                step.call == from.call && (from.key.is_none() || step.key == from.key)
            };
            steps.len() >= from.0.len() && steps.iter().zip(from.0.iter()).all(same)
        }
    }
}
