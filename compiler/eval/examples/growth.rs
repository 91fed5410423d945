//! Measures the evaluator: `cargo run --release -p landfall-eval --example growth`.
#![allow(clippy::print_stdout, clippy::result_large_err, clippy::unwrap_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use diagnostics::FileId;
use landfall_eval::{World, evaluate};
use std::time::Instant;

const ROUNDS: u32 = 100_000;

fn main() {
    measure("a literal object", "{ a = 1, b = \"x\", c = [1, 2] }");
    measure(
        "an object with a template",
        "{ name = \"item-${plain}-${1 + 2}\", size = 3 * 4 }",
    );
    measure("an attribute of an attribute", "{ a = { b = plain } }.a.b");
    measure("a conditional", "plain == \"text\" ? 1 : 2");
    measure("a call", "upper(join(\"-\", [\"a\", plain]))");
    measure("a for", "[for x in [1, 2, 3] : x * 2 if x > 1]");
    measure("a text with a secret", "\"a${password}b\"");
}

fn measure(what: &str, text: &str) {
    let expr = support::lower(&syntax::parse_expr(FileId(0), text).unwrap(), &[]);
    let (variables, files, key) = (
        support::usual(true),
        support::Files::default(),
        support::key(),
    );
    let world = World {
        sources: &files,
        functions: &files,
        fingerprints: &key,
        planned_at: "",
    };
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        evaluate(&expr, &variables, &world).unwrap();
    }
    println!("{what}: {:.0?} each", begun.elapsed() / ROUNDS);
}
