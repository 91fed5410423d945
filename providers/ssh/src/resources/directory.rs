//! `ssh_directory`: a directory on a host.

use super::{
    Change, Resource, Told, check, existing_attribute, on_destroy_attribute, place, plain_mode,
    plan_create, recorded_before, schema, shown_mode, told_private,
};
use crate::private::Private;
use crate::runner::look::{Kind, Look, Seen};
use crate::runner::work::Call;
use crate::values::{settle, string_or_null, text};
use model::{AttrPath, Attribute, ResourceSchema, Type, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};

/// A directory on a host.
pub(crate) struct SshDirectory;

impl Resource for SshDirectory {
    fn name(&self) -> &'static str {
        "ssh_directory"
    }

    fn schema(&self) -> ResourceSchema {
        schema(
            "A directory on a host. Its parent must be there. On destroy it goes when it is empty.",
            vec![
                Attribute::new("path", Type::String, "Where it stands, from `/` on.")
                    .required()
                    .replaces(),
                Attribute::new("mode", Type::String, "Its permissions, octal.").or("0755"),
                Attribute::new("owner", Type::String, "The user that owns it.").optional_computed(),
                Attribute::new("group", Type::String, "The group that owns it.")
                    .optional_computed(),
                existing_attribute(),
                on_destroy_attribute(),
            ],
        )
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = Vec::new();
        check::path(config, "path", &mut problems);
        check::mode(config, &mut problems);
        check::account(config, "owner", &mut problems);
        check::account(config, "group", &mut problems);
        check::one_of(config, "existing", &["refuse", "adopt"], &mut problems);
        check::one_of(
            config,
            "on_destroy",
            &["delete", "restore", "keep"],
            &mut problems,
        );
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        if request.prior.is_some() {
            return PlanAnswer::default();
        }
        let what = format!(
            "the directory {}",
            text(request.proposed, "path").unwrap_or_default()
        );
        plan_create(request, &["mode", "owner", "group"], &what, |existing| {
            let word = |name| text(existing, name);
            Some(format!(
                "{} {} {}",
                plain_mode(&word("mode")?),
                word("owner")?,
                word("group")?
            ))
        })
    }

    fn place(&self, attributes: &Value) -> Option<String> {
        Some(place("path", &text(attributes, "path")?))
    }

    fn named(&self, id: &str, config: &Value) -> Result<Value, ProviderProblem> {
        Ok(config.with("path", Value::string(id)))
    }

    fn look(&self, attributes: &Value, _private: &Private, look: &mut Look) {
        if let Some(path) = text(attributes, "path") {
            look.paths.entry(path).or_default();
        }
    }

    fn read(
        &self,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        let path = text(attributes, "path").unwrap_or_default();
        let Some(entry) = seen.paths.get(&path) else {
            return Ok(None);
        };
        if entry.kind != Kind::Directory {
            return Err(
                ProviderProblem::error(format!("{path} is there, and is no directory"))
                    .help("choose another path, or remove what stands there by hand")
                    .at(AttrPath::name("path")),
            );
        }
        let read = attributes
            .with("mode", shown_mode(&entry.mode, text(attributes, "mode")))
            .with("owner", Value::string(&*entry.owner))
            .with("group", Value::string(&*entry.group));
        let state = format!("{} {} {}", entry.mode, entry.owner, entry.group);
        let private = recorded_before(Private::seen(state), private, seen, &place("path", &path));
        Ok(Some(Made {
            attributes: read,
            private,
        }))
    }

    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem> {
        let attributes = change.attributes();
        let word = |name| text(attributes, name).unwrap_or_default();
        if let Action::Delete { .. } = change.action {
            let arguments = vec![
                word("path"),
                word("on_destroy"),
                change.expected(),
                change.had(),
            ];
            return Ok(Call::new("directory_drop", arguments));
        }
        let arguments = vec![
            change.verb().into(),
            word("path"),
            word("existing"),
            change.expected(),
            change.had(),
            plain_mode(&word("mode")),
            word("owner"),
            word("group"),
        ];
        Ok(Call::new("directory_put", arguments))
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        let state = told.get("state").cloned().unwrap_or_default();
        let mut words = state.split(' ').skip(1).map(String::from);
        let made = settle(planned, "owner", || string_or_null(words.next()));
        let made = settle(&made, "group", || {
            string_or_null(state.rsplit(' ').next().map(String::from))
        });
        Made {
            attributes: made,
            private: told_private(told),
        }
    }

    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem> {
        let path = text(attributes, "path").unwrap_or_default();
        Some(match code {
            "kind" => ProviderProblem::error(format!("{path} is there, and is no directory"))
                .help("choose another path, or remove what stands there by hand")
                .at(AttrPath::name("path")),
            "write" => ProviderProblem::error(format!("the directory {path} could not be made so"))
                .help("mend what the host complains of, and apply again"),
            code => return super::file::explain(code, &path),
        })
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[include_str!("../runner/directory.sh")]
    }
}
