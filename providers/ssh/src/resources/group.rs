//! `ssh_group`: a group of a host's accounts.

use super::{
    Change, Resource, Told, account_problem, check, existing_attribute, flag, place, plan_create,
    recorded_before, schema, told_private,
};
use crate::private::Private;
use crate::runner::look::{Look, Seen};
use crate::runner::work::Call;
use crate::values::{number, settle, text};
use model::{Attribute, ResourceSchema, Type, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};

/// A group of a host's accounts.
pub(crate) struct SshGroup;

impl Resource for SshGroup {
    fn name(&self) -> &'static str {
        "ssh_group"
    }

    fn schema(&self) -> ResourceSchema {
        schema(
            "A group of a host's accounts. One that was there before is never removed.",
            vec![
                Attribute::new("name", Type::String, "Its name.")
                    .required()
                    .replaces(),
                Attribute::new("gid", Type::Number, "Its number.").optional_computed(),
                Attribute::new(
                    "system",
                    Type::Bool,
                    "Whether its number is of the system's range.",
                )
                .or(false)
                .replaces(),
                existing_attribute(),
            ],
        )
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = Vec::new();
        check::account(config, "name", &mut problems);
        check::id(config, "gid", &mut problems);
        check::one_of(config, "existing", &["refuse", "adopt"], &mut problems);
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        if request.prior.is_some() {
            return PlanAnswer::default();
        }
        let what = format!(
            "the group {}",
            text(request.proposed, "name").unwrap_or_default()
        );
        plan_create(request, &["gid"], &what, |existing| {
            number(existing, "gid").map(|gid| gid.to_string())
        })
    }

    fn place(&self, attributes: &Value) -> Option<String> {
        Some(place("group", &text(attributes, "name")?))
    }

    fn look(&self, _attributes: &Value, _private: &Private, look: &mut Look) {
        look.groups = true;
    }

    fn read(
        &self,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        let name = text(attributes, "name").unwrap_or_default();
        let Some(group) = seen.groups.get(&name) else {
            return Ok(None);
        };
        let state = Private::seen(group.gid.to_string());
        let private = recorded_before(state, private, seen, &place("group", &name));
        Ok(Some(Made {
            attributes: attributes.with("gid", Value::int(group.gid)),
            private,
        }))
    }

    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem> {
        let attributes = change.attributes();
        let word = |name| text(attributes, name).unwrap_or_default();
        if let Action::Delete { .. } = change.action {
            return Ok(Call::new("group_drop", vec![word("name"), change.had()]));
        }
        let gid = number(attributes, "gid")
            .map(|n| n.to_string())
            .unwrap_or_default();
        let arguments = vec![
            change.verb().into(),
            word("name"),
            word("existing"),
            change.expected(),
            change.had(),
            gid,
            flag(attributes, "system"),
        ];
        Ok(Call::new("group_put", arguments))
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        let gid = told.get("state").and_then(|s| s.parse().ok());
        let made = settle(planned, "gid", || {
            gid.map_or(Value::Null(Type::Number), Value::int)
        });
        Made {
            attributes: made,
            private: told_private(told),
        }
    }

    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem> {
        account_problem(code, "group", &text(attributes, "name").unwrap_or_default())
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[super::ACCOUNT]
    }
}
