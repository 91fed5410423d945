//! One pass over a configuration: what was expanded, evaluated and decided so far.

use crate::dependencies::Known;
use crate::graph::{Prepared, Rank};
use crate::left_out::{Found, Left};
use crate::sites::SiteId;
use crate::{Input, Read};
use config::{Module, ProviderName, ResourceKey};
use diagnostics::Sink;
use eval::Reference;
use model::{Address, CallName, Key, ModulePath, ObjectId, ResourceAddress, Value};
use plan::{Drift, Later, Plan, ProviderUse, Repetition, StepId};
use state::{Object, ProviderKey};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The index of a module instance; the root is 0.
pub(crate) type InstanceId = usize;

/// One instance of a module call, with the values of its names.
#[derive(Debug, Default)]
pub(crate) struct ModuleInstance {
    pub(crate) path: ModulePath,
    pub(crate) parent: Option<InstanceId>,
    pub(crate) site: SiteId,
    /// `each.key` and the like, for what the call hands in.
    pub(crate) each: BTreeMap<Reference, Value>,
    pub(crate) variables: HashMap<Arc<str>, Value>,
    pub(crate) locals: HashMap<Arc<str>, Value>,
    pub(crate) outputs: BTreeMap<Arc<str>, Value>,
    pub(crate) resources: HashMap<ResourceKey, ResourceValue>,
    /// Of the interface of a kind: the instance of what serves it, once that is known.
    pub(crate) served: Option<InstanceId>,
    /// Instances of the calls inside, by the call's name, in the order of their keys.
    pub(crate) calls: HashMap<CallName, CallInstances>,
}

/// The instances of a module call inside one module instance.
#[derive(Debug)]
pub(crate) struct CallInstances {
    pub(crate) repetition: Repetition,
    pub(crate) instances: Vec<(Option<Key>, InstanceId)>,
    /// Whether it could not be expanded yet.
    pub(crate) later: bool,
}

/// The instances of a resource inside one module instance.
#[derive(Debug, Clone)]
pub(crate) struct ResourceValue {
    pub(crate) repetition: Repetition,
    pub(crate) instances: Vec<(Option<Key>, Address)>,
    /// What expressions see.
    pub(crate) value: Value,
}

/// A provider configuration, evaluated.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionValue {
    pub(crate) key: ProviderKey,
    pub(crate) name: Arc<str>,
    pub(crate) config: Value,
    /// Finishes the configuration in apply, where it holds what is never recorded.
    pub(crate) deferred: Option<plan::Deferred>,
}

/// Of each module call: how many outputs its value was put together from, and that value.
type ModuleValues = HashMap<(InstanceId, CallName), (usize, Value)>;

