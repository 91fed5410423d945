//! The order of a configuration for people: its resource blocks and what each waits for.

use crate::Prepared;
use crate::circles::name;
use crate::graph::{Item, Rank};
use model::{ModulePath, ResourceAddress};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

/// A resource block at the end of the calls that lead to it, before expansion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Declaration {
    /// The address, without keys.
    pub address: ResourceAddress,
    /// Where it stands in what serves kinds: their implementations, the outermost first, parted
    /// by `/`.
    pub served: Option<Arc<str>>,
    /// Whether another implementation may serve in that one's place.
    pub perhaps: bool,
}

impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)?;
        match self.served.as_ref().filter(|_| self.perhaps) {
            Some(served) => write!(f, " (if served by {served})"),
            None => Ok(()),
        }
    }
}

impl Prepared {
    /// Every resource block in the order of evaluation, before expansion, with the nearest
    /// resource blocks that it depends on.
    pub fn outline(&self) -> Vec<(Declaration, Vec<Declaration>)> {
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
                needs.dedup();
                Some((self.resource_at(rank)?, needs))
            })
            .collect()
    }

    /// What stands between a resource block and one that it depends on: the shortest way through
    /// values, calls and providers. Empty where the one names the other.
    pub fn way(&self, from: &Declaration, to: &Declaration) -> Vec<String> {
        let is = |rank: Rank, address| self.resource_at(rank).as_ref() == Some(address);
        let mut came_from = BTreeMap::new();
        let starts = (0..self.nodes.len()).filter(|rank| is(*rank, from));
        let mut open: VecDeque<Rank> = starts.collect();
        while let Some(rank) = open.pop_front() {
            for need in &self.needs[rank] {
                if is(*need, to) {
                    return self.between(rank, &came_from);
                }
                let is_new = self.resource_at(*need).is_none() && !came_from.contains_key(need);
                if is_new {
                    came_from.insert(*need, rank);
                    open.push_back(*need);
                }
            }
        }
        Vec::new()
    }

    fn between(&self, last: Rank, came_from: &BTreeMap<Rank, Rank>) -> Vec<String> {
        let steps = std::iter::successors(Some(last), |rank| came_from.get(rank).copied());
        let between = steps.filter(|rank| came_from.contains_key(rank));
        let mut names: Vec<_> = between
            .map(|rank| name(&self.sites, &self.nodes[rank]))
            .collect();
        names.reverse();
        // A kind's call and what serves it go by one name.
        names.dedup();
        names
    }

    fn resource_at(&self, rank: Rank) -> Option<Declaration> {
        let (site, item) = &self.nodes[rank];
        let Item::Resource((mode, ty, name)) = item else {
            return None;
        };
        let address = ResourceAddress {
            module: self.path(*site),
            mode: *mode,
            ty: ty.clone(),
            name: name.clone(),
        };
        Some(Declaration {
            address,
            served: self.sites[*site].implementation.clone(),
            perhaps: self.may_be_otherwise(*site),
        })
    }

    /// Whether one of the kinds around a site has several implementations.
    fn may_be_otherwise(&self, site: usize) -> bool {
        let parent = |site: &usize| self.sites[*site].parent;
        let mut around = std::iter::successors(Some(site), parent);
        around.any(|site| self.sites[site].implementations.len() > 1)
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
