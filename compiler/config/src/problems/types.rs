//! Problems of resource types and providers.

use super::{hint, hint_or_all, list};
use crate::ProviderName;
use crate::declared::Declared;
use crate::schemas::Schemas;
use diagnostics::{Problem, Span};
use model::Mode;

pub(crate) fn unknown_type(mode: Mode, ty: &str, span: Span, schemas: &Schemas) -> Problem {
    let (what, other, block) = match mode {
        Mode::Managed => ("resource type", Mode::Data, "data"),
        Mode::Data => ("data source", Mode::Managed, "resource"),
        Mode::Ephemeral => ("ephemeral resource", Mode::Managed, "resource"),
    };
    let help = if let Some(habit) = habit(mode, ty) {
        Some(habit.to_string())
    } else if schemas.provider_of(other, ty).is_some() {
        Some(format!("it is another kind of block: `{block} \"{ty}\"`"))
    } else {
        hint(ty, schemas.types(mode)).or_else(|| of_provider(mode, ty, schemas))
    };
    Problem::error("LF0124", format!("there is no {what} `{ty}`"))
        .at(span, "no provider has it")
        .maybe_help(help)
}

/// What people write who come from another tool.
fn habit(mode: Mode, ty: &str) -> Option<&'static str> {
    Some(match (mode, ty) {
        (Mode::Managed, "null_resource") => {
            "write `terraform_data`, with `triggers_replace` for `triggers`"
        }
        (Mode::Managed, "local_file" | "local_sensitive_file") => {
            "write `ssh_file` with `host = { address = \"localhost\", transport = \"local\" }`"
        }
        (Mode::Data, "terraform_remote_state") => {
            "outputs of another environment are read by `data \"landfall_outputs\"`"
        }
        (Mode::Data, "template_file") => "call `templatefile(path, vars)` or `render(path, vars)`",
        (Mode::Data, "local_file") => "call `file(path)`",
        _ => return None,
    })
}

/// All types that begin like this one.
fn of_provider(mode: Mode, ty: &str, schemas: &Schemas) -> Option<String> {
    let prefix = ty.split('_').next()?;
    let mut alike: Vec<&str> = schemas
        .types(mode)
        .filter(|t| t.split('_').next() == Some(prefix))
        .collect();
    alike.sort_unstable();
    match alike.is_empty() {
        true => {
            let providers = list(schemas.providers());
            Some(format!("the providers are {providers}"))
        }
        false => Some(format!("there are {}", list(alike.into_iter().take(20)))),
    }
}

pub(crate) fn unknown_provider(name: &str, span: Span, schemas: &Schemas) -> Problem {
    Problem::error("LF0125", format!("there is no provider `{name}`"))
        .at(span, "unknown provider")
        .maybe_help(hint_or_all(name, schemas.providers(), "there are"))
}

pub(crate) fn provider_form(span: Span) -> Problem {
    Problem::error("LF0125", "this names no provider configuration")
        .at(span, "expected such as `ssh` or `ssh.eu`")
        .help("write the provider's name, a dot and the `alias`, without quotes")
}

pub(crate) fn foreign_provider(ty: &str, owner: &str, given: &ProviderName, span: Span) -> Problem {
    Problem::error(
        "LF0125",
        format!(
            "`{ty}` is of the provider `{owner}`, not of `{}`",
            given.name
        ),
    )
    .at(span, "another provider")
    .help(format!("write `{owner}` or `{owner}.ALIAS`"))
}

pub(crate) fn unknown_configuration(given: &ProviderName, span: Span, here: &Declared) -> Problem {
    let of_name = here.providers.keys().filter(|p| p.name == given.name);
    let aliases: Vec<&str> = of_name.filter_map(|p| p.alias.as_deref()).collect();
    let alias = given.alias.as_deref().unwrap_or_default();
    let declare = format!(
        "declare it: `provider \"{}\" {{ alias = \"{alias}\" … }}`",
        given.name
    );
    Problem::error(
        "LF0125",
        format!("there is no provider configuration `{given}`"),
    )
    .at(span, "not declared in this module")
    .help(hint(alias, aliases).unwrap_or(declare))
}
