//! `moved`: objects that get another address before anything is decided.

use crate::pass::Pass;
use crate::sites::{SiteId, serves_still};
use config::{Moved, MovedAddress};
use diagnostics::Problem;
use model::{Address, CallName, Key, ModulePath, ModuleStep, ObjectId, ResourceAddress};
use state::Object;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Pass<'_> {
    /// Gives objects the addresses that `moved` blocks and changed repetition say.
    pub(crate) fn moves(&mut self) {
        let config = self.input.config;
        let sites = self.prepared().sites.len();
        let blocks: usize = (0..sites)
            .map(|site| self.prepared().module(config, site).moved.len())
            .sum();
        // Of a chain of moves, in whatever order they are written, each round finds one more.
        for _ in 0..blocks {
            let mut found = false;
            for site in 0..sites {
                let names = self.site_names(site);
                for moved in &self.prepared().module(config, site).moved {
                    found |= self.moved(site, &names, moved);
                }
            }
            if !found {
                break;
            }
        }
        self.keyed_to_single();
        self.rename_dependencies();
    }

    pub(crate) fn site_names(&self, mut site: usize) -> Vec<CallName> {
        let sites = &self.prepared().sites;
        let mut names = Vec::new();
        while let Some(parent) = sites[site].parent {
            names.extend(sites[site].call.clone());
            site = parent;
        }
        names.reverse();
        names
    }

    /// Whether a `moved` block, in the modules of these calls, moves anything.
    fn moved(&mut self, site: SiteId, calls: &[CallName], moved: &Moved) -> bool {
        let mut any = false;
        let all: Vec<Address> = self.current.keys().cloned().collect();
        for address in all {
            if !self.speaks_of(site, &address) {
                continue;
            }
            let Some(relative) = inside(calls, &address) else {
                continue;
            };
            let (prefix, _) = address.resource.module.0.split_at(calls.len());
            if let Some(to) = renamed(&relative, &moved.from, &moved.to) {
                let module = prefix
                    .iter()
                    .chain(to.resource.module.0.iter())
                    .cloned()
                    .collect();
                let mut to = to;
                to.resource.module = ModulePath(module);
                any |= self.carry(&address, to);
            }
        }
        any
    }

    /// Whether the blocks of a site go for an object: what one implementation of a kind says is
    /// about its own.
    pub(crate) fn speaks_of(&self, site: SiteId, address: &Address) -> bool {
        let made_by = self.object_at(address).map(|o| o.implementation.as_ref());
        let own = self.prepared().sites[site].implementation.as_ref();
        made_by.is_none_or(|made_by| serves_still(made_by, own))
    }

    /// `t.n` became `t.n[0]`, or the other way round: the same object.
    fn keyed_to_single(&mut self) {
        let first = Some(Key::Index(0));
        let all: Vec<Address> = self
            .current
            .keys()
            .filter(|a| a.key.is_none() || a.key == first)
            .cloned()
            .collect();
        for address in all {
            let resource = &address.resource;
            let served = self
                .object_at(&address)
                .and_then(|o| o.implementation.clone());
            let Some((_, block)) = self.input.config.resource(resource, served.as_deref()) else {
                continue;
            };
            match (Pass::repetition(&block.repeat), &address.key) {
                (plan::Repetition::Once, Some(_)) => self.carry(&address, resource.instance(None)),
                (plan::Repetition::Count, None) => {
                    self.carry(&address, resource.instance(first.clone()))
                }
                _ => false,
            };
        }
    }

    fn carry(&mut self, from: &Address, to: Address) -> bool {
        if *from == to || self.current.contains_key(&to) {
            return false;
        }
        let Some(id) = self.current.get(from).copied() else {
            return false;
        };
        let Some(mut object) = self.object(id).map(|o| Object::clone(o)) else {
            return false;
        };
        if kinds(from) != kinds(&to) {
            // Who moves it to another kind says that it is the same object.
            object.implementation = None;
        }
        object.address = to.clone();
        let mut becomes = None;
        if from.ty() != to.ty() {
            let Some(other) = self.of_another_type(from, &to, object) else {
                return false;
            };
            object = other.clone();
            becomes = Some(Box::new(other));
        }
        self.current.remove(from);
        self.current.insert(to.clone(), id);
        self.brought_up.insert(id, Arc::new(object));
        if from.key.is_some() && !self.input.state.deposed.contains_key(from) {
            self.renamed.insert(from.clone(), to.clone());
        }
        if from.resource != to.resource && !self.stands(&from.resource) {
            self.renamed.insert(from.whole(), to.whole());
        }
        self.note_move(id, from, to, becomes);
        true
    }

    /// What moves more than once moves from where it was recorded to where it ends.
    fn note_move(
        &mut self,
        id: ObjectId,
        from: &Address,
        to: Address,
        becomes: Option<Box<Object>>,
    ) {
        if let Some(known) = self.moved.get(&id) {
            let moved = &mut self.plan.moved[*known];
            if let Some(object) = &mut moved.becomes {
                object.address = to.clone();
            }
            moved.to = to;
            moved.becomes = becomes.or(moved.becomes.take());
            return;
        }
        self.moved.insert(id, self.plan.moved.len());
        self.plan.moved.push(plan::Moved {
            object: id,
            from: from.clone(),
            to,
            becomes,
        });
    }

    /// The object as one of the type that it moves to; none where there is no way, which is
    /// reported.
    fn of_another_type(&mut self, from: &Address, to: &Address, object: Object) -> Option<Object> {
        let (provider, schema) = self.input.providers.resource(to.ty())?;
        let (provider, schema) = (provider.clone(), schema.clone());
        match provider.move_from(from.ty(), to.ty(), object.attributes.clone()) {
            Ok(attributes) => Some(Object {
                container: plan::lives_on(&schema, &attributes),
                schema_version: schema.version,
                attributes,
                ..object
            }),
            Err(problem) => {
                let mut told = Problem::error("LF0327", problem.message).on(from);
                told = told.detail(format!("it is to move to {to}"));
                told.details.extend(problem.details);
                told.help = problem.help.or_else(|| {
                    let way = "leave the `moved` block out: it is destroyed, and made anew";
                    Some(way.to_string())
                });
                // Once an object, however often its block is looked at.
                if self.refused.insert(object.id) {
                    self.sink.push(told);
                }
                None
            }
        }
    }

    /// Whether a resource has any object.
    fn stands(&self, resource: &ResourceAddress) -> bool {
        let first = resource.instance(None);
        let current = self.current.range(first.clone()..).next();
        let deposed = self.input.state.deposed.range(first..).next();
        current.is_some_and(|(a, _)| a.resource == *resource)
            || deposed.is_some_and(|(a, _)| a.resource == *resource)
    }

    /// What depended on an object that has another address depends on it there; the state does
    /// the same as it is told of the moves.
    fn rename_dependencies(&mut self) {
        if self.renamed.is_empty() {
            return;
        }
        let ids: Vec<_> = self.input.state.objects.keys().copied().collect();
        for id in ids {
            let Some(object) = self.object(id) else {
                continue;
            };
            if !object
                .dependencies
                .iter()
                .any(|d| self.renamed.contains_key(d))
            {
                continue;
            }
            let own = object.address.resource.clone();
            let now = |d: &Address| Some(self.now_at(d)).filter(|n| n == d || n.resource != own);
            let dependencies: BTreeSet<_> = object.dependencies.iter().filter_map(now).collect();
            let mut object = Object::clone(object);
            object.dependencies = state::dependencies(dependencies);
            self.brought_up.insert(id, Arc::new(object));
        }
    }

    /// Where something that was moved, perhaps more than once, is now.
    fn now_at(&self, address: &Address) -> Address {
        let mut at = address;
        for _ in 0..self.renamed.len() {
            match self.renamed.get(at) {
                Some(to) => at = to,
                None => break,
            }
        }
        at.clone()
    }
}

