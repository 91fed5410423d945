//! Problems of names and references.

use super::{hint, hint_or_all, list};
use crate::ProviderName;
use crate::declared::{Declared, Instances};
use crate::schemas::Schemas;
use diagnostics::{Problem, Span};
use model::Mode;
use std::sync::Arc;
use syntax::tree::Ident;

/// What a traversal may begin with, beside a resource's type.
const ROOTS: [&str; 11] = [
    "var",
    "local",
    "module",
    "data",
    "each",
    "count",
    "self",
    "path",
    "terraform",
    "environment",
    "project",
];

/// `ssh_file.x`, `data.ssh_facts.h`
pub(crate) fn resource(mode: Mode, ty: &str, name: &str) -> String {
    match mode {
        Mode::Managed => format!("{ty}.{name}"),
        Mode::Data => format!("data.{ty}.{name}"),
    }
}

pub(crate) fn unknown<'a>(
    what: &str,
    root: &str,
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'a Arc<str>>,
) -> Problem {
    let declare = match root {
        "var" => format!("declare it: `variable \"{name}\" {{ … }}`"),
        "local" => format!("declare it: `locals {{ {name} = … }}`"),
        _ => format!("declare it: `module \"{name}\" {{ source = … }}`"),
    };
    Problem::error("LF0121", format!("there is no {what} `{name}`"))
        .at(span, "not declared in this module")
        .help(hint(name, known.map(|n| &**n)).unwrap_or(declare))
}

pub(crate) fn unknown_resource(
    mode: Mode,
    ty: &Ident,
    name: &Ident,
    start: Span,
    here: &Declared,
) -> Problem {
    let of_type = here
        .resources
        .keys()
        .filter(|(m, t, _)| *m == mode && *t == ty.text);
    let of_type: Vec<&str> = of_type.map(|(_, _, n)| &**n).collect();
    let other = match mode {
        Mode::Managed => Mode::Data,
        Mode::Data => Mode::Managed,
    };
    let elsewhere = (other, ty.text.clone(), name.text.clone());
    let help = if here.resources.contains_key(&elsewhere) {
        Some(format!(
            "did you mean `{}`?",
            resource(other, &ty.text, &name.text)
        ))
    } else {
        let of_name = here
            .resources
            .keys()
            .filter(|(m, _, n)| *m == mode && *n == name.text);
        hint(&name.text, of_type.iter().copied())
            .or_else(|| {
                hint(&ty.text, of_name.map(|(_, t, _)| &**t))
                    .map(|hint| hint.replacen("did you mean `", "did you mean the type `", 1))
            })
            .or_else(|| hint_or_all(&name.text, of_type, "of this type there are"))
    };
    let what = match mode {
        Mode::Managed => "resource",
        Mode::Data => "data source",
    };
    let address = resource(mode, &ty.text, &name.text);
    Problem::error("LF0121", format!("there is no {what} `{address}`"))
        .at(start.to(name.span), "not declared in this module")
        .maybe_help(help)
}

pub(crate) fn unknown_root(name: &Ident, here: &Declared, schemas: &Schemas) -> Problem {
    let text = &*name.text;
    let own = if here.variables.contains_key(text) {
        Some(format!("did you mean the variable `var.{text}`?"))
    } else if here.locals.contains_key(text) {
        Some(format!("did you mean the local value `local.{text}`?"))
    } else {
        None
    };
    let habit = match text {
        "locals" => Some("did you mean `local`?".to_string()),
        "variable" | "variables" | "vars" => Some("did you mean `var`?".to_string()),
        "string" | "number" | "bool" => Some(format!("write \"{text}\" for the word itself")),
        _ => None,
    };
    let roots = || ROOTS.into_iter().chain(schemas.types(Mode::Managed));
    let quoted = || format!("for the word itself write \"{text}\" in quotes");
    let help = own
        .or(habit)
        .or_else(|| hint(text, roots()))
        .unwrap_or_else(quoted);
    Problem::error("LF0121", format!("there is nothing named `{text}`"))
        .at(name.span, "unknown name")
        .help(help)
}

pub(crate) fn unknown_attribute<'a>(
    address: &str,
    name: &Ident,
    known: impl Iterator<Item = &'a str>,
) -> Problem {
    Problem::error(
        "LF0122",
        format!("`{address}` has no attribute `{}`", name.text),
    )
    .at(name.span, "unknown attribute")
    .maybe_help(hint_or_all(&name.text, known, "it has"))
}

pub(crate) fn unknown_output<'a>(
    call: &str,
    name: &Ident,
    known: impl Iterator<Item = &'a str>,
) -> Problem {
    let known: Vec<&str> = known.collect();
    let help = match known.is_empty() {
        true => Some("the module declares no outputs".to_string()),
        false => hint_or_all(&name.text, known, "its outputs are"),
    };
    Problem::error(
        "LF0122",
        format!("`module.{call}` has no output `{}`", name.text),
    )
    .at(name.span, "unknown output")
    .maybe_help(help)
}

pub(crate) fn unknown_word(root: &str, word: &str, words: &[&str], span: Span) -> Problem {
    Problem::error("LF0122", format!("`{root}` has no attribute `{word}`"))
        .at(span, "unknown attribute")
        .maybe_help(hint_or_all(word, words.iter().copied(), "it has"))
}

