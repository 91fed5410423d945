//! Attributes that name a file: its content is read by the core, so that a provider never has to.

use diagnostics::Problem;
use eval::World;
use model::{Attribute, BlockSchema, Value};

/// The body with the content of the files that it names; and the problems, with the attribute
/// that each is about.
pub fn load_files<'s>(
    schema: &'s BlockSchema,
    body: Value,
    world: &World<'_>,
) -> (Value, Vec<(&'s str, Problem)>) {
    let mut body = body;
    let mut problems = Vec::new();
    for attribute in &schema.attributes {
        let (Some(target), Some(path)) = (target(schema, attribute), body.get(&attribute.name))
        else {
            continue;
        };
        let Some(path) = path.as_str().map(str::to_string) else {
            continue;
        };
        let found = match &*attribute.name {
            "template" => template(&path, body.get("vars"), world),
            _ => text(&path, world).map(Value::string),
        };
        let content = found.unwrap_or_else(|problem| {
            problems.push((&*attribute.name, problem));
            Value::unknown(model::Type::String)
        });
        body = body.with(target, content);
    }
    (body, problems)
}

/// Where the content goes: a template, rendered with `vars`, becomes the `content`.
fn target(schema: &BlockSchema, attribute: &Attribute) -> Option<&'static str> {
    let renders = attribute.name == "template" && schema.attribute("vars").is_some();
    attribute
        .loads_into
        .or_else(|| renders.then_some("content"))
}

fn template(path: &str, vars: Option<&Value>, world: &World<'_>) -> Result<Value, Problem> {
    let text = text(path, world)?;
    match vars.filter(|v| !v.is_null()) {
        Some(vars) if vars.has_unknown() => Ok(Value::unknown(model::Type::String)),
        Some(vars) => eval::render(path, &text, vars),
        None => eval::render(path, &text, &Value::object([("", Value::NULL); 0])),
    }
}

fn text(path: &str, world: &World<'_>) -> Result<String, Problem> {
    let bytes = world.sources.read(path).map_err(|why| {
        Problem::error("LF0313", format!("the file `{path}` can't be read")).detail(why)
    })?;
    String::from_utf8(bytes).map_err(|_| {
        Problem::error("LF0314", format!("`{path}` is not UTF-8"))
            .help("write `content_base64 = filebase64(…)` for a binary file")
    })
}
