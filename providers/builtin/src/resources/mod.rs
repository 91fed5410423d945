//! The resource types, and what they have in common.

mod random_id;
pub(crate) mod random_password;
mod terraform_data;

use crate::entropy::Entropy;
use model::{
    AttrPath, BlockSchema, IdentityClass, ResourceSchema, Type, Unknown, Value, differences,
};
use provider::{PlanAnswer, PlanRequest, ProviderProblem};
use std::sync::Arc;

/// All resource types.
pub(crate) const RESOURCES: &[&dyn Resource] = &[
    &terraform_data::TerraformData,
    &random_password::RandomPassword,
    &random_id::RandomId,
];

/// A resource type that exists in the state alone.
pub(crate) trait Resource: Sync {
    /// Its type.
    fn name(&self) -> &'static str;

    /// Its schema.
    fn schema(&self) -> ResourceSchema;

    /// Problems of a configuration.
    fn validate(&self, config: &Value) -> Vec<ProviderProblem>;

    /// What a change leads to.
    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer;

    /// The object of a plan, with what was unknown decided.
    fn make(&self, planned: &Value, entropy: &mut Entropy) -> Result<Value, ProviderProblem>;

    /// The object of an id that a user wrote.
    fn import(&self, id: &str) -> Result<Value, ProviderProblem>;

    /// An object of another type as one of this.
    fn move_from(&self, from: &str, _attributes: Value) -> Result<Value, ProviderProblem> {
        Err(ProviderProblem::error(format!(
            "a `{from}` can't become a `{}`",
            self.name()
        )))
    }
}

/// The resource type of a name.
pub(crate) fn resource(ty: &str) -> Result<&'static dyn Resource, ProviderProblem> {
    RESOURCES
        .iter()
        .find(|r| r.name() == ty)
        .copied()
        .ok_or_else(|| {
            ProviderProblem::error(format!("the built-in provider has no resource type `{ty}`"))
        })
}

/// The schema of an object that exists in the state alone.
fn schema(doc: &'static str, block: BlockSchema) -> ResourceSchema {
    ResourceSchema {
        doc,
        block,
        // A create whose answer was lost left nothing behind: it is simply sent again.
        identity: IdentityClass::ClientToken,
        recorded_only: true,
        timeout_ms: 10_000,
        ..ResourceSchema::default()
    }
}

/// Whether two attributes are the same to a user.
fn same(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => {
            !after.has_unknown() && (before == after || differences(before, after).is_empty())
        }
        (None, None) => true,
        (Some(one), None) | (None, Some(one)) => one.is_null(),
    }
}

/// Whether the object has to be made: there is none, or one of these attributes changes.
fn is_new(request: &PlanRequest<'_>, inputs: &[&str]) -> bool {
    request.prior.is_none_or(|prior| {
        inputs
            .iter()
            .any(|name| !same(prior.get(name), request.proposed.get(name)))
    })
}

/// The object with these attributes set, in one go.
fn set<'a>(object: &Value, values: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let mut fields = object.as_fields().cloned().unwrap_or_default();
    values
        .into_iter()
        .for_each(|(name, value)| fields.insert(Arc::from(name), value));
    Value::Object(Arc::new(fields))
}

/// A string that is known after apply.
fn unknown_text(sensitive: bool, prefix: Option<&str>) -> Value {
    let unknown = Unknown::of(Type::String).not_null().sensitive(sensitive);
    Value::Unknown(Arc::new(Unknown {
        prefix: prefix.map(Arc::from),
        ..unknown
    }))
}

/// A whole number among attributes; none where it is null, unknown or sealed.
fn number(object: &Value, name: &str) -> Option<i64> {
    object.get(name).and_then(Value::as_i64)
}

/// A problem where a known number is not a whole one between two limits.
fn outside(config: &Value, name: &str, least: i64, greatest: i64) -> Option<ProviderProblem> {
    let Value::Number(given) = config.get(name)? else {
        return None;
    };
    let fits = given
        .as_i64()
        .is_some_and(|n| (least..=greatest).contains(&n));
    (!fits).then(|| {
        ProviderProblem::error(format!(
            "`{name}` is {given}, but must be a whole number from {least} to {greatest}"
        ))
        .at(AttrPath::name(name))
    })
}
