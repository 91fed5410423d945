//! The static tree of module calls: each call is a site, before anything is expanded.
//! The implementations of a kind are sites below the site of its call, without a name of their own.

use config::{Config, ProviderName};
use model::CallName;
use std::collections::BTreeMap;

/// The index of a site; the root is 0.
pub(crate) type SiteId = usize;

/// One call of a module, whatever number of instances it has.
#[derive(Debug)]
pub(crate) struct Site {
    /// Its own id.
    pub(crate) id: SiteId,
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
    /// What kinds are served on, and the site that knows it by this name.
    pub(crate) target: Option<(SiteId, ProviderName)>,
}

impl Site {
    /// Where the resources of the call stand: in what may serve it, else in the site itself.
    pub(crate) fn served(&self) -> impl Iterator<Item = SiteId> {
        let own = self.implementations.is_empty().then_some(self.id);
        self.implementations.iter().copied().chain(own)
    }
}

/// Every site of a configuration, each after its parent.
pub(crate) fn sites(config: &Config) -> Vec<Site> {
    let target = config.environment.target.clone();
    let mut sites = vec![Site {
        id: 0,
        parent: None,
        call: None,
        module: 0,
        children: BTreeMap::new(),
        implementations: Vec::new(),
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
        for implementation in module.kind.iter().flat_map(|k| k.implementations.values()) {
            let id = below(&mut sites, next, None, implementation.module);
            sites[next].implementations.push(id);
        }
        next += 1;
    }
    sites
}

fn below(sites: &mut Vec<Site>, parent: SiteId, call: Option<CallName>, module: usize) -> SiteId {
    let id = sites.len();
    sites.push(Site {
        id,
        parent: Some(parent),
        call,
        module,
        children: BTreeMap::new(),
        implementations: Vec::new(),
        target: sites[parent].target.clone(),
    });
    id
}
