//! Checks a provider's answers against the contract, in words meant for the provider's author.

use crate::{Made, PlanAnswer, PlanRequest};
use model::{
    AttributeUse, BlockSchema, Containment, ResourceSchema, Type, Value, convert, differences,
    show_type,
};

/// What a plan answer breaks; empty where it keeps the contract.
pub fn plan(
    schema: &ResourceSchema,
    request: &PlanRequest<'_>,
    answer: &PlanAnswer,
) -> Vec<String> {
    let mut broken = Vec::new();
    for path in &answer.replaced {
        if !path
            .first()
            .is_some_and(|name| schema.block.names().any(|n| n == name))
        {
            broken.push(format!(
                "`{}`: plan replaces because of `{path}`, which is not in the schema",
                request.ty
            ));
        }
    }
    let Some(planned) = &answer.planned else {
        return broken;
    };
    broken.extend(typed("plan", request.ty, &schema.block, planned));
    for attribute in &schema.block.attributes {
        let (config, planned) = (
            request.config.get(&attribute.name),
            planned.get(&attribute.name),
        );
        let configured = config.is_some_and(|v| !v.is_null());
        if configured && config != planned {
            broken.push(format!(
                "`{}`: plan changed the attribute `{}`, which the configuration sets; a plan may \
                 only decide what the user left open",
                request.ty, attribute.name
            ));
        }
        if configured || attribute.is_computed() {
            continue;
        }
        match &attribute.default {
            Some(default) if planned.is_some_and(|v| v != default) => broken.push(format!(
                "`{}`: plan gave the attribute `{}`, which is not configured, another value than \
                 its default",
                request.ty, attribute.name
            )),
            None if planned.is_some_and(|v| !v.is_null()) => broken.push(format!(
                "`{}`: plan set the attribute `{}`, which is neither configured nor computed",
                request.ty, attribute.name
            )),
            _ => {}
        }
    }
    broken
}

/// What the outcome of a create or an update breaks; empty where it keeps the contract.
pub fn outcome(schema: &ResourceSchema, ty: &str, planned: &Value, made: &Made) -> Vec<String> {
    let mut broken = typed("apply", ty, &schema.block, &made.attributes);
    if made.attributes.has_unknown() {
        broken.push(format!("`{ty}`: apply gave a value that is still unknown"));
    }
    let (planned, made) = (planned.expose(), made.attributes.expose());
    for difference in differences(&planned, &made) {
        let open = |v: &Option<Value>| {
            v.as_ref()
                .is_some_and(|v| v.has_unknown() || v.has_sealed())
        };
        let name = difference.path.first().unwrap_or_default();
        let write_only = schema.block.attribute(name).is_some_and(|a| a.write_only);
        if !open(&difference.before) && !write_only {
            broken.push(format!(
                "`{ty}`: apply gave another value for `{}` than was planned; what was planned as \
                 known must come true",
                difference.path
            ));
        }
    }
    broken
}

/// What the answer of a read breaks; empty where it keeps the contract.
pub fn read(schema: &ResourceSchema, ty: &str, made: &Made) -> Vec<String> {
    let mut broken = typed("read", ty, &schema.block, &made.attributes);
    if made.attributes.has_unknown() {
        broken.push(format!("`{ty}`: read gave a value that is unknown"));
    }
    for attribute in schema.block.attributes.iter().filter(|a| a.write_only) {
        let given = made.attributes.get(&attribute.name);
        if given.is_some_and(|v| !v.is_null()) {
            broken.push(format!(
                "`{ty}`: read gave `{}`, which is only ever handed to the provider",
                attribute.name
            ));
        }
    }
    broken
}

/// What something that was opened breaks; empty where it keeps the contract.
pub fn opened(block: &BlockSchema, ty: &str, config: &Value, value: &Value) -> Vec<String> {
    let mut broken = typed("open", ty, block, value);
    if value.has_unknown() {
        broken.push(format!("`{ty}`: open gave a value that is still unknown"));
    }
    for attribute in &block.attributes {
        let configured = config.get(&attribute.name).filter(|v| !v.is_null());
        if configured.is_some() && configured != value.get(&attribute.name) {
            broken.push(format!(
                "`{ty}`: open gave another value for `{}` than the configuration sets",
                attribute.name
            ));
        }
    }
    broken
}

