//! What is loaded again with what an earlier load left is what it is when loaded anew. Every
//! configuration of these tests is tried: [`check`] is called wherever one is loaded.

use super::{schemas, split};
use crate::{Cache, MemoryFiles, Request, understand_again};
use diagnostics::SourceMap;
use model::ProviderSchema;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is written into each of the files in turn: before what is there, so that all places in
/// it are others then, and behind it, so that something else is declared.
const EDITS: [(&str, &str); 4] = [
    ("# a line more\n\n", ""),
    ("", "locals {\n  one_more = 1\n}\n"),
    ("", "variable \"a\" {\n  type = string\n"),
    ("", ""),
];

/// A text longer than this is about size; its parts are in shorter ones, too.
const LONGEST: usize = 10_000;

#[track_caller]
pub(super) fn check(text: &str, request: &Request) {
    if text.len() > LONGEST {
        return;
    }
    let schemas = schemas::all();
    let files = split(text);
    let mut cache = Cache::new();
    let mut compare = |files: &[(String, String)]| {
        let (again, anew) = (&mut cache, &mut Cache::none());
        let again = answer(files, &schemas, request, again);
        let anew = answer(files, &schemas, request, anew);
        let differs = again
            .split(", ")
            .zip(anew.split(", "))
            .find(|(a, b)| a != b);
        assert_eq!(differs, None, "{files:#?}");
        assert_eq!(again.len(), anew.len(), "{files:#?}");
    };
    compare(&files);
    for changed in 0..files.len() {
        for (before, behind) in EDITS {
            let mut files = files.clone();
            let text = &mut files[changed].1;
            *text = format!("{before}{text}{behind}");
            compare(&files);
        }
    }
}

fn answer(
    files: &[(String, String)],
    schemas: &BTreeMap<String, Arc<ProviderSchema>>,
    request: &Request,
    cache: &mut Cache,
) -> String {
    let in_memory =
        |all: MemoryFiles, (path, text): &(String, String)| all.with(path.as_str(), text.as_str());
    let files = files.iter().fold(MemoryFiles::new(), in_memory);
    let mut sources = SourceMap::new();
    let (config, problems) = understand_again(&files, schemas, request, &mut sources, cache);
    format!("{config:?}\n{problems:?}\n{sources:?}")
}

/// Whether the output `b` of the first file is the very same after an edit of the second.
#[test]
fn what_did_not_change_is_not_resolved_again() {
    let output = "output \"b\" {\n  value = var.a\n}\n";
    let variable = "variable \"a\" {}\n";
    for (edited, kept) in [
        ("# why\nvariable \"a\" {}\n", true),
        ("variable \"a\" {}\nlocals {\n  c = 1\n}\n", true),
        ("variable \"a\" {\n  default = 1\n}\n", false),
        ("variable \"a\" {\n  type = kind.x\n}\n", false),
        ("variable \"c\" {}\n", false),
    ] {
        let (schemas, request) = (schemas::all(), Request::default());
        let mut cache = Cache::new();
        let mut load = |second: &str| {
            let files = MemoryFiles::new().with("0.hcl", output);
            let files = files.with("1.hcl", second);
            let mut sources = SourceMap::new();
            let (config, _) =
                understand_again(&files, &schemas, &request, &mut sources, &mut cache);
            config.unwrap().modules[0].outputs["b"].clone()
        };
        assert_eq!(
            Arc::ptr_eq(&load(variable), &load(edited)),
            kept,
            "{edited}"
        );
    }
}
