//! The fold of a log: what each event changes of a state.

use crate::{Change, Event, Intent, Lease, Object, OpenIntent, Outcome, Recorded, State, Status};
use model::{Address, ObjectId, ResourceAddress};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
                let from = std::mem::replace(&mut moved.address, to.clone());
                self.put(moved);
                if from.key.is_some() && !self.has_any_at(&from) {
                    self.inherit(&from, std::slice::from_ref(to));
                }
                if from.resource != to.resource && !self.has_any_of(&from.resource) {
                    self.inherit(&from.whole(), &[to.whole()]);
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
        let address = &gone.address;
        if address.key.is_some() && !self.has_any_at(address) {
            self.inherit(address, &gone.dependencies);
        }
        if !self.has_any_of(&address.resource) {
            self.inherit(&address.whole(), &gone.dependencies);
        }
        Ok(())
    }

    fn has_any_at(&self, address: &Address) -> bool {
        self.current.contains_key(address) || self.deposed.contains_key(address)
    }

    fn has_any_of(&self, resource: &ResourceAddress) -> bool {
        has_instance(&self.current, resource) || has_instance(&self.deposed, resource)
    }

    fn inherit(&mut self, from: &Address, dependencies: &[Address]) {
        for id in self.dependents.of(from, &self.objects) {
            let Some(object) = self.objects.get_mut(&id) else {
                continue;
            };
            let before = object.clone();
            let mut own: BTreeSet<_> = before.dependencies.iter().cloned().collect();
            own.remove(from);
            own.extend(dependencies.iter().cloned());
            own.retain(|d| d.resource != before.address.resource);
            Arc::make_mut(object).dependencies = crate::dependencies(own);
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