/// What a schema itself breaks; empty where it is sound.
pub fn schema(ty: &str, schema: &ResourceSchema) -> Vec<String> {
    let mut broken = Vec::new();
    if schema.doc.is_empty() {
        broken.push(format!("`{ty}` has no documentation"));
    }
    body(ty, &schema.block, &mut broken);
    if schema.timeout_ms == 0 {
        broken.push(format!(
            "`{ty}` says nothing of how long its operations may take"
        ));
    }
    match schema.containment {
        Containment::On(name) if schema.block.attribute(name).is_none() => {
            broken.push(format!(
                "`{ty}` lives on the host in `{name}`, which is not there"
            ));
        }
        Containment::Machine(name) if !is_computed(&schema.block, name) => broken.push(format!(
            "`{ty}` gives out its host in `{name}`, which is no computed attribute"
        )),
        _ => {}
    }
    for gate in schema.gates.iter().filter(|g| g.doc.is_empty()) {
        broken.push(format!(
            "the gate `{}` of `{ty}` has no documentation",
            gate.name
        ));
    }
    broken
}

/// What attributes and nested blocks break.
fn body(ty: &str, block: &BlockSchema, broken: &mut Vec<String>) {
    let names: Vec<_> = block.names().collect();
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            broken.push(format!("`{ty}`: two attributes are named `{name}`"));
        }
    }
    for attribute in &block.attributes {
        let name = &attribute.name;
        if attribute.doc.is_empty() {
            broken.push(format!("`{ty}.{name}` has no documentation"));
        }
        if attribute.usage == AttributeUse::Required && attribute.default.is_some() {
            broken.push(format!("`{ty}.{name}` is required and has a default"));
        }
        if attribute.write_only && attribute.is_computed() {
            broken.push(format!("`{ty}.{name}` is computed, but never recorded"));
        }
        if let Some(target) = attribute.loads_into
            && block.attribute(target).is_none()
        {
            broken.push(format!(
                "`{ty}.{name}` loads into `{target}`, which is not there"
            ));
        }
        if let Some(default) = &attribute.default
            && convert(default, &attribute.ty).as_ref() != Ok(default)
        {
            broken.push(format!("`{ty}.{name}`: the default is not of its type"));
        }
    }
    for nested in &block.blocks {
        let path = format!("{ty}.{}", nested.name);
        if nested.max.is_some_and(|max| max < nested.min) {
            broken.push(format!("`{path}` must stand more often than it may"));
        }
        body(&path, &nested.block, broken);
    }
}

fn is_computed(block: &BlockSchema, name: &str) -> bool {
    block
        .attribute(name)
        .is_some_and(model::Attribute::is_computed)
}

fn typed(call: &str, ty: &str, block: &BlockSchema, value: &Value) -> Vec<String> {
    let Value::Object(fields) = value else {
        return vec![format!(
            "`{ty}`: {call} gave {}, not an object",
            show_type(&value.ty())
        )];
    };
    let mut broken = Vec::new();
    for name in fields.keys() {
        if !block.names().any(|n| n == &**name) {
            broken.push(format!(
                "`{ty}`: {call} gave `{name}`, which is not in the schema"
            ));
        }
    }
    let expected = block.attributes.iter().map(|a| (&*a.name, a.ty.clone()));
    for (name, expected) in expected.chain(block.blocks.iter().map(|b| (&*b.name, b.ty()))) {
        match fields.get(name) {
            None => broken.push(format!(
                "`{ty}`: {call} left out `{name}`; null says nothing"
            )),
            Some(value) if !is_of(value, &expected) => broken.push(format!(
                "`{ty}`: {call} gave `{name}` as {}, not as {}",
                show_type(&value.ty()),
                show_type(&expected)
            )),
            Some(_) => {}
        }
    }
    broken
}

fn is_of(value: &Value, ty: &Type) -> bool {
    // A null says nothing, of whatever type.
    *ty == Type::Any
        || value.is_null()
        || convert(value, ty).is_ok_and(|v| v == *value || value.is_unknown())
}

#[cfg(test)]
mod tests;
