//! Any text is read as a file, as an expression and as a template; every problem has a place in it.
#![no_main]

use diagnostics::{FileId, Problem};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = FileId(0);
    let (tree, problems) = syntax::parse(file, text);
    assert!(tree.body.span.end as usize <= text.len());
    within(text, &problems);
    if let Err(problems) = syntax::parse_expr(file, text) {
        within(text, &problems);
    }
    if let Err(problems) = syntax::parse_template(file, text) {
        within(text, &problems);
    }
});

fn within(text: &str, problems: &[Problem]) {
    for problem in problems {
        let place = problem.primary().expect("a problem of syntax has a place");
        let (start, end) = (place.start as usize, place.end as usize);
        assert!(start <= end && end <= text.len() + 1, "{problem:?}");
        assert!(text.is_char_boundary(start), "{problem:?}");
    }
}
