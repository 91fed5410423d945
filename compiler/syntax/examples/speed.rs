//! Measures the parser: `cargo run --release -p landfall-syntax --example speed`.
#![allow(clippy::print_stdout)]

use diagnostics::FileId;
use std::time::{Duration, Instant};

fn main() {
    let blocks: String = (0..10_000)
        .map(|i| {
            format!(
                "resource \"terraform_data\" \"item_{i}\" {{\n  # the {i}th of them\n  input = {{\n    \
                 name  = \"item-${{local.prefix}}-{i}\"\n    size  = {i} * 2 + length(var.names)\n    \
                 ports = [80, 443, {i}]\n  }}\n  depends_on = [terraform_data.root]\n}}\n\n"
            )
        })
        .collect();
    let keys: String = (0..40_000).map(|i| format!("  key_{i} = {i}\n")).collect();
    measure("10000 blocks", &blocks);
    measure("an object of 40000 keys", &format!("a = {{\n{keys}}}\n"));
    measure("a block of 40000 attributes", &format!("a {{\n{keys}}}\n"));
    measure(
        "10000 blocks, the first unclosed",
        &format!("x {{\n{blocks}"),
    );
    measure("40000 lines, each broken", &"a = = 1\n".repeat(40_000));
}

fn measure(what: &str, text: &str) {
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..5 {
        let begun = Instant::now();
        let (file, problems) = landfall_syntax::parse(FileId(0), text);
        best = best.min(begun.elapsed());
        found = problems.len();
        drop(file);
    }
    let size = text.len() as f64 / 1e6;
    let rate = size / best.as_secs_f64();
    println!("{what}: {size:.1} MB in {best:.1?} ({rate:.0} MB/s), {found} problems");
}
