//! How long a large project takes to be compiled: anew, and again after an edit of one file of a
//! hundred; and the memory that took. Prints a table; `cargo bench -p landfall-tests --bench compile`.

use config::{MemoryFiles, Request};
use driver::{Cache, Inputs, Providers, load_again};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

const FILES: usize = 100;
const BLOCKS: usize = 100;
const RUNS: usize = 9;

/// The block with this number: a variable, locals made of it, an output, and resources that refer
/// to them and to each other; a kilobyte each.
fn block(i: usize) -> String {
    let first = i / BLOCKS * BLOCKS;
    let mut text = match i % 10 {
        0 => format!(
            "variable \"v_{i}\" {{\n  type    = object({{ name = string, ports = list(number), tags \
             = map(string) }})\n  default = {{\n    name  = \"n-{i}\"\n    ports = [80, 443, \
             {i}]\n    tags  = {{ A = \"b\", C = \"d\" }}\n  }}\n}}\n"
        ),
        1 => format!(
            "locals {{\n  l_{i} = [for x in var.v_{v}.ports : x * 2 if x > 3]\n  m_{i} = {{ for k, v \
             in var.v_{v}.tags : upper(k) => \"${{v}}-{i}\" }}\n}}\n",
            v = i - 1
        ),
        2 => format!(
            "output \"o_{i}\" {{\n  value = merge(local.m_{l}, {{ extra = join(\",\", local.l_{l}) \
             }})\n}}\n",
            l = i - 1
        ),
        kind => {
            let mut text = format!(
                "resource \"terraform_data\" \"item_{i}\" {{\n  # the {i}th of them\n  input = {{\n    \
                 name  = \"item-${{local.m_{m}[\"A\"]}}-{i}\"\n    size  = {i} * 2 + \
                 length(var.v_{first}.ports)\n    text  = <<-EOT\n      server {{\n        listen \
                 {i};\n        server_name ${{var.v_{first}.name}}.example.org;\n      }}\n    EOT\n",
                m = first + 1
            );
            for key in 0.. {
                if text.len() > 950 {
                    break;
                }
                let _ = writeln!(
                    text,
                    "    key_{key} = \"a value of some length, number {key}\""
                );
            }
            text.push_str("  }\n");
            if kind > 3 {
                let _ = writeln!(text, "  depends_on = [terraform_data.item_{}]", i - 1);
            }
            text + "}\n"
        }
    };
    while text.len() < 1000 {
        text.push_str("# a comment that says at some length why this is as it is\n");
    }
    text + "\n"
}

fn file(index: usize) -> String {
    let blocks = index * BLOCKS..(index + 1) * BLOCKS;
    blocks.map(block).collect()
}

struct Bench {
    files: Vec<Arc<str>>,
    providers: Providers,
    cache: Cache,
}

impl Bench {
    /// How many milliseconds a load takes with what the one before left, or with nothing.
    fn load(&mut self, again: bool) -> f64 {
        if !again {
            self.cache = Cache::new();
        }
        let names = (0..).map(|i| format!("f{i:03}.hcl"));
        let files = names
            .zip(&self.files)
            .fold(MemoryFiles::new(), |all, (name, text)| {
                all.with(name, text.clone())
            });
        let begun = Instant::now();
        let inputs = Inputs {
            files: &files,
            providers: &self.providers,
            request: &Request::default(),
        };
        let (loaded, _, problems) = load_again(&inputs, &mut self.cache);
        let took = begun.elapsed().as_secs_f64() * 1e3;
        assert!(loaded.is_ok(), "{problems:?}");
        took
    }

    /// The median of several edits, each of another file: `edit` of its text.
    fn edited(&mut self, edit: impl Fn(&str, usize) -> String) -> f64 {
        let run = |i: usize| {
            let changed = i * 7 % FILES;
            let before = self.files[changed].clone();
            self.files[changed] = edit(&before, i).into();
            let took = self.load(true);
            self.files[changed] = before;
            self.load(true);
            took
        };
        median((0..RUNS).map(run).collect())
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The most memory that the process had so far, in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kb = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or(f64::NAN) / 1e3
}

fn main() {
    let files: Vec<Arc<str>> = (0..FILES).map(|i| file(i).into()).collect();
    let size = files.iter().map(|f| f.len()).sum::<usize>() as f64 / 1e6;
    let mut bench = Bench {
        files,
        providers: Providers::new([Arc::new(provider_builtin::Builtin) as Arc<_>]),
        cache: Cache::none(),
    };
    println!("{size:.1} MB, {} blocks, {FILES} files", FILES * BLOCKS);
    println!("what                                              ms    MB at most");
    let line = |what: &str, took: f64| println!("{what:<45} {took:>6.1} {:>13.0}", peak());
    let once = bench.load(false);
    line("anew", once);
    let anew = median((0..RUNS).map(|_| bench.load(false)).collect());
    line("anew, the median of 9", anew);
    bench.load(false);
    line(
        "again, nothing changed",
        bench.edited(|text, _| text.into()),
    );
    let value = |text: &str, i: usize| text.replacen("listen ", &format!("listen 1{i}"), 1);
    line("again, a value of one file changed", bench.edited(value));
    let first_line = |text: &str, i: usize| format!("# {i}\n\n{text}");
    line(
        "again, a line more at a file's beginning",
        bench.edited(first_line),
    );
    let local = |text: &str, i: usize| format!("{text}locals {{\n  more_{i} = 1\n}}\n");
    line("again, a name more is declared", bench.edited(local));
}
