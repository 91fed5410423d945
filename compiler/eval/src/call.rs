//! Calls: arguments, conversion, and what secrets, unknowns and nulls among them mean.

use crate::evaluate::{Eval, Evaluator};
use crate::functions::{self, Context, Fault, Function, Policy};
use crate::{Call, Expr, lazy, limits, marks};
use diagnostics::{Problem, Span, did_you_mean};
use model::{FunctionSchema, Type, Unknown, Value, convert};
use std::sync::Arc;

/// A call's arguments with the places that problems point to.
struct Arguments {
    values: Vec<Value>,
    spans: Vec<Span>,
}

impl Arguments {
    fn span(&self, index: Option<usize>, call: Span) -> Span {
        // All that came out of `...` stand at one place.
        index
            .and_then(|i| self.spans.get(i).or(self.spans.last()))
            .copied()
            .unwrap_or(call)
    }
}

impl Evaluator<'_> {
    pub(crate) fn call(&mut self, whole: &Expr, call: &Call) -> Eval {
        if self.values_alone {
            let problem = Problem::error("LF0226", "in a file of values nothing is called");
            return Err(Box::new(problem.at(call.name_span, "a call")));
        }
        if let Some(special) = lazy::special(&call.name) {
            return match call.expand {
                false => special(self, whole, call),
                true => self.special_expanded(special, whole, call),
            };
        }
        let arguments = self.arguments(call)?;
        match arguments {
            Expanded::Known(arguments) => self.apply(whole, call, arguments),
            Expanded::Unknown(inputs) => {
                let inputs: Vec<&Value> = inputs.iter().collect();
                Ok(marks::unknown_value(Type::Any, &inputs))
            }
            Expanded::Secret(values, spans) => {
                let operation = format!("{}...", call.name);
                let inputs: Vec<&Value> = values.iter().collect();
                if inputs.iter().any(|v| v.has_unknown()) {
                    return Ok(marks::unknown_value(Type::Any, &inputs));
                }
                marks::lift(
                    &operation,
                    &inputs,
                    || Type::Any,
                    |open| {
                        let mut values = open.to_vec();
                        let last = values.pop().unwrap_or(Value::NULL);
                        let items = last.as_items().ok_or_else(|| refused_secret(call))?;
                        values.extend(items.iter().cloned());
                        self.apply(whole, call, Arguments { values, spans })
                            .map_err(|_| refused_secret(call))
                    },
                )
            }
        }
    }

    /// What sees expressions sees the items of the last argument as such.
    fn special_expanded(&mut self, special: lazy::Special, whole: &Expr, call: &Call) -> Eval {
        let Some((last, before)) = call.arguments.split_last() else {
            return special(self, whole, call);
        };
        let value = self.value(last)?;
        if value.is_unknown() {
            return Ok(marks::unknown_value(Type::Any, &[&value]));
        }
        if marks::is_secret(&value) {
            return Err(refused_secret(call));
        }
        let items = value
            .as_items()
            .ok_or_else(|| not_spread(&value, last.span))?;
        let items = items
            .iter()
            .map(|item| Expr::literal(item.clone(), last.span));
        let spread = Call {
            arguments: before.iter().cloned().chain(items).collect(),
            expand: false,
            ..call.clone()
        };
        special(self, whole, &spread)
    }

    fn arguments(&mut self, call: &Call) -> Result<Expanded, Box<Problem>> {
        let mut values = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            values.push(self.value(argument)?);
        }
        let mut spans: Vec<Span> = call.arguments.iter().map(|a| a.span).collect();
        if !call.expand {
            return Ok(Expanded::Known(Arguments { values, spans }));
        }
        let Some(last) = values.pop() else {
            return Ok(Expanded::Known(Arguments { values, spans }));
        };
        match &last {
            Value::Unknown(_) => {
                values.push(last);
                return Ok(Expanded::Unknown(values));
            }
            Value::Secret(_) => {
                values.push(last);
                return Ok(Expanded::Secret(values, spans));
            }
            _ => {}
        }
        let Some(items) = last.as_items() else {
            let span = spans.last().copied().unwrap_or(call.name_span);
            return Err(not_spread(&last, span));
        };
        let at = spans.last().copied();
        for item in items {
            values.push(item.clone());
        }
        spans.resize(values.len(), at.unwrap_or(call.name_span));
        Ok(Expanded::Known(Arguments { values, spans }))
    }

    fn apply(&mut self, whole: &Expr, call: &Call, arguments: Arguments) -> Eval {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        if let Some(function) = functions::find(name) {
            return self.apply_function(whole, call, function, arguments);
        }
        let of_provider = name.strip_prefix("provider::");
        match of_provider.and_then(|rest| rest.split_once("::")) {
            Some((provider, name)) => {
                self.provider_function(whole, call, provider, name, arguments)
            }
            None => Err(unknown_function(call)),
        }
    }

    fn apply_function(
        &mut self,
        whole: &Expr,
        call: &Call,
        function: &'static Function,
        arguments: Arguments,
    ) -> Eval {
        count(function, arguments.values.len(), call)?;
        let mut values = Vec::with_capacity(arguments.values.len());
        for (i, value) in arguments.values.iter().enumerate() {
            let Some(parameter) = function.parameter(i) else {
                continue;
            };
            if !parameter.null && value.is_null() {
                return Err(null_argument(
                    call,
                    parameter.name,
                    arguments.span(Some(i), whole.span),
                ));
            }
            match parameter.want.convert(value) {
                Ok(value) => values.push(value),
                Err(reason) => {
                    let span = arguments.span(Some(i), whole.span);
                    return Err(wrong_argument(
                        call,
                        parameter.name,
                        &refusal(value, reason),
                        span,
                    ));
                }
            }
        }
        let context = Context { world: self.world };
        let fail = |fault: Fault, secret: bool| {
            let span = arguments.span(fault.argument, whole.span);
            function_failed(call, fault, span, secret)
        };
        let inputs: Vec<&Value> = values.iter().collect();
        let (unknown, secret) = match function.policy {
            Policy::Plain => (
                inputs.iter().any(|v| v.has_unknown()),
                inputs.iter().any(|v| v.has_secret()),
            ),
            Policy::Inside => (
                inputs.iter().any(|v| v.is_unknown()),
                inputs.iter().any(|v| marks::is_secret(v)),
            ),
            Policy::Raw => (false, false),
        };
        if unknown {
            return Ok(unknown_result(function.returns.ty(), &inputs));
        }
        if secret {
            if inputs.iter().any(|v| v.has_unknown()) {
                return Ok(unknown_result(function.returns.ty(), &inputs));
            }
            return marks::lift(
                function.name,
                &inputs,
                || function.returns.ty(),
                |open| (function.body)(&context, open).map_err(|fault| fail(fault, true)),
            );
        }
        // Whether anything in them is secret is looked at only where it matters: they may be large.
        let hidden = || inputs.iter().any(|v| v.has_secret());
        let value = (function.body)(&context, &values).map_err(|fault| fail(fault, hidden()))?;
        limits::bounded(value, whole.span)
    }

    fn provider_function(
        &mut self,
        whole: &Expr,
        call: &Call,
        provider: &str,
        name: &str,
        arguments: Arguments,
    ) -> Eval {
        let functions = self.world.functions;
        let Some(schema) = functions.schema(provider, name) else {
            return Err(Box::new(
                Problem::error(
                    "LF0220",
                    format!("the provider `{provider}` has no function `{name}`"),
                )
                .at(call.name_span, "not there")
                .help(match did_you_mean(&call.name, functions::names()) {
                    Some(close) => format!("did you mean `{close}`?"),
                    None => {
                        "`provider::NAME::FUNCTION` takes the provider's name in this module".into()
                    }
                }),
            ));
        };
        let values = provider_arguments(whole, call, schema, &arguments)?;
        let inputs: Vec<&Value> = values.iter().collect();
        if inputs.iter().any(|v| v.has_unknown()) {
            return Ok(marks::unknown_value(schema.result.clone(), &inputs));
        }
        let run = |values: &[Value], secret: bool| {
            let result = functions.call(provider, name, values).and_then(|value| {
                convert(&value, &schema.result)
                    .map_err(|e| format!("the provider gave something else than it declares: {e}"))
            });
            result.map_err(|m| function_failed(call, Fault::from(m), whole.span, secret))
        };
        if inputs.iter().any(|v| v.has_secret()) {
            let result = || schema.result.clone();
            return marks::lift(&call.name, &inputs, result, |open| run(open, true));
        }
        run(&values, false)
    }
}

