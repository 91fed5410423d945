//! Plans as the core makes and checks them, and waiting for what they lead to.

use super::{TYPE, World, text};
use landfall_provider_sandbox::SandboxProvider;
use model::{ObjectId, Type, Value};
use provider::{Made, PlanRequest, Provider, ReadAnswer};
use std::io::Read;
use std::time::{Duration, Instant};

pub fn config(name: &str, more: &[(&str, Value)]) -> Value {
    let null = |ty| Value::Null(ty);
    let mut value = Value::object([
        ("name", name.into()),
        ("image", "debian-12".into()),
        ("ports", null(Type::map(Type::Number))),
        ("memory", null(Type::Number)),
        ("id", null(Type::String)),
        ("address", null(Type::String)),
        ("host_key", null(Type::String)),
        ("identity", null(Type::String)),
        ("host", null(provider::host_type())),
        ("state", null(Type::String)),
    ]);
    for (name, given) in more {
        value = value.with(name, given.clone());
    }
    value
}

/// Plans as the core does, and checks the answer as the core does.
pub fn plan(prior: Option<&Value>, config: &Value) -> Value {
    let sandbox = SandboxProvider::new();
    assert_eq!(sandbox.validate(TYPE, config), []);
    let schema = sandbox.schema();
    let schema = &schema.resources[TYPE];
    assert_eq!(provider::check::schema(TYPE, schema), Vec::<String>::new());
    let mut proposed = config.clone();
    for attribute in schema.block.attributes.iter().filter(|a| a.is_computed()) {
        if config.get(&attribute.name).is_some_and(Value::is_null) {
            let kept = prior.and_then(|p| p.get(&attribute.name)).cloned();
            let value = kept.unwrap_or_else(|| Value::unknown(attribute.ty.clone()));
            proposed = proposed.with(&attribute.name, value);
        }
    }
    let request = PlanRequest {
        ty: TYPE,
        prior,
        config,
        proposed: &proposed,
        private: &[],
        existing: None,
    };
    let answer = sandbox.plan(&request);
    assert_eq!(answer.problems, []);
    assert_eq!(
        provider::check::plan(schema, &request, &answer),
        Vec::<String>::new()
    );
    answer.planned.unwrap_or(proposed)
}

pub fn keeps_contract(planned: &Value, made: &Made) {
    let schema = SandboxProvider::new().schema();
    let schema = &schema.resources[TYPE];
    let broken = provider::check::outcome(schema, TYPE, planned, made);
    assert_eq!(broken, Vec::<String>::new());
}

pub async fn wait_for_state(world: &World, object: ObjectId, made: &Made, state: &str) -> Made {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let ReadAnswer::Present { made, .. } = world.read(object, &made.attributes).await else {
            panic!("the machine is there");
        };
        if text(&made, "state") == state {
            return made;
        }
        assert!(
            Instant::now() < deadline,
            "it is {} and not {state}",
            text(&made, "state")
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub fn poll(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(100));
    }
}

pub fn banner(port: u16) -> Option<String> {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut banner = [0; 4];
    stream.read_exact(&mut banner).ok()?;
    Some(String::from_utf8_lossy(&banner).into_owned())
}

pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
