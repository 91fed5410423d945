//! Any text is loaded as a configuration and put in order, also as far as it is understood; a line
//! `--- path` begins another file. Where nothing is wrong there is a configuration, and the other
//! way round.
#![no_main]

use config::{MemoryFiles, Request, load, understand};
use diagnostics::{Problem, SourceMap};
use libfuzzer_sys::fuzz_target;
use provider::Provider;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

static SCHEMAS: LazyLock<BTreeMap<String, Arc<model::ProviderSchema>>> = LazyLock::new(|| {
    let builtin = provider_builtin::Builtin;
    BTreeMap::from([(builtin.name().to_string(), builtin.schema())])
});

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
    let (config, problems) = load(&files, &SCHEMAS, &request, &mut sources);
    assert_eq!(config.is_none(), problems.iter().any(Problem::is_error));
    let (understood, _) = understand(&files, &SCHEMAS, &request, &mut SourceMap::new());
    let _ = understood.map(|config| planner::Prepared::new(&config));
    for label in problems.iter().flat_map(|p| &p.labels) {
        // It is shown with its line.
        let _ = sources.slice(label.span);
        let _ = sources.position(label.span.file, label.span.end);
    }
});
