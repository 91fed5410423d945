//! What an instance of a block depends on: the nearest objects, in the module instances that it
//! can see. A reference whose key is known at expansion means that instance alone.

use crate::each::Each;
use crate::graph::{Item, Rank};
use crate::pass::{InstanceId, Pass, ResourceValue};
use crate::sites::SiteId;
use crate::ways::Way;
use eval::Expr;
use model::{Address, Key, Mode, ResourceAddress, Type, Value};
use plan::{Keyed, Repetition};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// The nearest objects that something depends on; without a key, every instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Depends {
    /// Managed ones, looking through data sources too.
    pub(crate) managed: Arc<[Address]>,
    /// Data sources.
    pub(crate) data: Arc<[Address]>,
}

impl Depends {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Address> {
        self.managed.iter().chain(self.data.iter())
    }

    fn is_empty(&self) -> bool {
        self.managed.is_empty() && self.data.is_empty()
    }
}

/// What was found so far, of each node in each module instance.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// What whoever mentions the node depends on; of a resource, what all instances need alike.
    of: HashMap<(Rank, InstanceId), Rc<Depends>>,
    /// What everything in an instance of a module call depends on, by way of the call.
    called: HashMap<InstanceId, Rc<Depends>>,
    /// What each instance of a data source needs, where they differ.
    data: HashMap<(Rank, InstanceId), Keyed<Rc<Depends>>>,
}

/// Something that is depended on, on the way to the whole.
enum Part {
    Managed(Address),
    Data(Address),
    Many(Rc<Depends>),
}

