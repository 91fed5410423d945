//! Problems of values and types.

use super::{hint, list};
use diagnostics::{Problem, Span};
use model::{ConvertError, Scalar};

/// What makes a type of other types.
pub(crate) const TYPE_CONSTRUCTORS: [&str; 6] = ["list", "set", "map", "object", "tuple", "enum"];
const TYPES: &str = "a type is `string`, `number`, `bool`, `any`, `list(T)`, `set(T)`, `map(T)`, \
                     `object({ name = T })`, `tuple([T, T])`, `kind.NAME`, `duration`, `size`, \
                     `port`, `cidr`, `schedule` or `enum(\"a\", \"b\")`";

pub(crate) fn wrong_type(what: &str, error: &ConvertError, span: Span) -> Problem {
    let inside = match error.path.0.is_empty() {
        true => String::new(),
        false => format!(" at `{}`", error.path),
    };
    Problem::error("LF0130", format!("{what} has the wrong type{inside}"))
        .at(span, error.message.clone())
}

pub(crate) fn ambiguous_key(span: Span) -> Problem {
    Problem::error("LF0016", "a key with dots is ambiguous")
        .at(span, "a name with dots, or a reference?")
        .help("put a reference into parentheses, and a name with dots between quotes")
}

pub(crate) fn not_constant(what: &str, span: Span) -> Problem {
    Problem::error("LF0131", format!("{what} is no constant"))
        .at(span, "known only when the configuration is evaluated")
        .help(
            "write the value itself here: a string, a number, `true`, a list or an object of such",
        )
}

pub(crate) fn no_reference_here(what: &str, span: Span) -> Problem {
    Problem::error("LF0131", format!("{what} may not refer to anything"))
        .at(span, "a reference")
        .help("write the value itself, or give it another name in `locals` where it is used")
}

pub(crate) fn unknown_type(name: &str, span: Span) -> Problem {
    let known = ["string", "number", "bool", "any"]
        .into_iter()
        .chain(Scalar::PLAIN.iter().map(Scalar::word))
        .chain(TYPE_CONSTRUCTORS);
    Problem::error("LF0132", format!("there is no type `{name}`"))
        .at(span, "unknown type")
        .help(hint(name, known).unwrap_or_else(|| TYPES.into()))
}

pub(crate) fn quoted_type(text: Option<&str>, span: Span) -> Problem {
    let help = match text {
        Some(text) => format!("write `{text}` without quotes"),
        None => TYPES.into(),
    };
    Problem::error("LF0132", "a type is written without quotes")
        .at(span, "a string")
        .help(help)
}

pub(crate) fn no_type(span: Span) -> Problem {
    Problem::error("LF0132", "this is no type")
        .at(span, "a type is expected")
        .help(TYPES)
}

pub(crate) fn no_field_name(span: Span) -> Problem {
    Problem::error("LF0132", "an attribute of an object type has a plain name")
        .at(span, "a name is expected")
}

pub(crate) fn type_arguments(name: &str, span: Span) -> Problem {
    let usage = match name {
        "object" => "object({ name = string })",
        "tuple" => "tuple([string, number])",
        "optional" => "optional(number, 80)",
        "set" => "set(string)",
        "map" => "map(string)",
        "enum" => "enum(\"a\", \"b\")",
        _ => "list(string)",
    };
    Problem::error("LF0132", format!("`{name}` is used in another way"))
        .at(span, format!("expected `{usage}`"))
}

pub(crate) fn optional_outside(span: Span) -> Problem {
    Problem::error(
        "LF0132",
        "`optional` stands only around the type of an object's attribute",
    )
    .at(span, "not here")
    .help("for a variable that may be left out, write `default = null` in its block")
}

pub(crate) fn literal_needed(name: &str, expected: &str, span: Span) -> Problem {
    Problem::error("LF0133", format!("`{name}` takes {expected}, written out"))
        .at(span, "not known before anything is evaluated")
}

pub(crate) fn no_duration(name: &str, span: Span) -> Problem {
    Problem::error("LF0134", format!("`{name}` is no length of time"))
        .at(span, "expected such as \"30s\", \"10m\", \"1h30m\"")
}

pub(crate) fn not_one_of(name: &str, words: &[&str], given: &str, span: Span) -> Problem {
    Problem::error("LF0135", format!("`{name}` cannot be `{given}`"))
        .at(span, format!("expected {}", list(words.iter().copied())))
        .maybe_help(hint(given, words.iter().copied()))
}

pub(crate) fn unused_field(name: &str, close: &str, span: Span) -> Problem {
    Problem::warning("LF0136", format!("nothing takes the attribute `{name}`"))
        .at(span, "left out when the object is converted to its type")
        .help(format!("did you mean `{close}`?"))
}

pub(crate) fn no_number(span: Span) -> Problem {
    Problem::error("LF0137", "this number is out of range").at(span, "too large or too precise")
}

pub(crate) fn null_default(span: Span) -> Problem {
    Problem::error("LF0130", "the default of this variable may not be null")
        .at(span, "it says `nullable = false`")
        .help("write another default, or remove the line so that callers must give a value")
}

pub(crate) fn no_count(span: Span) -> Problem {
    Problem::error("LF0137", "`count` is a whole number, 0 or more").at(span, "not such a number")
}

pub(crate) fn no_for_each(span: Span) -> Problem {
    Problem::error(
        "LF0130",
        "`for_each` takes a map, an object, or a set of strings",
    )
    .at(span, "its items have no keys to name instances by")
    .help("write `toset([…])` around a list of strings, or `{ for x in … : x.name => x }`")
}

pub(crate) fn not_about(name: &str, span: Span) -> Problem {
    Problem::error(
        "LF0172",
        format!("a validation of `{name}` does not look at `var.{name}`"),
    )
    .at(span, "looks at other things alone")
    .help(format!(
        "name `var.{name}` in it; what has nothing to do with the variable goes to a `check`, or \
         to a precondition"
    ))
}
