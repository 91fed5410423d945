//! `landfall fmt`

mod find;

use crate::app::{App, Run};
use crate::exit::Exit;
use crate::files::not_utf8;
use crate::replace::replace;
use clap::Args;
use diagnostics::{Problem, SourceMap};
use serde_json::json;
use similar::TextDiff;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Lay out configuration files in the one way
///
/// Sets indentation, spaces and columns as `terraform fmt` does, and prints the names of the files
/// that it changed. Comments and meaning stay. A file with a mistake in it is left as it is.
///
/// Files that are named are taken whatever they are called; of directories, those that end in .hcl.
///
/// Example:
///   landfall fmt
///   landfall fmt --check --recursive
///   landfall fmt - < main.hcl
#[derive(Clone, Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct FmtArgs {
    /// Files and directories, or `-` for standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Also the directories below
    #[arg(long)]
    pub(crate) recursive: bool,
    /// Change nothing; name the files that are not laid out, and end with exit code 1 for them
    #[arg(long)]
    pub(crate) check: bool,
    /// Change nothing; print what would change
    #[arg(long)]
    pub(crate) diff: bool,
}

/// Lays out what was asked for.
pub(crate) fn run(app: &App, args: &FmtArgs) -> Run {
    let root = app.paths()?.root;
    let (mut changed, mut failed) = (false, false);
    for path in &args.paths {
        if path.as_os_str() == "-" {
            changed |= standard_input(app, args)?;
            continue;
        }
        let files = find::files(&root.join(path), args.recursive).map_err(|e| {
            let why = format!("{} can't be read: {e}", path.display());
            app.fail(Problem::error("LF0540", why))
        })?;
        for file in files {
            match one_file(app, args, &root, &file) {
                Ok(different) => changed |= different,
                Err(_) => failed = true,
            }
        }
    }
    match failed || (args.check && changed) {
        true => Err(Exit::Error),
        false => Ok(Exit::Ok),
    }
}

/// Says whether its layout is another one.
fn one_file(app: &App, args: &FmtArgs, root: &Path, path: &Path) -> Run<bool> {
    let name = path
        .strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string();
    let unreadable = |e: std::io::Error| {
        let why = format!("{name} can't be read: {e}");
        app.fail(Problem::error("LF0540", why))
    };
    // A link is kept: what it leads to is replaced.
    let real = path.canonicalize().map_err(unreadable)?;
    let about = std::fs::metadata(&real).map_err(unreadable)?;
    if !about.is_file() {
        return Err(unreadable(std::io::Error::other(
            "it is not a regular file",
        )));
    }
    let bytes = std::fs::read(&real).map_err(unreadable)?;
    let (before, after) = laid_out(app, &name, bytes)?;
    if before == after {
        return Ok(false);
    }
    if !args.check && !args.diff {
        let mode = about.permissions().mode() & 0o7777;
        replace(&real, after.as_bytes(), mode).map_err(|e| {
            let why = format!("{name} can't be written: {e}");
            app.fail(Problem::error("LF0541", why).help("the file is as it was"))
        })?;
    }
    show(app, args, &name, &before, &after);
    Ok(true)
}

fn standard_input(app: &App, args: &FmtArgs) -> Run<bool> {
    let name = "<stdin>";
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|e| {
        let why = format!("standard input can't be read: {e}");
        app.fail(Problem::error("LF0540", why))
    })?;
    let (before, after) = laid_out(app, name, bytes)?;
    let different = before != after;
    if args.check || args.diff {
        if different {
            show(app, args, name, &before, &after);
        }
    } else if app.out.is_json() {
        app.out
            .json(&json!({ "type": "formatted", "file": name, "text": after }));
    } else {
        app.out.raw(&after);
    }
    Ok(different)
}

/// What the file is, and what it is to be.
fn laid_out(app: &App, name: &str, bytes: Vec<u8>) -> Run<(String, String)> {
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let why = format!("{name} can't be read: {}", not_utf8(&e.into_bytes(), at));
        app.fail(Problem::error("LF0540", why))
    })?;
    let mut sources = SourceMap::new();
    let file = sources.add(name, text.as_str());
    match syntax::format(file, &text) {
        Ok(after) => Ok((text, after)),
        Err(problems) => {
            app.out.problems(&problems, &sources);
            Err(Exit::Error)
        }
    }
}

fn show(app: &App, args: &FmtArgs, name: &str, before: &str, after: &str) {
    let diff = args.diff.then(|| {
        let diff = TextDiff::from_lines(before, after);
        let names = (format!("a/{name}"), format!("b/{name}"));
        diff.unified_diff().header(&names.0, &names.1).to_string()
    });
    if app.out.is_json() {
        let mut document = json!({ "type": "formatted", "file": name });
        if let Some(diff) = diff {
            document["diff"] = diff.into();
        }
        return app.out.json(&document);
    }
    match diff {
        Some(diff) => app.out.raw(&diff),
        None => app.out.raw(&format!("{name}\n")),
    }
}