/// Everything that a pass has found.
pub(crate) struct Pass<'a> {
    pub(crate) input: &'a Input<'a>,
    pub(crate) sink: Sink,
    pub(crate) modules: Vec<ModuleInstance>,
    /// Module instances of each site.
    pub(crate) of_site: Vec<Vec<InstanceId>>,
    /// What the next round has to read.
    pub(crate) reads: Vec<Read>,
    pub(crate) asked: HashSet<crate::ReadKey>,
    /// Which object each address has, with moves done.
    pub(crate) current: BTreeMap<Address, ObjectId>,
    /// Objects as they are: read, and with moves done. Only those that differ from the state.
    pub(crate) brought_up: HashMap<ObjectId, Arc<Object>>,
    /// What serves the calls of kinds, by their path.
    pub(crate) serves: HashMap<ModulePath, Arc<str>>,
    /// Addresses that the configuration has.
    pub(crate) configured: HashSet<Address>,
    /// Resources that could not be expanded: their objects are left alone.
    pub(crate) unexpanded: BTreeSet<ResourceAddress>,
    /// Module paths that could not be expanded: what is below is left alone.
    pub(crate) unexpanded_modules: Vec<(ModulePath, CallName)>,
    /// Machines by id that go, or are replaced, with the step.
    pub(crate) machines_going: BTreeMap<Arc<str>, StepId>,
    pub(crate) connections: HashMap<(SiteId, ProviderName), ConnectionValue>,
    /// Connections of provider blocks with `for_each`; none where that is known after apply.
    pub(crate) keyed: crate::keyed::Keyed,
    pub(crate) plan: Plan,
    pub(crate) drift: BTreeMap<ObjectId, Drift>,
    /// Steps so far of each resource that a provider is asked to change.
    pub(crate) changing: HashMap<ResourceAddress, Vec<StepId>>,
    /// The instances that these change.
    pub(crate) changing_instances: HashSet<Address>,
    /// Parts of the configuration that hang on something of a later stage.
    pub(crate) later_ranks: HashSet<Rank>,
    /// Dependencies that have another address since what they mean was moved.
    pub(crate) renamed: HashMap<Address, Address>,
    /// Of each object that was moved its place in the plan's list.
    pub(crate) moved: HashMap<ObjectId, usize>,
    /// While outputs are captured: what they name that changes.
    pub(crate) changing_ranks: HashSet<crate::graph::Node>,
    /// Expressions of which the names are still to be captured, and where they stand.
    pub(crate) to_capture: Vec<(eval::Expr, InstanceId)>,
    /// Objects of which it was reported that they are protected.
    pub(crate) refused: HashSet<ObjectId>,
    /// What of a module call was put together, and from how many outputs.
    pub(crate) module_values: RefCell<ModuleValues>,
    /// What `import` blocks name, by address; taken out as it is met.
    pub(crate) imports: BTreeMap<Address, crate::imports::Wanted>,
    /// Data sources that only a `check` sees.
    pub(crate) scoped: HashSet<(InstanceId, ResourceKey)>,
    /// Checks of the plan that hang on what some step makes known.
    pub(crate) undecided: HashSet<usize>,
    /// Ends that such a check decides on.
    pub(crate) decided_late: HashSet<StepId>,
    /// What is left out by `--target` and `--exclude`.
    pub(crate) selection: crate::selection::Selection,
    /// Extra waits of a step that its dependencies do not tell: data sources that are read late.
    pub(crate) data_waits: HashMap<StepId, Arc<[Address]>>,
    /// What each part of the configuration depends on.
    pub(crate) known: Known,
    /// What is left out, since it could not be looked at or hangs on what could not.
    pub(crate) left: Left,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(input: &'a Input<'a>, found: Found) -> Pass<'a> {
        let root = ModuleInstance::default();
        let mut of_site = vec![Vec::new(); input.prepared.sites.len()];
        of_site[0].push(0);
        Pass {
            input,
            sink: Sink::new(),
            modules: vec![root],
            of_site,
            reads: Vec::new(),
            asked: HashSet::new(),
            current: input.state.current.clone(),
            brought_up: HashMap::new(),
            serves: HashMap::new(),
            configured: HashSet::new(),
            unexpanded: BTreeSet::new(),
            unexpanded_modules: Vec::new(),
            machines_going: BTreeMap::new(),
            connections: HashMap::new(),
            keyed: HashMap::new(),
            plan: Plan::default(),
            drift: BTreeMap::new(),
            changing: HashMap::new(),
            changing_instances: HashSet::new(),
            known: Known::default(),
            later_ranks: HashSet::new(),
            renamed: HashMap::new(),
            moved: HashMap::new(),
            changing_ranks: HashSet::new(),
            to_capture: Vec::new(),
            refused: HashSet::new(),
            module_values: RefCell::new(HashMap::new()),
            imports: BTreeMap::new(),
            scoped: HashSet::new(),
            undecided: HashSet::new(),
            decided_late: HashSet::new(),
            selection: crate::selection::Selection::default(),
            data_waits: HashMap::new(),
            left: Left::after(found),
        }
    }

    pub(crate) fn prepared(&self) -> &'a Prepared {
        self.input.prepared
    }

    pub(crate) fn module_of(&self, instance: InstanceId) -> &'a Module {
        self.prepared()
            .module(self.input.config, self.modules[instance].site)
    }

    /// The object of an id: as read and moved, or as recorded.
    pub(crate) fn object(&self, id: ObjectId) -> Option<&Arc<Object>> {
        self.brought_up
            .get(&id)
            .or_else(|| self.input.state.objects.get(&id))
    }

    /// The current object of an address, with moves done.
    pub(crate) fn object_at(&self, address: &Address) -> Option<&Arc<Object>> {
        self.current.get(address).and_then(|id| self.object(*id))
    }

    /// Adds a step, and gives its id.
    pub(crate) fn push(&mut self, step: plan::Step) -> StepId {
        let id = self.plan.steps.len();
        if step.action.changes() {
            if step.address.key.is_some() {
                self.changing_instances.insert(step.address.clone());
            }
            match self.changing.get_mut(&step.address.resource) {
                Some(steps) => steps.push(id),
                None => drop(
                    self.changing
                        .insert(step.address.resource.clone(), vec![id]),
                ),
            }
        }
        self.plan.steps.push(step);
        id
    }

    /// Names what has to wait for a later stage.
    pub(crate) fn later(&mut self, what: String, why: &str, waits_for: Vec<String>) {
        let later = Later {
            what,
            why: why.to_string(),
            waits_for,
        };
        if !self.plan.later.contains(&later) {
            self.plan.later.push(later);
        }
    }

    /// Notes the connection that steps go through.
    pub(crate) fn uses(&mut self, connection: &ConnectionValue) {
        let used = || ProviderUse {
            provider: connection.name.clone(),
            config: connection.config.without_ephemeral(),
            deferred: connection.deferred.clone(),
        };
        self.plan
            .providers
            .entry(connection.key.clone())
            .or_insert_with(used);
    }
}
