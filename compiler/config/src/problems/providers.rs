//! Problems of provider configurations that there are several of.

use crate::ProviderName;
use diagnostics::{Problem, Span};

pub(crate) fn no_alias(provider: &str, span: Span) -> Problem {
    Problem::error("LF0177", "a provider with `for_each` needs an `alias`")
        .at(span, "which of these would be the usual one?")
        .help(format!(
            "write `alias = \"by_key\"`, and name one of them by `{provider}.by_key[each.key]`"
        ))
}

pub(crate) fn key_missing(name: &ProviderName, span: Span) -> Problem {
    Problem::error(
        "LF0177",
        format!("there are several configurations `{name}`"),
    )
    .at(span, "a key is missing")
    .help(format!("say which one: `{name}[each.key]`"))
}

pub(crate) fn no_keys(name: &ProviderName, span: Span) -> Problem {
    Problem::error(
        "LF0177",
        format!("there is one configuration `{name}`, without keys"),
    )
    .at(span, "no key belongs here")
    .help(format!(
        "write `{name}` alone, or give its block a `for_each`"
    ))
}

pub(crate) fn no_key_here(span: Span) -> Problem {
    Problem::error("LF0177", "a configuration with a key can't stand here")
        .at(span, "one alone is meant")
        .help("name a configuration without `for_each`")
}
