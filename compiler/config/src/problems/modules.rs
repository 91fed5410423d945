//! Problems of files, directories, and the calls of modules.

use super::{hint_or_all, list};
use crate::ProviderName;
use crate::discover::WrongSource;
use diagnostics::{Problem, Span};

pub(crate) fn unreadable_directory(path: &str, why: &str, source: Option<Span>) -> Problem {
    let message = format!("cannot read the directory {}: {why}", show(path));
    located(Problem::error("LF0101", message), source)
}

pub(crate) fn unreadable_file(path: &str, why: &str) -> Problem {
    Problem::error("LF0101", format!("cannot read {path}: {why}"))
}

pub(crate) fn nothing_there(path: &str, foreign: bool, source: Option<Span>) -> Problem {
    let message = format!("there is no configuration in {}", show(path));
    let help = match foreign {
        true => "files are named `*.hcl`: rename those that end in `.tf`",
        false => "write the first file, such as `main.hcl`, or name the directory with `-C DIR`",
    };
    located(Problem::error("LF0102", message).help(help), source)
}

fn located(problem: Problem, source: Option<Span>) -> Problem {
    match source {
        Some(span) => problem.at(span, "called here"),
        None => problem,
    }
}

pub(crate) fn show(path: &str) -> String {
    if path.is_empty() {
        "this directory".into()
    } else {
        format!("`{path}`")
    }
}

pub(crate) fn source_not_literal(span: Span) -> Problem {
    Problem::error("LF0103", "`source` is a plain string")
        .at(span, "known only when the configuration is evaluated")
        .help("write the directory's path, such as \"./modules/web\"")
}

pub(crate) fn source(text: &str, wrong: WrongSource, span: Span) -> Problem {
    let problem = Problem::error(
        "LF0103",
        format!("`{text}` is no directory of this project"),
    );
    match wrong {
        WrongSource::NotRelative => problem
            .at(span, "expected a path that begins with `./` or `../`")
            .help("modules are not downloaded: copy it into the project and write \"./modules/…\""),
        WrongSource::Outside => problem
            .at(span, "leads out of the project's root")
            .help("move the module below the project's root, or run in a directory above both"),
    }
}

pub(crate) fn cycle(round: &[String], span: Span) -> Problem {
    let mut names = round.to_vec();
    names.extend(round.first().cloned());
    Problem::error("LF0104", "a module calls itself")
        .at(span, "this call closes the circle")
        .detail(names.join(" calls "))
        .help("take what both need into a module of its own")
}

pub(crate) fn unknown_input<'a>(
    module: &str,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let known: Vec<&str> = known.into_iter().collect();
    let help = match known.is_empty() {
        true => Some(format!("`{module}` declares no variables")),
        false => hint_or_all(name, known, "its variables are"),
    };
    Problem::error(
        "LF0105",
        format!("the module `{module}` has no variable `{name}`"),
    )
    .at(span, "nothing takes this value")
    .maybe_help(help)
}

pub(crate) fn missing_inputs(module: &str, names: &[(&str, Span)], call: Span) -> Problem {
    let all = list(names.iter().map(|(name, _)| *name));
    let example: Vec<String> = names
        .iter()
        .map(|(name, _)| format!("`{name} = …`"))
        .collect();
    let problem = Problem::error("LF0106", format!("the module `{module}` needs {all}"))
        .at(call, "not given here")
        .help(format!("add {}", example.join(", ")));
    names.iter().take(4).fold(problem, |problem, (_, span)| {
        problem.and(*span, "declared without default")
    })
}

pub(crate) fn providers_form(span: Span) -> Problem {
    Problem::error(
        "LF0107",
        "`providers` maps the module's providers to those of this module",
    )
    .at(
        span,
        "expected such as `{ ssh = ssh.eu }` or `{ \"ssh.far\" = ssh.eu }`",
    )
}

pub(crate) fn provider_not_passed(
    module: &str,
    needed: &ProviderName,
    call: Span,
    used: Span,
) -> Problem {
    Problem::error(
        "LF0108",
        format!("the module `{module}` needs the provider configuration `{needed}`"),
    )
    .at(call, "not given here")
    .and(used, "used here")
    .help(format!(
        "add `providers = {{ \"{needed}\" = {}.… }}`",
        needed.name
    ))
}
