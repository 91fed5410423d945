//! Expressions that are read as addresses and paths, and never evaluated.

use crate::MovedAddress;
use crate::constant;
use model::{Address, AttrPath, CallName, Key, Mode, ModulePath, PathStep, ResourceAddress, Value};
use std::sync::Arc;
use syntax::tree::{Expr, ExprKind, Ident};

/// A name, and the key in brackets behind it.
type Segment = (Arc<str>, Option<Key>);

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

/// `ssh_file.x`, `module.m["a"].ssh_file.x[0]`, `module.m`
pub(super) fn moved_address(expr: &Expr) -> Option<MovedAddress> {
    let mut segments = Vec::new();
    gather(expr, &mut segments)?;
    let mut rest = segments.as_slice();
    let mut module = ModulePath::root();
    while let [(word, None), (name, key), behind @ ..] = rest
        && &**word == "module"
    {
        module = module.child(CallName::module(name.clone()), key.clone());
        rest = behind;
    }
    match rest {
        [] => Some(MovedAddress::Module(module)),
        [(ty, None), (name, key)] => {
            let (mode, ty, name) = (Mode::Managed, ty.clone(), name.clone());
            let resource = ResourceAddress {
                module,
                mode,
                ty,
                name,
            };
            Some(MovedAddress::Resource(Address {
                resource,
                key: key.clone(),
            }))
        }
        _ => None,
    }
}

fn gather(expr: &Expr, segments: &mut Vec<Segment>) -> Option<()> {
    match &expr.kind {
        ExprKind::Name(name) => segments.push((name.text.clone(), None)),
        ExprKind::Attribute(source, name) => {
            gather(source, segments)?;
            segments.push((name.text.clone(), None));
        }
        ExprKind::Index(source, index) => {
            gather(source, segments)?;
            let (_, key @ None) = segments.last_mut()? else {
                return None;
            };
            *key = Some(match constant::of_tree(index).ok()? {
                Value::String(name) => Key::Name(name),
                Value::Number(n) => Key::Index(n.as_usize()? as u64),
                _ => return None,
            });
        }
        _ => return None,
    }
    Some(())
}
