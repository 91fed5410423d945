//! `terraform_data`: a value carried through the graph, and a trigger of replacements.

use super::{Resource, is_new, same, schema, set, unknown_text};
use crate::entropy::Entropy;
use model::{AttrPath, Attribute, BlockSchema, ResourceSchema, Type, Value};
use provider::{PlanAnswer, PlanRequest, ProviderProblem};

pub(super) struct TerraformData;

impl Resource for TerraformData {
    fn name(&self) -> &'static str {
        "terraform_data"
    }

    fn schema(&self) -> ResourceSchema {
        let attributes = vec![
            Attribute::new(
                "id",
                Type::String,
                "A name for it, made up at its creation.",
            )
            .computed(),
            Attribute::new("input", Type::Any, "Any value, handed on as `output`."),
            Attribute::new("output", Type::Any, "The value of `input`.").computed(),
            Attribute::new(
                "triggers_replace",
                Type::Any,
                "Any value; another one replaces the object, and with it what is \
                 `replace_triggered_by` it.",
            )
            .replaces(),
        ];
        schema(
            "Carries a value through the graph, and can be replaced on demand.",
            BlockSchema {
                attributes,
                blocks: Vec::new(),
            },
        )
    }

    fn validate(&self, _config: &Value) -> Vec<ProviderProblem> {
        Vec::new()
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        let input = request
            .proposed
            .get("input")
            .cloned()
            .unwrap_or(Value::NULL);
        if is_new(request, &["triggers_replace"]) {
            let replaced = request.prior.map(|_| AttrPath::name("triggers_replace"));
            let values = [("id", unknown_text(false, None)), ("output", input)];
            return PlanAnswer {
                planned: Some(set(request.proposed, values)),
                replaced: replaced.into_iter().collect(),
                ..PlanAnswer::default()
            };
        }
        match same(request.prior.and_then(|p| p.get("input")), Some(&input)) {
            true => PlanAnswer::default(),
            false => PlanAnswer {
                planned: Some(set(request.proposed, [("output", input)])),
                ..PlanAnswer::default()
            },
        }
    }

    fn make(&self, planned: &Value, entropy: &mut Entropy) -> Result<Value, ProviderProblem> {
        let input = planned.get("input").cloned().unwrap_or(Value::NULL);
        if planned.get("id").is_some_and(|id| id.as_str().is_some()) {
            return Ok(set(planned, [("output", input)]));
        }
        let mut bytes = [0; 16];
        entropy.fill(&mut bytes)?;
        let id = uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string();
        Ok(set(planned, [("id", id.into()), ("output", input)]))
    }

    fn import(&self, id: &str) -> Result<Value, ProviderProblem> {
        Ok(Value::object([
            ("id", id.into()),
            ("input", Value::NULL),
            ("output", Value::NULL),
            ("triggers_replace", Value::NULL),
        ]))
    }

    /// A `null_resource` had `id` and `triggers`.
    fn move_from(&self, from: &str, attributes: Value) -> Result<Value, ProviderProblem> {
        if from != "null_resource" {
            return Err(ProviderProblem::error(format!(
                "a `{from}` can't become a `terraform_data`"
            ))
            .help("only a `null_resource` can"));
        }
        let get = |name| attributes.get(name).cloned().unwrap_or(Value::NULL);
        Ok(Value::object([
            ("id", get("id")),
            ("input", Value::NULL),
            ("output", Value::NULL),
            ("triggers_replace", get("triggers")),
        ]))
    }
}
