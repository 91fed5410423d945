//! How long each phase takes on the shapes that grow: load, plan from nothing, apply, plan with
//! nothing changed. Prints a table; `cargo bench -p landfall-tests --bench phases -- [SHAPE [N…]]`.

use landfall_tests::Lab;
use std::fmt::Write;
use std::time::Instant;

const LAYER: usize = 100;

fn flat(n: usize) -> String {
    let mut text = String::new();
    for i in 0..n {
        block(&mut text, i, "");
    }
    text
}

fn layered(n: usize) -> String {
    let mut text = String::new();
    let mut seed = 42u64;
    for i in 0..n {
        let mut extra = String::new();
        if i >= LAYER {
            for k in 0..3 {
                seed = seed
                    .wrapping_mul(6364136223846793005)
                    .wrapping_add(1442695040888963407);
                let upstream = (i / LAYER - 1) * LAYER + (seed >> 33) as usize % LAYER;
                let _ = writeln!(
                    extra,
                    "    dep{k} = terraform_data.r{upstream:06}.output.name"
                );
            }
        }
        block(&mut text, i, &extra);
    }
    text
}

fn block(text: &mut String, i: usize, extra: &str) {
    let _ = write!(
        text,
        "resource \"terraform_data\" \"r{i:06}\" {{\n  input = {{\n    name    = \"res-{i:06}\"\n    \
         index   = {i}\n    region  = \"eu-west-1\"\n    size    = \"small\"\n    enabled = true\n    \
         rev     = 1\n{extra}  }}\n}}\n\n"
    );
}

fn count(n: usize) -> String {
    format!(
        "resource \"terraform_data\" \"r\" {{\n  count = {n}\n  input = {{\n    name = \
         format(\"res-%06d\", count.index)\n    index = count.index\n    enabled = count.index % 2 \
         == 1\n  }}\n}}\n"
    )
}

fn chain(n: usize) -> String {
    let mut text = String::new();
    for i in 0..n {
        let extra = match i {
            0 => String::new(),
            _ => format!("    dep = terraform_data.r{:06}.output.name\n", i - 1),
        };
        block(&mut text, i, &extra);
    }
    text
}

fn shape(name: &str, n: usize) -> String {
    match name {
        "layered" => layered(n),
        "count" => count(n),
        "chain" => chain(n),
        _ => flat(n),
    }
}

async fn measure(name: &str, n: usize) {
    let mut lab = Lab::new(&shape(name, n));
    let begun = Instant::now();
    let (loaded, problems) = lab.load();
    assert!(loaded.is_some(), "{problems:?}");
    let load = begun.elapsed();
    let begun = Instant::now();
    let plan = lab.plan().await;
    assert!(!plan.has_errors(), "{:?}", plan.problems);
    let empty = begun.elapsed();
    let begun = Instant::now();
    let report = lab.apply_plan(&plan.plan).await;
    assert!(report.is_complete());
    let apply = begun.elapsed();
    drop(report);
    let begun = Instant::now();
    let plan = lab.plan().await;
    assert!(plan.plan.is_empty());
    let unchanged = begun.elapsed();
    println!(
        "{name:<8} {n:>7} {:>9.1} {:>9.1} {:>9.1} {:>9.1}",
        load.as_secs_f64() * 1e3,
        empty.as_secs_f64() * 1e3,
        apply.as_secs_f64() * 1e3,
        unchanged.as_secs_f64() * 1e3
    );
}

#[tokio::main]
async fn main() {
    let mut arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    let shapes = match arguments.is_empty() {
        true => vec![
            "flat".into(),
            "layered".into(),
            "count".into(),
            "chain".into(),
        ],
        false => vec![arguments.remove(0)],
    };
    let sizes: Vec<usize> = match arguments.is_empty() {
        true => vec![1000, 10_000],
        false => arguments.iter().filter_map(|a| a.parse().ok()).collect(),
    };
    println!("shape          n   load ms  plan* ms  apply ms   plan ms   (plan*: load included)");
    for name in &shapes {
        for n in &sizes {
            measure(name, *n).await;
        }
    }
}
