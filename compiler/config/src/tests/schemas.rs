//! Schemas of providers that are made for these tests.

use model::{
    Attribute, BlockSchema, DataSchema, Gate, NestedBlock, Nesting, ProviderSchema, ResourceSchema,
    Type,
};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn all() -> BTreeMap<String, Arc<ProviderSchema>> {
    let providers = [("builtin", builtin()), ("ssh", ssh()), ("cloud", cloud())];
    providers
        .into_iter()
        .map(|(name, schema)| (name.to_string(), Arc::new(schema)))
        .collect()
}

fn text(name: &'static str) -> Attribute {
    Attribute::new(name, Type::String, "")
}

fn body(attributes: Vec<Attribute>) -> BlockSchema {
    BlockSchema {
        attributes,
        blocks: Vec::new(),
    }
}

fn resource(block: BlockSchema) -> ResourceSchema {
    ResourceSchema {
        block,
        ..ResourceSchema::default()
    }
}

fn builtin() -> ProviderSchema {
    let data = body(vec![
        Attribute::new("input", Type::Any, ""),
        Attribute::new("triggers_replace", Type::Any, ""),
        Attribute::new("output", Type::Any, "").computed(),
        text("id").computed(),
    ]);
    ProviderSchema {
        resources: BTreeMap::from([("terraform_data", resource(data))]),
        ephemerals: BTreeMap::from([(
            "random_password",
            DataSchema {
                doc: "",
                block: body(vec![text("length"), text("result").computed()]),
                on: None,
            },
        )]),
        ..ProviderSchema::default()
    }
}

fn ssh() -> ProviderSchema {
    let host = Attribute::new("host", Type::Any, "").required();
    let file = body(vec![
        host.clone(),
        text("path").required(),
        text("content").required(),
        text("source").loads_into("content"),
        text("mode"),
        Attribute::new("tags", Type::map(Type::String), ""),
        Attribute::new("lines", Type::list(Type::Number), ""),
        Attribute::new("backup", Type::Bool, ""),
        text("digest").computed(),
    ]);
    let unit = ResourceSchema {
        gates: vec![Gate {
            name: "active",
            doc: "",
        }],
        ..resource(body(vec![host.clone(), text("name").required()]))
    };
    let facts = body(vec![host, text("os").computed()]);
    ProviderSchema {
        config: body(vec![text("user"), Attribute::new("port", Type::Number, "")]),
        resources: BTreeMap::from([("ssh_file", resource(file)), ("ssh_unit", unit)]),
        data: BTreeMap::from([(
            "ssh_facts",
            DataSchema {
                block: facts,
                ..Default::default()
            },
        )]),
        ..ProviderSchema::default()
    }
}

fn nested(name: &'static str, nesting: Nesting, block: BlockSchema) -> NestedBlock {
    NestedBlock {
        name: name.into(),
        nesting,
        block: Arc::new(block),
        ..NestedBlock::default()
    }
}

/// One resource type with a nested block of each kind.
fn cloud() -> ProviderSchema {
    let port = || Attribute::new("port", Type::Number, "").required();
    let wall = BlockSchema {
        attributes: vec![text("name"), text("id").computed()],
        blocks: vec![
            NestedBlock {
                max: Some(2),
                ..nested("rule", Nesting::List, body(vec![port()]))
            },
            nested("peer", Nesting::Set, body(vec![port()])),
            nested("log", Nesting::Single, body(vec![text("to")])),
            nested("zone", Nesting::Map, body(vec![text("cidr")])),
        ],
    };
    let strict = BlockSchema {
        attributes: Vec::new(),
        blocks: vec![NestedBlock {
            min: 1,
            ..nested("rule", Nesting::List, body(vec![port()]))
        }],
    };
    ProviderSchema {
        config: body(vec![text("token").required()]),
        resources: BTreeMap::from([
            ("cloud_wall", resource(wall)),
            ("cloud_strict", resource(strict)),
        ]),
        ..ProviderSchema::default()
    }
}
