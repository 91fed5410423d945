//! A host as a value: what a machine gives out, and what resources on a host take.
//! It lets a server and what stands on it be planned together, without one provider knowing another.

use model::{Field, ObjectType, Type, Value};
use std::sync::Arc;

/// How to reach a host, and which one it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Which host: kept by the resource that made it, whatever becomes of its address.
    pub id: Option<String>,
    /// Name or address; with the transport `local` none is needed.
    pub address: String,
    /// The port of sshd.
    pub port: u16,
    /// Whether the value says so; else a configuration of ssh may know another.
    pub port_given: bool,
    /// Who to log in as.
    pub user: String,
    /// Whether the value says so.
    pub user_given: bool,
    /// The path of a private key; none stands for the agent.
    pub identity: Option<String>,
    /// A private key itself, in OpenSSH's form. Sensitive.
    pub private_key: Option<model::Value>,
    /// The public host key that it must show, `ssh-ed25519 AAAA…`; none stands for known_hosts.
    pub host_key: Option<String>,
    /// The host to go through.
    pub jump_host: Option<Box<Host>>,
    /// Whether to become root by sudo.
    pub become_root: bool,
    /// `ssh`, or `local` for the machine that Landfall runs on.
    pub local: bool,
}

/// The type of a `host` argument.
pub fn host_type() -> Type {
    let jump = fields()
        .into_iter()
        .filter(|(name, _)| *name != "jump_host");
    let jump = object(jump.collect());
    let mut all = fields();
    all.push(("jump_host", optional(jump, None)));
    object(all)
}

fn fields() -> Vec<(&'static str, Field)> {
    vec![
        ("id", optional(Type::String, None)),
        ("address", optional(Type::String, None)),
        ("port", optional(Type::Number, None)),
        ("user", optional(Type::String, None)),
        ("identity", optional(Type::String, None)),
        ("private_key", optional(Type::String, None)),
        ("host_key", optional(Type::String, None)),
        ("become", optional(Type::Bool, Some(false.into()))),
        ("transport", optional(Type::String, Some("ssh".into()))),
    ]
}

fn optional(ty: Type, default: Option<Value>) -> Field {
    Field {
        ty,
        optional: true,
        default,
    }
}

fn object(fields: Vec<(&'static str, Field)>) -> Type {
    let fields = fields.into_iter().map(|(n, f)| (Arc::from(n), f)).collect();
    Type::Object(Arc::new(ObjectType { fields, kind: None }))
}

impl Host {
    /// The host of a value of [`host_type`]; none where anything but the private key is not
    /// known yet.
    pub fn from_value(value: &Value) -> Option<Host> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_string);
        if value.is_null() || value.as_fields().is_none() {
            return None;
        }
        let fields = value.as_fields()?;
        if fields
            .iter()
            .any(|(name, v)| &**name != "private_key" && v.has_unknown())
        {
            return None;
        }
        let local = text("transport").as_deref() == Some("local");
        let port = value.get("port").and_then(Value::as_i64);
        Some(Host {
            id: text("id"),
            address: text("address").or_else(|| local.then(|| "localhost".into()))?,
            port: port.unwrap_or(22).try_into().ok()?,
            port_given: port.is_some(),
            user: text("user").unwrap_or_else(|| "root".into()),
            user_given: text("user").is_some(),
            identity: text("identity"),
            private_key: value.get("private_key").filter(|v| !v.is_null()).cloned(),
            host_key: text("host_key"),
            jump_host: value
                .get("jump_host")
                .and_then(Host::from_value)
                .map(Box::new),
            become_root: value
                .get("become")
                .and_then(Value::as_bool)
                .unwrap_or(false),
            local,
        })
    }

    /// Which host it is: its id; without one its host key; without that where it is reached.
    /// Another user on it does not make it another host.
    pub fn identity_key(value: &Value) -> Option<String> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_string);
        if let Some(id) = value.get("id")
            && id.has_unknown()
        {
            return None;
        }
        text("id").or_else(|| text("host_key")).or_else(|| {
            let host = Host::from_value(value)?;
            Some(match host.local {
                true => "local".into(),
                false => format!("{}:{}", host.address, host.port),
            })
        })
    }
}