enum Expanded {
    Known(Arguments),
    /// What was to be spread out is unknown.
    Unknown(Vec<Value>),
    /// What is to be spread out, the last one, is secret.
    Secret(Vec<Value>, Vec<Span>),
}

/// Functions that never give null say so of what they give later, too.
fn unknown_result(ty: Type, inputs: &[&Value]) -> Value {
    let unknown = marks::unknown(ty, inputs);
    Value::Unknown(Arc::new(match unknown.ty {
        Type::Any => unknown,
        _ => Unknown::not_null(unknown),
    }))
}

/// What is wrong with a call as it is written, whatever the values: an unknown function, or a
/// number of arguments that it does not take.
pub fn wrong_call(call: &Call) -> Option<Problem> {
    if lazy::special(&call.name).is_some() {
        return None;
    }
    let Some(function) = functions::find(&call.name) else {
        return (!call.name.contains("::")).then(|| *unknown_function(call));
    };
    let counted = count(function, call.arguments.len(), call);
    counted
        .err()
        .filter(|_| !call.expand)
        .map(|problem| *problem)
}

fn count(function: &Function, given: usize, call: &Call) -> Result<(), Box<Problem>> {
    let least = function.parameters.len() - function.optional;
    let most = function.parameters.len();
    if given >= least && (given <= most || function.variadic.is_some()) {
        return Ok(());
    }
    let problem = Problem::error(
        "LF0221",
        format!(
            "`{}` takes {}, not {given}",
            call.name,
            wanted(function, least, most)
        ),
    );
    let label = match given < least {
        true => format!("`{}` is missing", function.parameters[given].name),
        false => "too many arguments".into(),
    };
    Err(Box::new(
        problem
            .at(call.name_span, label)
            .help(format!("it is written `{}`", function.signature())),
    ))
}

