//! The type that several types have in common, as Terraform finds it. It looks at no value.

use crate::{Type, show_type};
use std::collections::HashSet;

/// The type that all of these convert to without loss; none where there is no such.
pub fn unify(types: impl IntoIterator<Item = Type>) -> Option<Type> {
    common(distinct(types), safely)
}

/// The same, where values may turn out not to convert: the type of a choice between them.
pub fn unify_loosely(types: impl IntoIterator<Item = Type>) -> Option<Type> {
    common(distinct(types), loosely)
}

type Converts = fn(&Type, &Type) -> bool;

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

fn common(types: Vec<Type>, converts: Converts) -> Option<Type> {
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
    // What is composed and not known yet may become anything that is composed.
    if any > 0 && maps + objects + lists + tuples + sets > 0 {
        return Some(Type::Any);
    }
    let of_parts = |wrap: fn(Type) -> Type| {
        let parts = distinct(types.iter().flat_map(parts));
        common(parts, converts).map(wrap)
    };
    // Of different names or lengths: what has no common type at least has to be of one type in each.
    let of_like_parts = |wrap: fn(Type) -> Type| {
        let is_alike = |ty: &Type| {
            let parts = distinct(parts(ty));
            parts.is_empty() || common(parts, converts).is_some()
        };
        let found = of_parts(wrap)?;
        (found != wrap(Type::Any) || types.iter().all(is_alike)).then_some(found)
    };
    if objects == all {
        let found = objects_in_common(&types, converts);
        return found.unwrap_or_else(|| of_like_parts(Type::map));
    }
    if tuples == all {
        let found = tuples_in_common(&types, converts);
        return found.unwrap_or_else(|| of_like_parts(Type::list));
    }
    let found = match all {
        _ if maps + objects == all => of_parts(Type::map),
        _ if lists + tuples == all => of_parts(Type::list),
        _ if sets == all => of_parts(Type::set),
        _ => None,
    };
    found.or_else(|| preferred(&types, converts))
}

fn parts(ty: &Type) -> Vec<Type> {
    match ty {
        Type::List(t) | Type::Set(t) | Type::Map(t) => vec![Type::clone(t)],
        Type::Tuple(items) => items.to_vec(),
        Type::Object(object) => object.fields.values().map(|f| f.ty.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Of objects of the same names, each attribute by itself; none where the names differ.
fn objects_in_common(types: &[Type], converts: Converts) -> Option<Option<Type>> {
    let objects: Vec<_> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Object(object) => Some(object),
            _ => None,
        })
        .collect();
    let first = objects.first()?;
    if !objects
        .iter()
        .all(|o| o.fields.keys().eq(first.fields.keys()))
    {
        return None;
    }
    let fields: Option<Vec<_>> = first
        .fields
        .keys()
        .map(|name| {
            let types = objects.iter().map(|o| o.fields[name].ty.clone());
            Some((&**name, common(distinct(types), converts)?))
        })
        .collect();
    Some(fields.map(Type::object))
}

/// Of tuples of one length, each item by itself; none where the lengths differ.
fn tuples_in_common(types: &[Type], converts: Converts) -> Option<Option<Type>> {
    let tuples: Vec<_> = types
        .iter()
        .filter_map(|ty| match ty {
            Type::Tuple(items) => Some(items),
            _ => None,
        })
        .collect();
    let length = tuples.first()?.len();
    if tuples.iter().any(|items| items.len() != length) {
        return None;
    }
    let item = |i: usize| common(distinct(tuples.iter().map(|t| t[i].clone())), converts);
    let items: Option<Vec<_>> = (0..length).map(item).collect();
    Some(items.map(|items| Type::Tuple(items.into())))
}

/// The first in an order of preference that all others convert to.
fn preferred(types: &[Type], converts: Converts) -> Option<Type> {
    let mut order: Vec<&Type> = types.iter().collect();
    order.sort_by_key(|ty| preference(ty));
    let fits = |wanted: &&&Type| {
        types
            .iter()
            .all(|ty| ty == **wanted || converts(ty, wanted))
    };
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

/// Whether every value of `from` has a form in `to`.
fn safely(from: &Type, to: &Type) -> bool {
    converts(from, to, |from, to| from == to || *to == Type::String)
}

/// Whether some value of `from` may have a form in `to`: a list's may have a tuple's length.
pub(crate) fn may_convert(from: &Type, to: &Type) -> bool {
    loosely(from, to) || matches!((from, to), (Type::List(_) | Type::Set(_), Type::Tuple(_)))
}

fn loosely(from: &Type, to: &Type) -> bool {
    converts(from, to, |from, to| {
        !matches!(
            (from, to),
            (Type::Bool, Type::Number) | (Type::Number, Type::Bool)
        )
    })
}

fn converts(from: &Type, to: &Type, primitive: Converts) -> bool {
    let inside = |from: &Type, to: &Type| converts(from, to, primitive);
    match (from, to) {
        (Type::Any, _) | (_, Type::Any) => true,
        (a, b) if a.is_primitive() && b.is_primitive() => primitive(a, b),
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) => inside(a, b),
        // Of a type that is left open, the items say it.
        (Type::Tuple(items), Type::List(b) | Type::Set(b)) if **b == Type::Any => {
            items.is_empty() || common(distinct(items.iter().cloned()), safely).is_some()
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
        (Type::Object(o), Type::Map(b)) => o.fields.values().all(|f| inside(&f.ty, b)),
        (Type::Map(a), Type::Object(o)) => o.fields.values().all(|f| inside(a, &f.ty)),
        (Type::Object(a), Type::Object(b)) => b.fields.iter().all(|(name, field)| {
            a.fields
                .get(name)
                .map_or(field.optional, |f| inside(&f.ty, &field.ty))
        }),
        _ => false,
    }
}
