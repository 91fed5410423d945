//! What names a provider configuration: `ssh`, `ssh.eu`.

use crate::shape::is_identifier;
use crate::{ProviderName, constant};
use std::sync::Arc;
use syntax::tree::{Expr, ExprKind};

impl ProviderName {
    /// The configuration without alias.
    pub(crate) fn plain(name: &str) -> ProviderName {
        ProviderName {
            name: name.into(),
            alias: None,
        }
    }
}

impl std::fmt::Display for ProviderName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.alias
            .as_ref()
            .map_or(Ok(()), |alias| write!(f, ".{alias}"))
    }
}

/// `ssh` or `ssh.eu`
pub(crate) fn provider_name(expr: &Expr) -> Option<ProviderName> {
    match &expr.kind {
        ExprKind::Name(name) => Some(ProviderName {
            name: name.text.clone(),
            alias: None,
        }),
        ExprKind::Attribute(source, alias) => match &source.kind {
            ExprKind::Name(name) => Some(ProviderName {
                name: name.text.clone(),
                alias: Some(alias.text.clone()),
            }),
            _ => None,
        },
        ExprKind::Index(source, _) => provider_name(source).filter(|name| name.alias.is_some()),
        _ => None,
    }
}

/// The key of `ssh.by_site[each.key]`.
pub(crate) fn configuration_key(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Index(_, key) => Some(key),
        _ => None,
    }
}

/// Likewise where it is an object's key, where it may stand between quotes, too.
pub(crate) fn provider_key(expr: &Expr) -> Option<ProviderName> {
    if let ExprKind::Parentheses(inner) = &expr.kind {
        return provider_name(inner);
    }
    let Some(text) = constant::text(expr) else {
        return provider_name(expr);
    };
    let (name, alias) = match text.split_once('.') {
        Some((name, alias)) => (name, Some(alias)),
        None => (&*text, None),
    };
    let fine = is_identifier(name) && alias.is_none_or(is_identifier);
    fine.then(|| ProviderName {
        name: name.into(),
        alias: alias.map(Arc::from),
    })
}
