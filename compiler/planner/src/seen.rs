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
            down.push(at);
            match sites[at].parent {
                Some(parent) => at = parent,
                None => return Vec::new(),
            }
        };
        let mut instances = vec![common];
        for site in down.into_iter().rev() {
            let below = |id: &InstanceId| self.instances_below(*id, site);
            instances = instances.iter().flat_map(below).collect();
        }
        instances
    }

    /// The instances of a site directly below a module instance.
    fn instances_below(&self, module: InstanceId, site: SiteId) -> Vec<InstanceId> {
        let module = &self.modules[module];
        match &self.prepared().sites[site].call {
            Some(call) => {
                let instances = module.calls.get(call).map(|call| call.instances.iter());
                instances.into_iter().flatten().map(|(_, id)| *id).collect()
            }
            None => {
                let served = module.served.filter(|id| self.modules[*id].site == site);
                served.into_iter().collect()
            }
        }
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
