//! `moved { from = … to = … }` and `removed { from = … }`

use super::address::moved_address;
use crate::problems::addresses;
use crate::resolve::Resolver;
use crate::shape::{self, Shape, attribute};
use crate::{Module, Moved, MovedAddress, Removed, constant};
use diagnostics::Span;
use model::{Address, CallName, Mode};
use syntax::tree::Block;

const MOVED: Shape = Shape {
    required: &["from", "to"],
    ..Shape::new("`moved`", &[])
};
const REMOVED: Shape = Shape {
    required: &["from"],
    once: &["lifecycle"],
    ..Shape::new("`removed`", &[])
};
const LIFECYCLE: Shape = Shape {
    required: &["destroy"],
    ..Shape::new("`lifecycle`", &[])
};

pub(super) fn read_moved(block: &Block, module: &mut Module, r: &mut Resolver) {
    check(&MOVED, block, r);
    let (from, to) = (address(block, "from", r), address(block, "to", r));
    let (Some((from, from_span)), Some((to, to_span))) = (from, to) else {
        return;
    };
    let same_kind = matches!(
        (&from, &to),
        (MovedAddress::Resource(_), MovedAddress::Resource(_))
            | (MovedAddress::Module(_), MovedAddress::Module(_))
    );
    if !same_kind {
        return r.problems.push(addresses::moved_kinds(from_span, to_span));
    }
    if from == to {
        return r.problems.push(addresses::moved_nowhere(block.header));
    }
    if let Some(first) = module.moved.iter().find(|m| m.from == from) {
        return r
            .problems
            .push(addresses::moved_twice(block.header, first.span));
    }
    if let Some(first) = module.moved.iter().find(|m| m.to == to) {
        return r
            .problems
            .push(addresses::moved_to_one(block.header, first.span));
    }
    if let Some(first) = leads_back(&from, &to, &module.moved) {
        return r
            .problems
            .push(addresses::moved_in_a_circle(block.header, first));
    }
    // Of one block, a single object that becomes an instance: the block stays where it is.
    if let Some(declared) = declared(&from, r).filter(|_| !of_one_block(&from, &to)) {
        r.problems
            .push(addresses::still_there("moves away", from_span, declared));
    }
    module.moved.push(Moved {
        from,
        to,
        span: block.header,
    });
}

/// The move that leads from `to`, perhaps over others, to where `from` begins.
fn leads_back(from: &MovedAddress, to: &MovedAddress, moved: &[Moved]) -> Option<Span> {
    let mut at = to;
    let mut first = None;
    for _ in 0..moved.len() {
        let next = moved.iter().find(|m| m.from == *at)?;
        let first = *first.get_or_insert(next.span);
        if next.to == *from {
            return Some(first);
        }
        at = &next.to;
    }
    None
}

pub(super) fn read_removed(block: &Block, module: &mut Module, r: &mut Resolver) {
    check(&REMOVED, block, r);
    let mut destroy = true;
    if let Some(lifecycle) = shape::blocks(&block.body, "lifecycle").next() {
        check(&LIFECYCLE, lifecycle, r);
        destroy = shape::flag(&lifecycle.body, "destroy", true, r.problems);
    }
    let Some((from, span)) = address(block, "from", r) else {
        return;
    };
    if let Some(declared) = declared(&from, r) {
        r.problems
            .push(addresses::still_there("is removed", span, declared));
    }
    module.removed.push(Removed {
        from,
        destroy,
        span: block.header,
    });
}

fn check(shape: &Shape, block: &Block, r: &mut Resolver) {
    shape.check(block, r.here.broken_inside(block.body.span), r.problems);
    if !block.labels.is_empty() {
        shape::labels(block, [], r.problems);
    }
}

fn address(block: &Block, name: &str, r: &mut Resolver) -> Option<(MovedAddress, Span)> {
    let value = &attribute(&block.body, name)?.value;
    if constant::is_broken(value) {
        return None;
    }
    let address = moved_address(value, &r.known.kinds).map(|a| of_a_kind_that_was(a, r));
    if address.is_none() {
        r.problems.push(addresses::no_address(value.span));
    }
    Some((address?, value.span))
}

/// What would be a resource of a type that nobody knows was the call of a kind that is gone.
fn of_a_kind_that_was(address: MovedAddress, r: &Resolver) -> MovedAddress {
    match address {
        MovedAddress::Resource(Address { resource, key })
            if r.known.schemas.body(Mode::Managed, &resource.ty).is_none() =>
        {
            let call = CallName::of(resource.ty, resource.name);
            MovedAddress::Module(resource.module.child(call, key))
        }
        known => known,
    }
}

fn of_one_block(from: &MovedAddress, to: &MovedAddress) -> bool {
    match (from, to) {
        (MovedAddress::Resource(from), MovedAddress::Resource(to)) => from.resource == to.resource,
        (MovedAddress::Module(from), MovedAddress::Module(to)) => {
            let names = |path: &model::ModulePath| -> Vec<_> {
                path.0.iter().map(|step| step.call.clone()).collect()
            };
            names(from) == names(to)
        }
        _ => false,
    }
}

/// Where the block stands that has exactly this address.
fn declared(address: &MovedAddress, r: &Resolver) -> Option<Span> {
    match address {
        MovedAddress::Resource(a) if a.resource.module.is_root() && a.key.is_none() => {
            let key = (
                Mode::Managed,
                a.resource.ty.clone(),
                a.resource.name.clone(),
            );
            r.here.resources.get(&key).map(|resource| resource.span)
        }
        MovedAddress::Module(path) => match &path.0[..] {
            [call] if call.key.is_none() => r.here.calls.get(&call.call).map(|call| call.span),
            _ => None,
        },
        MovedAddress::Resource(_) => None,
    }
}
