//! What can go wrong in an expression, in words. Codes LF0201 to LF0229.
//! No message holds a value that may be sensitive.

use diagnostics::{Problem, Span, did_you_mean};
use model::{Fields, Type, Value, show_type};

pub(crate) type Boxed = Box<Problem>;

/// What kind of value it is, in a word or two that tell nothing of its content.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null(_) => "null",
        Value::Secret(s) => match &s.ty {
            Type::Any => "a sensitive value",
            ty => kind_of(ty),
        },
        Value::Unknown(u) => kind_of(&u.ty),
        Value::Mixed(_) => "a string",
        other => kind_of(&shallow(other)),
    }
}

/// The type's outermost constructor, without walking into the value.
fn shallow(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::List(_) => Type::list(Type::Any),
        Value::Set(_) => Type::set(Type::Any),
        Value::Map(_) => Type::map(Type::Any),
        Value::Tuple(_) => Type::Tuple(Vec::new().into()),
        Value::Object(_) => Type::object([]),
        _ => Type::Any,
    }
}

pub(crate) fn kind_of(ty: &Type) -> &'static str {
    match ty {
        Type::Any => "a value",
        Type::Bool => "a bool",
        Type::Number => "a number",
        Type::String => "a string",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple",
        Type::Object(_) => "an object",
        Type::Scalar(scalar) => kind_of(&scalar.base()),
    }
}

pub(crate) fn null_operand(operator: &str, span: Span) -> Boxed {
    Box::new(
        Problem::error("LF0201", format!("`{operator}` has no meaning for null"))
            .at(span, "this is null")
            .help("compare with null first (`x == null ? … : …`), or use `coalesce`"),
    )
}

pub(crate) fn wrong_operand(operator: &str, wanted: &Type, value: &Value, span: Span) -> Boxed {
    Box::new(
        Problem::error(
            "LF0201",
            format!("`{operator}` works on {}s", show_type(wanted)),
        )
        .at(span, format!("this is {}", describe(value, wanted))),
    )
}

fn describe(value: &Value, wanted: &Type) -> String {
    match value {
        Value::String(_) => {
            format!("a string that is no {}", show_type(wanted))
        }
        other => kind(other).into(),
    }
}

pub(crate) fn arithmetic(message: &str, span: Span) -> Boxed {
    Box::new(Problem::error("LF0202", message).at(span, "in this operation"))
}

pub(crate) fn condition(value: &Value, span: Span) -> Boxed {
    Box::new(
        Problem::error("LF0203", "a condition is neither true nor false")
            .at(span, format!("this is {}", kind(value)))
            .help("a condition is a bool, or the text \"true\" or \"false\""),
    )
}

pub(crate) fn arms(results: [(&Value, Span); 2], span: Span) -> Boxed {
    // Even the names of attributes can be part of a secret.
    let [(yes, yes_at), (no, no_at)] = results.map(|(value, at)| match value.has_secret() {
        true => (kind(value).to_string(), at),
        false => (show_type(&value.ty()), at),
    });
    Box::new(
        Problem::error(
            "LF0204",
            "the two results of a conditional have no common type",
        )
        .at(span, "both results must be of one type, or convert to one")
        .and(yes_at, format!("if true: {yes}"))
        .and(no_at, format!("if false: {no}")),
    )
}

pub(crate) fn no_attribute(fields: &Fields, name: &str, map: bool, span: Span) -> Boxed {
    let what = if map {
        "map has no key"
    } else {
        "object has no attribute"
    };
    let problem = Problem::error("LF0205", format!("the {what} `{name}`"));
    let names: Vec<&str> = fields.keys().map(|k| &**k).collect();
    Box::new(match did_you_mean(name, names.iter().copied()) {
        Some(close) => problem
            .at(span, "not there")
            .help(format!("did you mean `{close}`?")),
        None if names.is_empty() => problem.at(span, "not there; it is empty"),
        None => {
            let shown = names
                .iter()
                .take(12)
                .map(|n| format!("`{n}`"))
                .collect::<Vec<_>>();
            let more = if names.len() > 12 { ", …" } else { "" };
            problem
                .at(span, "not there")
                .help(format!("there are {}{more}", shown.join(", ")))
        }
    })
}

