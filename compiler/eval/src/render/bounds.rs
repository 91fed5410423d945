//! How much a template may build. The engine counts its steps; a step may double a text, so that
//! whatever puts texts and lists together asks a budget first.

use crate::limits;
use minijinja::machinery::{Instruction, Instructions};
use minijinja::value::{Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, filters};
use std::fmt::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Steps of the engine: about a second.
const FUEL: u64 = 10_000_000;
/// Bytes that one rendering may put together, whether they are written in the end or not.
const MOST_BUILT: usize = 2 * limits::MOST_BYTES;

/// What a piece of a text that is put together costs beside its length.
const PIECE: usize = 64;

const TOO_MUCH: &str = "the text comes to more than can be held";

// Filters that stand for operators. No template can name these.
const JOIN: &str = "~";
const ADD: &str = "+";
const TIMES: &str = "*";
const SLICE: &str = "[:]";

pub(super) fn too_much() -> Error {
    Error::new(ErrorKind::WriteFailure, TOO_MUCH)
}

pub(super) fn is_too_much(error: &Error) -> bool {
    error.detail() == Some(TOO_MUCH)
}

/// Has whatever puts values together done by filters of ours, in place. Says how long the longest
/// text is that the template writes in one step.
pub(super) fn bind(instructions: &mut Instructions<'_>) -> usize {
    // The last place of the engine's memory of filters means that none is kept.
    let filter = |name, arguments| Instruction::ApplyFilter(name, Some(arguments), !0);
    let mut longest = 0;
    for index in 0.. {
        let Some(instruction) = instructions.get_mut(index) else {
            break;
        };
        match instruction {
            Instruction::StringConcat => *instruction = filter(JOIN, 2),
            Instruction::Add => *instruction = filter(ADD, 2),
            Instruction::Mul => *instruction = filter(TIMES, 2),
            Instruction::Slice => *instruction = filter(SLICE, 4),
            Instruction::EmitRaw(text) => longest = longest.max(text.len()),
            _ => {}
        }
    }
    longest
}

/// As many steps that what they write of the template itself can be held.
pub(super) fn fuel(longest: usize) -> u64 {
    FUEL.min((8 * MOST_BUILT / longest.max(1)) as u64)
}

/// What is left to be built.
#[derive(Clone)]
pub(super) struct Budget(Arc<AtomicUsize>);

impl Budget {
    pub(super) fn new() -> Budget {
        Budget(Arc::new(AtomicUsize::new(MOST_BUILT)))
    }

    fn spend(&self, bytes: usize) -> Result<(), Error> {
        let left = self.0.load(Ordering::Relaxed);
        let left = left.checked_sub(bytes).ok_or_else(too_much)?;
        self.0.store(left, Ordering::Relaxed);
        Ok(())
    }

    /// As much as the value is long when it is written.
    fn spend_text(&self, value: &Value) -> Result<usize, Error> {
        let mut counter = Counter {
            written: 0,
            most: self.0.load(Ordering::Relaxed),
        };
        match value.as_str() {
            Some(text) => counter.written = text.len(),
            None => write!(counter, "{value}").map_err(|_| too_much())?,
        }
        self.spend(counter.written)?;
        Ok(counter.written)
    }
}

/// Counts what is written, up to an end; a piece counts for some bytes more than it has, since it
/// takes its time.
struct Counter {
    written: usize,
    most: usize,
}

impl Write for Counter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.written += text.len() + PIECE;
        match self.written > self.most {
            true => Err(fmt::Error),
            false => Ok(()),
        }
    }
}

/// Sets the budget on all that builds.
pub(super) fn watch(environment: &mut Environment<'_>, budget: &Budget) {
    let formatter = budget.clone();
    environment.set_formatter(move |out, state, value| {
        formatter.spend_text(value)?;
        minijinja::escape_formatter(out, state, value)
    });
    let joined = budget.clone();
    environment.add_filter(JOIN, move |a: &Value, b: &Value| {
        for value in [a, b] {
            if value.is_undefined() {
                return Err(Error::from(ErrorKind::UndefinedError));
            }
            joined.spend_text(value)?;
        }
        Ok(Value::from(format!("{a}{b}")))
    });
    let sum = |a: &Value, b: &Value| size(a).saturating_add(size(b));
    operator(environment, budget, ADD, "a + b", sum);
    let times = |a: &Value, b: &Value| {
        let once = |n: &Value| n.as_usize().unwrap_or(1);
        let (ab, ba) = (
            size(a).saturating_mul(once(b)),
            size(b).saturating_mul(once(a)),
        );
        ab.max(ba)
    };
    operator(environment, budget, TIMES, "a * b", times);
    let sliced = budget.clone();
    environment.add_filter(
        SLICE,
        move |state: &mut State, a: Value, start: Value, stop: Value, step: Value| {
            sliced.spend(size(&a))?;
            let names = minijinja::context! { a, start, stop, step };
            let slice = state.env().compile_expression("a[start:stop:step]")?;
            slice.eval(names)
        },
    );
    // It writes whatever there is.
    environment.remove_global("debug");
    for (name, filter) in text_filters() {
        text_filter(environment, budget, name, filter);
    }
    for (name, filter) in list_filters() {
        list_filter(environment, budget, name, filter);
    }
}

