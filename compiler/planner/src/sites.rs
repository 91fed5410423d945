//! The static tree of module calls: each call is a site, before anything is expanded.
//! The implementations of a kind are sites below the site of its call, without a name of their own.

use config::{Config, ProviderName};
use model::CallName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The index of a site; the root is 0.
pub(crate) type SiteId = usize;

/// One call of a module, whatever number of instances it has.
#[derive(Debug)]
pub(crate) struct Site {
    /// The site that the call stands in; none for the root.
    pub(crate) parent: Option<SiteId>,
    /// The call; none for the root, and for what serves a kind's call.
    pub(crate) call: Option<CallName>,
    /// The index of the module in the configuration.
    pub(crate) module: usize,
    /// Calls inside of it.
    pub(crate) children: BTreeMap<CallName, SiteId>,
    /// Of the site of a kind's call what may serve it, in the order in which it is asked.
    pub(crate) implementations: Vec<SiteId>,
    /// Where it is, or lies in, what serves kinds: their implementations, the outermost first.
    pub(crate) implementation: Option<Arc<str>>,
    /// What kinds are served on, and the site that knows it by this name.
    pub(crate) target: Option<(SiteId, ProviderName)>,
}

/// Whether what serves now is what served when an object was made.
pub(crate) fn serves_still(then: Option<&Arc<str>>, now: Option<&Arc<str>>) -> bool {
    match (then, now) {
        (Some(then), Some(now)) => {
            // Inside of it, or moved there from around it.
            then == now || lies_in(then, now) || lies_in(now, then)
        }
        // Moved into a kind, or out of one.
        _ => true,
    }
}

fn lies_in(inner: &str, outer: &str) -> bool {
    let rest = inner.strip_prefix(outer);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// The sites at the end of calls: several where what serves a kind on the way is not known.
pub(crate) fn behind<'n>(
    sites: &[Site],
    from: SiteId,
    calls: impl Iterator<Item = &'n CallName>,
) -> Vec<SiteId> {
    let mut at = vec![from];
    for call in calls {
        let called = at.iter().filter_map(|at| sites[*at].children.get(call));
        let inside = |site: &SiteId| match sites[*site].implementations.as_slice() {
            [] => vec![*site],
            serving => serving.to_vec(),
        };
        at = called.flat_map(inside).collect();
    }
    at
}

/// Every site of a configuration, each after its parent.
pub(crate) fn sites(config: &Config) -> Vec<Site> {
    let target = config.environment.target.clone();
    let mut sites = vec![Site {
        parent: None,
        call: None,
        module: 0,
        children: BTreeMap::new(),
        implementations: Vec::new(),
        implementation: None,
        target: target.map(|target| (0, target)),
    }];
    let mut next = 0;
    while next < sites.len() {
        let module = &config.modules[sites[next].module];
        for (name, call) in &module.calls {
            let id = below(&mut sites, next, Some(name.clone()), call.module);
            sites[next].children.insert(name.clone(), id);
            if let Some(target) = &call.target {
                sites[id].target = Some((next, target.clone()));
            }
        }
        for (name, implementation) in module.kind.iter().flat_map(|k| &k.implementations) {
            let id = below(&mut sites, next, None, implementation.module);
            sites[next].implementations.push(id);
            sites[id].implementation = Some(match &sites[next].implementation {
                Some(around) => format!("{around}/{name}").into(),
                None => name.clone(),
            });
        }
        next += 1;
    }
    sites
}

fn below(sites: &mut Vec<Site>, parent: SiteId, call: Option<CallName>, module: usize) -> SiteId {
    let id = sites.len();
    sites.push(Site {
        parent: Some(parent),
        call,
        module,
        children: BTreeMap::new(),
        implementations: Vec::new(),
        implementation: sites[parent].implementation.clone(),
        target: sites[parent].target.clone(),
    });
    id
}
