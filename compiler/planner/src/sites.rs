//! The static tree of module calls: each call is a site, before anything is expanded.

use config::Config;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The index of a site; the root is 0.
pub(crate) type SiteId = usize;

/// One call of a module, whatever number of instances it has.
#[derive(Debug)]
pub(crate) struct Site {
    /// The site that the call stands in; none for the root.
    pub(crate) parent: Option<SiteId>,
    /// The call's name; empty for the root.
    pub(crate) name: Arc<str>,
    /// The index of the module in the configuration.
    pub(crate) module: usize,
    /// How deep it stands; 0 for the root.
    pub(crate) depth: usize,
    /// Calls inside of it.
    pub(crate) children: BTreeMap<Arc<str>, SiteId>,
}

/// Every site of a configuration, each after its parent.
pub(crate) fn sites(config: &Config) -> Vec<Site> {
    let mut sites = vec![Site {
        parent: None,
        name: Arc::from(""),
        module: 0,
        depth: 0,
        children: BTreeMap::new(),
    }];
    let mut next = 0;
    while next < sites.len() {
        let (module, depth) = (sites[next].module, sites[next].depth);
        for (name, call) in &config.modules[module].calls {
            let id = sites.len();
            sites.push(Site {
                parent: Some(next),
                name: name.clone(),
                module: call.module,
                depth: depth + 1,
                children: BTreeMap::new(),
            });
            sites[next].children.insert(name.clone(), id);
        }
        next += 1;
    }
    sites
}
