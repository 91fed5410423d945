//! Of each resource the nearest resources that it depends on, looking through locals, outputs,
//! variables and modules; never transitively.

use crate::graph::{Item, Prepared, Rank};
use config::Config;
use model::Mode;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The nearest resources, by rank.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nearest {
    /// Managed ones, looking through data sources too.
    pub(crate) managed: BTreeSet<Rank>,
    /// Data sources.
    pub(crate) data: BTreeSet<Rank>,
}

/// The nearest resources of every resource node; and of every node, whether it is a resource or
/// leads to one.
pub(crate) fn nearest(prepared: &Prepared) -> (BTreeMap<Rank, Nearest>, Vec<bool>) {
    // By rank: what whoever mentions the node depends on. Shared, since most nodes pass on
    // what one other node gave them.
    let mut passed: Vec<Rc<Nearest>> = Vec::with_capacity(prepared.nodes.len());
    let mut found = BTreeMap::new();
    let empty = Rc::new(Nearest::default());
    for (rank, (_, item)) in prepared.nodes.iter().enumerate() {
        let own = gather(&prepared.needs[rank], &passed, &empty);
        passed.push(match item {
            Item::Resource((Mode::Managed, ..)) => Rc::new(Nearest {
                managed: BTreeSet::from([rank]),
                data: BTreeSet::new(),
            }),
            Item::Resource((Mode::Data | Mode::Ephemeral, ..)) => {
                let mut through = Nearest::clone(&own);
                through.data.insert(rank);
                Rc::new(through)
            }
            _ => own.clone(),
        });
        let asked = matches!(item, Item::Resource(_));
        if asked && !(own.managed.is_empty() && own.data.is_empty()) {
            found.insert(rank, Rc::unwrap_or_clone(own));
        }
    }
    let leads = passed
        .iter()
        .map(|n| !n.managed.is_empty() || !n.data.is_empty());
    (found, leads.collect())
}

fn gather(needs: &[Rank], passed: &[Rc<Nearest>], empty: &Rc<Nearest>) -> Rc<Nearest> {
    let mut full = needs.iter().map(|n| &passed[*n]);
    let mut full = full
        .by_ref()
        .filter(|n| !(n.managed.is_empty() && n.data.is_empty()));
    let Some(first) = full.next() else {
        return empty.clone();
    };
    let mut gathered = first.clone();
    for more in full {
        let all = Rc::make_mut(&mut gathered);
        all.managed.extend(&more.managed);
        all.data.extend(&more.data);
    }
    gathered
}

/// Whether each managed resource's replacement is made before it goes: where it says so, and
/// where something that depends on it says so, since that one's new object needs this one's.
pub(crate) fn create_first(prepared: &Prepared, config: &Config) -> BTreeMap<Rank, bool> {
    let mut first = BTreeMap::new();
    for (rank, (site, item)) in prepared.nodes.iter().enumerate().rev() {
        let Item::Resource(key @ (Mode::Managed, ..)) = item else {
            continue;
        };
        let resource = prepared.module(config, *site).resources.get(key);
        let says = resource
            .and_then(|r| r.lifecycle.create_before_destroy)
            .unwrap_or(false);
        let own = says || first.get(&rank).copied().unwrap_or(false);
        first.insert(rank, own);
        if own {
            let managed = prepared.nearest.get(&rank).map(|n| n.managed.clone());
            first.extend(managed.into_iter().flatten().map(|d| (d, true)));
        }
    }
    first
}
