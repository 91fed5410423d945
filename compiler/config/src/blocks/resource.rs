//! `resource "type" "name" { … }` and `data "type" "name" { … }`

use super::{lifecycle, meta, provider, rollout};
use crate::problems::types;
use crate::resolve::{Meta, Place, Resolver};
use crate::shape::{self, attribute};
use crate::{Module, ProviderName, Resource, ResourceKey};
use diagnostics::Span;
use eval::{Expr, ExprKind};
use model::{BlockSchema, Mode};
use std::sync::Arc;
use syntax::tree::{Block, Body};

const MANAGED: Meta = Meta {
    arguments: &["count", "for_each", "provider", "depends_on"],
    blocks: &["lifecycle", "timeouts", "rollout"],
};
const DATA: Meta = Meta {
    blocks: &["lifecycle", "timeouts"],
    ..MANAGED
};

pub(super) fn read(mode: Mode, block: &Block, module: &mut Module, r: &mut Resolver) {
    if let Some((key, resource)) = one(mode, block, r) {
        module
            .resources
            .entry(key)
            .or_insert_with(|| Arc::new(resource));
    }
}

/// The block, where its labels say what it is.
pub(super) fn one(mode: Mode, block: &Block, r: &mut Resolver) -> Option<(ResourceKey, Resource)> {
    let labels = shape::labels(block, ["TYPE", "NAME"], r.problems);
    let Some([ty, name]) = labels else {
        r.unknown_body(&block.body, &MANAGED);
        return None;
    };
    let known = r.known;
    let schema = known.schemas.body(mode, ty);
    if schema.is_none() {
        let problem = types::unknown_type(mode, ty, block.labels[0].span, &known.schemas);
        r.problems.once(format!("{mode:?} {ty}"), problem);
    }
    let repeat = meta::repeat(&block.body, r);
    let around = r.place.clone();
    r.place = Place {
        check: around.check.clone(),
        ..meta::place(&block.body)
    };
    r.place.own = Some((mode, ty.clone(), name.clone()));
    let (provider, provider_key) = provider_of(mode, ty, &block.body, r);
    let resource = Resource {
        mode,
        ty: ty.clone(),
        name: name.clone(),
        repeat,
        provider,
        provider_key,
        depends_on: meta::depends_on(&block.body, r),
        lifecycle: lifecycle::read(&block.body, mode, ty, schema, r),
        body: body(mode, ty, block, schema, r),
        timeouts: meta::timeouts(&block.body, r),
        rollout: match mode {
            Mode::Managed => rollout::read(&block.body, Some((ty, known.schemas.gates(ty))), r),
            Mode::Data | Mode::Ephemeral => None,
        },
        span: block.header,
    };
    r.place = around;
    Some(((mode, ty.clone(), name.clone()), resource))
}

fn body(
    mode: Mode,
    ty: &str,
    block: &Block,
    schema: Option<&BlockSchema>,
    r: &mut Resolver,
) -> Expr {
    let meta = if mode == Mode::Managed {
        &MANAGED
    } else {
        &DATA
    };
    match schema {
        Some(schema) => r.body(&block.body, block.header, schema, &format!("`{ty}`"), meta),
        None => {
            r.unknown_body(&block.body, meta);
            empty(block.header)
        }
    }
}

fn empty(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Object(Vec::new()),
        span,
    }
}

/// The provider that has the type, in the configuration that the block asks for.
fn provider_of(
    mode: Mode,
    ty: &Arc<str>,
    body: &Body,
    r: &mut Resolver,
) -> (ProviderName, Option<Expr>) {
    let owner = r.known.schemas.provider_of(mode, ty);
    let given = attribute(body, "provider");
    let named = given.and_then(|a| provider::named_by_key(&a.value, r));
    let (named, key) = named.map_or((None, None), |(name, key)| (Some(name), key));
    if let (Some(named), Some(given), Some(owner)) = (&named, given, owner)
        && *named.name != *owner
    {
        r.problems
            .push(types::foreign_provider(ty, owner, named, given.value.span));
    }
    let usual = || ProviderName::plain(owner.unwrap_or_default());
    (named.unwrap_or_else(usual), key)
}
