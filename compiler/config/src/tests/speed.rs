//! Ten thousand blocks.

use super::schemas;
use crate::{MemoryFiles, Request, load};
use diagnostics::{FileId, SourceMap};
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn blocks(count: usize) -> String {
    let mut text = String::new();
    for i in 0..count {
        let before = i.saturating_sub(1);
        let dependency = match i {
            0 => "1".to_string(),
            _ => format!("terraform_data.r{before:06}.output.name"),
        };
        let _ = write!(
            text,
            "resource \"terraform_data\" \"r{i:06}\" {{\n  input = {{\n    name    = \"res-{i}\"\n    \
             index   = {i}\n    region  = \"eu\"\n    enabled = true\n    dep0    = {dependency}\n  }}\n}}\n"
        );
    }
    text
}

/// The shortest of three times: others use the machine too.
fn shortest(mut work: impl FnMut()) -> Duration {
    let times = (0..3).map(|_| {
        let started = Instant::now();
        work();
        started.elapsed()
    });
    times.min().unwrap()
}

fn load_time(count: usize) -> Duration {
    let text: Arc<str> = blocks(count).into();
    let files = MemoryFiles::new().with("main.hcl", text.clone());
    let parsing = shortest(|| drop(syntax::parse(FileId(0), &text)));
    let whole = shortest(|| {
        let mut sources = SourceMap::new();
        let (config, problems) = load(&files, &schemas::all(), &Request::default(), &mut sources);
        assert!(problems.is_empty());
        assert_eq!(config.unwrap().modules[0].resources.len(), count);
    });
    println!("{count} blocks: parsing {parsing:?}, in all {whole:?}");
    whole
}

/// `--nocapture` shows how long it takes beyond parsing.
#[test]
fn ten_thousand_blocks_take_time_in_proportion() {
    let (few, many) = (load_time(1_000), load_time(10_000));
    // Ten times as long would be in proportion; a hundred times is quadratic.
    assert!(many < few * 40, "{few:?} {many:?}");
}
