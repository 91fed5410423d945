//! Puts the explanations of docs/problems into the program: a table of code and text.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let package = env::var("CARGO_MANIFEST_DIR")?;
    let directory = Path::new(&package).join("../../docs/problems");
    let directory = directory.canonicalize()?;
    println!("cargo::rerun-if-changed={}", directory.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(&directory)? {
        files.push(entry?.path());
    }
    files.retain(|path| path.extension().is_some_and(|e| e == "md"));
    files.sort();
    let rows = files.iter().filter_map(|path| {
        let code = path.file_stem()?;
        Some(format!("    ({code:?}, include_str!({path:?})),\n"))
    });
    let table = format!("&[\n{}]\n", rows.collect::<String>());
    fs::write(
        Path::new(&env::var("OUT_DIR")?).join("explanations.rs"),
        table,
    )?;
    Ok(())
}
