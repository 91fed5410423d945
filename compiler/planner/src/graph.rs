//! The order of evaluation: what each part of the configuration has to wait for.

use crate::references::{is_free, mentions};
use crate::sites::{Site, SiteId, sites};
use crate::ways::Via;
use config::{Condition, Config, Lifecycle, Module, ProviderName, Repeat, Resource, ResourceKey};
use diagnostics::Problem;
use eval::{Expr, ExprKind, Reference};
use model::{CallName, Mode};
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A part of the configuration that has a value: at a site, before expansion.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
    Resource(ResourceKey),
    Call(CallName),
    /// Which implementation serves the call of a kind; at the interface's site.
    Serve,
    Provider(ProviderName),
    Check(Arc<str>),
}

/// A part of the configuration, and where.
pub(crate) type Node = (SiteId, Item);

/// The index of a node in [`Prepared::nodes`], which is also its rank in the order.
pub(crate) type Rank = usize;

/// A configuration, ordered: made once, used by every step of the loop.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) sites: Vec<Site>,
    /// In an order in which each comes after what it needs.
    pub(crate) nodes: Vec<Node>,
    /// What each node needs, by rank.
    pub(crate) needs: Vec<Vec<Rank>>,
    /// How each node comes to what it needs, by rank.
    pub(crate) ways: Vec<crate::ways::Ways>,
    /// Of each resource node the nearest managed and data resources that it depends on.
    pub(crate) nearest: BTreeMap<Rank, crate::nearest::Nearest>,
    /// Whether each managed resource's replacement is made before it goes.
    pub(crate) create_first: BTreeMap<Rank, bool>,
}

impl Prepared {
    /// Orders a configuration.
    ///
    /// # Errors
    /// Where parts of it depend on each other in a circle: a problem for each circle.
    pub fn new(config: &Config) -> Result<Prepared, Vec<Problem>> {
        let sites = sites(config);
        let mut builder = Builder {
            config,
            sites: &sites,
            graph: DiGraph::new(),
            at: HashMap::new(),
        };
        builder.add_nodes();
        builder.add_edges();
        let Builder { graph, .. } = builder;
        let Ok(order) = toposort(&graph, None) else {
            return Err(crate::circles::circles(config, &sites, &graph));
        };
        let mut rank_of = vec![0; order.len()];
        for (rank, index) in order.iter().enumerate() {
            rank_of[index.index()] = rank;
        }
        let needs = order
            .iter()
            .map(|index| {
                let mut needs: Vec<_> = graph
                    .neighbors_directed(*index, petgraph::Direction::Incoming)
                    .map(|n| rank_of[n.index()])
                    .collect();
                needs.sort_unstable();
                needs.dedup();
                needs
            })
            .collect();
        let nodes = order.iter().map(|index| graph[*index].clone()).collect();
        let mut prepared = Prepared {
            sites,
            nodes,
            needs,
            ways: Vec::new(),
            nearest: BTreeMap::new(),
            create_first: BTreeMap::new(),
        };
        let (nearest, leads) = crate::nearest::nearest(&prepared);
        prepared.nearest = nearest;
        prepared.ways = crate::ways::ways(&graph, &order, &rank_of, &leads);
        prepared.create_first = crate::nearest::create_first(&prepared, config);
        Ok(prepared)
    }

    pub(crate) fn module<'c>(&self, config: &'c Config, site: SiteId) -> &'c Module {
        &config.modules[self.sites[site].module]
    }
}

struct Builder<'a> {
    config: &'a Config,
    sites: &'a [Site],
    graph: DiGraph<Node, Via>,
    at: HashMap<Node, NodeIndex>,
}

