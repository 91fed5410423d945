//! Expressions that are read as addresses and paths, and never evaluated.

use crate::MovedAddress;
use crate::constant;
use crate::kinds::Kinds;
use model::{Address, AttrPath, CallName, Key, Mode, ModulePath, PathStep, ResourceAddress, Value};
use std::sync::Arc;
use syntax::tree::{Expr, ExprKind, Ident};

/// A name, and the keys in brackets behind it.
type Segment = (Arc<str>, Vec<Key>);

/// `tags["name"][0].x`, with its first name.
pub(super) fn attribute_path(expr: &Expr) -> Option<(&Ident, AttrPath)> {
    match &expr.kind {
        ExprKind::Name(name) => Some((name, AttrPath::name(&name.text))),
        ExprKind::Attribute(source, name) => {
            let (first, path) = attribute_path(source)?;
            Some((first, path.step(PathStep::Name(name.text.clone()))))
        }
        ExprKind::Index(source, index) => {
            let (first, path) = attribute_path(source)?;
            let step = match constant::of_tree(index).ok()? {
                Value::String(name) => PathStep::Name(name),
                Value::Number(n) => PathStep::Index(n.as_usize()?),
                _ => return None,
            };
            Some((first, path.step(step)))
        }
        _ => None,
    }
}

/// `ssh_file.x`, `module.m["a"].ssh_file.x[0]`, `module.m`, `database.main`, `domain["x.org"]`
pub(super) fn moved_address(expr: &Expr, kinds: &Kinds) -> Option<MovedAddress> {
    let mut segments = Vec::new();
    gather(expr, &mut segments)?;
    let mut rest = segments.as_slice();
    let mut module = ModulePath::root();
    // A kind that nobody calls any more is known by what stands behind it.
    let calls = |segments: &[Segment]| match segments {
        [(word, keys), behind @ ..] => {
            let known = &**word == CallName::MODULE || kinds.available.contains(&**word);
            known || !keys.is_empty() || behind.len() > 1
        }
        [] => false,
    };
    while calls(rest) {
        let (call, key, behind) = call(rest)?;
        module = module.child(call, key);
        rest = behind;
    }
    match rest {
        [] if !module.is_root() => Some(MovedAddress::Module(module)),
        [(ty, none), (name, keys)] if none.is_empty() => {
            let key = only(keys)?;
            let (mode, ty, name) = (Mode::Managed, ty.clone(), name.clone());
            let resource = ResourceAddress {
                module,
                mode,
                ty,
                name,
            };
            Some(MovedAddress::Resource(Address { resource, key }))
        }
        _ => None,
    }
}

/// `module.m[0]`, `domain["x.org"]["a"]`: the call, the key of its instance, and the rest.
fn call(segments: &[Segment]) -> Option<(CallName, Option<Key>, &[Segment])> {
    match segments {
        [(kind, none), (name, keys), rest @ ..] if none.is_empty() => {
            let call = CallName::of(kind.clone(), name.clone());
            Some((call, only(keys)?, rest))
        }
        [(kind, keys), rest @ ..] => {
            let [Key::Name(label), keys @ ..] = keys.as_slice() else {
                return None;
            };
            let call = CallName::of(kind.clone(), label.clone());
            (call.is_kind()).then_some(())?;
            Some((call, only(keys)?, rest))
        }
        [] => None,
    }
}

/// The one key, or none; nothing where there are more.
fn only(keys: &[Key]) -> Option<Option<Key>> {
    match keys {
        [] => Some(None),
        [key] => Some(Some(key.clone())),
        _ => None,
    }
}

fn gather(expr: &Expr, segments: &mut Vec<Segment>) -> Option<()> {
    match &expr.kind {
        ExprKind::Name(name) => segments.push((name.text.clone(), Vec::new())),
        ExprKind::Attribute(source, name) => {
            gather(source, segments)?;
            segments.push((name.text.clone(), Vec::new()));
        }
        ExprKind::Index(source, index) => {
            gather(source, segments)?;
            let (_, keys) = segments.last_mut()?;
            keys.push(match constant::of_tree(index).ok()? {
                Value::String(name) => Key::Name(name),
                Value::Number(n) => Key::Index(n.as_usize()? as u64),
                _ => return None,
            });
        }
        _ => return None,
    }
    Some(())
}
