//! Functions that see their arguments' expressions rather than values, or evaluate something.

use crate::call::function_failed;
use crate::evaluate::{Eval, Evaluator};
use crate::functions::Fault;
use crate::functions::file::naming;
use crate::{Call, Expr, ExprKind, Reference, Scope, Template, access, marks, problem, render};
use diagnostics::{Problem, Span};
use model::{Type, Unknown, Value, convert};
use std::sync::Arc;

pub(crate) type Special = fn(&mut Evaluator<'_>, &Expr, &Call) -> Eval;

pub(crate) const NAMES: &[&str] = &[
    "can",
    DECODE_TFVARS,
    "render",
    "templatefile",
    "templatestring",
    "try",
];

const DECODE_TFVARS: &str = "provider::terraform::decode_tfvars";

pub(crate) fn special(name: &str) -> Option<Special> {
    Some(match name.strip_prefix("core::").unwrap_or(name) {
        "can" => can,
        DECODE_TFVARS => decode_tfvars,
        "render" => render_file,
        "templatefile" => template_file,
        "templatestring" => template_string,
        "try" => try_each,
        _ => return None,
    })
}

/// The first argument that holds. One that is unknown may still fail when it is known, so that
/// nothing is known of the result.
fn try_each(evaluator: &mut Evaluator<'_>, whole: &Expr, call: &Call) -> Eval {
    let mut reasons = Vec::new();
    for argument in &call.arguments {
        match evaluator.value(argument) {
            Ok(value) if value.is_unknown() => {
                return Ok(marks::unknown_value(Type::Any, &[&value]));
            }
            Ok(value) => return Ok(value),
            Err(problem) => reasons.push(problem),
        }
    }
    let mut problem = Problem::error("LF0225", "every alternative of `try` failed")
        .at(whole.span, "none of its arguments has a value")
        .help("add a last argument that always holds, such as null");
    for (i, reason) in reasons.into_iter().enumerate() {
        let span = reason.primary().unwrap_or(call.name_span);
        problem = problem.and(span, format!("{}: {}", i + 1, reason.message));
    }
    Err(Box::new(problem))
}

fn can(evaluator: &mut Evaluator<'_>, whole: &Expr, call: &Call) -> Eval {
    let [argument] = call.arguments.as_slice() else {
        return Err(wrong_count(call, "can(expression)", whole.span));
    };
    Ok(match evaluator.value(argument) {
        Ok(value) if value.is_unknown() => {
            Value::Unknown(Arc::new(Unknown::of(Type::Bool).not_null()))
        }
        outcome => Value::Bool(outcome.is_ok()),
    })
}

/// The values in a text that is written as a file of variables: of expressions that refer to
/// nothing and call nothing.
fn decode_tfvars(evaluator: &mut Evaluator<'_>, whole: &Expr, call: &Call) -> Eval {
    let [argument] = call.arguments.as_slice() else {
        let signature = format!("{DECODE_TFVARS}(text)");
        return Err(wrong_count(call, &signature, whole.span));
    };
    let failed = |fault: Fault, secret: bool| function_failed(call, fault, argument.span, secret);
    let text = evaluator.value(argument)?;
    let text = convert(&text, &Type::String)
        .ok()
        .filter(|text| !text.is_null())
        .ok_or_else(|| failed(Fault::from("a text is required"), false))?;
    if text.is_unknown() {
        return Ok(marks::unknown_value(Type::Any, &[&text]));
    }
    let decode = |text: &str, secret: bool| {
        let assignments = evaluator.world.sources.assignments(text);
        let assignments = assignments.map_err(|problem| match secret {
            true => failed(Fault::from(""), true),
            false => placed(problem, call),
        })?;
        let mut inner = Evaluator::new(&NoScope, evaluator.world);
        inner.values_alone = true;
        let mut fields = Vec::with_capacity(assignments.len());
        for (name, value) in assignments {
            let value = inner.value(&value).map_err(|problem| {
                failed(
                    Fault::from(format!("`{name}`: {}", problem.message)),
                    secret,
                )
            })?;
            fields.push((name, value));
        }
        Ok(Value::object(fields))
    };
    if let Value::String(text) = &text {
        return decode(text, false);
    }
    marks::lift(
        DECODE_TFVARS,
        &[&text],
        || Type::Any,
        |open| decode(open[0].as_str().unwrap_or_default(), true),
    )
}

fn template_file(evaluator: &mut Evaluator<'_>, whole: &Expr, call: &Call) -> Eval {
    if evaluator.in_template {
        return Err(Box::new(
            Problem::error("LF0226", "a template file can't render another one")
                .at(whole.span, "in this call")
                .help("render it outside, and hand the text over as a variable"),
        ));
    }
    let (path, variables) = match path_and_variables(evaluator, whole, call)? {
        Ready::Now(path, variables) => (path, variables),
        Ready::Later(value) => return Ok(value),
    };
    let parts = evaluator.world.sources.template(&path);
    rendered(evaluator, whole, call, parts, &variables)
}

/// A template that is the value of a name: one written in place needs no function.
fn template_string(evaluator: &mut Evaluator<'_>, whole: &Expr, call: &Call) -> Eval {
    if let [first, _] = call.arguments.as_slice()
        && !is_named(first)
    {
        let fault = Fault::from("the template is the value of a name, such as `local.greeting`")
            .help("a template that is written in place is a string: \"Hello, ${name}\"");
        return Err(function_failed(call, fault, first.span, false));
    }
    let (text, variables) = match path_and_variables(evaluator, whole, call)? {
        Ready::Now(text, variables) => (text, variables),
        Ready::Later(value) => return Ok(value),
    };
    let parts = evaluator.world.sources.template_text(&text);
    rendered(evaluator, whole, call, parts, &variables)
}

/// A name, or an attribute or an item of one.
fn is_named(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Reference(_) => true,
        ExprKind::Attribute(source, _) | ExprKind::Index(source, _) => is_named(source),
        _ => false,
    }
}

