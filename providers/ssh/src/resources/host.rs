//! Checks of a host value, which every resource of this provider has.

use model::{AttrPath, Value};
use provider::ProviderProblem;

/// What is wrong with the host of a configuration, as far as it is known.
pub(crate) fn validate(config: &Value) -> Vec<ProviderProblem> {
    let Some(host) = config.get("host") else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    check(host, &AttrPath::name("host"), &mut problems);
    if let Some(jump) = host.get("jump_host").filter(|j| !j.is_null()) {
        check(
            jump,
            &AttrPath::name("host").then("jump_host"),
            &mut problems,
        );
    }
    problems
}

fn check(host: &Value, at: &AttrPath, problems: &mut Vec<ProviderProblem>) {
    let text = |name: &str| host.get(name).and_then(Value::as_str);
    if let Some(transport) = text("transport")
        && !["ssh", "local"].contains(&transport)
    {
        problems.push(
            ProviderProblem::error(format!("there is no transport {transport:?}"))
                .help("`ssh`, or `local` for the machine that Landfall runs on")
                .at(at.then("transport")),
        );
    }
    let local = text("transport") == Some("local");
    if !local
        && host.get("address").is_none_or(Value::is_null)
        && !host.is_null()
        && !host.has_unknown()
    {
        problems.push(
            ProviderProblem::error("the host has no `address`")
                .help("set its name or address, or `transport = \"local\"` for this machine")
                .at(at.clone()),
        );
    }
    if let Some(port) = host.get("port").and_then(Value::as_i64)
        && !(1..=65535).contains(&port)
    {
        problems.push(
            ProviderProblem::error(format!("{port} is no port"))
                .help("a number from 1 to 65535")
                .at(at.then("port")),
        );
    }
    for name in ["address", "user"] {
        let word =
            |t: &str| !t.is_empty() && !t.contains(|c: char| c.is_whitespace() || c.is_control());
        if text(name).is_some_and(|t| !word(t) || t.starts_with('-')) {
            problems.push(
                ProviderProblem::error(format!("the host's `{name}` is not one word"))
                    .at(at.then(name)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fields: &[(&str, Value)], expected: Option<&str>) {
        let host = Value::object(fields.iter().cloned());
        let host = model::convert(&host, &provider::host_type()).unwrap();
        let problems = validate(&Value::object([("host", host)]));
        let words: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
        match expected {
            None => assert!(words.is_empty(), "{words:?}"),
            Some(text) => assert!(words.iter().any(|w| w.contains(text)), "{words:?}"),
        }
    }

    #[test]
    fn an_address_is_needed_but_on_this_machine() {
        let local = ("transport", Value::from("local"));
        check(std::slice::from_ref(&local), None);
        check(&[local, ("address", "localhost".into())], None);
        check(&[("address", "web".into())], None);
        check(&[], Some("has no `address`"));
        check(&[("user", "me".into())], Some("has no `address`"));
        let later = Value::unknown(model::Type::String);
        check(&[("address", later.clone())], None);
        check(&[("transport", later)], None);
        let through = Value::object([("port", Value::int(1))]);
        let web = ("address", Value::from("web"));
        check(&[web, ("jump_host", through)], Some("has no `address`"));
    }
}
