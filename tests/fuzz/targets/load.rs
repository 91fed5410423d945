//! Any text is loaded as a configuration, and looked at as far as it is understood; a line
//! `--- path` begins another file. Where nothing is wrong there is a configuration, and the other
//! way round.
#![no_main]

mod world;

use config::{MemoryFiles, Request, load, understand};
use diagnostics::{Problem, SourceMap};
use libfuzzer_sys::fuzz_target;
use planner::Providers;
use std::sync::{Arc, LazyLock};

static PROVIDERS: LazyLock<Providers> =
    LazyLock::new(|| Providers::new([Arc::new(provider_builtin::Builtin) as Arc<_>]));

fuzz_target!(|text: &str| {
    let mut files = MemoryFiles::new();
    let mut parts = text.split("\n--- ");
    files = files.with("main.hcl", parts.next().unwrap_or_default());
    for part in parts {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        files = files.with(path, text);
    }
    let mut sources = SourceMap::new();
    let request = Request {
        directory_name: "fuzz".into(),
        ..Request::default()
    };
    let schemas = PROVIDERS.schemas();
    let (config, problems) = load(&files, &schemas, &request, &mut sources);
    assert_eq!(config.is_none(), problems.iter().any(Problem::is_error));
    let (understood, _) = understand(&files, &schemas, &request, &mut SourceMap::new());
    if let Some(config) = understood {
        world::check(&config, &PROVIDERS);
    }
    for label in problems.iter().flat_map(|p| &p.labels) {
        // It is shown with its line.
        let _ = sources.slice(label.span);
        let _ = sources.position(label.span.file, label.span.end);
    }
});
