//! `provider "name" { … }`, and what names one.

use crate::problems::types;
use crate::provider_name::provider_name;
use crate::resolve::{Meta, Resolver};
use crate::shape;
use crate::{Module, ProviderConfig, ProviderName, constant};
use syntax::tree::{Block, Expr};

const META: Meta = Meta {
    arguments: &["alias"],
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
    let body = r.body(&block.body, block.header, schema, &what, &META);
    let key = ProviderName {
        name: name.clone(),
        alias,
    };
    module.providers.entry(key).or_insert(ProviderConfig {
        body,
        span: block.header,
    });
}

/// The provider configuration that an expression names, where it is known in this module.
pub(super) fn named(expr: &Expr, r: &mut Resolver) -> Option<ProviderName> {
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
