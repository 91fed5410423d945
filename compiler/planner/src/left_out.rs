//! What is left out of a plan: what nobody could look at, what depends on that, and what has to
//! stay because something of it needs it. It decides nothing on what is planned.

use crate::graph::{Item, Rank};
use crate::pass::{InstanceId, Pass};
use crate::resource::Block;
use diagnostics::Problem;
use model::{Address, Key, ModulePath, ObjectId, ResourceAddress};
use plan::{Action, LeftOut};
use provider::ProviderProblem;
use state::{Object, ProviderKey, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most addresses that one problem names.
const NAMED: usize = 10;

/// Objects that have to stay as they are, with the reason.
pub(crate) type Held = BTreeMap<ObjectId, Why>;

/// Why something is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Why {
    /// What leads from it to the cause; none where it is the cause's own.
    link: Option<String>,
    cause: String,
}

impl Why {
    fn depends_on(left: &LeftOut) -> Why {
        Why {
            link: Some(format!("it depends on {}", left.what)),
            cause: left.cause.clone(),
        }
    }

    fn needed_by(left: &LeftOut) -> Why {
        Why {
            link: Some(format!("{} depends on it", left.what)),
            cause: left.cause.clone(),
        }
    }
}

/// Who gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Silent {
    /// A host: its id, and what it is called.
    Host(Arc<str>, String),
    /// A whole connection.
    Connection(ProviderKey),
    /// One object's place.
    Place(Address),
}

impl Silent {
    fn words(&self) -> String {
        match self {
            Silent::Host(_, name) => format!("host {name} can't be reached"),
            Silent::Connection(key) => format!("provider {} can't be reached", key.0),
            Silent::Place(address) => format!("{address} can't be read"),
        }
    }
}

/// What an earlier pass over the same answers found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    /// Objects that have to stay as they are, with the reason.
    pub(crate) held: Held,
    /// What could not be looked at itself, with the cause.
    direct: BTreeMap<Address, String>,
    unreached: Vec<Unreached>,
}

/// A problem that several objects share.
#[derive(Clone, Debug)]
pub(crate) struct Unreached {
    silent: Silent,
    problem: Problem,
    addresses: Vec<String>,
}

/// What is left out, for what comes behind it.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Entries of the plan's list.
    by_block: BTreeMap<ResourceAddress, LeftBlock>,
    found: Found,
}

/// What of a block is left out: entries of the plan's list.
#[derive(Debug, Default)]
struct LeftBlock {
    first: Option<usize>,
    /// All of it, or its only instance.
    whole: Option<usize>,
    instances: BTreeMap<Key, usize>,
}

impl LeftBlock {
    fn put(&mut self, key: Option<&Key>, entry: usize) {
        self.first.get_or_insert(entry);
        match key {
            Some(key) => drop(self.instances.entry(key.clone()).or_insert(entry)),
            None => drop(self.whole.get_or_insert(entry)),
        }
    }

    /// Why what depends on this is left out.
    fn behind(&self, key: Option<&Key>) -> Option<usize> {
        match key {
            Some(key) => self.whole.or(self.instances.get(key).copied()),
            None => self.first,
        }
    }
}

impl Left {
    pub(crate) fn after(found: Found) -> Left {
        Left {
            found,
            ..Left::default()
        }
    }

    /// The problems, each with the addresses that it is about.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        let unreached = self.found.unreached.into_iter();
        unreached.map(Unreached::told).collect()
    }
}

impl Unreached {
    fn told(self) -> Problem {
        let mut addresses = self.addresses.into_iter();
        let problem = match addresses.next() {
            Some(first) => self.problem.on(first),
            None => self.problem,
        };
        let rest = addresses.len();
        if rest == 0 {
            return problem;
        }
        let named: Vec<String> = addresses.take(NAMED).collect();
        let more = match rest.saturating_sub(named.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        problem.detail(format!("it is the same with {}{more}", named.join(", ")))
    }
}

impl Pass<'_> {
    /// Leaves an instance out since nobody answered for it.
    pub(crate) fn leave_unreached(
        &mut self,
        address: &Address,
        silent: Silent,
        problem: Problem,
        dependencies: &[Address],
    ) {
        let (link, cause) = (None, silent.words());
        let same = |u: &&mut Unreached| u.silent == silent && u.problem.message == problem.message;
        let text = address.to_string();
        let found = &mut self.left.found;
        match found.unreached.iter_mut().find(same) {
            Some(known) if known.addresses.contains(&text) => {}
            Some(known) => known.addresses.push(text),
            None => found.unreached.push(Unreached {
                silent,
                problem,
                addresses: vec![text],
            }),
        }
        found.direct.insert(address.clone(), cause.clone());
        self.leave_out(address.clone(), Why { link, cause }, dependencies);
    }

