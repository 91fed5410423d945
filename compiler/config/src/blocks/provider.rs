//! `provider "name" { … }`, and what names one.

use super::meta;
use crate::problems::{providers, types};
use crate::provider_name::{configuration_key, provider_name};
use crate::resolve::{Meta, Resolver};
use crate::shape::{self, attribute};
use crate::{Module, ProviderConfig, ProviderName, constant};
use std::sync::Arc;
use syntax::tree::{Block, Expr};

const META: Meta = Meta {
    arguments: &["alias", "for_each"],
    blocks: &[],
};

pub(super) fn read(block: &Block, module: &mut Module, r: &mut Resolver) {
    let Some([name]) = shape::labels(block, ["NAME"], r.problems) else {
        return;
    };
    let alias = shape::text(&block.body, "alias", r.problems);
    let known = r.known;
    let Some(schema) = known.schemas.config(name) else {
        let span = block.labels[0].span;
        let problem = types::unknown_provider(name, span, &known.schemas);
        r.problems.once(format!("provider {name}"), problem);
        return r.unknown_body(&block.body, &META);
    };
    let what = format!("the provider `{name}`");
    let for_each = attribute(&block.body, "for_each");
    if let (Some(for_each), None) = (for_each, &alias) {
        r.problems
            .push(providers::no_alias(name, for_each.name.span));
    }
    let for_each = for_each.map(|a| r.expr(&a.value));
    let place = meta::place(&block.body);
    let body = r.at(place, |r| {
        r.body(&block.body, block.header, schema, &what, &META)
    });
    let key = ProviderName {
        name: name.clone(),
        alias,
    };
    let config = || {
        Arc::new(ProviderConfig {
            for_each,
            body,
            span: block.header,
        })
    };
    module.providers.entry(key).or_insert_with(config);
}

/// The provider configuration that an expression names, where one alone can be meant.
pub(super) fn named(expr: &Expr, r: &mut Resolver) -> Option<ProviderName> {
    let (name, key) = named_by_key(expr, r)?;
    if let Some(key) = key {
        r.problems.push(providers::no_key_here(key.span));
    }
    Some(name)
}

/// The provider configuration that an expression names, where it is known in this module; with
/// the key in brackets, where there are several of it.
pub(super) fn named_by_key(
    expr: &Expr,
    r: &mut Resolver,
) -> Option<(ProviderName, Option<eval::Expr>)> {
    let name = configuration(expr, r)?;
    let key = configuration_key(expr).map(|key| r.expr(key));
    if r.here.providers.contains_key(&name) {
        match (r.here.keyed.contains(&name), &key) {
            (true, None) => r.problems.push(providers::key_missing(&name, expr.span)),
            (false, Some(key)) => r.problems.push(providers::no_keys(&name, key.span)),
            _ => {}
        }
    }
    Some((name, key))
}

fn configuration(expr: &Expr, r: &mut Resolver) -> Option<ProviderName> {
    if constant::is_broken(expr) {
        return None;
    }
    let Some(name) = provider_name(expr) else {
        r.problems.push(types::provider_form(expr.span));
        return None;
    };
    if r.known.schemas.config(&name.name).is_none() {
        let problem = types::unknown_provider(&name.name, expr.span, &r.known.schemas);
        r.problems.once(format!("provider {}", name.name), problem);
        return None;
    }
    // What a module that is called does not declare, its callers give it.
    let in_root = r.here.directory.is_empty();
    let declared = name.alias.is_none() || r.here.providers.contains_key(&name) || !in_root;
    let alias = name.alias.as_deref().unwrap_or_default();
    if !declared && !r.here.may_be_declared(alias) {
        let problem = types::unknown_configuration(&name, expr.span, r.here);
        r.problems.once(format!("configuration {name}"), problem);
    }
    Some(name)
}
