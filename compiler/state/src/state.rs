//! The state: what all events of a log add up to.

use crate::{
    Change, Dependents, Event, Intent, Object, Outcome, ProviderKey, ProviderRecord, Recorded,
};
use crate::{Rollout, Status};
use model::{Address, Lineage, ObjectId, ResourceAddress, Token, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// How many events a log has; the first has position 1.
pub type Position = u64;

/// Everything recorded of one environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Made once, never changed; none before the first event.
    pub lineage: Option<Lineage>,
    /// The project's name.
    pub project: Arc<str>,
    /// The environment's name.
    pub environment: Arc<str>,
    /// How many events it is made of.
    pub position: Position,
    /// The position of the last event that changed an object, an output or a rollout.
    pub changed: Position,
    /// The highest epoch that any lease had.
    pub epoch: u64,
    /// Who may write; none after a lease was ended.
    pub lease: Option<Lease>,
    /// Every object by id.
    pub objects: HashMap<ObjectId, Arc<Object>>,
    /// The current object of each address.
    pub current: BTreeMap<Address, ObjectId>,
    /// Deposed objects of each address, the oldest first.
    pub deposed: BTreeMap<Address, Vec<ObjectId>>,
    /// Provider connections by configuration name.
    pub providers: BTreeMap<ProviderKey, Arc<ProviderRecord>>,
    /// Operations whose end is not recorded.
    pub open: BTreeMap<Token, OpenIntent>,
    /// Outputs of the root module.
    pub outputs: BTreeMap<Arc<str>, Output>,
    /// Saved plans that were used.
    pub applied_plans: BTreeSet<Arc<str>>,
    /// Rollouts that have not ended.
    pub rollouts: BTreeMap<Arc<str>, Rollout>,
    /// The generation of the keys that seal what is recorded now.
    pub key_generation: u64,
    /// An index of the objects.
    pub dependents: Dependents,
}

/// An operation whose end is not recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenIntent {
    /// What was to be done.
    pub intent: Intent,
    /// When the intent became durable, ms since 1970 by the store's clock.
    pub at_ms: u64,
    /// What is known of its end, in words, where an outcome said that nobody knows.
    pub unclear: Option<String>,
    /// What the object that the intent deposed was before. Set by the fold.
    pub deposed_from: Option<Status>,
}

/// An output of the root module.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its value.
    pub value: Value,
    /// Whether it was declared sensitive.
    pub sensitive: bool,
}

/// The right to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// Grows by one with each lease.
    pub epoch: u64,
    /// Who has it.
    pub owner: LeaseOwner,
    /// How long it lasts after it was taken or renewed, in ms.
    pub time_to_live_ms: u64,
    /// When it was taken, ms since 1970 by the store's clock. Set by the fold.
    pub taken_at_ms: u64,
    /// When it was last renewed, likewise.
    pub renewed_at_ms: u64,
}

impl Lease {
    /// Whether the owner has let it run out, at a time of the store's clock.
    pub fn is_over(&self, now_ms: u64) -> bool {
        now_ms >= self.renewed_at_ms.saturating_add(self.time_to_live_ms)
    }
}

/// Who has a lease.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LeaseOwner {
    /// The user.
    pub user: String,
    /// The computer.
    pub host: String,
    /// The process id.
    pub process: u32,
    /// A link to the CI run.
    pub run: Option<String>,
    /// What it does: `apply`, `state rm`.
    pub command: String,
}

impl State {
    /// Adds an event that became durable at `at_ms` by the store's clock.
    ///
    /// # Errors
    /// Where the event can't follow: the log is not what it claims to be.
    pub fn apply(&mut self, event: &Event, at_ms: u64) -> Result<(), String> {
        if self.lineage.is_none() && !matches!(event, Event::Begun { .. }) {
            return Err("the log does not start with its beginning".into());
        }
        self.position += 1;
        match event {
            Event::Begun {
                lineage,
                project,
                environment,
            } => {
                if self.lineage.is_some() {
                    return Err("the log begins twice".into());
                }
                self.lineage = Some(*lineage);
                self.project = project.clone();
                self.environment = environment.clone();
            }
            Event::LeaseTaken(lease) => self.take_lease(lease, at_ms)?,
            Event::LeaseRenewed { epoch } => match &mut self.lease {
                Some(lease) if lease.epoch == *epoch => lease.renewed_at_ms = at_ms,
                _ => return Err(format!("a lease of epoch {epoch} was renewed but not held")),
            },
            Event::LeaseEnded { epoch } => match &self.lease {
                Some(lease) if lease.epoch == *epoch => self.lease = None,
                _ => return Err(format!("a lease of epoch {epoch} was ended but not held")),
            },
            Event::ProviderConnected(record) => {
                self.providers
                    .insert(record.key.clone(), Arc::new(record.clone()));
            }
            Event::PlanApplied(plan) => {
                self.applied_plans.insert(plan.clone());
            }
            Event::KeysChanged { generation, .. } => {
                if *generation < self.key_generation {
                    return Err("the keys changed to older ones".into());
                }
                self.key_generation = *generation;
            }
            other => {
                self.changed = self.position;
                self.change(other, at_ms)?;
            }
        }
        Ok(())
    }

