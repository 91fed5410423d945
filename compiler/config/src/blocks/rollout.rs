//! `rollout { … }`: Nomad's words and meanings.

use crate::declared::Instances;
use crate::problems::{structure, values};
use crate::resolve::{Meta, Resolver};
use crate::shape::attribute;
use crate::{Rollout, constant, shape};
use model::{Attribute, BlockSchema, Gate, Type};
use std::sync::LazyLock;
use syntax::tree::{Block, Body};

const STRATEGIES: [&str; 4] = ["rolling", "blue_green", "canary", "all_at_once"];
const DURATIONS: [&str; 3] = ["min_healthy_time", "healthy_deadline", "progress_deadline"];

static SCHEMA: LazyLock<BlockSchema> = LazyLock::new(|| BlockSchema {
    attributes: vec![
        Attribute::new("strategy", Type::String, "how instances are replaced"),
        Attribute::new("max_parallel", Type::Number, "how many at a time"),
        Attribute::new(
            "min_healthy_time",
            Type::String,
            "how long it must stay healthy",
        ),
        Attribute::new(
            "healthy_deadline",
            Type::String,
            "how long it may take to be healthy",
        ),
        Attribute::new(
            "progress_deadline",
            Type::String,
            "how long nothing may get on",
        ),
        Attribute::new("canary", Type::Number, "how many are tried first"),
        Attribute::new(
            "auto_promote",
            Type::Bool,
            "whether healthy canaries suffice to go on",
        ),
        Attribute::new(
            "auto_revert",
            Type::Bool,
            "whether a failure puts the old ones back",
        ),
        Attribute::new("gate", Type::String, "the check that says what is healthy"),
    ],
    blocks: Vec::new(),
});

/// The block, where there is one; `gated` is the resource's type and its checks.
pub(super) fn read(
    body: &Body,
    gated: Option<(&str, &[Gate])>,
    r: &mut Resolver,
) -> Option<Rollout> {
    let block = shape::blocks(body, "rollout").next()?;
    if Instances::of(body) == Instances::One {
        r.problems
            .push(structure::rollout_without_instances(block.header));
    }
    check_words(block, r);
    if let Some((ty, gates)) = gated {
        check_gate(&block.body, ty, gates, r);
    }
    let body = r.body(&block.body, block.header, &SCHEMA, "`rollout`", &Meta::NONE);
    Some(Rollout {
        body,
        span: block.header,
    })
}

fn check_words(block: &Block, r: &mut Resolver) {
    let text = |name| {
        attribute(&block.body, name).and_then(|a| Some((constant::text(&a.value)?, a.value.span)))
    };
    if let Some((strategy, span)) = text("strategy")
        && !STRATEGIES.contains(&&*strategy)
    {
        r.problems
            .push(values::not_one_of("strategy", &STRATEGIES, &strategy, span));
    }
    for name in DURATIONS {
        if let Some((given, span)) = text(name)
            && model::milliseconds(&given).is_none()
        {
            r.problems.push(values::no_duration(name, span));
        }
    }
}

fn check_gate(body: &Body, ty: &str, gates: &[Gate], r: &mut Resolver) {
    let Some(gate) = attribute(body, "gate") else {
        return;
    };
    let Some(name) = constant::text(&gate.value) else {
        return;
    };
    if !gates.iter().any(|g| *g.name == *name) {
        let known = gates.iter().map(|g| g.name);
        r.problems
            .push(structure::unknown_gate(ty, &name, gate.value.span, known));
    }
}
