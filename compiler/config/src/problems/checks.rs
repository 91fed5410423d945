//! Problems of `check` blocks.

use diagnostics::{Problem, Span};

pub(crate) fn no_assertion(span: Span) -> Problem {
    Problem::error("LF0170", "a `check` without an `assert`")
        .at(span, "nothing is checked here")
        .help("write `assert { condition = … error_message = … }` in it")
}

pub(crate) fn second_data(second: Span, first: Span) -> Problem {
    Problem::error("LF0170", "a `check` has one data source of its own at most")
        .at(second, "one too many")
        .and(first, "the first stands here")
        .help("write a `check` of its own for each, or put the `data` block outside of the check")
}

pub(crate) fn no_meta(name: &str, span: Span) -> Problem {
    Problem::error("LF0170", format!("`{name}` has no meaning in a check's own data source"))
        .at(span, "not here")
        .help("there is one of it, read for this check alone; put the `data` block outside of the check for more")
}

pub(crate) fn scoped(address: &str, check: &str, span: Span) -> Problem {
    Problem::error(
        "LF0171",
        format!("`{address}` is seen only inside of the check `{check}`"),
    )
    .at(span, "not seen here")
    .help("put the `data` block outside of the check, so that all of the module sees it")
}