    /// The current object of an address.
    pub fn at(&self, address: &Address) -> Option<&Arc<Object>> {
        self.current
            .get(address)
            .and_then(|id| self.objects.get(id))
    }

    /// Deposed objects of an address.
    pub fn deposed_at(&self, address: &Address) -> impl Iterator<Item = &Arc<Object>> {
        self.deposed
            .get(address)
            .into_iter()
            .flatten()
            .filter_map(|id| self.objects.get(id))
    }

    fn take_lease(&mut self, lease: &Lease, at_ms: u64) -> Result<(), String> {
        if lease.epoch <= self.epoch {
            return Err(format!(
                "a lease of epoch {} follows one of {}",
                lease.epoch, self.epoch
            ));
        }
        if let Some(held) = &self.lease
            && !held.is_over(at_ms)
        {
            return Err(format!(
                "a lease was taken while that of epoch {} was held",
                held.epoch
            ));
        }
        self.epoch = lease.epoch;
        self.lease = Some(Lease {
            taken_at_ms: at_ms,
            renewed_at_ms: at_ms,
            ..lease.clone()
        });
        Ok(())
    }

    fn change(&mut self, event: &Event, at_ms: u64) -> Result<(), String> {
        match event {
            Event::Intent(intent) => self.begin(intent, at_ms)?,
            Event::Outcome(outcome) => self.close(outcome, at_ms)?,
            Event::Put(object) => {
                self.is_free(&object.address, object)?;
                self.put(Object::clone(object));
            }
            Event::Forgotten(id) | Event::Vanished(id) => self.remove(*id)?,
            Event::Moved { object, to } => {
                let mut moved = Object::clone(self.object(*object)?);
                self.is_free(to, &moved)?;
                let from = std::mem::replace(&mut moved.address, to.clone()).resource;
                self.put(moved);
                if from != to.resource
                    && !has_instance(&self.current, &from)
                    && !has_instance(&self.deposed, &from)
                {
                    self.inherit(&from, std::slice::from_ref(&to.resource));
                }
            }
            Event::Outputs(outputs) => self.outputs = outputs.clone(),
            Event::Rollout(rollout) => match rollout.phase.is_over() {
                true => drop(self.rollouts.remove(&rollout.of)),
                false => drop(self.rollouts.insert(rollout.of.clone(), rollout.clone())),
            },
            Event::RolloutMoved { of, by } => {
                let rollout = self.rollouts.get_mut(of);
                let rollout = rollout.ok_or_else(|| format!("the rollout of {of} never began"))?;
                rollout.go_on(by);
                if rollout.phase.is_over() {
                    self.rollouts.remove(of);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, intent: &Intent, at_ms: u64) -> Result<(), String> {
        if self.open.contains_key(&intent.token) {
            return Err(format!("operation {} was begun twice", intent.token));
        }
        let deposed_from = match intent.deposes {
            Some(id) => Some(self.depose(id)?),
            None => None,
        };
        let open = OpenIntent {
            intent: intent.clone(),
            at_ms,
            unclear: None,
            deposed_from,
        };
        self.open.insert(intent.token, open);
        Ok(())
    }

    fn close(&mut self, outcome: &Outcome, at_ms: u64) -> Result<(), String> {
        let unknown = || {
            format!(
                "an outcome of operation {}, which was not begun",
                outcome.token
            )
        };
        if let Recorded::Unclear { message } = &outcome.recorded {
            let open = self.open.get_mut(&outcome.token).ok_or_else(unknown)?;
            open.unclear = Some(message.clone());
            return Ok(());
        }
        let open = self.open.remove(&outcome.token).ok_or_else(unknown)?;
        let intent = open.intent;
        match &outcome.recorded {
            Recorded::Object(object) => {
                if object.id != intent.object {
                    return Err(format!(
                        "an outcome of another object than {}",
                        intent.object
                    ));
                }
                // It exists: whoever had its address meanwhile steps aside, nothing is lost.
                if let Some(other) = self.occupant(&object.address, object) {
                    self.depose(other)?;
                }
                let mut object = Object::clone(object);
                object.changed_at_ms = at_ms;
                self.put(object);
            }
            Recorded::Removed => self.remove(intent.object)?,
            // A create that was to replace an object which waits to be deleted never happened:
            // the deposed one is all there is, and becomes the current one again.
            Recorded::NotDone if intent.change == Change::Create => {
                if let Some(old) = intent.deposes {
                    self.restore(old, open.deposed_from);
                }
            }
            Recorded::NotDone | Recorded::Unclear { .. } => {}
        }
        Ok(())
    }

    fn object(&self, id: ObjectId) -> Result<&Arc<Object>, String> {
        self.objects
            .get(&id)
            .ok_or_else(|| format!("object {id} is not recorded"))
    }

    /// The current object of an address, where it is another one than `object` and in its way.
    fn occupant(&self, address: &Address, object: &Object) -> Option<ObjectId> {
        let other = *self.current.get(address)?;
        (other != object.id && object.status != Status::Deposed).then_some(other)
    }

    fn is_free(&self, address: &Address, object: &Object) -> Result<(), String> {
        match self.occupant(address, object) {
            Some(other) => Err(format!(
                "{address} is the address of object {other} and can't be that of {} too",
                object.id
            )),
            None => Ok(()),
        }
    }

    fn put(&mut self, object: Object) {
        self.unlink(object.id);
        let (id, address) = (object.id, object.address.clone());
        match object.status {
            Status::Deposed => self.deposed.entry(address).or_default().push(id),
            Status::Ready | Status::Tainted => drop(self.current.insert(address, id)),
        }
        let object = Arc::new(object);
        let before = self.objects.insert(id, object.clone());
        self.dependents.replace(before.as_deref(), Some(&object));
    }

    fn unlink(&mut self, id: ObjectId) {
        let Some(object) = self.objects.get(&id) else {
            return;
        };
        if self.current.get(&object.address) == Some(&id) {
            self.current.remove(&object.address);
        }
        if let Some(ids) = self.deposed.get_mut(&object.address) {
            ids.retain(|d| *d != id);
            if ids.is_empty() {
                self.deposed.remove(&object.address);
            }
        }
    }

    fn depose(&mut self, id: ObjectId) -> Result<Status, String> {
        let mut object = Object::clone(self.object(id)?);
        let before = std::mem::replace(&mut object.status, Status::Deposed);
        self.put(object);
        Ok(before)
    }

    fn restore(&mut self, id: ObjectId, status: Option<Status>) {
        let Some(object) = self.objects.get(&id) else {
            return;
        };
        if !self.current.contains_key(&object.address) {
            let mut object = Object::clone(object);
            object.status = status.unwrap_or(Status::Ready);
            self.put(object);
        }
    }

    /// Takes an object out. Its dependents inherit its dependencies, so that they are still
    /// destroyed before what it stood on.
    fn remove(&mut self, id: ObjectId) -> Result<(), String> {
        let gone = self.object(id)?.clone();
        self.unlink(id);
        self.objects.remove(&id);
        self.dependents.replace(Some(&gone), None);
        let resource = &gone.address.resource;
        if !has_instance(&self.current, resource) && !has_instance(&self.deposed, resource) {
            self.inherit(resource, &gone.dependencies);
        }
        Ok(())
    }

    fn inherit(&mut self, from: &ResourceAddress, dependencies: &[ResourceAddress]) {
        for id in self.dependents.of(from, &self.objects) {
            let Some(object) = self.objects.get_mut(&id) else {
                continue;
            };
            let before = object.clone();
            let mut own: BTreeSet<_> = before.dependencies.iter().cloned().collect();
            own.remove(from);
            own.extend(dependencies.iter().cloned());
            own.remove(&before.address.resource);
            Arc::make_mut(object).dependencies = own.into_iter().collect();
            self.dependents.replace(Some(&before), Some(object));
        }
    }
}

fn has_instance<T>(by_address: &BTreeMap<Address, T>, resource: &ResourceAddress) -> bool {
    let mut behind = by_address.range(first_of(resource)..);
    behind.next().is_some_and(|(a, _)| a.resource == *resource)
}

fn first_of(resource: &ResourceAddress) -> Address {
    // `None` sorts before every key.
    Address {
        resource: resource.clone(),
        key: None,
    }
}
