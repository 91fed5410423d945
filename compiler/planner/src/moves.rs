//! `moved`: objects that get another address before anything is decided.

use crate::pass::Pass;
use config::{Moved, MovedAddress};
use model::{Address, Key, ModulePath, ModuleStep};
use std::sync::Arc;

impl Pass<'_> {
    /// Gives objects the addresses that `moved` blocks and changed repetition say.
    pub(crate) fn moves(&mut self) {
        let config = self.input.config;
        for site in 0..self.prepared().sites.len() {
            let module = self.prepared().module(config, site);
            let names = self.site_names(site);
            for moved in &module.moved {
                self.moved(&names, moved);
            }
        }
        self.keyed_to_single();
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
        let config = self.input.config;
        for (site, module) in self
            .prepared()
            .sites
            .iter()
            .map(|s| (s, &config.modules[s.module]))
        {
            if site.depth > 0 {
                continue;
            }
            for resource in module.resources.values() {
                let block = model::ResourceAddress {
                    module: ModulePath::root(),
                    mode: resource.mode,
                    ty: resource.ty.clone(),
                    name: resource.name.clone(),
                };
                let (single, zero) = (block.instance(None), block.instance(first.clone()));
                match Pass::repetition(&resource.repeat) {
                    plan::Repetition::Once => self.carry(&zero, single),
                    plan::Repetition::Count => self.carry(&single, zero),
                    plan::Repetition::ForEach => {}
                }
            }
        }
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
        self.plan.moved.retain(|(moved, _)| *moved != id);
        self.plan.moved.push((id, to));
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
