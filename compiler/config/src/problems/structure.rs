//! Problems of blocks, arguments and labels.

use super::{hint, hint_or_all, list};
use diagnostics::{Problem, Span};
use syntax::tree::Block;

/// The blocks that stand at the top of a file.
pub(crate) const TOP_LEVEL: [&str; 15] = [
    "project",
    "environment",
    "variable",
    "locals",
    "output",
    "provider",
    "resource",
    "data",
    "module",
    "kind",
    "moved",
    "removed",
    "check",
    "import",
    "ephemeral",
];

pub(crate) fn unknown_block<'k>(
    name: &str,
    span: Span,
    known: impl Iterator<Item = &'k str>,
) -> Problem {
    let habit = match name {
        "terraform" => Some(
            "providers are built in, and where the state is kept is said by \
             `project \"name\" { store = \"…\" }`: remove the block",
        ),
        "backend" => Some("say where the state is kept by `project \"name\" { store = \"…\" }`"),
        "provisioner" | "connection" => {
            Some("run commands with a resource of type `ssh_command`, whose `host` says where")
        }
        "var" => Some("a variable is declared by `variable \"name\" {}`"),
        "local" => Some("locals are declared by `locals { name = value }`"),
        _ => None,
    };
    let help = habit
        .map(String::from)
        .or_else(|| hint(name, known))
        .or_else(|| hint_or_all(name, TOP_LEVEL, "there are"));
    Problem::error("LF0110", format!("there is no block `{name}`"))
        .at(span, "unknown block")
        .maybe_help(help)
}

pub(crate) fn stray_argument(name: &str, span: Span) -> Problem {
    Problem::error("LF0111", format!("`{name}` stands outside of any block"))
        .at(span, "only blocks stand at the top of a file")
        .help(format!(
            "for a value of one's own write `locals {{ {name} = … }}`; values of variables go to \
             `inputs` of an environment or to a file given with `--var-file`"
        ))
}

pub(crate) fn labels(block: &Block, names: &[&str]) -> Problem {
    let kind = &block.kind.text;
    let usage: String = names.iter().map(|n| format!(" \"{n}\"")).collect();
    let (span, label) = match block.labels.get(names.len()) {
        Some(surplus) => (surplus.span, "one label too many"),
        None if names.is_empty() => (block.header, "takes no label"),
        None => (block.header, "a label is missing"),
    };
    Problem::error("LF0112", format!("`{kind}` takes {}", count(names.len())))
        .at(span, label)
        .help(format!("write `{kind}{usage} {{ … }}`"))
}

fn count(labels: usize) -> &'static str {
    match labels {
        0 => "no label",
        1 => "one label",
        _ => "two labels",
    }
}

pub(crate) fn no_identifier(text: &str, span: Span) -> Problem {
    Problem::error("LF0112", format!("`{text}` is no name")).at(
        span,
        "a name begins with a letter or `_` and goes on with letters, digits, `_` and `-`",
    )
}

pub(crate) fn unknown_argument<'a>(
    what: &str,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let help = habit(what, name)
        .map(String::from)
        .or_else(|| hint_or_all(name, known, "it takes"));
    Problem::error("LF0113", format!("{what} has no argument `{name}`"))
        .at(span, "unknown argument")
        .maybe_help(help)
}

/// What people write who come from another tool.
fn habit(what: &str, name: &str) -> Option<&'static str> {
    Some(match (what, name) {
        (_, "provisioner" | "connection") => {
            "run commands with a resource of type `ssh_command`, whose `host` says where"
        }
        (provider, "version") if provider.starts_with("the provider ") => {
            "providers are built in: there are no versions to choose"
        }
        (kind, "provider" | "providers") if kind.starts_with("the kind ") => {
            "what a kind is served on is its `target`, such as `target = sandbox`"
        }
        ("a module call", "version") => {
            "a module is a directory of this project: it has no version"
        }
        _ => return None,
    })
}

pub(crate) fn missing(what: &str, names: &[&str], span: Span) -> Problem {
    let (noun, verb) = if names.len() == 1 {
        ("argument", "is")
    } else {
        ("arguments", "are")
    };
    let example: Vec<String> = names.iter().map(|n| format!("`{n} = …`")).collect();
    Problem::error(
        "LF0114",
        format!("{what} lacks {}", list(names.iter().copied())),
    )
    .at(
        span,
        format!("the {noun} {} {verb} required", list(names.iter().copied())),
    )
    .help(format!("add {}", example.join(", ")))
}