pub(crate) fn incomplete(root: &str, usage: &str, span: Span) -> Problem {
    Problem::error("LF0127", format!("`{root}` alone is no value"))
        .at(span, format!("expected `{usage}`"))
}

pub(crate) fn each_outside(part: &str, instances: Instances, span: Span) -> Problem {
    let help = match instances {
        Instances::Count => "the block has `count`: its instances have `count.index`",
        _ => "`each` stands in a block that has `for_each`",
    };
    Problem::error("LF0123", format!("there is no `each.{part}` here"))
        .at(span, "the block has no `for_each`")
        .help(help)
}

pub(crate) fn count_outside(instances: Instances, span: Span) -> Problem {
    let help = match instances {
        Instances::ForEach => "the block has `for_each`: its instances have `each.key`",
        _ => "`count.index` stands in a block that has `count`",
    };
    Problem::error("LF0123", "there is no `count.index` here")
        .at(span, "the block has no `count`")
        .help(help)
}

pub(crate) fn self_outside(span: Span) -> Problem {
    Problem::error("LF0123", "there is no `self` here")
        .at(span, "known only in a `postcondition`")
        .help("elsewhere, name the resource: `TYPE.NAME.attribute`")
}

pub(crate) fn own(address: &str, span: Span) -> Problem {
    Problem::error("LF0123", format!("`{address}` refers to itself"))
        .at(span, "known only when all that stands here is known")
        .help("a value that both need goes to `locals`; in a `postcondition` write `self`")
}

pub(crate) fn no_instances(address: &str, key: Option<&str>, span: Span) -> Problem {
    let help = match key {
        Some(key) if crate::shape::is_identifier(key) => {
            format!("for its attribute write `{address}.{key}`")
        }
        _ => format!("write `{address}` without the brackets"),
    };
    Problem::error("LF0126", format!("`{address}` is one, without instances"))
        .at(span, "it has neither `count` nor `for_each`")
        .help(help)
}

pub(crate) fn instance_missing(address: &str, instances: Instances, name: &Ident) -> Problem {
    let (meta, key, of_all) = match instances {
        Instances::ForEach => (
            "for_each",
            "[each.key]",
            format!("values({address})[*].{}", name.text),
        ),
        _ => (
            "count",
            "[count.index]",
            format!("{address}[*].{}", name.text),
        ),
    };
    Problem::error("LF0126", format!("`{address}` has instances: say of which"))
        .at(name.span, format!("it has `{meta}`"))
        .help(format!(
            "of one: `{address}{key}.{}`; of all: `{of_all}`",
            name.text
        ))
}

pub(crate) fn unknown_type(mode: Mode, ty: &str, span: Span, schemas: &Schemas) -> Problem {
    let (what, other, block) = match mode {
        Mode::Managed => ("resource type", Mode::Data, "data"),
        Mode::Data => ("data source", Mode::Managed, "resource"),
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

pub(crate) fn no_dependency(span: Span) -> Problem {
    Problem::error(
        "LF0128",
        "`depends_on` takes whole resources and module calls",
    )
    .at(
        span,
        "expected such as `ssh_file.config` or `module.network`",
    )
    .help("write the name of the block, without quotes and without an attribute behind it")
}

pub(crate) fn no_list(name: &str, span: Span) -> Problem {
    Problem::error("LF0128", format!("`{name}` takes a list"))
        .at(span, "expected `[ … ]`")
        .help("write the brackets even around one")
}

pub(crate) fn no_path(span: Span) -> Problem {
    Problem::error("LF0128", "this names no attribute")
        .at(
            span,
            "expected such as `content`, `tags[\"name\"]`, or `all` alone",
        )
        .help("write the attribute's name without quotes")
}

pub(crate) fn no_trigger(span: Span) -> Problem {
    Problem::error(
        "LF0128",
        "`replace_triggered_by` takes resources and their attributes",
    )
    .at(
        span,
        "expected such as `ssh_file.config` or `ssh_file.config.content`",
    )
}

pub(crate) fn no_address(span: Span) -> Problem {
    Problem::error("LF0129", "this is no address").at(
        span,
        "expected `TYPE.NAME`, `module.NAME`, or one of these with `[KEY]`",
    )
}

pub(crate) fn moved_kinds(from: Span, to: Span) -> Problem {
    Problem::error(
        "LF0129",
        "a resource moves to a resource, a module call to a module call",
    )
    .at(to, "of another kind")
    .and(from, "than this")
}

pub(crate) fn moved_nowhere(span: Span) -> Problem {
    Problem::error("LF0129", "`from` and `to` are the same").at(span, "nothing moves")
}

pub(crate) fn moved_twice(second: Span, first: Span) -> Problem {
    Problem::error("LF0129", "this moves twice")
        .at(second, "moved again")
        .and(first, "moved first")
}

pub(crate) fn still_there(word: &str, from: Span, declared: Span) -> Problem {
    Problem::error("LF0129", format!("what {word} is still declared"))
        .at(from, "names a block of this module")
        .and(declared, "this one")
        .help("remove or rename that block, or remove this one")
}

pub(crate) fn no_iterator(span: Span) -> Problem {
    Problem::error("LF0128", "`iterator` is a name")
        .at(span, "expected such as `rule`, without quotes")
}

pub(crate) fn no_label(span: Span) -> Problem {
    Problem::error("LF0128", "`labels` takes one label").at(span, "expected such as `[rule.key]`")
}
