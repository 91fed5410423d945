//! `moved`: objects that get another address before anything is decided.

use crate::pass::Pass;
use config::{Moved, MovedAddress, Resource};
use model::{Address, Key, ModulePath, ModuleStep, ResourceAddress};
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
            let before = self.plan.moved.len();
            for site in 0..sites {
                let names = self.site_names(site);
                for moved in &self.prepared().module(config, site).moved {
                    self.moved(&names, moved);
                }
            }
            if self.plan.moved.len() == before {
                break;
            }
        }
        self.keyed_to_single();
        self.rename_dependencies();
    }

    fn site_names(&self, mut site: usize) -> Vec<Arc<str>> {
        let sites = &self.prepared().sites;
        let mut names = Vec::new();
        while let Some(parent) = sites[site].parent {
            names.push(sites[site].name.clone());
            site = parent;
        }
        names.reverse();
        names
    }

    fn moved(&mut self, site: &[Arc<str>], moved: &Moved) {
        let all: Vec<Address> = self.current.keys().cloned().collect();
        for address in all {
            let steps = &address.resource.module.0;
            let here = steps.len() >= site.len()
                && steps
                    .iter()
                    .zip(site)
                    .all(|(step, name)| step.name == *name);
            if !here {
                continue;
            }
            let (prefix, inner) = steps.split_at(site.len());
            let relative = relative(&address, inner);
            if let Some(to) = renamed(&relative, &moved.from, &moved.to) {
                let module = prefix
                    .iter()
                    .chain(to.resource.module.0.iter())
                    .cloned()
                    .collect();
                let mut to = to;
                to.resource.module = ModulePath(module);
                self.carry(&address, to);
            }
        }
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
            let Some(block) = self.block_of(resource) else {
                continue;
            };
            match (Pass::repetition(&block.repeat), &address.key) {
                (plan::Repetition::Once, Some(_)) => self.carry(&address, resource.instance(None)),
                (plan::Repetition::Count, None) => {
                    self.carry(&address, resource.instance(first.clone()));
                }
                _ => {}
            }
        }
    }

    /// The block that a resource's address names, in whichever module.
    pub(crate) fn block_of(&self, resource: &ResourceAddress) -> Option<&Resource> {
        let sites = &self.prepared().sites;
        let mut site = 0;
        for step in resource.module.0.iter() {
            site = *sites[site].children.get(&step.name)?;
        }
        let key = (resource.mode, resource.ty.clone(), resource.name.clone());
        let module = self.prepared().module(self.input.config, site);
        module.resources.get(&key)
    }

    fn carry(&mut self, from: &Address, to: Address) {
        if *from == to || self.current.contains_key(&to) {
            return;
        }
        let Some(id) = self.current.remove(from) else {
            return;
        };
        self.current.insert(to.clone(), id);
        if let Some(object) = self.object(id) {
            let mut object = state::Object::clone(object);
            object.address = to.clone();
            self.brought_up.insert(id, Arc::new(object));
        }
        if from.key.is_some() && !self.input.state.deposed.contains_key(from) {
            self.renamed.insert(from.clone(), to.clone());
        }
        if from.resource != to.resource && !self.stands(&from.resource) {
            self.renamed.insert(from.whole(), to.whole());
        }
        self.plan.moved.push((id, to));
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
            let mut object = state::Object::clone(object);
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

fn relative(address: &Address, inner: &[ModuleStep]) -> Address {
    let mut relative = address.clone();
    relative.resource.module = ModulePath(inner.iter().cloned().collect());
    relative
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
                    have.name == want.name
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
