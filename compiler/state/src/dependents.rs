//! Which objects depend on an object, or on a whole resource: an index over the objects' own lists of dependencies.
//! Made when first asked for, so that whoever only reads a state does not pay for it.

use crate::Object;
use model::{Address, ObjectId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Objects by the addresses that they depend on; kept by the fold, equal to any other.
#[derive(Clone, Debug, Default)]
pub struct Dependents {
    index: Option<HashMap<Address, HashSet<ObjectId>>>,
}

impl PartialEq for Dependents {
    /// It says nothing that the objects don't say.
    fn eq(&self, _: &Dependents) -> bool {
        true
    }
}

impl Dependents {
    /// The objects that are recorded to depend on exactly this, in the order of their ids.
    pub(crate) fn of(
        &mut self,
        address: &Address,
        objects: &HashMap<ObjectId, Arc<Object>>,
    ) -> Vec<ObjectId> {
        let index = self.index.get_or_insert_with(|| {
            let mut index = HashMap::new();
            objects.values().for_each(|o| link(&mut index, o));
            index
        });
        let mut ids: Vec<_> = index.get(address).into_iter().flatten().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// An object takes the place of what was recorded under its id.
    pub(crate) fn replace(&mut self, before: Option<&Object>, after: Option<&Object>) {
        let Some(index) = &mut self.index else { return };
        if let (Some(before), Some(after)) = (before, after)
            && before.dependencies == after.dependencies
        {
            return;
        }
        if let Some(before) = before {
            unlink(index, before);
        }
        if let Some(after) = after {
            link(index, after);
        }
    }
}

fn link(index: &mut HashMap<Address, HashSet<ObjectId>>, object: &Object) {
    for address in object.dependencies.iter() {
        match index.get_mut(address) {
            Some(ids) => drop(ids.insert(object.id)),
            None => drop(index.insert(address.clone(), HashSet::from([object.id]))),
        }
    }
}

fn unlink(index: &mut HashMap<Address, HashSet<ObjectId>>, object: &Object) {
    for address in object.dependencies.iter() {
        if let Some(ids) = index.get_mut(address) {
            ids.remove(&object.id);
            if ids.is_empty() {
                index.remove(address);
            }
        }
    }
}
