//! The template engine: how it is set, what it is handed, and its errors as problems.

use super::bounds::{self, Budget};
use crate::limits;
use diagnostics::{FileId, Problem, Span};
use minijinja::machinery::{self, CompiledTemplate, TemplateConfig};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use model::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Macros and loops inside of each other.
const MOST_CALLS: usize = 64;

/// The template's text with plain values.
pub(super) fn plain(path: &str, text: &str, vars: &Value) -> Result<String, Error> {
    let config = TemplateConfig {
        // A file ends with the newline that its template ends with.
        syntax_config: SyntaxConfig::builder()
            .keep_trailing_newline(true)
            .build()?,
        default_auto_escape: Arc::new(|_| AutoEscape::None),
    };
    let mut compiled = CompiledTemplate::new(path, text, &config)?;
    let blocks = compiled.blocks.values_mut();
    let all = std::iter::once(&mut compiled.instructions).chain(blocks);
    let longest = all.map(bounds::bind).max().unwrap_or(0);
    let budget = Budget::new();
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_recursion_limit(MOST_CALLS);
    environment.set_fuel(Some(bounds::fuel(longest)));
    bounds::watch(&mut environment, &budget);
    let mut out = String::new();
    machinery::eval(
        &environment,
        &compiled.instructions,
        jinja(vars),
        &compiled.blocks,
        &mut machinery::make_string_output(&mut out),
        AutoEscape::None,
    )?;
    match out.len() > limits::MOST_BYTES {
        true => Err(bounds::too_much()),
        false => Ok(out),
    }
}

fn jinja(value: &Value) -> minijinja::Value {
    match value {
        Value::Bool(b) => (*b).into(),
        Value::Number(n) => match n.as_i64() {
            Some(int) => int.into(),
            None if n.to_string().len() <= 17 => n.as_f64().into(),
            None => n.to_string().into(),
        },
        Value::String(s) => s.to_string().into(),
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            value.children().map(jinja).collect::<Vec<_>>().into()
        }
        Value::Map(_) | Value::Object(_) => {
            let fields = value
                .as_fields()
                .map(model::Fields::iter)
                .into_iter()
                .flatten();
            let entries: BTreeMap<String, minijinja::Value> = fields
                .map(|(name, value)| (name.to_string(), jinja(value)))
                .collect();
            entries.into()
        }
        _ => minijinja::Value::from(()),
    }
}

/// What is wrong in the template, with its place. Words that may quote a value are left out where
/// one of them is secret.
pub(super) fn problem(path: &str, text: &str, error: &Error, secret: bool) -> Problem {
    let what = match error.kind() {
        ErrorKind::SyntaxError => "is not written right",
        ErrorKind::UndefinedError => "uses a variable or an attribute that is not there",
        ErrorKind::OutOfFuel => "does not come to an end",
        ErrorKind::UnknownFilter => "uses a filter that is not there",
        ErrorKind::UnknownFunction => "calls a function that is not there",
        ErrorKind::UnknownTest => "uses a test that is not there",
        _ if bounds::is_too_much(error) => "comes to more than can be held",
        _ => "can't be rendered",
    };
    let detail = error
        .detail()
        .filter(|_| !secret && !bounds::is_too_much(error));
    let label = detail.unwrap_or_default().to_string();
    let text: Arc<str> = text.into();
    let mut problem = Problem::error("LF0227", format!("the template `{path}` {what}"));
    problem = match place(&text, error) {
        Some(span) => problem.and(span, label).within(path, &text),
        None if label.is_empty() => problem,
        None => problem.detail(label),
    };
    match error.kind() {
        ErrorKind::UndefinedError => {
            problem.help("hand it over as a variable, or write `{% if x is defined %}`")
        }
        _ if bounds::is_too_much(error) => {
            problem.help("look for a text or a list that is put together from itself")
        }
        _ => problem,
    }
}

/// Where the engine says, else the whole of the line that it names.
fn place(text: &str, error: &Error) -> Option<Span> {
    let range = error
        .range()
        .filter(|range| text.get(range.clone()).is_some());
    let line = || {
        let before = error.line()?.checked_sub(1)?;
        let line = text.split_inclusive('\n').nth(before)?;
        let start = text
            .split_inclusive('\n')
            .take(before)
            .map(str::len)
            .sum::<usize>();
        let indent = line.len() - line.trim_start().len();
        Some(start + indent..start + line.trim_end().len().max(indent))
    };
    let range = range.or_else(line)?;
    Some(Span::new(FileId::APART, range.start, range.end))
}