/// The kinds that an address lies in.
fn kinds(address: &Address) -> Vec<&Arc<str>> {
    let calls = address.resource.module.0.iter().map(|step| &step.call);
    calls.filter(|c| c.is_kind()).map(|c| &c.kind).collect()
}

/// The address of what is in an instance of the module of these calls, as that module sees it.
pub(crate) fn inside(calls: &[CallName], address: &Address) -> Option<Address> {
    let steps = &address.resource.module.0;
    let here = steps.len() >= calls.len()
        && steps
            .iter()
            .zip(calls)
            .all(|(step, call)| step.call == *call);
    here.then(|| {
        let mut inner = address.clone();
        inner.resource.module = ModulePath(steps[calls.len()..].iter().cloned().collect());
        inner
    })
}

fn renamed(address: &Address, from: &MovedAddress, to: &MovedAddress) -> Option<Address> {
    match (from, to) {
        (MovedAddress::Resource(from), MovedAddress::Resource(to)) => {
            if address.resource != from.resource {
                return None;
            }
            match (&from.key, &to.key) {
                (None, None) => Some(to.resource.instance(address.key.clone())),
                (from_key, to_key) if address.key == *from_key => {
                    Some(to.resource.instance(to_key.clone()))
                }
                _ => None,
            }
        }
        (MovedAddress::Module(from), MovedAddress::Module(to)) => {
            let steps = &address.resource.module.0;
            if steps.len() < from.0.len() {
                return None;
            }
            let (head, tail) = steps.split_at(from.0.len());
            let last = from.0.len().checked_sub(1)?;
            let same = head
                .iter()
                .zip(from.0.iter())
                .enumerate()
                .all(|(i, (have, want))| {
                    have.call == want.call
                        && (have.key == want.key || (i == last && want.key.is_none()))
                });
            if !same {
                return None;
            }
            let mut new: Vec<ModuleStep> = to.0.to_vec();
            // Without a key on either side, every instance keeps its own.
            if from.0[last].key.is_none()
                && let Some(step) = new.last_mut()
                && step.key.is_none()
            {
                step.key = head[last].key.clone();
            }
            let mut address = address.clone();
            address.resource.module =
                ModulePath(new.into_iter().chain(tail.iter().cloned()).collect());
            Some(address)
        }
        _ => None,
    }
}
