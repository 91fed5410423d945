//! Problems of names and references.

use super::{hint, hint_or_all};
use crate::declared::{Declared, Instances};
use crate::schemas::Schemas;
use diagnostics::{Problem, Span};
use model::{CallName, Mode};
use std::sync::Arc;
use syntax::tree::Ident;

/// What a traversal may begin with, beside a resource's type.
const ROOTS: [&str; 12] = [
    "ephemeral",
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
        Mode::Data | Mode::Ephemeral => format!("{}{ty}.{name}", mode.prefix()),
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

pub(crate) fn unknown_call<'a>(
    kind: &str,
    label: &str,
    span: Span,
    known: impl Iterator<Item = &'a str>,
) -> Problem {
    let call = CallName::of(kind, label);
    let declare = format!("call it: `{kind} {label:?} {{ … }}`");
    Problem::error("LF0121", format!("there is no `{call}`"))
        .at(span, "not declared in this module")
        .help(hint(label, known).unwrap_or(declare))
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
        Mode::Data | Mode::Ephemeral => Mode::Managed,
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
        Mode::Ephemeral => "ephemeral resource",
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
    Problem::error("LF0122", format!("`{call}` has no output `{}`", name.text))
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

/// `here` is what stands around: one of its own instances may be meant.
pub(crate) fn instance_missing(
    address: &str,
    instances: Instances,
    here: Instances,
    name: &Ident,
) -> Problem {
    let (meta, all) = match instances {
        Instances::ForEach => ("for_each", format!("values({address})")),
        _ => ("count", address.to_string()),
    };
    let key = match (instances, here) {
        (Instances::ForEach, Instances::ForEach) => "each.key",
        (Instances::ForEach, _) => "\"KEY\"",
        (_, Instances::Count) => "count.index",
        _ => "0",
    };
    let of = &name.text;
    Problem::error("LF0126", format!("`{address}` has instances: say of which"))
        .at(name.span, format!("it has `{meta}`"))
        .help(format!(
            "of one: `{address}[{key}].{of}`; of all: `{all}[*].{of}`"
        ))
}