/// What a value takes: the bytes of a text, the items of a list.
fn size(value: &Value) -> usize {
    match value.as_str() {
        Some(text) => text.len(),
        None => value.len().unwrap_or(0).saturating_mul(size_of::<Value>()),
    }
}

fn operator(
    environment: &mut Environment<'_>,
    budget: &Budget,
    name: &'static str,
    meaning: &'static str,
    cost: fn(&Value, &Value) -> usize,
) {
    let budget = budget.clone();
    environment.add_filter(name, move |state: &mut State, a: Value, b: Value| {
        budget.spend(cost(&a, &b))?;
        let names = minijinja::context! { a, b };
        state.env().compile_expression(meaning)?.eval(names)
    });
}

/// A filter that writes what it is given: once for each argument, or as often as another says.
fn text_filter(
    environment: &mut Environment<'_>,
    budget: &Budget,
    name: &'static str,
    filter: Value,
) {
    let budget = budget.clone();
    let watched = move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
        let arguments = arguments.into_values();
        let mut sizes = Vec::with_capacity(arguments.len());
        for argument in &arguments {
            sizes.push(budget.spend_text(argument)?);
        }
        let (first, others) = (sizes.first().copied().unwrap_or(0), sizes.iter().skip(1));
        let largest = others.max().copied().unwrap_or(0);
        budget.spend(match name {
            "replace" => replaced(&arguments).saturating_mul(largest),
            "join" => arguments[0].len().unwrap_or(first).saturating_mul(largest),
            "indent" => first.saturating_mul(numbers(&arguments)),
            "format" => widths(&arguments),
            _ => 0,
        })?;
        filter.call(state, &arguments)
    };
    environment.add_filter(name, watched);
}

/// A filter that makes a list of another.
fn list_filter(
    environment: &mut Environment<'_>,
    budget: &Budget,
    name: &'static str,
    filter: Value,
) {
    let budget = budget.clone();
    let watched = move |state: &mut State, arguments: Rest<ValueOrKwargs>| {
        let arguments = arguments.into_values();
        budget.spend(arguments.first().map_or(0, size))?;
        budget.spend(numbers(&arguments).saturating_mul(size_of::<Value>()))?;
        filter.call(state, &arguments)
    };
    environment.add_filter(name, watched);
}

/// How many times a text has another in it.
fn replaced(arguments: &[Value]) -> usize {
    let text = |i: usize| arguments.get(i).and_then(Value::as_str);
    match (text(0), text(1)) {
        (Some(text), Some(part)) => text.matches(part).count(),
        _ => 1,
    }
}

/// All numbers among the arguments, those with names too.
fn numbers(arguments: &[Value]) -> usize {
    let named = |argument: &Value| {
        let names = argument.try_iter().into_iter().flatten();
        let values = names.filter_map(|name| argument.get_item(&name).ok());
        values
            .filter_map(|value| value.as_usize())
            .fold(0, usize::saturating_add)
    };
    let number = |argument: &Value| match argument.is_kwargs() {
        true => named(argument),
        false => argument.as_usize().unwrap_or(4),
    };
    arguments
        .iter()
        .skip(1)
        .map(number)
        .fold(0, usize::saturating_add)
}

/// All widths and precisions of a format, those that stand among the arguments too.
fn widths(arguments: &[Value]) -> usize {
    let format = arguments.first().and_then(Value::as_str).unwrap_or("");
    let written = format.split(|c: char| !c.is_ascii_digit());
    let written = written.filter(|n| !n.is_empty());
    let written = written.map(|n| n.parse().unwrap_or(usize::MAX));
    let handed_over = match format.contains('*') {
        true => numbers(arguments),
        false => 0,
    };
    written.fold(handed_over, usize::saturating_add)
}

fn text_filters() -> [(&'static str, Value); 19] {
    [
        ("safe", Value::from_function(filters::safe)),
        ("escape", Value::from_function(filters::escape)),
        ("e", Value::from_function(filters::escape)),
        ("lower", Value::from_function(filters::lower)),
        ("upper", Value::from_function(filters::upper)),
        ("title", Value::from_function(filters::title)),
        ("capitalize", Value::from_function(filters::capitalize)),
        ("replace", Value::from_function(filters::replace)),
        ("trim", Value::from_function(filters::trim)),
        ("join", Value::from_function(filters::join)),
        ("split", Value::from_function(filters::split)),
        ("lines", Value::from_function(filters::lines)),
        ("string", Value::from_function(filters::string)),
        ("indent", Value::from_function(filters::indent)),
        ("pprint", Value::from_function(filters::pprint)),
        ("format", Value::from_function(filters::format)),
        ("reverse", Value::from_function(filters::reverse)),
        ("first", Value::from_function(filters::first)),
        ("last", Value::from_function(filters::last)),
    ]
}

fn list_filters() -> [(&'static str, Value); 12] {
    [
        ("list", Value::from_function(filters::list)),
        ("sort", Value::from_function(filters::sort)),
        ("unique", Value::from_function(filters::unique)),
        ("batch", Value::from_function(filters::batch)),
        ("slice", Value::from_function(filters::slice)),
        ("dictsort", Value::from_function(filters::dictsort)),
        ("items", Value::from_function(filters::items)),
        ("map", Value::from_function(filters::map)),
        ("select", Value::from_function(filters::select)),
        ("reject", Value::from_function(filters::reject)),
        ("groupby", Value::from_function(filters::groupby)),
        ("sum", Value::from_function(filters::sum)),
    ]
}
