//! Problems of what names a block or an attribute and is not evaluated.

use diagnostics::{Problem, Span};

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

pub(crate) fn moved_to_one(second: Span, first: Span) -> Problem {
    Problem::error("LF0129", "two things move to one address")
        .at(second, "moves there too")
        .and(first, "moves there first")
        .help("an address holds one object: leave out the block of what never was there")
}

pub(crate) fn moved_in_a_circle(second: Span, first: Span) -> Problem {
    Problem::error("LF0129", "what is moved comes back to where it was")
        .at(second, "closes the circle")
        .and(first, "moves on from there")
        .help(
            "to exchange two objects move one of them out of the way first, in an apply of its own",
        )
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
