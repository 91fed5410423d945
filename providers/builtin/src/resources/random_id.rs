//! `random_id`: random bytes in several notations, for names that must be unique.

use super::{Resource, is_new, number, outside, schema, set, unknown_text};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::{Attribute, BlockSchema, ResourceSchema, Type, Value};
use num_bigint::BigUint;
use provider::{PlanAnswer, PlanRequest, ProviderProblem};

pub(super) struct RandomId;

const MOST_BYTES: i64 = 4096;
const INPUTS: [&str; 3] = ["byte_length", "keepers", "prefix"];
const PREFIXED: [&str; 4] = ["b64_std", "b64_url", "dec", "hex"];

impl Resource for RandomId {
    fn name(&self) -> &'static str {
        "random_id"
    }

    fn schema(&self) -> ResourceSchema {
        let text = |name, doc| Attribute::new(name, Type::String, doc);
        let attributes = vec![
            Attribute::new("byte_length", Type::Number, "How many random bytes.")
                .required()
                .replaces(),
            text("prefix", "What each notation but `id` begins with.").replaces(),
            Attribute::new(
                "keepers",
                Type::map(Type::String),
                "Any values; others make a new id.",
            )
            .replaces(),
            text("id", "The bytes in base64 for URLs, without the prefix.").computed(),
            text("hex", "In hexadecimal digits, with the prefix.").computed(),
            text("dec", "As one decimal number, with the prefix.").computed(),
            text("b64_std", "In padded base64, with the prefix.").computed(),
            text("b64_url", "In base64 for URLs, with the prefix.").computed(),
        ];
        schema(
            "Random bytes for a name that must be unique. Not for secrets: nothing hides them.",
            BlockSchema {
                attributes,
                blocks: Vec::new(),
            },
        )
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        outside(config, "byte_length", 1, MOST_BYTES)
            .into_iter()
            .collect()
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        if !is_new(request, &INPUTS) {
            return PlanAnswer::default();
        }
        let prefix = request.proposed.get("prefix").and_then(Value::as_str);
        let notations = PREFIXED.map(|name| (name, unknown_text(false, prefix)));
        let values = notations
            .into_iter()
            .chain([("id", unknown_text(false, None))]);
        PlanAnswer {
            planned: Some(set(request.proposed, values)),
            ..PlanAnswer::default()
        }
    }

    fn make(&self, planned: &Value, entropy: &mut Entropy) -> Result<Value, ProviderProblem> {
        if !planned.has_unknown() {
            return Ok(planned.clone());
        }
        let plain = planned.expose();
        if let Some(problem) = self.validate(&plain).pop() {
            return Err(problem);
        }
        let length = number(&plain, "byte_length").unwrap_or_default();
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        entropy.fill(&mut bytes)?;
        Ok(noted(
            planned,
            plain.get("prefix").and_then(Value::as_str),
            &bytes,
        ))
    }

    /// `ID` or `PREFIX,ID`.
    fn import(&self, id: &str) -> Result<Value, ProviderProblem> {
        let (prefix, id) = match id.rsplit_once(',') {
            Some((prefix, id)) => (Some(prefix), id),
            None => (None, id),
        };
        let bytes = URL_SAFE_NO_PAD.decode(id).map_err(|e| {
            ProviderProblem::error(format!("{id:?} is not base64 for URLs: {e}"))
                .help("give the attribute `id`, or the prefix, a comma and the `id`")
        })?;
        let object = Value::object([
            (
                "byte_length",
                Value::int(i64::try_from(bytes.len()).unwrap_or(i64::MAX)),
            ),
            (
                "prefix",
                prefix.map_or(Value::Null(Type::String), Value::from),
            ),
            ("keepers", Value::Null(Type::map(Type::String))),
        ]);
        Ok(noted(&object, prefix, &bytes))
    }
}

/// The object with its bytes in all notations.
fn noted(object: &Value, prefix: Option<&str>, bytes: &[u8]) -> Value {
    let prefixed = |text: String| Value::from(format!("{}{text}", prefix.unwrap_or_default()));
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    let url = URL_SAFE_NO_PAD.encode(bytes);
    let values = [
        ("hex", prefixed(hex)),
        ("dec", prefixed(BigUint::from_bytes_be(bytes).to_string())),
        ("b64_std", prefixed(STANDARD.encode(bytes))),
        ("b64_url", prefixed(url.clone())),
        ("id", url.into()),
    ];
    set(object, values)
}
