//! What an instance of a block depends on: the nearest resources, as addresses in the module
//! instances that it can see.

use crate::graph::{Item, Rank};
use crate::pass::{InstanceId, Pass};
use crate::sites::SiteId;
use model::ResourceAddress;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Pass<'_> {
    /// The managed resources, and the data sources, that a block in a module instance depends
    /// on.
    pub(crate) fn dependencies(
        &self,
        rank: Rank,
        module: InstanceId,
    ) -> (Arc<[ResourceAddress]>, Vec<ResourceAddress>) {
        let Some(nearest) = self.prepared().nearest.get(&rank) else {
            return (Arc::from([]), Vec::new());
        };
        let mut managed = BTreeSet::new();
        let mut seen = BTreeSet::new();
        self.with_instances(&nearest.managed, module, &mut managed, &mut seen);
        let data = nearest.data.iter();
        let data: BTreeSet<_> = data
            .flat_map(|r| self.seen_from(*r, module))
            .map(|(_, address)| address)
            .collect();
        (managed.into_iter().collect(), data.into_iter().collect())
    }

    /// Adds the addresses of these nodes; of one without any instance, those of what it depends
    /// on itself, as what depends on an object that leaves inherits its dependencies.
    fn with_instances(
        &self,
        ranks: &BTreeSet<Rank>,
        module: InstanceId,
        found: &mut BTreeSet<ResourceAddress>,
        seen: &mut BTreeSet<Rank>,
    ) {
        for rank in ranks {
            if !seen.insert(*rank) {
                continue;
            }
            let mut none = true;
            for (instance, address) in self.seen_from(*rank, module) {
                if self.has_instances(instance, &address) {
                    none = false;
                    found.insert(address);
                }
            }
            if none && let Some(nearest) = self.prepared().nearest.get(rank) {
                self.with_instances(&nearest.managed, module, found, seen);
            }
        }
    }

    fn has_instances(&self, module: InstanceId, address: &ResourceAddress) -> bool {
        let key = (address.mode, address.ty.clone(), address.name.clone());
        let value = self.modules[module].resources.get(&key);
        value.is_none_or(|r| !r.instances.is_empty()) || self.unexpanded.contains(address)
    }

    /// A resource node's addresses in the module instances that `module` can see: those that
    /// share with it every instance of the calls that both stand in.
    fn seen_from(&self, rank: Rank, module: InstanceId) -> Vec<(InstanceId, ResourceAddress)> {
        let (site, item) = &self.prepared().nodes[rank];
        let Item::Resource((mode, ty, name)) = item else {
            return Vec::new();
        };
        let address = |id: &InstanceId| ResourceAddress {
            module: self.modules[*id].path.clone(),
            mode: *mode,
            ty: ty.clone(),
            name: name.clone(),
        };
        let instances = self.instances_seen_from(*site, module);
        instances.iter().map(|id| (*id, address(id))).collect()
    }

    /// Up from `module` to the call that both stand in, and down from there.
    fn instances_seen_from(&self, site: SiteId, module: InstanceId) -> Vec<InstanceId> {
        let sites = &self.prepared().sites;
        let mut down = Vec::new();
        let mut at = site;
        let common = loop {
            if let Some(own) = self.ancestor_at(module, at) {
                break own;
            }
            down.push(&sites[at].name);
            match sites[at].parent {
                Some(parent) => at = parent,
                None => return Vec::new(),
            }
        };
        let mut instances = vec![common];
        for name in down.into_iter().rev() {
            instances = instances
                .iter()
                .filter_map(|id| self.modules[*id].calls.get(name))
                .flat_map(|call| call.instances.iter().map(|(_, id)| *id))
                .collect();
        }
        instances
    }

    /// The instance of a site that a module instance is, or stands in.
    fn ancestor_at(&self, module: InstanceId, site: SiteId) -> Option<InstanceId> {
        let mut at = module;
        loop {
            if self.modules[at].site == site {
                return Some(at);
            }
            at = self.modules[at].parent?;
        }
    }
}
