//! A host on one line: who logs in where. The rest of it is the same for all that stands there.

use crate::view::value::{Limits, inline};
use model::{Type, Value};

/// `ann@10.0.0.2:2222, by sudo`; none for a value that is no host.
pub(crate) fn in_a_line(value: &Value) -> Option<String> {
    let fields = value.as_fields()?;
    fields.get("jump_host")?;
    let Type::Object(known) = provider::host_type() else {
        return None;
    };
    let is_host = fields.keys().eq(known.fields.keys());
    let set = |name: &str| fields.get(name).filter(|v| !v.is_null());
    let word = |name: &str| Some(bare(set(name)?));
    if !is_host {
        return None;
    }
    if word("transport").as_deref() == Some("local") {
        return Some("this machine".into());
    }
    let user = word("user").map(|user| format!("{user}@"));
    let mut line = format!("{}{}", user.unwrap_or_default(), word("address")?);
    if let Some(port) = word("port").filter(|p| p != "22") {
        line.push_str(&format!(":{port}"));
    }
    if set("become").is_some_and(|b| *b == Value::Bool(true)) {
        line.push_str(", by sudo");
    }
    if let Some(jump) = set("jump_host").and_then(Value::as_fields) {
        let address = jump.get("address").map(bare).unwrap_or_default();
        line.push_str(&format!(", through {address}"));
    }
    Some(line)
}

fn bare(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_string(),
        None => inline(value, Limits::SHORT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::secret;

    fn check(changes: &[(&str, Value)], expected: Option<&str>) {
        let Type::Object(known) = provider::host_type() else {
            panic!("a host is an object")
        };
        let defaults = known.fields.iter().map(|(name, field)| {
            let change = changes.iter().find(|(n, _)| **n == **name);
            let value = change.map(|(_, v)| v.clone());
            let default = field.default.clone().unwrap_or(Value::NULL);
            (&**name, value.unwrap_or(default))
        });
        let host = Value::object(defaults.collect::<Vec<_>>());
        assert_eq!(in_a_line(&host).as_deref(), expected);
    }

    #[test]
    fn who_logs_in_where() {
        let address = ("address", Value::from("10.0.0.2"));
        let jump = Value::object([("address", "bastion".into())]);
        check(std::slice::from_ref(&address), Some("10.0.0.2"));
        check(
            &[
                address.clone(),
                ("user", "ann".into()),
                ("port", 2222.into()),
                ("become", true.into()),
                ("jump_host", jump),
            ],
            Some("ann@10.0.0.2:2222, by sudo, through bastion"),
        );
        check(&[("transport", "local".into())], Some("this machine"));
        let later = Value::unknown(Type::String);
        check(&[("address", later)], Some("(known after apply)"));
        check(&[("address", secret("x"))], Some("(sensitive)"));
    }

    #[test]
    fn other_objects_are_no_hosts() {
        let other = Value::object([("address", "a".into()), ("user", "b".into())]);
        assert_eq!(in_a_line(&other), None);
    }
}
