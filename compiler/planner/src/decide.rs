//! The decision on one instance of a managed resource: what is there, what is wanted, what to do.

use crate::making::effects_of;
use crate::pass::Pass;
use crate::resource::Block;
use crate::standing::Standing;
use eval::Reference;
use model::{
    Address, Containment, Difference, Effect, Key, ResourceSchema, Type, Value, differences,
};
use plan::{Action, PlanMode, Reason, Step, StepId};
use provider::{PlanAnswer, Provider};
use state::{Object, Status};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything a decision is made of.
pub(crate) struct Case<'c> {
    pub(crate) address: &'c Address,
    pub(crate) each: &'c BTreeMap<Reference, Value>,
    pub(crate) schema: &'c ResourceSchema,
    pub(crate) config: Value,
    /// Arguments that are handed to the provider in apply, and never recorded.
    pub(crate) handed: &'c [Arc<str>],
}

impl Pass<'_> {
    /// Decides on one instance; what expressions see of it from now on.
    pub(crate) fn managed(
        &mut self,
        block: &Block<'_>,
        key: &Option<Key>,
        each: &BTreeMap<Reference, Value>,
    ) -> Value {
        let address = block.address.instance(key.clone());
        self.configured.insert(address.clone());
        let Some((provider, schema)) = self.input.providers.resource(&block.resource.ty) else {
            return Value::unknown(Type::Any);
        };
        if !self.selection.has(block.rank, &address) {
            return self.as_recorded(&address);
        }
        if self.stays_out(block, &address) {
            return self.as_recorded(&address);
        }
        let begun = (self.plan.steps.len(), self.plan.checks.len());
        let value = self.managed_value(block, provider, schema, &address, each);
        self.postconditions(block, &address, each, &value, begun);
        value
    }

    fn managed_value(
        &mut self,
        block: &Block<'_>,
        provider: &Arc<dyn Provider>,
        schema: &ResourceSchema,
        address: &Address,
        each: &BTreeMap<Reference, Value>,
    ) -> Value {
        let written = self.evaluate(&block.body, block.module, each);
        let written = self.load_files(&schema.block, &block.body, written);
        let shaped = self.shaped(&schema.block, &block.body, written, block.resource.span);
        let Some(config) = shaped.filter(|c| c.as_fields().is_some()) else {
            return Value::unknown(Type::Any);
        };
        if !self.required(&schema.block, block, &config) {
            return Value::unknown(Type::Any);
        }
        let mut refused = false;
        for problem in provider.validate(&block.resource.ty, &config) {
            refused |= problem.severity == provider::Severity::Error;
            self.report("LF0318", block, address, problem);
        }
        if refused {
            return Value::unknown(Type::Any);
        }
        self.preconditions(block, address, each);
        let handed = self.handed(&schema.block, block, &config);
        let config = handed.iter().fold(config, |config, name| {
            let ty = config.get(name).map_or(Type::Any, Value::ty);
            config.with(name, Value::Null(ty))
        });
        let case = Case {
            address,
            each,
            schema,
            config,
            handed: &handed,
        };
        if let Some(value) = self.imported(block, &case) {
            return value;
        }
        match self.standing(block, &case) {
            Standing::Asked => self.provisional(&case),
            Standing::Refused => self.as_recorded(address),
            Standing::Nothing { existing, vanished } => {
                self.absent(block, &case, existing, vanished)
            }
            Standing::Object(object) => self.present(block, &case, &object),
        }
    }

    /// While a read is under way: as recorded, so that other reads are found in the same round.
    /// What was made half-way is made anew: what it lacks says nothing.
    fn provisional(&self, case: &Case<'_>) -> Value {
        let whole = |o: &&Arc<Object>| o.status != Status::Tainted;
        let recorded = self.object_at(case.address).filter(whole);
        let prior = recorded.map(|o| o.attributes.clone());
        plan::propose(&case.schema.block, &case.config, prior.as_ref())
    }

    pub(crate) fn as_recorded(&self, address: &Address) -> Value {
        let recorded = self.object_at(address).map(|o| o.attributes.clone());
        recorded.unwrap_or_else(|| Value::unknown(Type::Any))
    }

    /// Nothing is recorded, or it is gone: it is made, or taken over where it stands.
    fn absent(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        existing: Option<Value>,
        vanished: bool,
    ) -> Value {
        let mode = self.input.options.mode;
        let Some((planned, answer)) = self.planned(block, case, None, existing.as_ref()) else {
            return Value::unknown(Type::Any);
        };
        if mode != PlanMode::Apply {
            return planned;
        }
        let adopts = answer.adopts && existing.is_some();
        let action = if adopts {
            Action::Adopt
        } else {
            Action::Create
        };
        let mut step = self.made_step(block, case, action, &planned, &answer);
        step.effects.extend(answer.effects.iter().copied());
        step.reasons.push(match (vanished, existing.is_some()) {
            (true, _) => Reason::Vanished,
            (false, true) => Reason::StandsThere,
            (false, false) => Reason::New,
        });
        step.before = existing;
        tidy(&mut step.effects);
        self.push_of(block, step);
        planned
    }

    /// The object is there: it stays, is changed, or is replaced.
    fn present(&mut self, block: &Block<'_>, case: &Case<'_>, object: &Arc<Object>) -> Value {
        match self.input.options.mode {
            PlanMode::RefreshOnly => return object.attributes.clone(),
            PlanMode::Destroy => {
                self.delete(object, Reason::Destroy, &block.connection.clone());
                return object.attributes.clone();
            }
            PlanMode::Apply => {}
        }
        let written = case;
        let case = Case {
            config: self.without_ignored(block, case, object),
            ..*case
        };
        let case = &case;
        let Some((mut planned, answer)) = self.planned(block, case, Some(object), None) else {
            return object.attributes.clone();
        };
        if block
            .resource
            .lifecycle
            .ignore_changes
            .iter()
            .any(|p| p.0.is_empty())
        {
            planned = object.attributes.clone();
        }
        let found = plan::changes(&case.schema.block, &object.attributes, &planned);
        let reasons = self.replacement_reasons(
            block,
            case.each,
            case.schema,
            object,
            &planned,
            &found,
            &answer,
        );
        if !reasons.is_empty() {
            // What was never whole is made as the configuration says.
            let tainted = object.status == Status::Tainted;
            let case = if tainted { written } else { case };
            return self.replace(block, case, object, reasons);
        }
        let found: Vec<Difference> = found
            .into_iter()
            .filter(|d| !is_only_way_to(case.schema, d))
            .collect();
        let protected = self.protects(block, case.schema);
        if found.is_empty() {
            self.record(block, case, object, &planned, protected);
            return planned;
        }
        let mut step = self.made_step(block, case, Action::Update, &planned, &answer);
        step.object = Some(object.id);
        step.before = Some(object.attributes.clone());
        step.expected_ms = object.durations.update_ms.unwrap_or(0);
        step.reasons = self.update_reasons(block, case.schema, object, &found);
        // What nobody gives back can't be given back.
        let given = |d: &Difference| plan::is_write_only(&case.schema.block, &d.path);
        step.undoable &= !found.iter().any(given);
        step.effects.extend(effects_of(case.schema, &found));
        step.effects.extend(answer.effects.iter().copied());
        if object.protected && !protected {
            step.reasons.push(Reason::ProtectionLifted);
        }
        tidy(&mut step.effects);
        self.push_of(block, step);
        planned
    }

    /// Adds a step of a block, after the data sources that the block uses.
    fn push_of(&mut self, block: &Block<'_>, step: Step) -> StepId {
        let id = self.push(step);
        self.waits_for_data(id, block);
        id
    }

    fn replace(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: &Arc<Object>,
        reasons: Vec<Reason>,
    ) -> Value {
        if self.is_behind_silence(block, case) {
            return object.attributes.clone();
        }
        // The new object owes nothing to the old one's computed values.
        let Some((planned, answer)) = self.planned(block, case, None, None) else {
            return object.attributes.clone();
        };
        let mut create = self.made_step(block, case, Action::Create, &planned, &answer);
        let found = plan::changes(&case.schema.block, &object.attributes, &planned);
        create.effects.extend(effects_of(case.schema, &found));
        create.effects.extend(answer.effects.iter().copied());
        create.before = Some(object.attributes.clone());
        create.effects.push(Effect::Replaces);
        create.reasons = reasons.clone();
        let create_id = self.push_of(block, create);
        let delete_id = self.delete_for(object, reasons, &block.connection.clone());
        let delete_id = match delete_id {
            Some(id) => id,
            None => return planned,
        };
        self.pair(create_id, delete_id);
        planned
    }

    fn pair(&mut self, create: StepId, delete: StepId) {
        let effects = self.plan.steps[delete].effects.clone();
        self.plan.steps[create].effects.extend(effects);
        tidy(&mut self.plan.steps[create].effects);
        self.plan.steps[create].pair = Some(delete);
        self.plan.steps[delete].pair = Some(create);
    }

    /// Nothing is asked of the provider, but something is recorded otherwise than before.
    fn record(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: &Arc<Object>,
        planned: &Value,
        protected: bool,
    ) {
        let way_changed =
            !plan::changes(&case.schema.block, &object.attributes, planned).is_empty();
        let first = self.creates_first(block);
        let recorded = self.input.state.objects.get(&object.id);
        let served = recorded.and_then(|o| o.implementation.clone());
        let same = object.protected == protected
            && object.create_before_destroy == first
            && served == self.implementation(block)
            && says_as_much(&object.dependencies, &block.dependencies)
            && !way_changed;
        if same {
            return;
        }
        let answer = PlanAnswer::default();
        let fingerprints = self.input.world.fingerprints;
        let recorded = plan::sealed_write_only(&case.schema.block, planned, fingerprints);
        let mut step = self.made_step(block, case, Action::Record, &recorded, &answer);
        step.object = Some(object.id);
        step.before = Some(object.attributes.clone());
        if object.protected != protected {
            step.reasons.push(match protected {
                true => Reason::ProtectionSet,
                false => Reason::ProtectionLifted,
            });
        }
        if step.reasons.is_empty() {
            let paths = differences(&object.attributes, planned)
                .into_iter()
                .map(|d| d.path);
            step.reasons.push(Reason::Configured(paths.collect()));
        }
        self.push(step);
    }
}

/// A change of how a machine is reached is no change of what stands on it.
fn is_only_way_to(schema: &ResourceSchema, difference: &Difference) -> bool {
    match schema.containment {
        Containment::On(attribute) => difference.path.first() == Some(attribute),
        _ => false,
    }
}

/// Whether what is recorded comes to what is now known: what was recorded while a key was not
/// known may name all instances, which is no change when it is.
fn says_as_much(recorded: &[Address], now: &[Address]) -> bool {
    let means_some = |d: &Address| {
        let at = now.partition_point(|n| n < d);
        now.get(at).is_some_and(|n| d.means(n))
    };
    let has = |d: &Address| recorded.binary_search(d).is_ok();
    recorded == now
        || (recorded.iter().all(means_some) && now.iter().all(|n| has(n) || has(&n.whole())))
}

/// The gravest first, each once.
pub(crate) fn tidy(effects: &mut Vec<Effect>) {
    effects.sort();
    effects.dedup();
}
