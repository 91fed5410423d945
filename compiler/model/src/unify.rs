//! The type that several types have in common, as Terraform finds it. It looks at no value.

use crate::{ObjectType, Type, show_type};
use std::collections::HashSet;
use std::sync::Arc;

/// The type that all of these convert to without loss; none where there is no such.
pub fn unify(types: impl IntoIterator<Item = Type>) -> Option<Type> {
    common(distinct(types), Mode::Safe)
}

/// The same, where values may turn out not to convert: the type of a choice between them.
pub fn unify_loosely(types: impl IntoIterator<Item = Type>) -> Option<Type> {
    common(distinct(types), Mode::Loose)
}

/// Which conversions count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Those that every value of the type has.
    Safe,
    /// Those that some value of it may have.
    Loose,
}

/// Each type once. Ten thousand items have few types between them, as a rule.
fn distinct(types: impl IntoIterator<Item = Type>) -> Vec<Type> {
    let mut distinct: Vec<Type> = Vec::new();
    let mut written: HashSet<String> = HashSet::new();
    for ty in types {
        if distinct.last() == Some(&ty) {
            continue;
        }
        let is_new = match distinct.len() {
            FEW => {
                written.extend(distinct.iter().map(show_type));
                written.insert(show_type(&ty))
            }
            n if n > FEW => written.insert(show_type(&ty)),
            _ => !distinct.contains(&ty),
        };
        if is_new {
            distinct.push(ty);
        }
    }
    distinct
}

/// More types than this are not compared each with each.
const FEW: usize = 16;

fn common(types: Vec<Type>, mode: Mode) -> Option<Type> {
    if types.len() < 2 {
        return types.into_iter().next();
    }
    let count = |is: fn(&Type) -> bool| types.iter().filter(|ty| is(ty)).count();
    let (any, all) = (count(|t| *t == Type::Any), types.len());
    let maps = count(|t| matches!(t, Type::Map(_)));
    let lists = count(|t| matches!(t, Type::List(_)));
    let sets = count(|t| matches!(t, Type::Set(_)));
    let objects = count(|t| matches!(t, Type::Object(_)));
    let tuples = count(|t| matches!(t, Type::Tuple(_)));
    let only = |kinds: usize| kinds > 0 && kinds + any == all;
    // What is composed and not known yet may become anything that is composed.
    if any > 0 && [maps, lists, sets, objects, tuples].into_iter().any(only) {
        return Some(Type::Any);
    }
    let of_parts = |wrap: fn(Type) -> Type| {
        let parts = distinct(types.iter().flat_map(parts));
        common(parts, mode).map(wrap)
    };
    match () {
        () if only(maps) => return of_parts(Type::map),
        () if only(lists) => return of_parts(Type::list),
        () if only(sets) => return of_parts(Type::set),
        () if only(objects) => return objects_in_common(&types, mode),
        () if only(tuples) => return tuples_in_common(&types, mode),
        () if maps > 0 && only(maps + objects) => {
            let found = mixed(&types, |ty| matches!(ty, Type::Object(_)), Type::map, mode);
            if let Some(Type::Map(_)) = found {
                return found;
            }
        }
        () if lists > 0 && only(lists + tuples) => {
            let found = mixed(&types, |ty| matches!(ty, Type::Tuple(_)), Type::list, mode);
            if let Some(Type::List(_)) = found {
                return found;
            }
        }
        () if objects > 0 && tuples > 0 => return None,
        () => {}
    }
    preferred(&types, mode)
}

/// Where some are structures and the others collections: the structures as one collection first,
/// which then takes their place.
fn mixed(
    types: &[Type],
    is_structure: fn(&Type) -> bool,
    wrap: fn(Type) -> Type,
    mode: Mode,
) -> Option<Type> {
    let (structures, mut others): (Vec<Type>, Vec<Type>) =
        types.iter().cloned().partition(is_structure);
    others.push(as_collection(&structures, wrap, mode)?);
    common(distinct(others), mode)
}