fn wanted(function: &Function, least: usize, most: usize) -> String {
    let noun = |n: usize| if n == 1 { "argument" } else { "arguments" };
    match (function.variadic.is_some(), least == most) {
        (true, _) => format!("at least {least} {}", noun(least)),
        (false, true) => format!("{least} {}", noun(least)),
        (false, false) => format!("{least} to {most} arguments"),
    }
}

fn provider_arguments(
    whole: &Expr,
    call: &Call,
    schema: &FunctionSchema,
    arguments: &Arguments,
) -> Result<Vec<Value>, Box<Problem>> {
    if schema.parameters.len() != arguments.values.len() {
        let names: Vec<_> = schema.parameters.iter().map(|(name, _)| *name).collect();
        let message = format!(
            "`{}` takes {} arguments, not {}",
            call.name,
            names.len(),
            arguments.values.len()
        );
        return Err(Box::new(
            Problem::error("LF0221", message)
                .at(call.name_span, "in this call")
                .help(format!(
                    "it is written `{}({})`",
                    call.name,
                    names.join(", ")
                )),
        ));
    }
    let mut values = Vec::with_capacity(arguments.values.len());
    for (i, (value, (name, ty))) in arguments.values.iter().zip(&schema.parameters).enumerate() {
        let span = arguments.span(Some(i), whole.span);
        values.push(
            convert(value, ty)
                .map_err(|e| wrong_argument(call, name, &refusal(value, e.to_string()), span))?,
        );
    }
    Ok(values)
}

fn unknown_function(call: &Call) -> Box<Problem> {
    let problem = Problem::error("LF0220", format!("there is no function `{}`", call.name));
    let help = did_you_mean(&call.name, functions::names())
        .map(|close| format!("did you mean `{close}`?"));
    Box::new(
        problem
            .at(call.name_span, "an unknown function")
            .maybe_help(help),
    )
}

fn null_argument(call: &Call, parameter: &str, span: Span) -> Box<Problem> {
    Box::new(
        Problem::error(
            "LF0222",
            format!("`{}` of `{}` may not be null", parameter, call.name),
        )
        .at(span, "this is null")
        .help("compare with null first (`x == null ? … : …`), or use `coalesce`"),
    )
}

/// Even the names of attributes can be part of a secret.
fn refusal(value: &Value, reason: String) -> String {
    if value.has_secret() {
        "this sensitive value is of another type".into()
    } else {
        reason
    }
}

fn wrong_argument(call: &Call, parameter: &str, reason: &str, span: Span) -> Box<Problem> {
    Box::new(
        Problem::error(
            "LF0222",
            format!("`{parameter}` of `{}` is of a wrong type", call.name),
        )
        .at(span, reason.to_string()),
    )
}

pub(crate) fn function_failed(call: &Call, fault: Fault, span: Span, secret: bool) -> Box<Problem> {
    if secret {
        return refused_secret_at(call, span);
    }
    let problem = Problem::error("LF0223", format!("`{}`: {}", call.name, fault.message));
    Box::new(problem.at(span, "in this call").maybe_help(fault.help))
}

fn not_spread(value: &Value, span: Span) -> Box<Problem> {
    Box::new(
        Problem::error("LF0224", "`...` spreads out a list, a set or a tuple")
            .at(span, format!("this is {}", crate::problem::kind(value))),
    )
}

fn refused_secret(call: &Call) -> Box<Problem> {
    refused_secret_at(call, call.name_span)
}

fn refused_secret_at(call: &Call, span: Span) -> Box<Problem> {
    Box::new(
        Problem::error(
            "LF0223",
            format!("`{}` refuses a sensitive argument", call.name),
        )
        .at(
            span,
            "the reason is not shown, since it could tell the sensitive value",
        ),
    )
}
