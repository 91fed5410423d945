//! `data "environment_variable"`: what whoever runs Landfall hands over.

use model::{AttrPath, Attribute, BlockSchema, DataSchema, Type, Value};
use provider::{DataAnswer, ProviderProblem};

/// The type of the data source.
pub(crate) const TYPE: &str = "environment_variable";

pub(crate) fn schema() -> DataSchema {
    let attributes = vec![
        Attribute::new("name", Type::String, "The variable's name.").required(),
        Attribute::new("value", Type::String, "What it holds.")
            .computed()
            .sensitive(),
    ];
    DataSchema {
        doc: "An environment variable of the process that plans and applies. It has to be set for both.",
        block: BlockSchema {
            attributes,
            blocks: Vec::new(),
        },
        on: None,
    }
}

pub(crate) fn read(config: &Value) -> DataAnswer {
    let name = config
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let refused = |why: &str| {
        let set = "set it where `landfall` runs, in `plan` and in `apply`";
        let problem = ProviderProblem::error(format!("the environment variable `{name}` {why}"));
        Err(problem.at(AttrPath::name("name")).help(set))
    };
    // What no variable can be called must not be asked for: the standard library would panic.
    if name.is_empty() || name.contains(['=', '\0']) {
        return refused("can't be: a name is not empty and has no `=`");
    }
    match std::env::var(name) {
        Ok(value) => Ok(Value::object([
            ("name", name.into()),
            ("value", value.into()),
        ])),
        Err(std::env::VarError::NotPresent) => refused("is not set"),
        Err(std::env::VarError::NotUnicode(_)) => refused("is no text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(name: &str) -> DataAnswer {
        read(&Value::object([("name", name.into())]))
    }

    #[test]
    fn what_is_set_is_read() {
        let path = ask("PATH").expect("every process has one");
        assert_eq!(
            path.get("value").and_then(Value::as_str),
            std::env::var("PATH").ok().as_deref()
        );
    }

    #[test]
    fn what_is_not_set_is_named() {
        for name in ["LANDFALL_SURELY_NOT_SET", "", "A=B", "A\0B"] {
            let problem = ask(name).expect_err(name);
            assert!(
                problem.message.contains(&format!("`{name}`")),
                "{problem:?}"
            );
        }
    }
}
