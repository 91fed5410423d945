//! What finishes a step, and what the names in it stand for, on disk.

use super::context::{Reading, Writing};
use super::expr::Index;
use super::names::{EncodedKey, EncodedModulePath, EncodedPath, EncodedReference};
use super::names::{decode_key, decode_module, decode_path, decode_reference};
use super::names::{encode_key, encode_module, encode_path, encode_reference};
use super::words::{EncodedMode, EncodedRepetition};
use crate::{Captured, Deferred, ModuleScope};
use eval::Reference;
use model::Value;
use serde::{Deserialize, Serialize};
use state::encoding::v1::{
    EncodedType, EncodedValue, EncodingError, Text, decode_type, encode_type,
};
use std::collections::BTreeMap;

/// `each.key` and the like.
pub(super) type EncodedInstance<'a> = Vec<(EncodedReference<'a>, EncodedValue<'a>)>;

/// How to finish something.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedDeferred<'a> {
    body: Index,
    scope: usize,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    instance: EncodedInstance<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ignored: Vec<EncodedPath<'a>>,
}

/// The names of a module instance.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedScope<'a> {
    #[serde(borrow)]
    module: EncodedModulePath<'a>,
    names: Vec<(EncodedReference<'a>, EncodedCaptured<'a>)>,
}

/// What a name stands for.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EncodedCaptured<'a> {
    Value(#[serde(borrow)] EncodedValue<'a>),
    Expr {
        expr: Index,
        scope: usize,
        #[serde(rename = "type")]
        ty: EncodedType<'a>,
        sensitive: bool,
        instance: EncodedInstance<'a>,
    },
    Resource {
        mode: EncodedMode,
        repetition: EncodedRepetition,
        instances: Vec<(Option<EncodedKey<'a>>, Text<'a>)>,
    },
    Module {
        repetition: EncodedRepetition,
        instances: Vec<(Option<EncodedKey<'a>>, Vec<EncodedOutput<'a>>)>,
    },
}

/// An output of a module instance.
pub(super) type EncodedOutput<'a> = (Text<'a>, EncodedCaptured<'a>);

pub(super) fn encode_deferred<'a>(
    deferred: &'a Deferred,
    writing: &mut Writing<'a>,
) -> EncodedDeferred<'a> {
    EncodedDeferred {
        body: writing
            .exprs
            .add_shared(&deferred.body, &mut writing.secrets),
        scope: deferred.scope,
        instance: encode_instance(&deferred.instance, writing),
        ignored: deferred.ignored.iter().map(encode_path).collect(),
    }
}

pub(super) fn decode_deferred(
    deferred: &EncodedDeferred<'_>,
    reading: &mut Reading<'_>,
) -> Result<Deferred, EncodingError> {
    let ignored = deferred.ignored.iter();
    Ok(Deferred {
        body: reading.exprs.shared(deferred.body)?,
        scope: reading.scope(deferred.scope)?,
        instance: decode_instance(&deferred.instance, reading)?,
        ignored: ignored
            .map(|p| decode_path(p, &mut reading.names))
            .collect(),
    })
}

pub(super) fn encode_scope<'a>(
    scope: &'a ModuleScope,
    writing: &mut Writing<'a>,
) -> EncodedScope<'a> {
    let names = scope.names.iter();
    EncodedScope {
        module: encode_module(&scope.module),
        names: names
            .map(|(name, captured)| (encode_reference(name), encode_captured(captured, writing)))
            .collect(),
    }
}

pub(super) fn decode_scope(
    scope: &EncodedScope<'_>,
    reading: &mut Reading<'_>,
) -> Result<ModuleScope, EncodingError> {
    let mut names = BTreeMap::new();
    for (name, captured) in &scope.names {
        let name = decode_reference(name, &mut reading.names);
        names.insert(name, decode_captured(captured, reading)?);
    }
    Ok(ModuleScope {
        module: decode_module(&scope.module, &mut reading.names),
        names,
    })
}

