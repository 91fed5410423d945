//! The manual of a kind, in Markdown: what stands in the README of those of the library.

use config::{Implementation, Module, Output, Variable};
use diagnostics::SourceMap;
use eval::{ExprKind, TemplatePart};
use model::{Field, ObjectType, Type, show, show_type};
use std::sync::Arc;

/// As many parts of an object are read at sight.
const AT_SIGHT: usize = 3;

/// The manual of the kind whose interface this is.
pub(super) fn text(
    interface: &Module,
    modules: &[Module],
    sources: &SourceMap,
    example: Option<Arc<str>>,
) -> String {
    let Some(kind) = &interface.kind else {
        return String::new();
    };
    let mut out = format!("# {}\n\n", kind.name);
    if !kind.doc.is_empty() {
        out += &format!("{}\n\n", kind.doc);
    }
    if let Some(example) = example {
        out += &format!("```hcl\n{}\n```\n\n", example.trim());
    }
    out += "## Takes\n\n";
    let variables = interface.variables.iter();
    out.extend(variables.map(|(name, v)| format!("{}\n", taken(name, v, sources))));
    out += "\nA call takes `count`, `for_each`, `depends_on`, `target` and `rollout`, too.\n\n";
    if !interface.outputs.is_empty() {
        out += "## Gives out\n\n";
        let outputs = interface.outputs.iter();
        out.extend(outputs.map(|(name, o)| format!("{}\n", given(name, o))));
        out += "\n";
    }
    out += "## Served by\n\n";
    let alone = kind.implementations.len() == 1;
    if !alone {
        out += "The first of these whose condition holds:\n\n";
    }
    for (name, implementation) in &kind.implementations {
        let serves = modules.get(implementation.module);
        out += &format!("{}\n", served(name, implementation, serves, alone, sources));
    }
    out
}

fn taken(name: &str, variable: &Variable, sources: &SourceMap) -> String {
    let mut about = vec![format!("`{}`", short(&variable.ty))];
    about.push(match &variable.default {
        None => "required".into(),
        Some(default) => match on_one_line(sources.slice(default.span)) {
            null if null == "null" => "optional".into(),
            value => format!("else `{value}`"),
        },
    });
    if is_written_as_block(&variable.ty) {
        about.push(format!("also as `{name} {{ … }}`"));
    }
    about.extend(variable.sensitive.then(|| "secret".to_string()));
    about.extend(variable.ephemeral.then(|| "never recorded".to_string()));
    let mut line = entry(name, &about, variable.description.as_deref());
    for rule in &variable.validations {
        if let Some(words) = plain(&rule.error_message.kind) {
            line += &format!(" {words}");
        }
    }
    line + &parts(&variable.ty)
}

fn given(name: &str, output: &Output) -> String {
    let mut about = vec![format!("`{}`", short(&output.ty))];
    about.extend(output.sensitive.then(|| "secret".to_string()));
    about.extend(output.ephemeral.then(|| "never recorded".to_string()));
    entry(name, &about, output.description.as_deref()) + &parts(&output.ty)
}

fn served(
    name: &str,
    implementation: &Implementation,
    serves: Option<&Module>,
    alone: bool,
    sources: &SourceMap,
) -> String {
    let when = match &implementation.when {
        None if alone => String::new(),
        Some(when) => format!(", when `{}`", on_one_line(sources.slice(when.span))),
        None => ", else".into(),
    };
    let about = serves.and_then(|module| heading(module, sources));
    match about {
        Some(about) => format!("- `{name}`{when}: {about}"),
        None => format!("- `{name}`{when}"),
    }
}

fn entry(name: &str, about: &[String], description: Option<&str>) -> String {
    let description = description.map(|d| format!(": {}", on_one_line(d)));
    let about = about.join(", ");
    format!("- `{name}` ({about}){}", description.unwrap_or_default())
}

/// A type as one reads it at sight: what an object with many parts consists of stands below.
fn short(ty: &Type) -> String {
    match (large(ty), ty) {
        (None, ty) => show_type(ty),
        (Some(_), Type::List(_)) => "list(object)".into(),
        (Some(_), Type::Set(_)) => "set(object)".into(),
        (Some(_), Type::Map(_)) => "map(object)".into(),
        (Some(_), _) => "object".into(),
    }
}

/// A line for each part of an object that has many.
fn parts(ty: &Type) -> String {
    let part = |(name, field): (&Arc<str>, &Field)| {
        let ty = show_type(&field.ty);
        match (&field.default, field.optional) {
            (Some(default), _) => format!("\n  - `{name}` (`{ty}`, else `{}`)", show(default)),
            (None, true) => format!("\n  - `{name}` (`{ty}`, optional)"),
            (None, false) => format!("\n  - `{name}` (`{ty}`)"),
        }
    };
    let fields = large(ty).map(|object| object.fields.iter());
    fields.into_iter().flatten().map(part).collect()
}

/// The object of a type, or of its elements, where it has many parts.
fn large(ty: &Type) -> Option<&ObjectType> {
    let object = match ty {
        Type::List(of) | Type::Set(of) | Type::Map(of) => of,
        ty => ty,
    };
    match object {
        Type::Object(o) if o.kind.is_none() && o.fields.len() > AT_SIGHT => Some(o),
        _ => None,
    }
}

/// What the comment says that a module's first file begins with.
fn heading(module: &Module, sources: &SourceMap) -> Option<String> {
    let first = sources.ids().find(|id| {
        let path = sources.path(*id);
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        directory == module.directory
    })?;
    let text = sources.text(first);
    let comment = text.lines().map_while(|line| line.strip_prefix('#'));
    let words: Vec<&str> = comment.map(str::trim).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whether a call may write it as a block, or several.
fn is_written_as_block(ty: &Type) -> bool {
    let own = |ty: &Type| matches!(ty, Type::Object(o) if o.kind.is_none());
    match ty {
        Type::List(of) | Type::Set(of) | Type::Map(of) => own(of),
        ty => own(ty),
    }
}

/// A text without anything to be computed in it.
fn plain(expr: &ExprKind) -> Option<String> {
    match expr {
        ExprKind::Literal(value) => value.as_str().map(String::from),
        ExprKind::Template(parts) => match &parts[..] {
            [TemplatePart::Text(text)] => Some(text.to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
