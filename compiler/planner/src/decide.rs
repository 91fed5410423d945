//! The decision on one instance of a managed resource: what is there, what is wanted, what to do.

use crate::observed::Ask;
use crate::pass::Pass;
use crate::replacement::other_machine;
use crate::resource::Block;
use diagnostics::Problem;
use eval::Reference;
use model::{
    Address, AttributeUse, Containment, Difference, Effect, Fingerprint, IdentityClass, Key,
    ResourceSchema, Type, Undo, Value, differences,
};
use plan::{Action, Deferred, PlanMode, Reason, Step, StepId, lives_on, reconcile};
use provider::{Host, PlanAnswer, PlanRequest, Provider, ReadAnswer, ReadRequest};
use state::Object;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands at an address now.
enum Standing {
    /// It has been asked; the answer comes with the next round.
    Asked,
    /// Nothing, as far as known; something may stand at its place that nobody recorded.
    Nothing {
        existing: Option<Value>,
        vanished: bool,
    },
    /// The object, as it is.
    Object(Arc<Object>),
    /// Nobody can tell, which is reported.
    Refused,
}

/// Everything a decision is made of.
struct Case<'c> {
    address: &'c Address,
    each: &'c BTreeMap<Reference, Value>,
    schema: &'c ResourceSchema,
    config: Value,
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
        let case = Case {
            address,
            each,
            schema,
            config,
        };
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
    fn provisional(&self, case: &Case<'_>) -> Value {
        let prior = self.object_at(case.address).map(|o| o.attributes.clone());
        plan::propose(&case.schema.block, &case.config, prior.as_ref())
    }

    fn as_recorded(&self, address: &Address) -> Value {
        let recorded = self.object_at(address).map(|o| o.attributes.clone());
        recorded.unwrap_or_else(|| Value::unknown(Type::Any))
    }

    /// What stands at the address: recorded, brought up to date by what was read.
    fn standing(&mut self, block: &Block<'_>, case: &Case<'_>) -> Standing {
        let object = self.object_at(case.address).cloned();
        let object = match object.map(|o| self.upgraded(block, case, o)) {
            Some(None) => return Standing::Refused,
            Some(Some(object)) => Some(object),
            None => None,
        };
        if case.schema.recorded_only {
            return match object {
                Some(object) => Standing::Object(object),
                None => Standing::Nothing {
                    existing: None,
                    vanished: false,
                },
            };
        }
        match object {
            Some(object) => self.stands_recorded(block, case, object),
            None => self.stands_unrecorded(block, case),
        }
    }

    fn upgraded(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: Arc<Object>,
    ) -> Option<Arc<Object>> {
        if object.schema_version == case.schema.version {
            return Some(object);
        }
        let provider = self.input.providers.get(&block.connection.name)?;
        let attributes = object.attributes.clone();
        match provider.upgrade(&block.resource.ty, object.schema_version, attributes) {
            Ok(attributes) => {
                let mut upgraded = Object::clone(&object);
                upgraded.attributes = attributes;
                upgraded.schema_version = case.schema.version;
                let upgraded = Arc::new(upgraded);
                self.brought_up.insert(object.id, upgraded.clone());
                Some(upgraded)
            }
            Err(problem) => {
                self.report("LF0320", block, case.address, problem);
                None
            }
        }
    }

    fn stands_recorded(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: Arc<Object>,
    ) -> Standing {
        use crate::Refresh;
        let skip = match self.input.options.refresh {
            Refresh::None => true,
            Refresh::Touched => self.is_settled(block, case, &object),
            Refresh::Bulk | Refresh::All => false,
        };
        // On a machine that is another one from now on, there is nothing of it to be read.
        let moves_away = other_machine(case.schema, &object, &case.config);
        if skip || (moves_away && !self.machine_stays(&object)) {
            self.plan.unread.objects += usize::from(skip);
            return Standing::Object(object);
        }
        let mut asked = object.attributes.clone();
        if let Containment::On(attribute) = case.schema.containment
            && !moves_away
            && let Some(host) = case
                .config
                .get(attribute)
                .filter(|h| Host::from_value(h).is_some())
        {
            asked = asked.with(attribute, host.clone());
        }
        self.read_object(&block.connection.clone(), case.schema, &object, asked)
            .map_or(Standing::Asked, |answer| {
                self.answered(block, case, object, answer)
            })
    }

    fn answered(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        object: Arc<Object>,
        answer: ReadAnswer,
    ) -> Standing {
        match self.brought_up_to_date(case.schema, &object, answer) {
            Ok(Some(object)) => Standing::Object(object),
            Ok(None) => Standing::Nothing {
                existing: None,
                vanished: true,
            },
            Err(None) => Standing::Object(object),
            Err(Some(problem)) => {
                self.report("LF0321", block, case.address, problem);
                Standing::Refused
            }
        }
    }

    /// Whether the object would stay as recorded, for `--refresh=touched`.
    fn is_settled(&self, block: &Block<'_>, case: &Case<'_>, object: &Object) -> bool {
        let proposed = plan::propose(&case.schema.block, &case.config, Some(&object.attributes));
        let answer = self.ask_plan(
            block,
            case,
            Some(&object.attributes),
            &proposed,
            &object.private,
            None,
        );
        let planned = answer.and_then(|a| a.planned).unwrap_or(proposed);
        differences(&object.attributes, &planned).is_empty()
    }

    /// Nothing is recorded: on a host, something may stand at the place all the same.
    fn stands_unrecorded(&mut self, block: &Block<'_>, case: &Case<'_>) -> Standing {
        let nothing = Standing::Nothing {
            existing: None,
            vanished: false,
        };
        let natural = case.schema.identity == IdentityClass::NaturalKey;
        let Containment::On(attribute) = case.schema.containment else {
            return nothing;
        };
        let host = case.config.get(attribute);
        let Some(id) = host
            .filter(|h| Host::from_value(h).is_some())
            .and_then(Host::identity_key)
        else {
            return nothing;
        };
        if !natural || self.unreachable.contains_key(id.as_str()) {
            return nothing;
        }
        let proposed = plan::propose(&case.schema.block, &case.config, None);
        let Some(lineage) = self.input.state.lineage.or(Some(model::Lineage([0; 10]))) else {
            return nothing;
        };
        let request = ReadRequest {
            ty: block.resource.ty.to_string(),
            attributes: proposed.clone(),
            private: Vec::new(),
            all: false,
            lineage,
            object: None,
        };
        let of = Fingerprint::of(&Value::tuple(vec![
            Value::string(block.resource.ty.clone()),
            Value::string(block.connection.key.0.clone()),
            block.connection.config.clone(),
            proposed.clone(),
        ]));
        let key = Fingerprint::derive("look", &[of]);
        match self.input.observed.objects.get(&key).cloned() {
            None => {
                self.ask(
                    key,
                    block,
                    case.address.clone(),
                    Ask::Object(Box::new(request)),
                );
                Standing::Asked
            }
            Some(ReadAnswer::Absent) => nothing,
            Some(ReadAnswer::Present { made, .. }) => {
                let fingerprints = self.input.world.fingerprints;
                let known = Some(&proposed);
                let existing = reconcile(&case.schema.block, known, &made.attributes, fingerprints);
                Standing::Nothing {
                    existing: Some(existing),
                    vanished: false,
                }
            }
            Some(ReadAnswer::Unreachable(_)) if self.machine_changes(&id) => nothing,
            Some(ReadAnswer::Unreachable(problem) | ReadAnswer::Failed(problem)) => {
                self.report("LF0321", block, case.address, problem);
                Standing::Refused
            }
        }
    }

    fn ask_plan(
        &self,
        block: &Block<'_>,
        case: &Case<'_>,
        prior: Option<&Value>,
        proposed: &Value,
        private: &[u8],
        existing: Option<&Value>,
    ) -> Option<PlanAnswer> {
        let provider = self.input.providers.get(&block.connection.name)?;
        let (ty, config) = (&*block.resource.ty, &case.config);
        Some(provider.plan(&PlanRequest {
            ty,
            prior,
            config,
            proposed,
            private,
            existing,
        }))
    }

    /// The provider's answer, checked, with its problems reported.
    fn planned(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        prior: Option<&Object>,
        existing: Option<&Value>,
    ) -> Option<(Value, PlanAnswer)> {
        let before = prior.map(|o| &o.attributes);
        let proposed = plan::propose(&case.schema.block, &case.config, before);
        let private = prior.map_or(&[][..], |o| &o.private);
        let mut answer = self.ask_plan(block, case, before, &proposed, private, existing)?;
        if answer.planned.is_some() {
            let (ty, config) = (&*block.resource.ty, &case.config);
            let proposed = &proposed;
            let request = PlanRequest {
                ty,
                prior: before,
                config,
                proposed,
                private,
                existing,
            };
            for broken in provider::check::plan(case.schema, &request, &answer) {
                self.sink.push(
                    Problem::error("LF0390", "a provider broke its contract")
                        .on(case.address)
                        .detail(broken)
                        .help("this is a bug of the provider; nothing was changed"),
                );
            }
        }
        let mut refused = false;
        for problem in std::mem::take(&mut answer.problems) {
            refused |= problem.severity == provider::Severity::Error;
            self.report("LF0322", block, case.address, problem);
        }
        if refused {
            return None;
        }
        let planned = answer.planned.take().unwrap_or(proposed);
        let key = self.input.world.fingerprints;
        Some((plan::conceal(&case.schema.block, &planned, key), answer))
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
        let reasons =
            self.replacement_reasons(block, case.each, case.schema, object, &planned, &found, &answer);
        if !reasons.is_empty() {
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
        let same = object.protected == protected
            && object.create_before_destroy == first
            && object.dependencies == block.dependencies
            && !way_changed;
        if same {
            return;
        }
        let answer = PlanAnswer::default();
        let mut step = self.made_step(block, case, Action::Record, planned, &answer);
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

    fn made_step(
        &mut self,
        block: &Block<'_>,
        case: &Case<'_>,
        action: Action,
        planned: &Value,
        answer: &PlanAnswer,
    ) -> Step {
        self.uses(&block.connection);
        let mut step = Step::new(case.address.clone(), action, block.connection.key.clone());
        step.after = Some(planned.clone());
        step.schema_version = case.schema.version;
        step.container = lives_on(case.schema, planned);
        step.dependencies = block.dependencies.clone();
        step.create_before_destroy = self.creates_first(block);
        step.protected = self.protects(block, case.schema);
        step.undoable = case.schema.undo == Undo::FromRecord && !answer.irreversible;
        if answer.irreversible {
            step.effects.push(Effect::Irreversible);
        }
        let name = match action {
            Action::Update => "update",
            _ => "create",
        };
        let asked = block.resource.timeouts.get(name).copied();
        step.timeout_ms = asked.unwrap_or(case.schema.timeout_ms);
        if let Some(object) = self.object_at(case.address) {
            step.private = object.private.clone();
            step.expected_ms = object.durations.create_ms.unwrap_or(0);
        }
        if let Some(private) = &answer.private {
            step.private = Arc::from(private.as_slice());
        } else if matches!(action, Action::Create | Action::Adopt) {
            step.private = Arc::from([]);
        }
        if case.config.has_unknown() || planned.has_sealed() {
            let (body, instance) =
                crate::each::finishable(&block.body, &block.resource.repeat, case.each);
            step.deferred = Some(Deferred {
                body,
                scope: block.module,
                instance,
                ignored: block.resource.lifecycle.ignore_changes.clone(),
            });
        }
        step
    }

    pub(crate) fn creates_first(&self, block: &Block<'_>) -> bool {
        self.prepared()
            .create_first
            .get(&block.rank)
            .copied()
            .unwrap_or(false)
    }

    fn protects(&self, block: &Block<'_>, schema: &ResourceSchema) -> bool {
        block.resource.lifecycle.prevent_destroy
            || (self.input.config.environment.protected && schema.holds_data)
    }

    fn without_ignored(&self, block: &Block<'_>, case: &Case<'_>, object: &Object) -> Value {
        let mut config = case.config.clone();
        for path in &block.resource.lifecycle.ignore_changes {
            config = plan::with_prior(&config, &object.attributes, path);
        }
        config
    }

    fn update_reasons(
        &self,
        block: &Block<'_>,
        schema: &ResourceSchema,
        object: &Object,
        found: &[Difference],
    ) -> Vec<Reason> {
        let drift = self.drift.get(&object.id);
        let (mut drifted, mut upstream) = (false, false);
        let mut configured = Vec::new();
        for difference in found {
            let path = &difference.path;
            let attribute = path.first().and_then(|n| schema.block.attribute(n));
            // What the provider alone decides follows from something else.
            if attribute.is_some_and(|a| a.usage == AttributeUse::Computed) {
                continue;
            }
            let recorded = drift.and_then(|d| path.get(&d.before));
            if difference.after.as_ref().is_some_and(Value::has_unknown) {
                upstream = true;
            } else if drift.is_some() && recorded == difference.after.as_ref() {
                drifted = true;
            } else {
                configured.push(path.clone());
            }
        }
        let mut reasons = Vec::new();
        if drifted {
            reasons.push(Reason::Drifted);
        }
        if !configured.is_empty() {
            reasons.push(Reason::Configured(configured));
        }
        if upstream {
            let resources = block.dependencies.iter();
            let changing = resources.filter(|r| self.changes_before(std::slice::from_ref(r)));
            reasons.push(Reason::Upstream(changing.cloned().collect()));
        }
        if reasons.is_empty() {
            let paths = found.iter().map(|d| d.path.clone());
            reasons.push(Reason::Configured(paths.collect()));
        }
        reasons
    }
}

/// What these differences do to those who use the object.
fn effects_of(schema: &ResourceSchema, found: &[Difference]) -> Vec<Effect> {
    let names = found.iter().filter_map(|d| d.path.first());
    names
        .filter_map(|name| schema.block.attribute(name))
        .flat_map(|a| a.effects.iter().copied())
        .collect()
}

/// A change of how a machine is reached is no change of what stands on it.
fn is_only_way_to(schema: &ResourceSchema, difference: &Difference) -> bool {
    match schema.containment {
        Containment::On(attribute) => difference.path.first() == Some(attribute),
        _ => false,
    }
}

/// The gravest first, each once.
pub(crate) fn tidy(effects: &mut Vec<Effect>) {
    effects.sort();
    effects.dedup();
}