impl Pass<'_> {
    /// Finds out what whoever mentions a node that is no resource depends on.
    pub(crate) fn look_through(&mut self, rank: Rank, site: SiteId) {
        let ways = &self.prepared().ways[rank].shared;
        if ways.is_empty() {
            return;
        }
        let none = Each::new();
        for id in self.of_site[site].clone() {
            let found = self.at_the_end_of(ways, id, &none, None);
            self.known.of.insert((rank, id), found);
        }
    }

    /// What all instances of a resource block depend on alike.
    pub(crate) fn shared(&mut self, rank: Rank, module: InstanceId) -> Rc<Depends> {
        let ways = &self.prepared().ways[rank].shared;
        let found = self.at_the_end_of(ways, module, &Each::new(), None);
        if !found.is_empty() {
            self.known.of.insert((rank, module), found.clone());
        }
        found
    }

    /// What each of these instances depends on; none where they all depend on the same.
    pub(crate) fn own<'e>(
        &mut self,
        rank: Rank,
        module: InstanceId,
        shared: &Rc<Depends>,
        instances: impl Iterator<Item = &'e (Option<Key>, Each)>,
    ) -> Option<Vec<Rc<Depends>>> {
        let ways = &self.prepared().ways[rank].own;
        if ways.is_empty() {
            return None;
        }
        let of = |(key, each): &(Option<Key>, Each)| {
            let own = self.at_the_end_of(ways, module, each, Some(shared));
            (key.clone(), own)
        };
        let found: Vec<_> = instances.map(of).collect();
        let own = found.iter().map(|(_, own)| own.clone()).collect();
        if matches!(
            &self.prepared().nodes[rank].1,
            Item::Resource((Mode::Data | Mode::Ephemeral, ..))
        ) {
            self.known.data.insert((rank, module), found);
        }
        Some(own)
    }

    /// Finds out what everything in an instance of a module call depends on by way of the call.
    pub(crate) fn called(&mut self, call: Rank, instance: InstanceId) {
        let ways = &self.prepared().ways[call].own;
        let Some(parent) = self.modules[instance].parent.filter(|_| !ways.is_empty()) else {
            return;
        };
        let each = &self.modules[instance].each;
        let shared = self.known.of.get(&(call, parent));
        let found = self.at_the_end_of(ways, parent, each, shared);
        self.known.called.insert(instance, found);
    }

    /// What a block or a module call is repeated over, as a whole.
    pub(crate) fn repeated_over(&self, rank: Rank, module: InstanceId) -> Rc<Depends> {
        let ways = &self.prepared().ways[rank].over;
        self.at_the_end_of(ways, module, &Each::new(), None)
    }

    /// What whoever mentions this node depends on.
    pub(crate) fn behind_node(&self, rank: Rank, module: InstanceId) -> Option<&Depends> {
        self.known.of.get(&(rank, module)).map(|found| &**found)
    }

    fn at_the_end_of(
        &self,
        ways: &[Way],
        module: InstanceId,
        each: &Each,
        shared: Option<&Rc<Depends>>,
    ) -> Rc<Depends> {
        let shared = shared.filter(|s| !s.is_empty()).cloned();
        let mut parts: Vec<Part> = shared.map(Part::Many).into_iter().collect();
        for way in ways {
            self.follow(way, module, each, &mut parts);
        }
        together(parts)
    }

    fn follow(&self, way: &Way, module: InstanceId, each: &Each, parts: &mut Vec<Part>) {
        let parent = self.modules[module].parent.filter(|_| way.via.outside);
        let (from, each) = match parent {
            Some(parent) => (parent, &self.modules[module].each),
            None => (module, each),
        };
        let (site, item) = &self.prepared().nodes[way.to];
        let key = way.via.key.as_deref();
        let key = |repetition| self.key(key?, from, each, repetition);
        let Item::Resource((mode, ty, name)) = item else {
            if let Some(found) = self.called_around(*site, item, from) {
                return parts.push(Part::Many(found.clone()));
            }
            let one = self.one_called(*site, from, key);
            for id in one.unwrap_or_else(|| self.instances_seen_from(*site, from)) {
                let found = self.known.of.get(&(way.to, id));
                parts.extend(found.cloned().map(Part::Many));
            }
            return;
        };
        for id in self.instances_seen_from(*site, from) {
            let address = ResourceAddress {
                module: self.modules[id].path.clone(),
                mode: *mode,
                ty: ty.clone(),
                name: name.clone(),
            };
            let resource = self.modules[id]
                .resources
                .get(&(*mode, ty.clone(), name.clone()));
            let key = resource.and_then(|r| key(r.repetition).filter(|key| has(r, key)));
            match mode {
                Mode::Managed => self.managed_part(way.to, id, address, resource, key, parts),
                Mode::Data | Mode::Ephemeral => self.data_part(way.to, id, address, key, parts),
            }
        }
    }

    /// Of a resource without any instance, what it depends on itself, as what depends on an
    /// object that leaves inherits its dependencies.
    fn managed_part(
        &self,
        rank: Rank,
        module: InstanceId,
        address: ResourceAddress,
        resource: Option<&ResourceValue>,
        key: Option<Key>,
        parts: &mut Vec<Part>,
    ) {
        let stands = resource.is_none_or(|r| !r.instances.is_empty());
        if stands || self.unexpanded.contains(&address) {
            return parts.push(Part::Managed(address.instance(key)));
        }
        let through = self.known.of.get(&(rank, module));
        parts.extend(through.cloned().map(Part::Many));
    }

    fn data_part(
        &self,
        rank: Rank,
        module: InstanceId,
        address: ResourceAddress,
        key: Option<Key>,
        parts: &mut Vec<Part>,
    ) {
        match self.known.data.get(&(rank, module)) {
            None => {
                let shared = self.known.of.get(&(rank, module));
                parts.extend(shared.cloned().map(Part::Many));
            }
            Some(own) => {
                let meant = match &key {
                    Some(_) => position(own, &key).map_or(&own[..], |i| &own[i..=i]),
                    None => &own[..],
                };
                parts.extend(meant.iter().map(|(_, own)| Part::Many(own.clone())));
            }
        }
        parts.push(Part::Data(address.instance(key)));
    }

    /// What the instance of a call that a module instance is, or stands in, depends on.
    fn called_around(&self, site: SiteId, item: &Item, from: InstanceId) -> Option<&Rc<Depends>> {
        let Item::Call(name) = item else {
            return None;
        };
        let child = *self.prepared().sites[site].children.get(name)?;
        let around = self.ancestor_at(from, child)?;
        self.known.called.get(&around)
    }

    /// The one instance of the call of a site that an expression of the caller means.
    fn one_called(
        &self,
        site: SiteId,
        from: InstanceId,
        key: impl Fn(Repetition) -> Option<Key>,
    ) -> Option<Vec<InstanceId>> {
        let site = &self.prepared().sites[site];
        if site.parent != Some(self.modules[from].site) {
            return None;
        }
        let call = self.modules[from].calls.get(site.call.as_ref()?)?;
        let key = key(call.repetition)?;
        let at = position(&call.instances, &Some(key))?;
        Some(vec![call.instances[at].1])
    }

    /// The key that an expression is, where it is known.
    fn key(
        &self,
        expr: &Expr,
        module: InstanceId,
        each: &Each,
        repetition: Repetition,
    ) -> Option<Key> {
        let names = crate::scope::Names {
            pass: self,
            module,
            each,
            this: None,
        };
        let value = || eval::evaluate(expr, &names, self.input.world).ok();
        match repetition {
            Repetition::Once => None,
            Repetition::Count => match model::convert(&value()?, &Type::Number).ok()? {
                Value::Number(n) => n.as_i64().and_then(|i| i.try_into().ok()).map(Key::Index),
                _ => None,
            },
            Repetition::ForEach => match model::convert(&value()?, &Type::String).ok()? {
                Value::String(name) => Some(Key::Name(name)),
                _ => None,
            },
        }
    }
}

fn has(resource: &ResourceValue, key: &Key) -> bool {
    position(&resource.instances, &Some(key.clone())).is_some()
}

/// Instances are in the order of their keys.
fn position<T>(instances: &[(Option<Key>, T)], key: &Option<Key>) -> Option<usize> {
    instances.binary_search_by(|(k, _)| k.cmp(key)).ok()
}

fn together(mut parts: Vec<Part>) -> Rc<Depends> {
    if let [Part::Many(_)] | [] = parts.as_slice() {
        return match parts.pop() {
            Some(Part::Many(only)) => only,
            _ => Rc::default(),
        };
    }
    let (mut managed, mut data) = (BTreeSet::new(), BTreeSet::new());
    for part in parts {
        match part {
            Part::Managed(address) => drop(managed.insert(address)),
            Part::Data(address) => drop(data.insert(address)),
            Part::Many(many) => {
                managed.extend(many.managed.iter().cloned());
                data.extend(many.data.iter().cloned());
            }
        }
    }
    Rc::new(Depends {
        managed: state::dependencies(managed),
        data: state::dependencies(data),
    })
}
