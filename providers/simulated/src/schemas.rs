//! The simulated provider's own types: between them they have every feature of the contract.

mod hosted;

use model::{
    Attribute, BlockSchema, Containment, DataSchema, Effect, FunctionSchema, IdentityClass,
    NestedBlock, Nesting, ProviderSchema, ResourceSchema, Type,
};
use provider::host_type;
use std::sync::{Arc, LazyLock};

/// All of them.
pub(crate) static SCHEMA: LazyLock<Arc<ProviderSchema>> = LazyLock::new(|| {
    Arc::new(ProviderSchema {
        config: block(config()),
        resources: [
            ("sim_server", server()),
            ("sim_disk", disk()),
            ("sim_bucket", bucket()),
            ("sim_ticket", ticket()),
            ("sim_token", token()),
            ("sim_record", hosted::record()),
            ("sim_command", hosted::command()),
            ("sim_service", hosted::service()),
            ("sim_member", hosted::member()),
        ]
        .into(),
        data: [("sim_lookup", lookup())].into(),
        ephemerals: [].into(),
        functions: [("reverse", reverse())].into(),
    })
});

fn config() -> Vec<Attribute> {
    let rate = |name, doc| number(name, doc);
    vec![
        text(
            "world",
            "Where the world listens, `unix:/PATH` or `tcp:127.0.0.1:PORT`.",
        ),
        text("region", "The part of the world to work in.").or("here"),
        number("seed", "Decides what goes wrong."),
        number("latency_ms", "The least time that a request takes, in ms."),
        number("jitter_ms", "What a request may take on top, in ms."),
        rate(
            "errors",
            "How many of 1000 requests are refused for a moment.",
        ),
        rate("throttled", "How many of 1000 requests are too many."),
        number("retry_after_ms", "How long to wait then, in ms."),
        rate("lost", "How many of 1000 answers are lost."),
        rate("partial", "How many of 1000 creations stop half way."),
        rate(
            "unclear",
            "How many of 1000 commands end without anybody learning how.",
        ),
        rate(
            "hidden",
            "How many of 1000 created objects nobody sees for a while.",
        ),
        number("hidden_ms", "How long, in ms."),
        number(
            "linger_ms",
            "How long a deleted object is still there, in ms.",
        ),
        rate("read_errors", "How many of 1000 reads fail."),
    ]
}

fn server() -> ResourceSchema {
    let blocks = vec![
        nested(
            "disk",
            Nesting::List,
            vec![
                number("size", "How many gigabytes.").required(),
                text("kind", "What it is made of.").or("ssd"),
            ],
        ),
        nested(
            "network",
            Nesting::Single,
            vec![text("cidr", "Its addresses.").required()],
        ),
        nested(
            "rule",
            Nesting::Set,
            vec![number("port", "What is let in.").required()],
        ),
        nested(
            "label",
            Nesting::Map,
            vec![text("value", "What it says.").required()],
        ),
    ];
    let attributes = vec![
        text("name", "What it is called.").required(),
        text("image", "What it starts from.").required().replaces(),
        number("size", "How big it is.")
            .or(1)
            .effect(Effect::Downtime)
            .effect(Effect::Restarts),
        flag("running", "Whether it is started.")
            .or(true)
            .effect(Effect::Downtime),
        Attribute::new("tags", Type::map(Type::String), "Tags of the user's own."),
        id(),
        text("address", "Where it answers.").computed(),
        Attribute::new("host", host_type(), "How to reach it.").computed(),
    ];
    ResourceSchema {
        doc: "A machine.",
        containment: Containment::Machine("host"),
        identity: IdentityClass::ClientToken,
        block: BlockSchema {
            blocks,
            ..own(attributes)
        },
        ..base()
    }
}

fn disk() -> ResourceSchema {
    ResourceSchema {
        doc: "A disk; it can grow.",
        holds_data: true,
        identity: IdentityClass::TagAtCreation,
        settle_window_ms: 2_000,
        block: own(vec![
            number("size", "How many gigabytes; fewer take another disk.").required(),
            text("kind", "What it is made of.").or("ssd").replaces(),
            id(),
        ]),
        ..base()
    }
}

fn bucket() -> ResourceSchema {
    ResourceSchema {
        doc: "A place for data under a name that is given once.",
        holds_data: true,
        identity: IdentityClass::UniqueName,
        settle_window_ms: 2_000,
        block: own(vec![
            text("name", "Its name.").required().replaces(),
            flag("public", "Whether anybody may read it.")
                .or(false)
                .effect(Effect::Exposes),
            Attribute {
                read_singly: true,
                ..text("policy", "Who may do what.").or("none")
            },
            id(),
        ]),
        ..base()
    }
}

fn ticket() -> ResourceSchema {
    ResourceSchema {
        doc: "Something of which nothing tells which one it is.",
        identity: IdentityClass::None,
        settle_window_ms: 1_000,
        block: own(vec![text("title", "What it says.").required(), id()]),
        ..base()
    }
}

fn token() -> ResourceSchema {
    ResourceSchema {
        doc: "A secret that the other side makes up.",
        identity: IdentityClass::ClientToken,
        block: own(vec![
            number("length", "How long it is.").or(32).replaces(),
            Attribute {
                write_only: true,
                ..text("wrap", "What it is wrapped with.").sensitive()
            },
            id(),
            text("result", "The secret.")
                .computed()
                .sensitive()
                .effect(Effect::RotatesSecret),
        ]),
        ..base()
    }
}

fn lookup() -> DataSchema {
    DataSchema {
        doc: "Something that is known elsewhere; nothing is known of the key `missing`.",
        block: block(vec![
            text("key", "What to look for.").required(),
            text("value", "What was found.").computed(),
            Attribute::new("items", Type::list(Type::String), "Several of it.").computed(),
            text("secret", "What must not be shown.")
                .computed()
                .sensitive(),
        ]),
        on: None,
    }
}

fn reverse() -> FunctionSchema {
    FunctionSchema {
        doc: "The text from its end to its beginning.",
        parameters: vec![("text", Type::String)],
        result: Type::String,
    }
}

fn base() -> ResourceSchema {
    ResourceSchema {
        timeout_ms: 60_000,
        ..ResourceSchema::default()
    }
}

/// A body with what all own types have: ways to make it fail.
fn own(mut attributes: Vec<Attribute>) -> BlockSchema {
    attributes.push(text(
        "fail",
        "`create`, `update`, `delete` or `preflight`: what fails.",
    ));
    attributes.push(number(
        "delay_ms",
        "How long it takes to make or change, in ms.",
    ));
    block(attributes)
}

fn block(attributes: Vec<Attribute>) -> BlockSchema {
    BlockSchema {
        attributes,
        blocks: Vec::new(),
    }
}

fn nested(name: &'static str, nesting: Nesting, attributes: Vec<Attribute>) -> NestedBlock {
    NestedBlock {
        name: name.into(),
        nesting,
        min: 0,
        max: None,
        block: Arc::new(block(attributes)),
        doc: "A part of it.",
    }
}

fn text(name: &'static str, doc: &'static str) -> Attribute {
    Attribute::new(name, Type::String, doc)
}

fn number(name: &'static str, doc: &'static str) -> Attribute {
    Attribute::new(name, Type::Number, doc)
}

fn flag(name: &'static str, doc: &'static str) -> Attribute {
    Attribute::new(name, Type::Bool, doc)
}

fn id() -> Attribute {
    text("id", "Its name in the simulated world.").computed()
}