/// Without naming those that are there, which can be part of a secret.
pub(crate) fn no_attribute_of_type(name: &str, ty: &Type, span: Span) -> Boxed {
    let message = format!("{} has no attribute `{name}`", kind_of(ty));
    Box::new(Problem::error("LF0205", message).at(span, "not there"))
}

pub(crate) fn not_an_object(value: &Value, name: &str, span: Span) -> Boxed {
    let problem = Problem::error("LF0206", format!("{} has no attributes", kind(value)))
        .at(span, format!("`.{name}` is taken of {}", kind(value)));
    Box::new(match value {
        Value::Null(_) => problem.help("compare with null first, or use `try(…, null)`"),
        Value::List(_) | Value::Tuple(_) => problem.help(format!(
            "take one item, as in `[0].{name}`, or of all items the attribute: `[*].{name}`"
        )),
        Value::Set(_) => problem.help(format!("take the attribute of all items: `[*].{name}`")),
        _ => problem,
    })
}

pub(crate) fn no_index(value: &Value, span: Span) -> Boxed {
    let problem = Problem::error("LF0207", format!("{} has no index", kind(value)))
        .at(span, format!("this is {}", kind(value)));
    Box::new(match value {
        Value::Set(_) => {
            problem.help("a set has no order: use `tolist`, or `one` where it holds one")
        }
        _ => problem,
    })
}

pub(crate) fn bad_index(message: String, span: Span) -> Boxed {
    Box::new(Problem::error("LF0207", message).at(span, "as this index"))
}

pub(crate) fn out_of_range(length: usize, span: Span) -> Boxed {
    let message = match length {
        0 => "there is no item: it is empty".into(),
        1 => "the index is behind the end: there is one item, of index 0".into(),
        n => format!(
            "the index is behind the end: there are {n} items, of indexes 0 to {}",
            n - 1
        ),
    };
    Box::new(
        Problem::error("LF0207", message)
            .at(span, "not there")
            .help("`element` begins anew behind the end, and `try` gives another value instead"),
    )
}

pub(crate) fn not_iterable(value: &Value, span: Span) -> Boxed {
    Box::new(
        Problem::error(
            "LF0208",
            "`for` goes through a list, a set, a tuple, a map or an object",
        )
        .at(span, format!("this is {}", kind(value))),
    )
}

pub(crate) fn bad_key(message: &str, span: Span) -> Boxed {
    Box::new(Problem::error("LF0209", message).at(span, "as this key"))
}

pub(crate) fn duplicate_key(key: Option<&str>, span: Span) -> Boxed {
    let message = match key {
        Some(key) => format!("`for` gives two values for the key `{key}`"),
        None => "`for` gives two values for one key".into(),
    };
    Box::new(
        Problem::error("LF0209", message)
            .at(span, "the second of the same")
            .help("put `...` behind the value to gather all values of a key in a list"),
    )
}

pub(crate) fn not_text(value: &Value, span: Span) -> Boxed {
    let problem = match value {
        Value::Null(_) => Problem::error("LF0210", "null can't be part of a text"),
        other => Problem::error("LF0210", format!("{} can't be part of a text", kind(other))),
    };
    let help = match value {
        Value::Null(_) => "give it a value, or leave it out: `%{ if x != null }${x}%{ endif }`",
        Value::List(_) | Value::Set(_) | Value::Tuple(_) => {
            "use `join` for its items, or `jsonencode` for the whole"
        }
        _ => "take one of its attributes, or use `jsonencode` for the whole",
    };
    Box::new(
        problem
            .at(span, "expected a string, a number or a bool")
            .help(help),
    )
}

pub(crate) fn unbound(name: &str, known: &[&str], span: Span) -> Boxed {
    let problem = Problem::error("LF0211", format!("`{name}` stands for nothing here"));
    let help = match did_you_mean(name, known.iter().copied()) {
        Some(close) => Some(format!("did you mean `{close}`?")),
        None if known.is_empty() => None,
        None => Some(format!("there are {}", known.join(", "))),
    };
    Box::new(problem.at(span, "an unknown name").maybe_help(help))
}

pub(crate) fn sensitive_message(what: &str, span: Span) -> Boxed {
    Box::new(Problem::error("LF0212", what.to_string()).at(
        span,
        "its message is not shown, since a sensitive value is involved",
    ))
}