fn rendered(
    evaluator: &Evaluator<'_>,
    whole: &Expr,
    call: &Call,
    template: Result<Template, Problem>,
    variables: &Value,
) -> Eval {
    let template = template.map_err(|p| placed(p, call))?;
    let mut inner = Evaluator::new(&NoScope, evaluator.world);
    inner.in_template = true;
    inner.untaken = evaluator.untaken;
    if let Some(fields) = variables.as_fields() {
        inner.bound.extend(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), value.clone())),
        );
    }
    inner.template(&template.parts).map_err(|problem| {
        let problem = problem.within(&template.path, &template.text);
        Box::new(problem.at(whole.span, "the template is rendered here"))
    })
}

fn render_file(evaluator: &mut Evaluator<'_>, whole: &Expr, call: &Call) -> Eval {
    let (path, variables) = match path_and_variables(evaluator, whole, call)? {
        Ready::Now(path, variables) => (path, variables),
        Ready::Later(value) => return Ok(value),
    };
    let argument = call.arguments[0].span;
    let failed = |message: String| function_failed(call, Fault::from(message), argument, false);
    let bytes = evaluator.world.sources.read(&path);
    let bytes = bytes.map_err(|why| failed(naming(&path, why)))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| failed(format!("the file `{path}` is not UTF-8 text")))?;
    render::render(&path, &text, &variables)
        .map_err(|problem| Box::new(problem.at(whole.span, "rendered here")))
}

enum Ready {
    Now(Arc<str>, Value),
    Later(Value),
}

/// The two arguments of a template function. The variables may be secret as a whole, and are
/// then so one by one.
fn path_and_variables(
    evaluator: &mut Evaluator<'_>,
    whole: &Expr,
    call: &Call,
) -> Result<Ready, Box<Problem>> {
    let [path_at, variables_at] = call.arguments.as_slice() else {
        return Err(wrong_count(
            call,
            &format!("{}(path, variables)", call.name),
            whole.span,
        ));
    };
    let path = evaluator.value(path_at)?;
    let variables = evaluator.value(variables_at)?;
    if path.is_unknown() || variables.is_unknown() {
        let text = marks::unknown(Type::String, &[&path, &variables]).not_null();
        return Ok(Ready::Later(Value::Unknown(Arc::new(text))));
    }
    if marks::is_secret(&path) {
        let message = "the path of a template can't be sensitive";
        return Err(problem::sensitive_message(message, path_at.span));
    }
    let path = convert(&path, &Type::String).ok().filter(|p| !p.is_null());
    let Some(Value::String(path)) = path else {
        let fault = Fault::from("the path of a file is required");
        return Err(function_failed(call, fault, path_at.span, false));
    };
    if let Value::Secret(secret) = &variables {
        let Some(fields) = secret.expose().and_then(Value::as_fields) else {
            let message = "the variables of a template can't be sealed as a whole";
            return Err(problem::sensitive_message(message, variables_at.span));
        };
        let each = fields.iter().map(|(name, value)| {
            let ty = access::attribute_type(&secret.ty, name).unwrap_or_default();
            let part = secret.derive(&format!(".{name}"), ty, |_| value.clone());
            (name.clone(), Value::Secret(Arc::new(part)))
        });
        return Ok(Ready::Now(path, Value::object(each)));
    }
    if variables.as_fields().is_none() {
        let fault = Fault::from("the variables are an object or a map")
            .help("as in { name = value }; {} where there is none");
        return Err(function_failed(call, fault, variables_at.span, false));
    }
    Ok(Ready::Now(path, variables))
}

fn placed(problem: Problem, call: &Call) -> Box<Problem> {
    Box::new(match problem.apart.is_empty() {
        true => problem.at(call.arguments[0].span, "this file"),
        false => problem.at(call.arguments[0].span, "this text"),
    })
}

fn wrong_count(call: &Call, signature: &str, span: Span) -> Box<Problem> {
    Box::new(
        Problem::error("LF0221", format!("`{}` is not called so", call.name))
            .at(span, "a wrong number of arguments")
            .help(format!("it is written `{signature}`")),
    )
}

/// A template file sees nothing of the configuration.
struct NoScope;

impl Scope for NoScope {
    fn resolve(&self, _: &Reference, span: Span) -> Result<Value, Problem> {
        Err(Problem::error(
            "LF0211",
            "a template file sees only the variables of its call",
        )
        .at(span, "not handed over"))
    }
}
