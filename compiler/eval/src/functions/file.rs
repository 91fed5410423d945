//! Files and paths. Files are reached through [`crate::Sources`] alone.

use super::{Answer, Context, Fault, Function, Want, p, text};
use crate::glob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Type, Value};

const PATH: super::Parameter = p("path", Want::String);

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("abspath", &[PATH], Want::String, abspath),
    Function::new("basename", &[PATH], Want::String, basename),
    Function::new("dirname", &[PATH], Want::String, dirname),
    Function::new("file", &[PATH], Want::String, file),
    Function::new("filebase64", &[PATH], Want::String, filebase64),
    Function::new("fileexists", &[PATH], Want::Bool, fileexists),
    Function::new(
        "fileset",
        &[PATH, p("pattern", Want::String)],
        Want::StringSet,
        fileset,
    ),
    Function::new("pathexpand", &[PATH], Want::String, pathexpand),
];

/// The content of the file that the first argument names.
pub(super) fn bytes(context: &Context<'_>, a: &[Value]) -> Result<Vec<u8>, Fault> {
    context
        .world
        .sources
        .read(text(a, 0))
        .map_err(|m| Fault::of(0, naming(text(a, 0), m)))
}

fn file(context: &Context<'_>, a: &[Value]) -> Answer {
    let content = String::from_utf8(bytes(context, a)?).map_err(|_| {
        Fault::of(0, format!("the file `{}` is not UTF-8 text", text(a, 0)))
            .help("`filebase64` reads any file")
    })?;
    Ok(content.into())
}

fn filebase64(context: &Context<'_>, a: &[Value]) -> Answer {
    Ok(STANDARD.encode(bytes(context, a)?).into())
}

fn fileexists(context: &Context<'_>, a: &[Value]) -> Answer {
    let exists = context
        .world
        .sources
        .exists(text(a, 0))
        .map_err(|m| Fault::of(0, naming(text(a, 0), m)))?;
    Ok(exists.into())
}

fn fileset(context: &Context<'_>, a: &[Value]) -> Answer {
    let pattern = glob::Pattern::new(text(a, 1)).map_err(|m| Fault::of(1, m))?;
    let files = context
        .world
        .sources
        .list(text(a, 0))
        .map_err(|m| Fault::of(0, naming(text(a, 0), m)))?;
    let matching = files
        .into_iter()
        .filter(|f| pattern.matches(f))
        .map(Value::from)
        .collect();
    Ok(Value::set(Type::String, matching))
}

/// Why a file can't be read, with its path: the source may show an expression alone.
pub(crate) fn naming(path: &str, why: String) -> String {
    match why.contains(&format!("`{path}`")) {
        true => why,
        false => format!("`{path}`: {why}"),
    }
}

/// Behind the last slash; a path of slashes alone is one.
fn basename(_: &Context<'_>, a: &[Value]) -> Answer {
    let path = text(a, 0);
    let trimmed = path.trim_end_matches('/');
    Ok(match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".".into(),
        (false, true) => "/".into(),
        _ => trimmed.rsplit('/').next().unwrap_or(trimmed).into(),
    })
}

fn dirname(_: &Context<'_>, a: &[Value]) -> Answer {
    let path = text(a, 0);
    Ok(match path.rfind('/') {
        Some(at) => clean(&path[..=at]).into(),
        None => ".".into(),
    })
}

/// Without `.`, without doubled slashes, and `..` resolved where it can be.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|p| *p != "..") => drop(parts.pop()),
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

fn abspath(_: &Context<'_>, a: &[Value]) -> Answer {
    let path = text(a, 0);
    if path.starts_with('/') {
        return Ok(clean(path).into());
    }
    let here = std::env::current_dir().map_err(|e| Fault::from(e.to_string()))?;
    Ok(clean(&format!("{}/{path}", here.display())).into())
}

fn pathexpand(_: &Context<'_>, a: &[Value]) -> Answer {
    let path = text(a, 0);
    let Some(rest) = path.strip_prefix('~') else {
        return Ok(path.into());
    };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(Fault::of(
            0,
            "only one's own home directory is known, as `~/…`",
        ));
    }
    let home = std::env::home_dir().ok_or_else(|| Fault::from("there is no home directory"))?;
    Ok(clean(&format!("{}{rest}", home.display())).into())
}