    /// Leaves an instance of a block out where it has to be, before anything is asked about it.
    pub(crate) fn stays_out(&mut self, block: &Block<'_>, address: &Address) -> bool {
        let id = self.current.get(address).copied();
        if let Some(why) = id.and_then(|id| self.held(id)) {
            self.leave_out(address.clone(), why, &block.dependencies);
            return true;
        }
        let key = &block.connection.key;
        if let Some(problem) = self.input.observed.refused.get(key).cloned() {
            let silent = Silent::Connection(key.clone());
            let problem = self.told("LF0321", block, address, problem);
            self.leave_unreached(address, silent, problem, &block.dependencies);
            return true;
        }
        false
    }

    /// Why something that depends on these is left out.
    pub(crate) fn behind_left_out<'d>(
        &self,
        dependencies: impl IntoIterator<Item = &'d Address>,
    ) -> Option<Why> {
        if self.left.by_block.is_empty() {
            return None;
        }
        let found = dependencies
            .into_iter()
            .find_map(|d| self.left.by_block.get(&d.resource)?.behind(d.key.as_ref()))?;
        Some(Why::depends_on(&self.plan.left_out[found]))
    }

    /// Likewise, where all of it is left out.
    pub(crate) fn behind_left_out_whole<'d>(
        &self,
        dependencies: impl IntoIterator<Item = &'d Address>,
    ) -> Option<Why> {
        let left = |d: &Address| self.left.by_block.get(&d.resource)?.whole;
        let found = dependencies.into_iter().find_map(left)?;
        Some(Why::depends_on(&self.plan.left_out[found]))
    }

    /// Likewise, of a module call or an output of a module instance.
    pub(crate) fn node_behind_left_out(&self, rank: Rank, module: InstanceId) -> Option<Why> {
        if self.left.by_block.is_empty() {
            return None;
        }
        self.behind_left_out(self.behind_node(rank, module)?.all())
    }

    /// Leaves all instances of a block out.
    pub(crate) fn leave_out_block(&mut self, block: &Block<'_>, why: Why) {
        self.unexpanded.insert(block.address.clone());
        let all = block.address.instance(None);
        let direct = self.left.found.direct.range(all.clone()..);
        let direct: Vec<(Address, String)> = direct
            .take_while(|(a, _)| a.resource == block.address)
            .map(|(a, cause)| (a.clone(), cause.clone()))
            .collect();
        let whole = direct.iter().any(|(a, _)| *a == all);
        for (address, cause) in direct {
            let why = Why { link: None, cause };
            self.leave_out(address, why, &block.dependencies);
        }
        if !whole {
            self.leave_out(all, why, &block.dependencies);
        }
    }

    /// Leaves a module call out, with every object below it.
    pub(crate) fn leave_out_call(&mut self, call: &ModulePath, why: &Why) {
        self.name_left_out(call.to_string(), why.clone());
        let Some((last, parent)) = call.0.split_last() else {
            return;
        };
        let inside = |a: &Address| {
            let steps = &a.resource.module.0;
            steps.starts_with(parent)
                && steps.get(parent.len()).is_some_and(|s| s.call == last.call)
        };
        let below: Vec<Address> = self.current.keys().filter(|a| inside(a)).cloned().collect();
        for address in below {
            self.leave_out(address, why.clone(), &[]);
        }
    }

    /// Leaves an object that no block stands for out.
    pub(crate) fn leave_out_object(&mut self, object: &Object, why: Why) {
        if object.status != Status::Deposed {
            return self.leave_out(object.address.clone(), why, &[]);
        }
        self.plan.left_out.push(LeftOut {
            what: object.address.to_string(),
            link: why.link,
            cause: why.cause,
            address: None,
            object: Some(object.id),
            dependencies: object.dependencies.clone(),
        });
    }

    /// Says that something without an address of its own is left out.
    pub(crate) fn name_left_out(&mut self, what: String, why: Why) {
        self.plan.left_out.push(LeftOut {
            what,
            link: why.link,
            cause: why.cause,
            ..LeftOut::default()
        });
    }

    /// Whether an object is left out, by itself or with its block.
    pub(crate) fn is_left_out(&self, address: &Address) -> bool {
        let left = self.left.by_block.get(&address.resource);
        let key = address.key.as_ref();
        left.is_some_and(|l| l.whole.is_some() || key.is_some_and(|k| l.instances.contains_key(k)))
    }

    /// Leaves one instance out, for a reason of its own where it has one.
    pub(crate) fn leave_out_instance(
        &mut self,
        address: &Address,
        why: Why,
        dependencies: &[Address],
    ) {
        self.configured.insert(address.clone());
        let why = match self.left.found.direct.get(address).cloned() {
            Some(cause) => Why { link: None, cause },
            None => why,
        };
        self.leave_out(address.clone(), why, dependencies);
    }

    fn leave_out(&mut self, address: Address, why: Why, dependencies: &[Address]) {
        let mut all: BTreeSet<Address> = dependencies.iter().cloned().collect();
        for id in self.objects_at(&address) {
            all.extend(
                self.object(id)
                    .into_iter()
                    .flat_map(|o| o.dependencies.iter().cloned()),
            );
        }
        let block = address.resource.clone();
        let entry = self.plan.left_out.len();
        let left = self.left.by_block.entry(block).or_default();
        left.put(address.key.as_ref(), entry);
        self.plan.left_out.push(LeftOut {
            what: address.to_string(),
            link: why.link,
            cause: why.cause,
            object: self.current.get(&address).copied(),
            address: Some(address),
            dependencies: state::dependencies(all),
        });
    }

    /// The objects at an address; without a key, those of all instances.
    pub(crate) fn objects_at(&self, address: &Address) -> Vec<ObjectId> {
        let all = self.current.range(address.resource.instance(None)..);
        all.take_while(|(a, _)| a.resource == address.resource)
            .filter(|(a, _)| address.key.is_none() || a.key == address.key)
            .map(|(_, id)| *id)
            .collect()
    }

    /// Why an object has to stay.
    pub(crate) fn held(&self, object: ObjectId) -> Option<Why> {
        self.left.found.held.get(&object).cloned()
    }

    /// What another pass has to know: objects that have to stay, since this plan would end what
    /// something left out needs, or what needs something left out. None where there is none.
    pub(crate) fn another_pass(&mut self) -> Option<Found> {
        let more = self.must_stay();
        let mut found = std::mem::take(&mut self.left.found);
        let known = found.held.len();
        for (object, why) in more {
            found.held.entry(object).or_insert(why);
        }
        if found.held.len() > known {
            return Some(found);
        }
        self.left.found = found;
        None
    }

    fn must_stay(&self) -> Held {
        let mut stay = Held::new();
        if self.plan.left_out.is_empty() {
            return stay;
        }
        let mut needed: BTreeMap<&Address, &LeftOut> = BTreeMap::new();
        for left in &self.plan.left_out {
            for dependency in left.dependencies.iter() {
                needed.entry(dependency).or_insert(left);
            }
        }
        for step in &self.plan.steps {
            let Some(object) = step.object else { continue };
            if !matches!(step.action, Action::Delete | Action::GoesWith) {
                continue;
            }
            let needs = needed.get(&step.address);
            if let Some(left) = needs.or_else(|| needed.get(&step.address.whole())) {
                stay.insert(object, Why::needed_by(left));
            } else if step.pair.is_none()
                && let Some(why) = self.behind_left_out(step.dependencies.iter())
            {
                stay.insert(object, why);
            }
        }
        stay
    }

    /// The outputs of the root module that hang on something that is left out.
    pub(crate) fn outputs_left_out(&self) -> BTreeMap<Arc<str>, Why> {
        let mut found = BTreeMap::new();
        if self.plan.left_out.is_empty() {
            return found;
        }
        for (rank, (site, item)) in self.prepared().nodes.iter().enumerate() {
            if let (0, Item::Output(name)) = (*site, item)
                && let Some(why) = self.node_behind_left_out(rank, 0)
            {
                found.insert(name.clone(), why);
            }
        }
        found
    }

    /// A problem of a host: what it is about, for those who share it.
    pub(crate) fn silent_host(&self, id: &str, host: Option<&model::Value>) -> Silent {
        let address = host
            .and_then(|h| h.get("address"))
            .and_then(model::Value::as_str);
        Silent::Host(Arc::from(id), address.unwrap_or(id).to_string())
    }

    /// What a host that is known not to answer said; none where this plan changes that.
    pub(crate) fn silent(&self, id: &str) -> Option<ProviderProblem> {
        let problem = self.input.observed.hosts.get(id)?;
        (!self.machine_changes(id)).then(|| problem.clone())
    }
}
