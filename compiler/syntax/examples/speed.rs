//! Measures the parser and the formatter:
//! `cargo run --release -p landfall-syntax --example speed`.
#![allow(clippy::print_stdout)]

use diagnostics::FileId;
use landfall_syntax::{format, parse};
use std::time::{Duration, Instant};

fn main() {
    println!("what                                   MB   parse MB/s  format MB/s");
    let blocks = blocks(10_000);
    let kilobyte = "    key = \"a value of some length, with ${local.one} in it\"\n".repeat(14);
    let config = |i| {
        format!(
            "resource \"terraform_data\" \"item_{i}\" {{\n  # why\n  input = {{\n{kilobyte}  }}\n}}\n\n"
        )
    };
    let typical: String = (0..10_000).map(config).collect();
    let keys: String = (0..40_000).map(|i| format!("  key_{i} = {i}\n")).collect();
    let badly_laid_out: String = blocks
        .lines()
        .map(|line| format!("{}\n", line.trim().replace(" = ", "=")))
        .collect();
    measure("10000 blocks of a kilobyte", &typical);
    measure("10000 blocks", &blocks);
    measure("10000 blocks, badly laid out", &badly_laid_out);
    measure("100000 blocks", &blocks.repeat(10));
    measure("an object of 40000 keys", &format!("a = {{\n{keys}}}\n"));
    measure("a block of 40000 attributes", &format!("a {{\n{keys}}}\n"));
    measure(
        "one line",
        &format!("a = [{}]\n", "\"item\", ".repeat(130_000)),
    );
    measure(
        "one line of one string",
        &format!("a = \"{}\"\n", "${b} ".repeat(200_000)),
    );
    measure(
        "40000 heredocs",
        &"a {\n  b = <<E\nx ${c}\nE\n}\n".repeat(40_000),
    );
    measure("100000 comments", &"a { b = 1 } # ü\n".repeat(100_000));
    measure(
        "10000 blocks, the first unclosed",
        &format!("x {{\n{blocks}"),
    );
    measure("40000 lines, each broken", &"a = = 1\n".repeat(40_000));
}

fn blocks(many: usize) -> String {
    let block = |i| {
        format!(
            "resource \"terraform_data\" \"item_{i}\" {{\n  # the {i}th of them\n  input = {{\n    \
             name  = \"item-${{local.prefix}}-{i}\"\n    size  = {i} * 2 + length(var.names)\n    \
             ports = [80, 443, {i}]\n  }}\n  depends_on = [terraform_data.root]\n}}\n\n"
        )
    };
    (0..many).map(block).collect()
}

fn measure(what: &str, text: &str) {
    let size = text.len() as f64 / 1e6;
    let parsed = size / best(|| drop(parse(FileId(0), text)));
    // What is wrong is not formatted.
    let formatted = match format(FileId(0), text) {
        Ok(_) => format!("{:.0}", size / best(|| drop(format(FileId(0), text)))),
        Err(_) => "-".into(),
    };
    println!("{what:<34} {size:>6.1} {parsed:>12.0} {formatted:>12}");
}

/// Seconds that the fastest of some runs took.
fn best(run: impl Fn()) -> f64 {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        run();
        best = best.min(begun.elapsed());
    }
    best.as_secs_f64()
}
