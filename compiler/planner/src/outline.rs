//! The order of a configuration for people: its resource blocks and what each waits for.

use crate::Prepared;
use crate::graph::{Item, Rank};
use model::{ModulePath, ResourceAddress};

impl Prepared {
    /// Every resource block in the order of evaluation, before expansion, with the nearest
    /// resource blocks that it depends on.
    pub fn outline(&self) -> Vec<(ResourceAddress, Vec<ResourceAddress>)> {
        let ranks = 0..self.nodes.len();
        ranks
            .filter_map(|rank| {
                let nearest = self.nearest.get(&rank);
                let managed = nearest.iter().flat_map(|n| &n.managed);
                let data = nearest.iter().flat_map(|n| &n.data);
                let mut needs: Vec<_> = managed
                    .chain(data)
                    .filter_map(|r| self.resource_at(*r))
                    .collect();
                needs.sort();
                Some((self.resource_at(rank)?, needs))
            })
            .collect()
    }

    fn resource_at(&self, rank: Rank) -> Option<ResourceAddress> {
        let (site, item) = &self.nodes[rank];
        let Item::Resource((mode, ty, name)) = item else {
            return None;
        };
        Some(ResourceAddress {
            module: self.path(*site),
            mode: *mode,
            ty: ty.clone(),
            name: name.clone(),
        })
    }

    fn path(&self, site: usize) -> ModulePath {
        let site = &self.sites[site];
        match site.parent {
            None => ModulePath::root(),
            Some(parent) => match &site.call {
                Some(call) => self.path(parent).child(call.clone(), None),
                None => self.path(parent),
            },
        }
    }
}
