//! The first attribute behind a resource or a module call: whether there is such.

use super::Resolver;
use crate::declared::Instances;
use crate::problems::names;
use eval::{Expr, ExprKind, Reference};
use model::{BlockSchema, CallName};
use syntax::tree::{self, ExprKind as Tree, Ident};

impl Resolver<'_> {
    /// The attribute that is taken of one instance, where it is taken directly.
    pub(super) fn member<'t>(
        &mut self,
        address: &str,
        instances: Instances,
        rest: &[&'t tree::Expr],
    ) -> Option<&'t Ident> {
        self.member_lazily(|| address.to_string(), instances, rest)
    }

    /// Likewise; the address is made only where it is needed.
    pub(super) fn member_lazily<'t>(
        &mut self,
        address: impl FnOnce() -> String,
        instances: Instances,
        rest: &[&'t tree::Expr],
    ) -> Option<&'t Ident> {
        let kind = |i: usize| rest.get(i).map(|s| &s.kind);
        match (instances, kind(0)) {
            (Instances::One, Some(Tree::Attribute(_, name))) => Some(name),
            (Instances::One, Some(Tree::Index(_, index))) => {
                let key = crate::constant::text(index);
                let problem = names::no_instances(&address(), key.as_deref(), index.span);
                self.problems.push(problem);
                None
            }
            (_, Some(Tree::Attribute(_, name))) => {
                let here = self.place.instances;
                let problem = names::instance_missing(&address(), instances, here, name);
                self.problems.push(problem);
                None
            }
            (_, Some(Tree::Index(..))) => match kind(1) {
                Some(Tree::Attribute(_, name)) => Some(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reports an attribute that a resource's schema does not have.
    pub(super) fn check_attribute(&mut self, address: &str, schema: &BlockSchema, name: &Ident) {
        let there = schema.attribute(&name.text).is_some() || schema.block(&name.text).is_some();
        if !there {
            self.problems
                .push(names::unknown_attribute(address, name, schema.names()));
        }
    }

    /// Reports an output that the called module does not have.
    pub(super) fn check_output(&mut self, call: &CallName, name: &Ident) {
        let module = self.here.calls.get(call).and_then(|call| call.module);
        let Some(module) = module.map(|index| &self.known.modules[index]) else {
            return;
        };
        if !module.outputs.contains_key(&name.text) && !module.may_be_declared(&name.text) {
            let outputs = module.outputs.keys().map(|n| &**n);
            self.problems
                .push(names::unknown_output(&call.to_string(), name, outputs));
        }
    }

    /// Likewise for what is taken of each item of a splat.
    pub(super) fn check_member_of_each(&mut self, source: &Expr, name: &Ident) {
        match &source.kind {
            ExprKind::Reference(Reference::Resource(mode, ty, resource)) => {
                if let Some(schema) = self.known.schemas.body(*mode, ty) {
                    self.check_attribute(&names::resource(*mode, ty, resource), schema, name);
                }
            }
            ExprKind::Reference(Reference::Module(call)) => self.check_output(call, name),
            _ => {}
        }
    }
}