/// One collection that all of these structures convert to.
fn as_collection(structures: &[Type], wrap: fn(Type) -> Type, mode: Mode) -> Option<Type> {
    let parts = distinct(structures.iter().flat_map(parts));
    let collection = wrap(common(parts, mode)?);
    all_convert(structures, &collection, mode).then_some(collection)
}

fn all_convert(types: &[Type], to: &Type, mode: Mode) -> bool {
    types.iter().all(|ty| converts(ty, to, mode))
}

fn parts(ty: &Type) -> Vec<Type> {
    match ty {
        Type::List(t) | Type::Set(t) | Type::Map(t) => vec![Type::clone(t)],
        Type::Tuple(items) => items.to_vec(),
        Type::Object(object) => object.fields.values().map(|f| f.ty.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Of objects of the same names, each attribute by itself; else a map.
fn objects_in_common(types: &[Type], mode: Mode) -> Option<Type> {
    let objects: Vec<_> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Object(object) => Some(object),
            _ => None,
        })
        .collect();
    let first = objects.first()?;
    let same_names = |o: &&Arc<ObjectType>| o.fields.keys().eq(first.fields.keys());
    if !objects.iter().all(same_names) {
        return as_collection(types, Type::map, mode);
    }
    let attribute = |name: &Arc<str>| {
        let types = objects.iter().map(|o| o.fields[name].ty.clone());
        common(distinct(types), mode)
    };
    let names = first.fields.keys();
    let fields: Option<Vec<_>> = names.map(|n| Some((&**n, attribute(n)?))).collect();
    let object = Type::object(fields?);
    match all_convert(types, &object, mode) {
        true => Some(object),
        false => as_collection(types, Type::map, mode),
    }
}

/// Of tuples of one length, each item by itself; else a list.
fn tuples_in_common(types: &[Type], mode: Mode) -> Option<Type> {
    let tuples: Vec<_> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Tuple(items) => Some(items),
            _ => None,
        })
        .collect();
    let length = tuples.first()?.len();
    if tuples.iter().any(|items| items.len() != length) {
        return as_collection(types, Type::list, mode);
    }
    let item = |i: usize| common(distinct(tuples.iter().map(|t| t[i].clone())), mode);
    let items: Option<Vec<_>> = (0..length).map(item).collect();
    let tuple = Type::Tuple(items?.into());
    match all_convert(types, &tuple, mode) {
        true => Some(tuple),
        false => as_collection(types, Type::list, mode),
    }
}

/// The first in an order of preference that all others convert to.
fn preferred(types: &[Type], mode: Mode) -> Option<Type> {
    let mut order: Vec<&Type> = types.iter().collect();
    order.sort_by_key(|ty| preference(ty));
    let fits = |wanted: &&&Type| all_convert(types, wanted, mode);
    order.iter().find(fits).map(|ty| Type::clone(ty))
}

fn preference(ty: &Type) -> (u8, u8) {
    match ty {
        Type::List(t) => (0, preference(t).0),
        Type::Set(t) => (1, preference(t).0),
        Type::Map(t) => (2, preference(t).0),
        Type::Tuple(_) => (3, 0),
        Type::Object(_) => (4, 0),
        Type::String => (5, 0),
        Type::Bool | Type::Number => (6, 0),
        Type::Any => (7, 0),
        Type::Scalar(scalar) => preference(&scalar.base()),
    }
}

/// Whether some value of `from` may have a form in `to`: a list's may have a tuple's length.
pub(crate) fn may_convert(from: &Type, to: &Type) -> bool {
    converts(from, to, Mode::Loose)
        || matches!((from, to), (Type::List(_) | Type::Set(_), Type::Tuple(_)))
}

