//! Problems of `import` blocks.

use super::hint_or_all;
use diagnostics::{Problem, Span};

pub(crate) fn no_target(span: Span) -> Problem {
    Problem::error(
        "LF0173",
        "`to` of an import names no instance of a resource",
    )
    .at(span, "no address")
    .help(
        "write the address of one: `to = ssh_file.x`, `to = ssh_file.x[each.key]`, \
             `to = module.m.ssh_file.x`",
    )
}

pub(crate) fn data_target(span: Span) -> Problem {
    Problem::error("LF0173", "a data source is read, not imported")
        .at(span, "not managed")
        .help("name a resource, or remove the block")
}

pub(crate) fn no_block<'a>(
    address: &str,
    name: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let declare = format!("write the block of `{address}`, as what is imported ought to be");
    let help = hint_or_all(name, known, "there are").unwrap_or(declare);
    Problem::error("LF0174", format!("nothing is declared at `{address}`"))
        .at(span, "imported to here")
        .help(help)
}

pub(crate) fn other_provider(given: &str, used: &str, span: Span) -> Problem {
    Problem::error(
        "LF0175",
        format!("the import goes through `{given}`, its resource through `{used}`"),
    )
    .at(span, "another configuration")
    .help("leave `provider` out: the resource's own counts")
}
