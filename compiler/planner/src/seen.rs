//! Which module instances one can see from another.

use crate::pass::{InstanceId, Pass};
use crate::sites::SiteId;

impl Pass<'_> {
    /// The instances of a site that a module instance can see: those that share with it every
    /// instance of the calls that both stand in. Up to the call that both stand in, and down
    /// from there.
    pub(crate) fn instances_seen_from(&self, site: SiteId, module: InstanceId) -> Vec<InstanceId> {
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
    pub(crate) fn ancestor_at(&self, module: InstanceId, site: SiteId) -> Option<InstanceId> {
        let mut at = module;
        loop {
            if self.modules[at].site == site {
                return Some(at);
            }
            at = self.modules[at].parent?;
        }
    }
}
