//! A machine as attributes, and back.

use crate::meta::{Meta, Wish};
use crate::site::Site;
use crate::{Outcome, keys, machine};
use model::{AttrPath, ObjectId, Type, Unknown, Value, convert};
use provider::{Made, ProviderProblem, host_type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The type of the resource.
pub(crate) const MACHINE: &str = "sandbox_machine";
const MAX_NAME: usize = 40;

/// A machine as it is.
pub(crate) fn made(site: &Site, meta: &Meta) -> Outcome<Made> {
    let keys = keys::load(site, &meta.name)?;
    let address = meta.address.to_string();
    let host = keys.as_ref().map(|keys| {
        host(
            meta.object().into(),
            address.as_str().into(),
            keys.identity.as_str().into(),
            keys.host_key.as_str().into(),
        )
    });
    let null = || Value::Null(Type::String);
    let ports = meta
        .published()
        .map(|(k, v)| (k.to_string(), Value::int(i64::from(v))));
    let ports = match meta.ports {
        Some(_) => Value::map(Type::Number, ports),
        None => Value::Null(Type::map(Type::Number)),
    };
    let memory = meta.memory_mib.and_then(|m| i64::try_from(m).ok());
    let attributes = Value::object([
        ("name", meta.name.as_str().into()),
        ("image", meta.image.as_str().into()),
        ("ports", ports),
        (
            "memory",
            memory.map_or(Value::Null(Type::Number), Value::int),
        ),
        ("id", meta.object().into()),
        ("address", address.as_str().into()),
        (
            "host_key",
            keys.as_ref()
                .map_or_else(null, |k| k.host_key.as_str().into()),
        ),
        (
            "identity",
            keys.as_ref()
                .map_or_else(null, |k| k.identity.as_str().into()),
        ),
        (
            "host",
            host.transpose()?.unwrap_or(Value::Null(host_type())),
        ),
        ("state", machine::state(meta).into()),
    ]);
    Ok(Made {
        attributes,
        private: Vec::new(),
    })
}

/// The host value of a machine that is to be made.
pub(crate) fn planned_host() -> Outcome<Value> {
    let unknown = || Value::Unknown(Arc::new(Unknown::of(Type::String).not_null()));
    host(unknown(), unknown(), unknown(), unknown())
}

fn host(id: Value, address: Value, identity: Value, host_key: Value) -> Outcome<Value> {
    let host = Value::object([
        ("id", id),
        ("address", address),
        ("port", Value::int(22)),
        ("user", "root".into()),
        // The key stays in a file of this computer: with its path alone, a plan needs no secret.
        ("identity", identity),
        ("host_key", host_key),
    ]);
    convert(&host, &host_type())
        .map_err(|e| ProviderProblem::error(format!("a machine's host value: {e}")))
}

/// What is asked for by planned attributes, all known but those that the provider decides.
pub(crate) fn wish(planned: &Value, object: ObjectId) -> Outcome<Wish> {
    let planned = planned.expose();
    let name = planned
        .get("name")
        .and_then(Value::as_str)
        .map(String::from);
    let image = planned
        .get("image")
        .and_then(Value::as_str)
        .unwrap_or("debian-12");
    let memory = planned.get("memory").and_then(Value::as_i64);
    let wish = Wish {
        name: name.unwrap_or_else(|| format!("m-{object}")),
        image: image.into(),
        ports: planned
            .get("ports")
            .filter(|p| !p.is_null())
            .map(ports)
            .transpose()?,
        memory_mib: memory.and_then(|m| u64::try_from(m).ok()),
    };
    // Names become paths and arguments: what was checked in the plan is checked where it counts.
    check_name(&wish.name)?;
    Ok(wish)
}

/// All problems of a configuration, as far as it is known.
pub(crate) fn problems(config: &Value) -> Vec<ProviderProblem> {
    let text = |name: &str| config.get(name).and_then(Value::as_str);
    let mut found = Vec::new();
    found.extend(text("name").and_then(|name| check_name(name).err()));
    let image = text("image").filter(|i| !crate::image::names().any(|n| n == *i));
    found.extend(image.map(crate::image::unknown));
    found.extend(config.get("ports").and_then(|p| ports(p).err()));
    if let Some(Value::Number(memory)) = config.get("memory")
        && memory.as_i64().is_none_or(|m| !(32..=1 << 24).contains(&m))
    {
        found.push(
            ProviderProblem::error(format!("a machine can't have {memory} MiB of memory"))
                .help("whole MiB, 32 at least: `memory = 512`")
                .at(AttrPath::name("memory")),
        );
    }
    found
}

fn check_name(name: &str) -> Outcome<()> {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = (1..=MAX_NAME).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.ends_with(letter)
        && name.chars().all(|c| letter(c) || c == '-');
    match fits {
        true => Ok(()),
        false => Err(ProviderProblem::error(format!("a machine can't be named {name:?}"))
            .help(format!(
                "a small letter, then small letters, digits and hyphens, {MAX_NAME} at most: it \
                 becomes the machine's host name"
            ))
            .at(AttrPath::name("name"))),
    }
}

/// The published ports; what is unknown is left out.
fn ports(value: &Value) -> Outcome<BTreeMap<u16, u16>> {
    let refuse =
        |key: &str, what: String| {
            ProviderProblem::error(what)
            .help("ports are 1 to 65535: `ports = { 8080 = 80 }` publishes port 80 of the machine \
                   on port 8080 of 127.0.0.1")
            .at(AttrPath::name("ports").then(key))
        };
    let mut found = BTreeMap::new();
    for (key, there) in value.as_fields().map(|f| f.iter()).into_iter().flatten() {
        let here = key
            .parse::<u16>()
            .ok()
            .filter(|p| *p > 0 && p.to_string() == **key);
        let here = here.ok_or_else(|| refuse(key, format!("{key:?} is not a port")))?;
        let Value::Number(number) = there else {
            continue;
        };
        let there = number
            .as_i64()
            .and_then(|p| u16::try_from(p).ok())
            .filter(|p| *p > 0);
        let there = there.ok_or_else(|| refuse(key, format!("{number} is not a port")))?;
        found.insert(here, there);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str, value: Value) -> Value {
        Value::object([("image", "debian-12".into()), (name, value)])
    }

    fn refused(name: &str, value: Value, path: &str) {
        let found = problems(&config(name, value));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert_eq!(found[0].path.as_ref().unwrap().to_string(), path);
        assert!(found[0].help.is_some());
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        for name in [
            "",
            "Web",
            "-a",
            "a-",
            "a/b",
            "../x",
            "a b",
            "0a",
            &"a".repeat(41),
        ] {
            refused("name", name.into(), "name");
        }
        refused("image", "debian-7".into(), "image");
        refused("memory", 8.into(), "memory");
        let port = |k: &str, v: i64| Value::map(Type::Number, [(k, Value::int(v))]);
        refused("ports", port("http", 80), "ports.http");
        refused("ports", port("8080", 0), "ports[\"8080\"]");
        refused("ports", port("70000", 80), "ports[\"70000\"]");
        refused("ports", port("080", 80), "ports[\"080\"]");
    }

    #[test]
    fn takes_what_is_right_or_unknown() {
        let ports = Value::map(Type::Number, [("8080", Value::int(80))]);
        let unknown = Value::unknown(Type::String);
        for (name, value) in [
            ("name", "web-1".into()),
            ("name", unknown),
            ("memory", 64.into()),
            ("ports", ports),
        ] {
            assert_eq!(problems(&config(name, value)), []);
        }
        let object = ObjectId::random();
        let wish = wish(&config("memory", Value::Null(Type::Number)), object).unwrap();
        assert_eq!(wish.name, format!("m-{object}"));
    }

    #[test]
    fn a_planned_host_holds_no_secret() {
        let host = planned_host().unwrap();
        assert_eq!(host.get("user").and_then(Value::as_str), Some("root"));
        assert!(!host.has_secret());
        assert!(host.get("address").unwrap().is_unknown());
    }
}
