//! Types that live on a machine.

use super::{base, flag, number, own, text};
use model::{Attribute, Containment, Effect, Gate, IdentityClass, ResourceSchema, Type, Undo};
use provider::host_type;

pub(super) fn record() -> ResourceSchema {
    ResourceSchema {
        version: 1,
        doc: "Something written on a machine, at a place with room for one.",
        containment: Containment::On("host"),
        block: own(vec![
            host().required(),
            text("name", "Where it stands.").required().replaces(),
            text("content", "What it says."),
            text("source", "A file with what it says.").loads_into("content"),
            text(
                "existing",
                "`adopt` to take over what stands there already.",
            ),
            text("checksum", "Changes with the content.").computed(),
        ]),
        ..base()
    }
}

pub(super) fn command() -> ResourceSchema {
    ResourceSchema {
        doc: "Something that runs once, and must not run twice.",
        containment: Containment::On("host"),
        undo: Undo::Impossible,
        effects: vec![Effect::Irreversible],
        block: own(vec![
            host(),
            text(
                "name",
                "What it is called; the world counts its runs by that.",
            )
            .required()
            .replaces(),
            Attribute::new("triggers", Type::map(Type::String), "Others run it again.").replaces(),
            text("output", "What it said.").computed(),
        ]),
        ..base()
    }
}

pub(super) fn service() -> ResourceSchema {
    let environment = Attribute::new("environment", Type::map(Type::String), "What it is told.");
    ResourceSchema {
        doc: "A process on a machine.",
        containment: Containment::On("host"),
        gates: vec![Gate {
            name: "healthy",
            doc: "It answers.",
        }],
        block: own(vec![
            host().required(),
            text("name", "What it is called.").required().replaces(),
            text("version", "What runs.")
                .or("1")
                .effect(Effect::Restarts),
            environment.sensitive().effect(Effect::Restarts),
            flag("healthy", "Whether it will ever answer.").or(true),
            number(
                "healthy_after_ms",
                "How long after a change it answers, in ms.",
            )
            .or(0),
            text("revision", "Another one after each restart.").computed(),
        ]),
        ..base()
    }
}

pub(super) fn member() -> ResourceSchema {
    ResourceSchema {
        doc: "A machine's entry in a list that is kept elsewhere.",
        containment: Containment::On("host"),
        deregisters: true,
        identity: IdentityClass::UniqueName,
        block: own(vec![
            host().required(),
            text("name", "What it is listed as.").required().replaces(),
            number("weight", "How much it gets.").or(1),
        ]),
        ..base()
    }
}

fn host() -> Attribute {
    Attribute::new("host", host_type(), "The machine that it is on.")
}
