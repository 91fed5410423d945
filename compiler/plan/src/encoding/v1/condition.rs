//! Conditions that are decided in apply, on disk.

use super::context::{Reading, Writing};
use super::expr::Index;
use super::scope::{EncodedInstance, decode_instance, encode_instance};
use crate::{Check, When};
use serde::{Deserialize, Serialize};
use state::encoding::v1::{EncodingError, Text};

/// A condition.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedCheck<'a> {
    #[serde(borrow)]
    problem: Text<'a>,
    #[serde(rename = "at")]
    address: Text<'a>,
    condition: Index,
    error_message: Index,
    scope: usize,
    instance: EncodedInstance<'a>,
    on_self: bool,
    when: EncodedWhen,
}

/// When it is decided.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EncodedWhen {
    Before(usize),
    After(usize),
    Inside(usize),
    AtEnd,
}

pub(super) fn encode_check<'a>(check: &'a Check, writing: &mut Writing<'a>) -> EncodedCheck<'a> {
    let mut add = |expr| writing.exprs.add(expr, &mut writing.secrets);
    let (condition, error_message) = (add(&check.condition), add(&check.error_message));
    EncodedCheck {
        problem: check.problem.as_str().into(),
        address: check.address.to_string().into(),
        condition,
        error_message,
        scope: check.scope,
        instance: encode_instance(&check.instance, writing),
        on_self: check.on_self,
        when: match check.when {
            When::Before(step) => EncodedWhen::Before(step),
            When::After(step) => EncodedWhen::After(step),
            When::Inside(scope) => EncodedWhen::Inside(scope),
            When::AtEnd => EncodedWhen::AtEnd,
        },
    }
}

pub(super) fn decode_check(
    check: &EncodedCheck<'_>,
    reading: &mut Reading<'_>,
) -> Result<Check, EncodingError> {
    Ok(Check {
        problem: check.problem.0.to_string(),
        address: reading.names.address(&check.address)?,
        condition: Box::new(reading.exprs.take(check.condition)?),
        error_message: Box::new(reading.exprs.take(check.error_message)?),
        scope: reading.scope(check.scope)?,
        instance: decode_instance(&check.instance, reading)?,
        on_self: check.on_self,
        when: match check.when {
            EncodedWhen::Before(step) => When::Before(reading.step(step)?),
            EncodedWhen::After(step) => When::After(reading.step(step)?),
            EncodedWhen::Inside(scope) => When::Inside(reading.scope(scope)?),
            EncodedWhen::AtEnd => When::AtEnd,
        },
    })
}
