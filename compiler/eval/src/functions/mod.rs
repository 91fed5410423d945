//! The functions of the language: one table, and what its entries are made of.
//! What calls them is `call`; what can't be an entry, being lazy, is in `lazy`.

mod charset;
mod collection;
mod convert;
mod csv;
mod date;
mod encoding;
pub(crate) mod file;
mod format;
mod hash;
mod network;
mod notation;
mod number;
mod regex;
mod rsa;
mod rsa_key;
mod sequence;
mod set;
mod string;
mod verb;
mod yaml;
mod yaml_encode;

use crate::World;
use model::{Type, Value, convert as convert_value};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// How many of the last parameters may be left out.
    pub(crate) optional: usize,
    /// What any further arguments are.
    pub(crate) variadic: Option<Parameter>,
    pub(crate) returns: Want,
    pub(crate) policy: Policy,
    pub(crate) body: Body,
}

pub(crate) type Body = fn(&Context<'_>, &[Value]) -> Answer;
pub(crate) type Answer = Result<Value, Fault>;

/// What a body may know besides its arguments.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a World<'a>,
}

/// What a function asks of an argument.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) want: Want,
    /// Whether null is an argument like any other.
    pub(crate) null: bool,
}

/// Who deals with arguments that are secret or unknown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// The caller, with all of them: the body sees known, plain values only.
    Plain,
    /// The caller, with arguments that are so as a whole; the body passes on those inside.
    Inside,
    /// The body.
    Raw,
}

/// A type that an argument is converted to, or that a result has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Any,
    Bool,
    Number,
    String,
    Strings,
    Numbers,
    StringSet,
    Set,
}

/// Why a function refuses.
pub(crate) struct Fault {
    /// Which argument is at fault.
    pub(crate) argument: Option<usize>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Fault {
    pub(crate) fn of(argument: usize, message: impl Into<String>) -> Fault {
        Fault {
            argument: Some(argument),
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: &str) -> Fault {
        self.help = Some(help.into());
        self
    }
}

impl<T: Into<String>> From<T> for Fault {
    fn from(message: T) -> Fault {
        Fault {
            argument: None,
            message: message.into(),
            help: None,
        }
    }
}

impl Want {
    pub(crate) fn ty(self) -> Type {
        match self {
            Want::Any => Type::Any,
            Want::Bool => Type::Bool,
            Want::Number => Type::Number,
            Want::String => Type::String,
            Want::Strings => Type::list(Type::String),
            Want::Numbers => Type::list(Type::Number),
            Want::StringSet => Type::set(Type::String),
            Want::Set => Type::set(Type::Any),
        }
    }

    pub(crate) fn convert(self, value: &Value) -> Result<Value, String> {
        match (self, value) {
            (Want::Any, _)
            | (Want::String, Value::String(_))
            | (Want::Number, Value::Number(_))
            | (Want::Bool, Value::Bool(_)) => Ok(value.clone()),
            _ => convert_value(value, &self.ty()).map_err(|e| e.to_string()),
        }
    }
}

impl Function {
    const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        returns: Want,
        body: Body,
    ) -> Function {
        Function {
            name,
            parameters,
            optional: 0,
            variadic: None,
            returns,
            policy: Policy::Plain,
            body,
        }
    }

    const fn optional(mut self, count: usize) -> Function {
        self.optional = count;
        self
    }

    const fn variadic(mut self, parameter: Parameter) -> Function {
        self.variadic = Some(parameter);
        self
    }

    const fn inside(mut self) -> Function {
        self.policy = Policy::Inside;
        self
    }

    const fn raw(mut self) -> Function {
        self.policy = Policy::Raw;
        self
    }

    pub(crate) fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.variadic.as_ref())
    }

    pub(crate) fn signature(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for (i, parameter) in self.parameters.iter().enumerate() {
            let left_out = i + self.optional >= self.parameters.len();
            names.push(if left_out {
                format!("[{}]", parameter.name)
            } else {
                parameter.name.into()
            });
        }
        names.extend(self.variadic.as_ref().map(|p| format!("{}...", p.name)));
        format!("{}({})", self.name, names.join(", "))
    }
}

const fn p(name: &'static str, want: Want) -> Parameter {
    Parameter {
        name,
        want,
        null: false,
    }
}

const fn nullable(name: &'static str, want: Want) -> Parameter {
    Parameter {
        name,
        want,
        null: true,
    }
}

/// The function of a name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    TABLE.get(name).copied()
}

/// All names, those of the lazy ones included.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE
        .keys()
        .copied()
        .chain(crate::lazy::NAMES.iter().copied())
}

static TABLE: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    [
        charset::FUNCTIONS,
        collection::FUNCTIONS,
        convert::FUNCTIONS,
        csv::FUNCTIONS,
        date::FUNCTIONS,
        encoding::FUNCTIONS,
        file::FUNCTIONS,
        format::FUNCTIONS,
        hash::FUNCTIONS,
        network::FUNCTIONS,
        notation::FUNCTIONS,
        number::FUNCTIONS,
        regex::FUNCTIONS,
        rsa::FUNCTIONS,
        sequence::FUNCTIONS,
        set::FUNCTIONS,
        string::FUNCTIONS,
        yaml::FUNCTIONS,
        yaml_encode::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
    .map(|f| (f.name, f))
    .collect()
});

/// The text of an argument that was converted to a string.
fn text(arguments: &[Value], index: usize) -> &str {
    arguments.get(index).and_then(Value::as_str).unwrap_or("")
}

/// A whole number that was asked for as a count or an index.
fn whole(arguments: &[Value], index: usize) -> Result<i64, Fault> {
    match arguments.get(index) {
        Some(Value::Number(n)) => n
            .as_i64()
            .ok_or_else(|| Fault::of(index, "a whole number is required")),
        _ => Err(Fault::of(index, "a whole number is required")),
    }
}