/// The type that null or an unknown of one type has as one of another that it converts to: what
/// that leaves open stays as it is.
pub(crate) fn resolved(from: &Type, to: &Type) -> Type {
    let of_parts = |element: &Type| {
        let common = match from {
            Type::List(t) | Type::Set(t) | Type::Map(t) => Type::clone(t),
            _ => unify_loosely(parts(from)).unwrap_or_default(),
        };
        Arc::new(resolved(&common, element))
    };
    match (from, to) {
        (Type::Any, _) => to.clone(),
        (_, Type::Any) => from.clone(),
        _ if to.is_exact() => to.clone(),
        (_, Type::List(element)) if element.is_kind() => to.clone(),
        (_, Type::List(element)) => Type::List(of_parts(element)),
        (_, Type::Set(element)) => Type::Set(of_parts(element)),
        (_, Type::Map(element)) => Type::Map(of_parts(element)),
        (Type::Tuple(a), Type::Tuple(b)) => Type::Tuple(
            a.iter()
                .zip(b.iter())
                .map(|(a, b)| resolved(a, b))
                .collect(),
        ),
        (_, Type::Object(object)) => {
            let mut object = ObjectType::clone(object);
            for (name, field) in &mut object.fields {
                let given = match from {
                    Type::Map(element) => Some(&**element),
                    Type::Object(o) => o.fields.get(name).map(|f| &f.ty),
                    _ => None,
                };
                field.ty = given.map_or(field.ty.clone(), |given| resolved(given, &field.ty));
            }
            Type::Object(Arc::new(object))
        }
        _ => to.clone(),
    }
}

fn converts(from: &Type, to: &Type, mode: Mode) -> bool {
    let inside = |from: &Type, to: &Type| converts(from, to, mode);
    let loose = mode == Mode::Loose;
    match (from, to) {
        (_, Type::Any) => true,
        (Type::Any, _) => loose,
        (a, b) if a.is_primitive() && b.is_primitive() => primitive(a, b, mode),
        (Type::List(a) | Type::Set(a), Type::List(b)) => inside(a, b),
        (Type::List(a), Type::Set(b)) => loose && inside(a, b),
        (Type::Set(a), Type::Set(b)) => inside(a, b),
        // Of a type that is left open, the items say it.
        (Type::Tuple(items), Type::List(b) | Type::Set(b)) if **b == Type::Any => {
            match common(distinct(items.iter().cloned()), mode) {
                None => items.is_empty(),
                Some(Type::Any) => items.iter().all(|item| *item == Type::Any),
                Some(_) => true,
            }
        }
        (Type::Tuple(items), Type::List(b) | Type::Set(b)) => items.iter().all(|a| inside(a, b)),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| inside(a, b))
        }
        // One instance of a kind is a list of one, and many are a list of them.
        (Type::Object(o), Type::List(b)) if b.is_kind() => {
            inside(from, b) || (o.kind.is_none() && o.fields.values().all(|f| inside(&f.ty, b)))
        }
        (Type::Map(a), Type::List(b)) if b.is_kind() => inside(a, b),
        (Type::Map(a), Type::Map(b)) => inside(a, b),
        (Type::Object(o), Type::Map(b)) if **b == Type::Any => {
            o.fields.is_empty() || common(distinct(parts(from)), mode).is_some()
        }
        (Type::Object(o), Type::Map(b)) => o.fields.values().all(|f| inside(&f.ty, b)),
        (Type::Map(a), Type::Object(o)) => {
            loose && o.fields.values().all(|f| f.optional || inside(a, &f.ty))
        }
        (Type::Object(a), Type::Object(b)) => b.fields.iter().all(|(name, field)| {
            a.fields
                .get(name)
                .map_or(field.optional, |f| inside(&f.ty, &field.ty))
        }),
        _ => false,
    }
}

fn primitive(from: &Type, to: &Type, mode: Mode) -> bool {
    match mode {
        Mode::Safe => from == to || *to == Type::String,
        Mode::Loose => !matches!(
            (from, to),
            (Type::Bool, Type::Number) | (Type::Number, Type::Bool)
        ),
    }
}