pub(crate) fn computed(what: &str, name: &str, span: Span) -> Problem {
    Problem::error("LF0115", format!("`{name}` of {what} cannot be set"))
        .at(span, "the provider alone decides it")
        .help("remove the line; read the value elsewhere by its address")
}

pub(crate) fn declared_twice(what: &str, second: Span, first: Span) -> Problem {
    Problem::error("LF0116", format!("{what} is declared twice"))
        .at(second, "declared again")
        .and(first, "declared first")
        .help("remove one of them, or give it another name")
}

pub(crate) fn block_twice(name: &str, second: Span, first: Span) -> Problem {
    Problem::error("LF0117", format!("`{name}` stands here at most once"))
        .at(second, "once more")
        .and(first, "first")
}

pub(crate) fn is_block(name: &str, span: Span) -> Problem {
    Problem::error("LF0118", format!("`{name}` is a block"))
        .at(span, "set like an argument")
        .help(format!("write `{name} {{ … }}`, without `=`"))
}

pub(crate) fn is_argument(name: &str, span: Span) -> Problem {
    Problem::error("LF0118", format!("`{name}` is an argument"))
        .at(span, "written like a block")
        .help(format!("write `{name} = …`"))
}

pub(crate) fn too_few_blocks(what: &str, name: &str, least: usize, span: Span) -> Problem {
    let message = match least {
        1 => format!("{what} lacks a block `{name}`"),
        n => format!("{what} needs at least {n} blocks `{name}`"),
    };
    Problem::error("LF0119", message)
        .at(span, "missing here")
        .help(format!("add `{name} {{ … }}`"))
}

pub(crate) fn too_many_blocks(what: &str, name: &str, most: usize, span: Span) -> Problem {
    Problem::error(
        "LF0119",
        format!("{what} takes at most {most} blocks `{name}`"),
    )
    .at(span, "one too many")
}

pub(crate) fn root_only(kind: &str, span: Span) -> Problem {
    Problem::error(
        "LF0138",
        format!("`{kind}` stands only in the project's root"),
    )
    .at(span, "in a module")
    .help("move it to a file in the project's own directory")
}

pub(crate) fn count_and_for_each(count: Span, for_each: Span) -> Problem {
    Problem::error("LF0139", "`count` and `for_each` exclude each other")
        .at(for_each, "second")
        .and(count, "first")
        .help("keep `for_each` where instances have names, `count` where they are alike")
}

pub(crate) fn rollout_without_instances(span: Span) -> Problem {
    Problem::error("LF0139", "`rollout` needs instances")
        .at(span, "there is neither `count` nor `for_each`")
        .help("add `count` or `for_each`, or remove the block")
}

pub(crate) fn reserved(what: &str, name: &str, span: Span) -> Problem {
    Problem::error("LF0120", format!("{what} cannot be named `{name}`"))
        .at(
            span,
            "the language means something else by this word in a module's call",
        )
        .help("give it another name")
}

pub(crate) fn dynamic_content(span: Span, there: usize) -> Problem {
    let label = if there == 0 {
        "it has no block `content`"
    } else {
        "one `content` too many"
    };
    Problem::error("LF0119", "`dynamic` has one block `content`")
        .at(span, label)
        .help("write `dynamic \"name\" { for_each = …  content { … } }`")
}

pub(crate) fn unknown_nested<'a>(
    what: &str,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    Problem::error("LF0113", format!("{what} has no block `{name}`"))
        .at(span, "unknown block")
        .maybe_help(
            habit(what, name)
                .map(String::from)
                .or_else(|| hint_or_all(name, known, "it has")),
        )
}

pub(crate) fn only_managed(name: &str, span: Span) -> Problem {
    Problem::error(
        "LF0113",
        format!("`{name}` has no meaning in a data source"),
    )
    .at(span, "nothing is made or destroyed here")
}

pub(crate) fn unknown_gate<'a>(
    ty: &str,
    gate: &str,
    span: Span,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Problem {
    let help = match known.clone().next() {
        None => Some(format!("`{ty}` has no checks to wait for: remove the line")),
        Some(_) => hint(gate, known.clone()).or_else(|| Some(format!("it has {}", list(known)))),
    };
    Problem::error("LF0135", format!("`{ty}` has no check `{gate}`"))
        .at(span, "a rollout waits for a check that the type has")
        .maybe_help(help)
}

pub(crate) fn ephemeral_output(span: Span) -> Problem {
    Problem::error("LF0176", "an output of the root can't be ephemeral")
        .at(span, "recorded, since it stands in the root")
        .help("only a called module hands on what is never recorded; to show a secret write `sensitive = true`")
}
