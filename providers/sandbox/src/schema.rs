//! What the provider offers: one resource.

use crate::attributes::MACHINE;
use model::{
    Attribute, AttributeUse, BlockSchema, Containment, Effect, Gate, IdentityClass, ProviderSchema,
    ResourceSchema, Type, Undo,
};
use provider::host_type;
use std::collections::BTreeMap;

const TEN_MINUTES_MS: u64 = 600_000;

/// The schema of the provider.
pub(crate) fn schema() -> ProviderSchema {
    ProviderSchema {
        resources: BTreeMap::from([(MACHINE, machine())]),
        ..Default::default()
    }
}

fn machine() -> ResourceSchema {
    ResourceSchema {
        version: 1,
        doc: "A throwaway Linux machine on this computer: its own systemd, sshd and address, ready \
              in seconds. It outlives the command that made it; after a restart of the computer \
              it is stopped, and the next apply starts it.",
        block: BlockSchema {
            attributes: attributes(),
            blocks: Vec::new(),
        },
        identity: IdentityClass::TagAtCreation,
        settle_window_ms: 0,
        holds_data: false,
        containment: Containment::Machine("host"),
        deregisters: false,
        effects: vec![Effect::Downtime],
        gates: vec![Gate {
            name: "reachable",
            doc: "Its sshd answers.",
        }],
        undo: Undo::FromRecord,
        timeout_ms: TEN_MINUTES_MS,
        ..Default::default()
    }
}

fn attributes() -> Vec<Attribute> {
    let text = |name, doc| Attribute::new(name, Type::String, doc);
    vec![
        Attribute {
            usage: AttributeUse::OptionalComputed,
            replaces: true,
            ..text(
                "name",
                "Its host name, unique on this computer. Without one it is made from the \
                 object's id.",
            )
        },
        text(
            "image",
            "What it starts from: \"debian-12\". Built once on this computer, from where its apt \
             gets packages.",
        )
        .or("debian-12")
        .replaces(),
        Attribute::new(
            "ports",
            Type::map(Type::Number),
            "Its ports that are published on this computer's 127.0.0.1: `{ 8080 = 80 }` shows \
             its port 80 on port 8080.",
        ),
        Attribute::new(
            "memory",
            Type::Number,
            "The memory that it may use, in MiB. Without one it has as much as the computer.",
        ),
        text(
            "id",
            "Which machine it is: kept whatever becomes of its address.",
        )
        .computed(),
        text("address", "Its address, reachable from this computer.").computed(),
        text("host_key", "The public key that its sshd shows.").computed(),
        text(
            "identity",
            "Where the key is that logs in as root; on this computer, for root alone.",
        )
        .computed(),
        Attribute::new(
            "host",
            host_type(),
            "How to reach it, for resources on a host.",
        )
        .computed(),
        text(
            "state",
            "`running`, `stopped`, or `incomplete` after an interruption.",
        )
        .computed(),
    ]
}
