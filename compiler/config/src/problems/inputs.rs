//! Problems of environments and of values from outside.

use super::{hint, hint_or_all, list};
use diagnostics::{Problem, Span};

pub(crate) fn unknown_input<'a>(
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    Problem::error("LF0140", format!("there is no variable `{name}`"))
        .at(span, "nothing takes this value")
        .maybe_help(hint_or_all(name, known, "the variables are"))
}

pub(crate) fn unused_in_file(name: &str, span: Span, close: Option<String>) -> Problem {
    Problem::warning("LF0141", format!("no variable `{name}` takes this value"))
        .at(span, "not declared in the project's root")
        .maybe_help(close)
}

pub(crate) fn unknown_var<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Problem {
    let help = hint_or_all(name, known, "the variables are")
        .unwrap_or_else(|| "this project declares no variables".into());
    Problem::error(
        "LF0140",
        format!("`--var {name}=…`: there is no variable `{name}`"),
    )
    .help(help)
}

pub(crate) fn missing(names: &[(&str, Span)]) -> Problem {
    let all = list(names.iter().map(|(name, _)| *name));
    let (noun, first) = match names {
        [(name, _)] => ("variable", *name),
        _ => ("variables", names.first().map_or("name", |(name, _)| *name)),
    };
    let problem = Problem::error("LF0142", format!("no value for the {noun} {all}"));
    let problem =
        names
            .iter()
            .take(8)
            .enumerate()
            .fold(problem, |problem, (i, (_, span))| match i {
                0 => problem.at(*span, "required: it has no default"),
                _ => problem.and(*span, "and here"),
            });
    problem.help(format!(
        "pass `--var {first}=…` or `--var-file FILE`, set LANDFALL_VAR_{first}, write it into the \
         environment's `inputs`, or give the variable a `default`"
    ))
}

pub(crate) fn wrong_value(name: &str, origin: &str, why: &str, span: Span) -> Problem {
    Problem::error(
        "LF0143",
        format!("{origin}: the value of `{name}` is wrong"),
    )
    .at(span, why)
}

pub(crate) fn unreadable_var_file(path: &str, why: &str) -> Problem {
    Problem::error(
        "LF0144",
        format!("`--var-file {path}`: cannot read it: {why}"),
    )
}

pub(crate) fn block_in_var_file(name: &str, span: Span) -> Problem {
    Problem::error("LF0144", format!("a block `{name}` in a file of values"))
        .at(span, "only `name = value` stands here")
}

pub(crate) fn unknown_environment<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let known: Vec<&str> = known.into_iter().collect();
    let help = match known.is_empty() {
        true => format!(
            "this project has the environment `default` alone; for another, write \
             `environment \"{name}\" {{ … }}`"
        ),
        false => hint(name, known.iter().copied())
            .unwrap_or_else(|| format!("there are {}", list(known.iter().copied()))),
    };
    Problem::error("LF0145", format!("there is no environment `{name}`")).help(help)
}

pub(crate) fn choose_environment<'a>(known: impl IntoIterator<Item = &'a str>) -> Problem {
    let known: Vec<&str> = known.into_iter().collect();
    let first = known.first().copied().unwrap_or("production");
    Problem::error(
        "LF0145",
        format!(
            "which environment? There are {}",
            list(known.iter().copied())
        ),
    )
    .help(format!("name one, as in `landfall plan {first}`"))
}

pub(crate) fn unreadable_secret(span: Span) -> Problem {
    Problem::error("LF0143", "the value of a sensitive variable cannot be read")
        .at(span, "a mistake here, or just before")
        .help("what stands there is not shown; look for a missing quote, bracket or newline")
}
