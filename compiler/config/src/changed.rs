//! Which names mean something else than before: what was resolved without them stays as it is.

use crate::ResourceKey;
use crate::declared::{Declared, DeclaredCall, DeclaredVariable};
use crate::discover::Role;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

/// The names that were declared otherwise before, or are only now, or no more; none where more
/// than names has changed.
pub(crate) fn changed(before: &[Declared], now: &[Declared]) -> Option<BTreeSet<Arc<str>>> {
    let mut names = BTreeSet::new();
    same(before, now, |a, b| within(a, b, &mut names)).then_some(names)
}

/// Whether there are as many, and each is the same as its counterpart.
pub(crate) fn same<A, B>(
    these: impl IntoIterator<Item = A>,
    those: impl IntoIterator<Item = B>,
    mut alike: impl FnMut(A, B) -> bool,
) -> bool {
    let (mut these, mut those) = (these.into_iter(), those.into_iter());
    these.all(|a| those.next().is_some_and(|b| alike(a, b))) && those.next().is_none()
}

/// Whether no more than names has changed in a module. Callers look at more than that: which
/// inputs there are, and which providers it needs.
fn within(a: &Declared, b: &Declared, names: &mut BTreeSet<Arc<str>>) -> bool {
    let mut inputs = BTreeSet::new();
    let alike = |a: &DeclaredVariable, b: &DeclaredVariable| {
        let flags = |v: &DeclaredVariable| (v.typed, v.required, v.sensitive);
        a.ty.is_same(&b.ty) && flags(a) == flags(b)
    };
    differ(&a.variables, &b.variables, Arc::clone, alike, &mut inputs);
    let mut outputs = BTreeSet::new();
    differ(
        &a.outputs,
        &b.outputs,
        Arc::clone,
        |a, b| a.ty.is_same(&b.ty),
        &mut outputs,
    );
    let in_root = a.directory.is_empty();
    let of_kind = !matches!(a.role, Role::Module);
    if !(in_root || inputs.is_empty()) || (of_kind && !outputs.is_empty()) {
        return false;
    }
    names.append(&mut inputs);
    names.append(&mut outputs);
    differ(&a.locals, &b.locals, Arc::clone, |_, _| true, names);
    let name = |key: &ResourceKey| key.2.clone();
    differ(
        &a.resources,
        &b.resources,
        name,
        |a, b| a.instances == b.instances,
        names,
    );
    differ(&a.scoped, &b.scoped, name, |a, b| a.0 == b.0, names);
    differ(&a.checks, &b.checks, Arc::clone, |_, _| true, names);
    let target = |c: &DeclaredCall| (c.module, c.instances);
    differ(
        &a.calls,
        &b.calls,
        |c| c.name.clone(),
        |a, b| target(a) == target(b),
        names,
    );
    a.directory == b.directory
        && a.role == b.role
        && a.keyed == b.keyed
        && same(a.providers.keys(), b.providers.keys(), |a, b| a == b)
        && same(a.needed.keys(), b.needed.keys(), |a, b| a == b)
}

/// Adds the names of what only one has, or both not alike.
fn differ<K: Hash + Eq, V>(
    a: &IndexMap<K, V>,
    b: &IndexMap<K, V>,
    name: impl Fn(&K) -> Arc<str>,
    alike: impl Fn(&V, &V) -> bool,
    names: &mut BTreeSet<Arc<str>>,
) {
    let other = a
        .iter()
        .filter(|(key, a)| b.get(*key).is_none_or(|b| !alike(a, b)));
    names.extend(other.map(|(key, _)| name(key)));
    let only = b.keys().filter(|key| !a.contains_key(*key));
    names.extend(only.map(name));
}
