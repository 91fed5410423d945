//! References, instance keys, paths and module instances on disk.

use super::words::EncodedMode;
use eval::Reference;
use model::{AttrPath, CallName, Key, ModulePath, ModuleStep, PathStep};
use serde::{Deserialize, Serialize};
use state::encoding::v1::{Decoder, Text};

/// What a name of the configuration stands for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EncodedReference<'a> {
    Variable(#[serde(borrow)] Text<'a>),
    Local(Text<'a>),
    Module(Text<'a>, Text<'a>),
    Served(Text<'a>),
    Target,
    Resource(EncodedMode, Text<'a>, Text<'a>),
    EachKey,
    EachValue,
    CountIndex,
    This,
    PathModule,
    PathRoot,
    PathCwd,
    Environment,
    Project,
}

/// An instance's key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum EncodedKey<'a> {
    #[serde(rename = "i")]
    Index(u64),
    #[serde(rename = "n", borrow)]
    Name(Text<'a>),
}

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum EncodedPathStep<'a> {
    #[serde(rename = "n", borrow)]
    Name(Text<'a>),
    #[serde(rename = "i")]
    Index(usize),
}

/// A path into a value.
pub(super) type EncodedPath<'a> = Vec<EncodedPathStep<'a>>;

/// A call: what is called, its label, and which instance.
pub(super) type EncodedModuleStep<'a> = (Text<'a>, Text<'a>, Option<EncodedKey<'a>>);

/// The calls that lead to a module instance.
pub(super) type EncodedModulePath<'a> = Vec<EncodedModuleStep<'a>>;

pub(super) fn encode_reference(reference: &Reference) -> EncodedReference<'_> {
    match reference {
        Reference::Variable(name) => EncodedReference::Variable(name.into()),
        Reference::Local(name) => EncodedReference::Local(name.into()),
        Reference::Module(call) => {
            EncodedReference::Module((&call.kind).into(), (&call.name).into())
        }
        Reference::Served(output) => EncodedReference::Served(output.into()),
        Reference::Target => EncodedReference::Target,
        Reference::Resource(mode, ty, name) => {
            EncodedReference::Resource((*mode).into(), ty.into(), name.into())
        }
        Reference::EachKey => EncodedReference::EachKey,
        Reference::EachValue => EncodedReference::EachValue,
        Reference::CountIndex => EncodedReference::CountIndex,
        Reference::This => EncodedReference::This,
        Reference::PathModule => EncodedReference::PathModule,
        Reference::PathRoot => EncodedReference::PathRoot,
        Reference::PathCwd => EncodedReference::PathCwd,
        Reference::Environment => EncodedReference::Environment,
        Reference::Project => EncodedReference::Project,
    }
}

pub(super) fn decode_reference(
    reference: &EncodedReference<'_>,
    names: &mut Decoder<'_>,
) -> Reference {
    match reference {
        EncodedReference::Variable(name) => Reference::Variable(names.name(name)),
        EncodedReference::Local(name) => Reference::Local(names.name(name)),
        EncodedReference::Module(kind, name) => {
            Reference::Module(CallName::of(names.name(kind), names.name(name)))
        }
        EncodedReference::Served(output) => Reference::Served(names.name(output)),
        EncodedReference::Target => Reference::Target,
        EncodedReference::Resource(mode, ty, name) => {
            Reference::Resource((*mode).into(), names.name(ty), names.name(name))
        }
        EncodedReference::EachKey => Reference::EachKey,
        EncodedReference::EachValue => Reference::EachValue,
        EncodedReference::CountIndex => Reference::CountIndex,
        EncodedReference::This => Reference::This,
        EncodedReference::PathModule => Reference::PathModule,
        EncodedReference::PathRoot => Reference::PathRoot,
        EncodedReference::PathCwd => Reference::PathCwd,
        EncodedReference::Environment => Reference::Environment,
        EncodedReference::Project => Reference::Project,
    }
}

pub(super) fn encode_key(key: Option<&Key>) -> Option<EncodedKey<'_>> {
    key.map(|key| match key {
        Key::Index(index) => EncodedKey::Index(*index),
        Key::Name(name) => EncodedKey::Name(name.into()),
    })
}

pub(super) fn decode_key(key: Option<&EncodedKey<'_>>, names: &mut Decoder<'_>) -> Option<Key> {
    key.map(|key| match key {
        EncodedKey::Index(index) => Key::Index(*index),
        EncodedKey::Name(name) => Key::Name(names.name(name)),
    })
}

pub(super) fn encode_path(path: &AttrPath) -> EncodedPath<'_> {
    let steps = path.0.iter().map(|step| match step {
        PathStep::Name(name) => EncodedPathStep::Name(name.into()),
        PathStep::Index(index) => EncodedPathStep::Index(*index),
    });
    steps.collect()
}

pub(super) fn decode_path(path: &[EncodedPathStep<'_>], names: &mut Decoder<'_>) -> AttrPath {
    let steps = path.iter().map(|step| match step {
        EncodedPathStep::Name(name) => PathStep::Name(names.name(name)),
        EncodedPathStep::Index(index) => PathStep::Index(*index),
    });
    AttrPath(steps.collect())
}

pub(super) fn encode_module(module: &ModulePath) -> EncodedModulePath<'_> {
    let steps = module.0.iter();
    steps
        .map(|step| {
            let CallName { kind, name } = &step.call;
            (kind.into(), name.into(), encode_key(step.key.as_ref()))
        })
        .collect()
}

pub(super) fn decode_module(
    module: &[EncodedModuleStep<'_>],
    names: &mut Decoder<'_>,
) -> ModulePath {
    let steps = module.iter().map(|(kind, name, key)| ModuleStep {
        call: CallName::of(names.name(kind), names.name(name)),
        key: decode_key(key.as_ref(), names),
    });
    ModulePath(steps.collect())
}