impl<'a> Builder<'a> {
    fn module(&self, site: SiteId) -> &'a Module {
        &self.config.modules[self.sites[site].module]
    }

    fn add_nodes(&mut self) {
        for site in 0..self.sites.len() {
            let module = self.module(site);
            let items = module.variables.keys().map(|n| Item::Variable(n.clone()));
            let items = items.chain(module.locals.keys().map(|n| Item::Local(n.clone())));
            let items = items.chain(module.outputs.keys().map(|n| Item::Output(n.clone())));
            let items = items.chain(module.calls.keys().map(|n| Item::Call(n.clone())));
            let items = items.chain(module.providers.keys().map(|n| Item::Provider(n.clone())));
            let items = items.chain(module.resources.keys().map(|k| Item::Resource(k.clone())));
            let items = items.chain(module.checks.keys().map(|n| Item::Check(n.clone())));
            let items = items.chain(module.kind.iter().map(|_| Item::Serve));
            for item in items {
                let index = self.graph.add_node((site, item.clone()));
                self.at.insert((site, item), index);
            }
        }
    }

    fn add_edges(&mut self) {
        for site in 0..self.sites.len() {
            let module = self.module(site);
            for (name, variable) in &module.variables {
                let node = (site, Item::Variable(name.clone()));
                variable
                    .default
                    .iter()
                    .for_each(|e| self.needs(&node, site, e));
                self.conditions(&node, site, &variable.validations);
                self.input(&node, site, name);
            }
            for (name, local) in &module.locals {
                self.needs(&(site, Item::Local(name.clone())), site, &local.value);
            }
            for (name, output) in &module.outputs {
                let node = (site, Item::Output(name.clone()));
                self.needs(&node, site, &output.value);
                self.conditions(&node, site, &output.preconditions);
                output
                    .depends_on
                    .iter()
                    .for_each(|r| self.depends_on(&node, site, r));
            }
            for (name, provider) in &module.providers {
                let node = (site, Item::Provider(name.clone()));
                self.needs(&node, site, &provider.body);
                if let Some(for_each) = &provider.for_each {
                    self.needs(&node, site, for_each);
                }
            }
            for (name, call) in &module.calls {
                let node = (site, Item::Call(name.clone()));
                self.repeat(&node, site, &call.repeat);
                call.depends_on
                    .iter()
                    .for_each(|r| self.depends_on(&node, site, r));
                let child = self.sites[site].children[name];
                self.everything_inside(child, &node, &call.depends_on, site);
            }
            for import in &module.imports {
                self.import(site, import);
            }
            for (name, check) in &module.checks {
                let node = (site, Item::Check(name.clone()));
                self.conditions(&node, site, &check.assertions);
                if let Some(data) = &check.data {
                    self.resource(node, site, data);
                }
            }
            for (key, resource) in &module.resources {
                self.resource((site, Item::Resource(key.clone())), site, resource);
            }
            let implementations = module.kind.iter().flat_map(|k| k.implementations.values());
            for when in implementations.filter_map(|i| i.when.as_ref()) {
                self.needs(&(site, Item::Serve), site, when);
            }
        }
    }

    fn resource(&mut self, node: Node, site: SiteId, resource: &Resource) {
        self.repeat(&node, site, &resource.repeat);
        self.needs(&node, site, &resource.body);
        if let Some(key) = &resource.provider_key {
            self.needs(&node, site, key);
        }
        resource
            .depends_on
            .iter()
            .for_each(|r| self.depends_on(&node, site, r));
        resource
            .rollout
            .iter()
            .for_each(|r| self.needs(&node, site, &r.body));
        let Lifecycle {
            replace_triggered_by,
            preconditions,
            postconditions,
            ..
        } = &resource.lifecycle;
        replace_triggered_by
            .iter()
            .for_each(|e| self.needs(&node, site, e));
        self.conditions(&node, site, preconditions);
        self.conditions(&node, site, postconditions);
        if let Some(provider) = provider_node(self.config, self.sites, site, &resource.provider) {
            self.edge(&provider, &node);
        }
    }

    /// What is imported needs what tells its id and its address.
    fn import(&mut self, site: SiteId, import: &config::Import) {
        for target in target_sites(self.sites, site, import) {
            if !self.module(target).resources.contains_key(&import.resource) {
                continue;
            }
            let node = (target, Item::Resource(import.resource.clone()));
            let keys = import.module.iter().filter_map(|(_, key)| key.as_ref());
            let all = keys.chain(&import.key).chain([&import.id]);
            for expr in all.chain(&import.for_each) {
                self.needs(&node, site, expr);
            }
        }
    }

    /// A variable of a called module needs what its caller hands in.
    fn input(&mut self, node: &Node, site: SiteId, name: &Arc<str>) {
        let Some(parent) = self.sites[site].parent else {
            return;
        };
        let Some(call) = &self.sites[site].call else {
            let handed_on = (parent, Item::Variable(name.clone()));
            let outside = true;
            let via = Via {
                outside,
                ..Via::default()
            };
            return self.edge_via(&handed_on, node, via);
        };
        let call = self.module(parent).calls.get(call);
        if let Some(value) = call.and_then(|call| call.inputs.get(name)) {
            self.needs(node, parent, value);
        }
    }

    fn everything_inside(
        &mut self,
        child: SiteId,
        call: &Node,
        depends_on: &[Reference],
        site: SiteId,
    ) {
        let module = self.module(child);
        let keys = module.resources.keys().map(|k| Item::Resource(k.clone()));
        let items = keys
            .chain(module.variables.keys().map(|n| Item::Variable(n.clone())))
            .chain(module.locals.keys().map(|n| Item::Local(n.clone())))
            .chain(module.outputs.keys().map(|n| Item::Output(n.clone())))
            .chain(module.providers.keys().map(|n| Item::Provider(n.clone())))
            .chain(module.calls.keys().map(|n| Item::Call(n.clone())))
            .chain(module.checks.keys().map(|n| Item::Check(n.clone())))
            .chain(module.kind.iter().map(|_| Item::Serve));
        for item in items {
            let node = (child, item);
            self.edge(call, &node);
            if matches!(node.1, Item::Resource(_) | Item::Check(_)) {
                depends_on
                    .iter()
                    .for_each(|r| self.depends_on(&node, site, r));
            }
        }
        let calls: Vec<_> = self.sites[child].children.iter().collect();
        for (name, grandchild) in calls {
            let inner = (child, Item::Call(name.clone()));
            self.everything_inside(*grandchild, &inner, depends_on, site);
        }
        for implementation in &self.sites[child].implementations {
            self.everything_inside(*implementation, &(child, Item::Serve), depends_on, site);
        }
    }

    fn repeat(&mut self, node: &Node, site: SiteId, repeat: &Repeat) {
        match repeat {
            Repeat::Once => {}
            Repeat::Count(e) => self.needs(node, site, e),
            Repeat::ForEach(e) => match self.repeated_over(site, e) {
                Some(over) => self.edge_via(&over, node, Via::over_instances(e.span)),
                None => self.needs(node, site, e),
            },
        }
    }

    /// The resource that a `for_each` is, each of whose instances gets one of its own.
    fn repeated_over(&self, site: SiteId, for_each: &Expr) -> Option<Node> {
        let ExprKind::Reference(Reference::Resource(Mode::Managed, ty, name)) = &for_each.kind
        else {
            return None;
        };
        let key = (Mode::Managed, ty.clone(), name.clone());
        let over = self.module(site).resources.get(&key)?;
        matches!(over.repeat, Repeat::ForEach(_)).then(|| (site, Item::Resource(key)))
    }

    fn conditions(&mut self, node: &Node, site: SiteId, conditions: &[Condition]) {
        for c in conditions {
            self.needs(node, site, &c.condition);
            self.needs(node, site, &c.error_message);
        }
    }

    fn needs(&mut self, node: &Node, site: SiteId, expr: &Expr) {
        let mut found = Vec::new();
        mentions(expr, &mut |m| {
            let key = m.key.filter(|k| is_free(k)).map(|k| Arc::new(k.clone()));
            found.push((m.reference.clone(), m.output.cloned(), key))
        });
        for (reference, output, key) in found {
            for needed in self.targets(site, &reference, output.as_ref()) {
                // A validation looks at its own variable; nothing else may look at itself.
                if needed == *node && matches!(node.1, Item::Variable(_)) {
                    continue;
                }
                let via = Via {
                    // The call itself comes into being as a whole.
                    key: key.clone().filter(|_| !matches!(needed.1, Item::Call(_))),
                    outside: site != node.0,
                    over: false,
                };
                self.edge_via(&needed, node, via);
            }
        }
    }

    /// `depends_on` of a module means everything in it.
    fn depends_on(&mut self, node: &Node, site: SiteId, reference: &Reference) {
        for needed in self.targets(site, reference, None) {
            self.edge(&needed, node);
        }
        if let Reference::Module(name) = reference
            && let Some(child) = self.sites[site].children.get(name)
        {
            for inner in self.resources_below(*child) {
                self.edge(&inner, node);
            }
        }
    }

    fn resources_below(&self, site: SiteId) -> Vec<Node> {
        let own = self.module(site).resources.keys();
        let own = own.map(|k| (site, Item::Resource(k.clone())));
        let calls = self.sites[site].children.values();
        let below = calls
            .chain(&self.sites[site].implementations)
            .flat_map(|c| self.resources_below(*c));
        own.chain(below).collect()
    }

    fn targets(&self, site: SiteId, reference: &Reference, output: Option<&Arc<str>>) -> Vec<Node> {
        match reference {
            Reference::Variable(name) => vec![(site, Item::Variable(name.clone()))],
            Reference::Local(name) => vec![(site, Item::Local(name.clone()))],
            Reference::Resource(mode, ty, name) => {
                vec![(site, Item::Resource((*mode, ty.clone(), name.clone())))]
            }
            Reference::Module(name) => {
                let call = (site, Item::Call(name.clone()));
                let Some(child) = self.sites[site].children.get(name).copied() else {
                    return vec![call];
                };
                let outputs = self.module(child).outputs.keys();
                let outputs = outputs.filter(|o| output.is_none_or(|only| only == *o));
                let outputs = outputs.map(|o| (child, Item::Output(o.clone())));
                outputs.chain([call]).collect()
            }
            Reference::Served(output) => {
                let output = |site: &SiteId| (*site, Item::Output(output.clone()));
                let outputs = self.sites[site].implementations.iter().map(output);
                outputs.chain([(site, Item::Serve)]).collect()
            }
            _ => Vec::new(),
        }
    }

    fn edge(&mut self, from: &Node, to: &Node) {
        self.edge_via(from, to, Via::default());
    }

    fn edge_via(&mut self, from: &Node, to: &Node, via: Via) {
        if let (Some(from), Some(to)) = (self.at.get(from), self.at.get(to)) {
            self.graph.add_edge(*from, *to, via);
        }
    }
}

/// The sites in which the resource may stand that an import in a module of `site` names.
pub(crate) fn target_sites(sites: &[Site], site: SiteId, import: &config::Import) -> Vec<SiteId> {
    crate::sites::behind(sites, site, import.module.iter().map(|(name, _)| name))
}

/// The provider block that serves `name` at a site: its own, or that of a caller.
pub(crate) fn provider_node(
    config: &Config,
    sites: &[Site],
    site: SiteId,
    name: &ProviderName,
) -> Option<Node> {
    let module = &config.modules[sites[site].module];
    if module.providers.contains_key(name) {
        return Some((site, Item::Provider(name.clone())));
    }
    let parent = sites[site].parent?;
    let Some(call) = &sites[site].call else {
        // A kind's resources go to its target, where it is of their provider.
        return match &sites[site].target {
            Some((known, target)) if name.alias.is_none() && target.name == name.name => {
                provider_node(config, sites, *known, target)
            }
            _ => provider_node(config, sites, parent, name),
        };
    };
    let call = config.modules[sites[parent].module].calls.get(call)?;
    let outer = call.providers.get(name).unwrap_or(name);
    provider_node(config, sites, parent, outer)
}