pub(super) fn encode_captured<'a>(
    captured: &'a Captured,
    writing: &mut Writing<'a>,
) -> EncodedCaptured<'a> {
    match captured {
        Captured::Value(value) => EncodedCaptured::Value(writing.value(value)),
        Captured::Expr {
            expr,
            scope,
            ty,
            sensitive,
            instance,
        } => EncodedCaptured::Expr {
            expr: writing.exprs.add(expr, &mut writing.secrets),
            scope: *scope,
            ty: encode_type(ty, &mut writing.secrets),
            sensitive: *sensitive,
            instance: encode_instance(instance, writing),
        },
        Captured::Resource {
            mode,
            repetition,
            instances,
        } => EncodedCaptured::Resource {
            mode: (*mode).into(),
            repetition: (*repetition).into(),
            instances: instances
                .iter()
                .map(|(key, address)| (encode_key(key.as_ref()), address.to_string().into()))
                .collect(),
        },
        Captured::Module {
            repetition,
            instances,
        } => EncodedCaptured::Module {
            repetition: (*repetition).into(),
            instances: instances
                .iter()
                .map(|(key, outputs)| {
                    let outputs = outputs.iter();
                    let outputs = outputs.map(|(n, c)| (n.into(), encode_captured(c, writing)));
                    (encode_key(key.as_ref()), outputs.collect())
                })
                .collect(),
        },
    }
}

pub(super) fn decode_captured(
    captured: &EncodedCaptured<'_>,
    reading: &mut Reading<'_>,
) -> Result<Captured, EncodingError> {
    Ok(match captured {
        EncodedCaptured::Value(value) => Captured::Value(reading.value(value)?),
        EncodedCaptured::Expr {
            expr,
            scope,
            ty,
            sensitive,
            instance,
        } => Captured::Expr {
            expr: Box::new(reading.exprs.take(*expr)?),
            scope: reading.scope(*scope)?,
            ty: decode_type(ty, &mut reading.names)?,
            sensitive: *sensitive,
            instance: decode_instance(instance, reading)?,
        },
        EncodedCaptured::Resource {
            mode,
            repetition,
            instances,
        } => {
            let names = &mut reading.names;
            let instances: Result<_, EncodingError> = instances
                .iter()
                .map(|(key, at)| Ok((decode_key(key.as_ref(), names), names.address(at)?)))
                .collect();
            Captured::Resource {
                mode: (*mode).into(),
                repetition: (*repetition).into(),
                instances: instances?,
            }
        }
        EncodedCaptured::Module {
            repetition,
            instances,
        } => {
            let mut decoded = Vec::with_capacity(instances.len());
            for (key, outputs) in instances {
                let key = decode_key(key.as_ref(), &mut reading.names);
                decoded.push((key, decode_outputs(outputs, reading)?));
            }
            Captured::Module {
                repetition: (*repetition).into(),
                instances: decoded,
            }
        }
    })
}

fn decode_outputs(
    outputs: &[EncodedOutput<'_>],
    reading: &mut Reading<'_>,
) -> Result<BTreeMap<std::sync::Arc<str>, Captured>, EncodingError> {
    let outputs = outputs.iter();
    outputs
        .map(|(name, captured)| {
            let captured = decode_captured(captured, reading)?;
            Ok((reading.names.name(name), captured))
        })
        .collect()
}

pub(super) fn encode_instance<'a>(
    instance: &'a BTreeMap<Reference, Value>,
    writing: &mut Writing<'a>,
) -> EncodedInstance<'a> {
    let instance = instance.iter();
    instance
        .map(|(name, value)| (encode_reference(name), writing.value(value)))
        .collect()
}

pub(super) fn decode_instance(
    instance: &[(EncodedReference<'_>, EncodedValue<'_>)],
    reading: &mut Reading<'_>,
) -> Result<BTreeMap<Reference, Value>, EncodingError> {
    let instance = instance.iter();
    instance
        .map(|(name, value)| {
            let value = reading.value(value)?;
            Ok((decode_reference(name, &mut reading.names), value))
        })
        .collect()
}
