//! Problems of kinds and their calls.

use super::{hint, hint_or_all, list};
use diagnostics::{Problem, Span};
use std::sync::Arc;
use syntax::tree::Ident;

pub(crate) fn not_a_module(path: &str, named: Span) -> Problem {
    Problem::error("LF0150", format!("`{path}` is part of a kind"))
        .at(named, "used as something else here")
        .help("call the kind itself, by its name; what serves its calls is nobody else's")
}

pub(crate) fn unknown_kind<'k>(name: &Ident, known: impl Iterator<Item = &'k str>) -> Problem {
    Problem::error("LF0151", format!("there is no kind `{}`", name.text))
        .at(name.span, "unknown kind")
        .help(
            hint_or_all(&name.text, known, "there are").unwrap_or_else(|| {
                format!("write its interface in `kinds/{}/kind.hcl`", name.text)
            }),
        )
}

pub(crate) fn type_circle(way: &[Arc<str>], again: &Ident) -> Problem {
    let first = way.iter().position(|k| *k == again.text).unwrap_or(0);
    let mut round: Vec<String> = way[first..].iter().map(|k| format!("`{k}`")).collect();
    round.push(format!("`{}`", again.text));
    Problem::error("LF0152", "the types of kinds make a circle")
        .at(again.span, "closes the circle")
        .detail(round.join(" gives out "))
        .help("let one of them give out what is needed of the other instead: its address, its id")
}

pub(crate) fn outside(span: Span) -> Problem {
    Problem::error("LF0153", "`kind` stands in a kind's own directory")
        .at(span, "not here")
        .help("write it to `kinds/NAME/kind.hcl`, where NAME is the kind's name")
}

pub(crate) fn only_interface(block: &str, span: Span) -> Problem {
    Problem::error(
        "LF0153",
        format!("`{block}` does not belong in the interface of a kind"),
    )
    .at(span, "there are `kind`, `variable` and `output` here")
    .help("write it into the directories of the implementations")
}

pub(crate) fn own_variable(span: Span) -> Problem {
    Problem::error("LF0153", "an implementation has the variables of its kind")
        .at(span, "declared in an implementation")
        .help("declare it in `kind.hcl`, or make it one of `locals`")
}

pub(crate) fn named_otherwise(written: &str, directory: &str, span: Span) -> Problem {
    Problem::error(
        "LF0154",
        format!("a kind is called as its directory is: `{directory}`"),
    )
    .at(span, format!("called `{written}` here"))
    .help(format!(
        "write `kind \"{directory}\"`, or rename the directory"
    ))
}

pub(crate) fn no_kind_block(directory: &str, span: Option<Span>) -> Problem {
    let problem = Problem::error(
        "LF0154",
        format!("the interface in `{directory}` lacks `kind`"),
    )
    .help("write `kind \"NAME\" { doc = \"…\"  implementation \"NAME\" {} }`");
    match span {
        Some(span) => problem.at(span, "declared here, of no kind"),
        None => problem,
    }
}

pub(crate) fn no_implementation(span: Span) -> Problem {
    Problem::error("LF0154", "nothing implements this kind")
        .at(span, "no `implementation` in it")
        .help("write `implementation \"NAME\" { when = … }`, and its resources into the directory NAME")
}

pub(crate) fn no_directory<'d>(
    path: &str,
    name: &str,
    named: Span,
    there: impl Iterator<Item = &'d str>,
) -> Problem {
    let write = format!("write what it makes into `{path}/main.hcl`");
    Problem::error("LF0101", format!("there is no directory `{path}`"))
        .at(named, "implemented there")
        .help(hint(name, there).unwrap_or(write))
}

pub(crate) fn not_named(directory: &str, name: &str, kind: Span) -> Problem {
    Problem::warning("LF0155", format!("nothing uses `{directory}`"))
        .at(kind, "does not name it")
        .help(format!(
            "write `implementation \"{name}\" {{ when = … }}` where it is to serve, or take the \
             directory away"
        ))
}

pub(crate) fn never_asked(span: Span, always: Span) -> Problem {
    Problem::warning("LF0155", "this implementation never serves")
        .at(span, "never asked")
        .and(always, "without `when`, this one always serves")
        .help("give the first one a `when`, or write it last")
}

pub(crate) fn output_missing(directory: &str, name: &str, declared: Span) -> Problem {
    Problem::error("LF0156", format!("`{directory}` lacks the output `{name}`"))
        .at(declared, "every implementation gives it out")
        .help(format!("write `output \"{name}\" {{ value = … }}` there"))
}

pub(crate) fn output_unknown<'k>(
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'k str>,
) -> Problem {
    Problem::error("LF0156", format!("the kind does not give out `{name}`"))
        .at(span, "not in its interface")
        .help(
            hint_or_all(name, known, "it gives out")
                .unwrap_or_else(|| "declare it in `kind.hcl`, with its type".into()),
        )
}

pub(crate) fn output_untyped(name: &str, span: Span) -> Problem {
    Problem::error(
        "LF0156",
        format!("the output `{name}` of a kind has no type"),
    )
    .at(span, "lacks `type`")
    .help("write `type = string`, or what it is: all implementations give out the same")
}

pub(crate) fn output_valued(name: &str, span: Span) -> Problem {
    Problem::error(
        "LF0156",
        format!("the output `{name}` has no value in the interface"),
    )
    .at(span, "what it is, the implementations say")
    .help("move the value to their `main.hcl`, and leave `type` here")
}

pub(crate) fn typed_output(span: Span) -> Problem {
    Problem::error(
        "LF0156",
        "the type of an output is declared by a kind's interface",
    )
    .at(span, "not here")
    .help("remove the line")
}

pub(crate) fn label(kind: &str, span: Span) -> Problem {
    Problem::error(
        "LF0112",
        format!("a call of the kind `{kind}` has one label"),
    )
    .at(span, "not one")
    .help(format!("write `{kind} \"name\" {{ … }}`"))
}

pub(crate) fn missing_inputs(kind: &str, names: &[(&str, Span)], call: Span) -> Problem {
    let all = list(names.iter().map(|(name, _)| *name));
    let example: Vec<String> = names
        .iter()
        .map(|(name, _)| format!("`{name} = …`"))
        .collect();
    let problem = Problem::error("LF0106", format!("the kind `{kind}` needs {all}"))
        .at(call, "not given here")
        .help(format!("add {}", example.join(", ")));
    names.iter().take(4).fold(problem, |problem, (_, span)| {
        problem.and(*span, "declared without default")
    })
}

pub(crate) fn given_twice(name: &str, argument: Span, block: Span) -> Problem {
    Problem::error("LF0117", format!("`{name}` is given twice"))
        .at(block, "as a block")
        .and(argument, "as an argument")
        .help("keep one of them")
}

pub(crate) fn word_taken(name: &str, span: Span) -> Problem {
    Problem::error("LF0120", format!("a kind cannot be named `{name}`"))
        .at(span, "the language means something else by this word")
        .help("give it another name")
}
