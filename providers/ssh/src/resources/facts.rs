//! Data `ssh_facts`: what a host tells of itself.

use crate::runner::look::Seen;
use model::{Attribute, BlockSchema, DataSchema, Type, Value};
use provider::host_type;

/// Its schema.
pub(crate) fn schema() -> DataSchema {
    let text = |name, doc| Attribute::new(name, Type::String, doc).computed();
    DataSchema {
        doc: "What a host tells of itself.",
        block: BlockSchema {
            attributes: vec![
                Attribute::new("host", host_type(), "The machine that is asked.").required(),
                text("os", "The distribution: `debian`, `ubuntu`."),
                text("version", "The distribution's version: `12`."),
                text("arch", "The machine's architecture: `x86_64`."),
                Attribute::new("cpus", Type::Number, "How many processors it has.").computed(),
                Attribute::new("memory", Type::Number, "Its memory in bytes.").computed(),
                text("hostname", "The name that it gives itself."),
                Attribute::new(
                    "addresses",
                    Type::list(Type::String),
                    "Its global addresses.",
                )
                .computed(),
                text("kernel", "The kernel's release."),
                text("init", "The first process: `systemd`."),
            ],
            blocks: Vec::new(),
        },
        on: Some("host"),
    }
}

/// Arguments and results, from what was seen.
pub(crate) fn answer(config: &Value, seen: &Seen) -> Value {
    let all = |name: &str| seen.facts.get(name).map(Vec::as_slice).unwrap_or_default();
    let text = |name: &str| match all(name).first().filter(|t| !t.is_empty()) {
        Some(text) => Value::string(text.as_str()),
        None => Value::Null(Type::String),
    };
    let number = |name: &str, unit: i64| match all(name).first().map(|n| n.parse::<i64>()) {
        Some(Ok(n)) => Value::int(n.saturating_mul(unit)),
        _ => Value::Null(Type::Number),
    };
    let addresses = all("address")
        .iter()
        .map(|a| Value::string(a.as_str()))
        .collect();
    let mut answer = config.clone();
    for name in ["os", "version", "arch", "hostname", "kernel", "init"] {
        answer = answer.with(name, text(name));
    }
    answer
        .with("cpus", number("cpus", 1))
        .with("memory", number("memory", 1024))
        .with("addresses", Value::list(Type::String, addresses))
}
