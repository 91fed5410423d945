//! `ssh_package`: a Debian package on a host.

use super::{
    Change, Resource, Told, existing_attribute, place, plan_create, recorded_before, schema,
    told_private,
};
use crate::private::Private;
use crate::runner::look::{Look, Seen};
use crate::runner::preflight::Needs;
use crate::runner::work::Call;
use crate::values::{settle, string_or_null, text};
use model::{AttrPath, Attribute, ResourceSchema, Type, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};

/// A Debian package on a host.
pub(crate) struct SshPackage;

impl Resource for SshPackage {
    fn name(&self) -> &'static str {
        "ssh_package"
    }

    fn schema(&self) -> ResourceSchema {
        ResourceSchema {
            timeout_ms: 900_000,
            ..schema(
                "A Debian package on a host. One that was there before is never removed; one \
                 that was installed goes with what came along and nothing else needs.",
                vec![
                    Attribute::new("name", Type::String, "Its name.")
                        .required()
                        .replaces(),
                    Attribute::new(
                        "version",
                        Type::String,
                        "Its version, exactly; without it the newest at the first installation.",
                    )
                    .optional_computed(),
                    existing_attribute(),
                ],
            )
        }
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = Vec::new();
        super::check::one_of(config, "existing", &["refuse", "adopt"], &mut problems);
        let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
        let version = |c: char| c.is_ascii_alphanumeric() || ".+-:~".contains(c);
        let fits: [(&str, &dyn Fn(char) -> bool); 2] = [("name", &name), ("version", &version)];
        for (attribute, fits) in fits {
            let Some(word) = text(config, attribute) else {
                continue;
            };
            let head = word
                .chars()
                .next()
                .is_some_and(|c| c.is_ascii_alphanumeric());
            if !head || !word.chars().all(fits) {
                problems.push(
                    ProviderProblem::error(format!("`{attribute}` can't be a package's: {word:?}"))
                        .at(AttrPath::name(attribute)),
                );
            }
        }
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        if request.prior.is_some() {
            return PlanAnswer::default();
        }
        let what = format!(
            "the package {}",
            text(request.proposed, "name").unwrap_or_default()
        );
        plan_create(request, &["version"], &what, |existing| {
            text(existing, "version")
        })
    }

    fn place(&self, attributes: &Value) -> Option<String> {
        Some(place("package", &text(attributes, "name")?))
    }

    fn look(&self, attributes: &Value, _private: &Private, look: &mut Look) {
        look.packages.extend(text(attributes, "name"));
    }

    fn read(
        &self,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        let name = text(attributes, "name").unwrap_or_default();
        let Some(version) = seen.packages.get(&name) else {
            return Ok(None);
        };
        let state = Private::seen(version.as_str());
        let private = recorded_before(state, private, seen, &place("package", &name));
        let attributes = attributes.with("version", Value::string(version.as_str()));
        Ok(Some(Made {
            attributes,
            private,
        }))
    }

    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem> {
        let attributes = change.attributes();
        let word = |name| text(attributes, name).unwrap_or_default();
        if let Action::Delete { .. } = change.action {
            let arguments = vec![word("name"), change.had()];
            return Ok(Call::new("package_drop", arguments));
        }
        let arguments = vec![
            change.verb().into(),
            word("name"),
            word("existing"),
            change.expected(),
            change.had(),
            word("version"),
        ];
        let fresh = matches!(change.action, Action::Create { .. });
        let together = fresh.then(|| ("package_batch", vec![word("name"), word("version")]));
        Ok(Call::new("package_put", arguments).together(together))
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        let version = told.get("state").cloned();
        let attributes = settle(planned, "version", || string_or_null(version));
        Made {
            attributes,
            private: told_private(told),
        }
    }

    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem> {
        let name = text(attributes, "name").unwrap_or_default();
        Some(match code {
            "no_package" => {
                ProviderProblem::error(format!("there is no package {name} for the host"))
                    .help("check its name (`apt-cache search` there), and the host's apt sources")
                    .at(AttrPath::name("name"))
            }
            "no_version" => ProviderProblem::error(format!(
                "there is no version {} of the package {name} for the host",
                text(attributes, "version").unwrap_or_default()
            ))
            .help(format!("see `apt-cache policy {name}` on the host"))
            .at(AttrPath::name("version")),
            "apt" => {
                ProviderProblem::error(format!("apt could not do its work on the package {name}"))
                    .help("mend what apt complains of, on the host, and apply again")
            }
            "needed" => ProviderProblem::error(format!(
                "the package {name} stays: something that was not installed for it needs it now"
            ))
            .help(
                "remove what needs it first, or take the package out of the state \
                   (`landfall state rm`)",
            ),
            "way_in" => ProviderProblem::error(
                "apt would take away what Landfall needs to get into the host; nothing was changed",
            )
            .help(
                "change that by hand, where you can get in another way, or take the package out \
                 of the state (`landfall state rm`)",
            ),
            "exists" => ProviderProblem::error(format!(
                "the package {name} is installed already in another version"
            ))
            .help("set `existing = \"adopt\"` to change its version, or leave `version` out")
            .at(AttrPath::name("existing")),
            _ => return None,
        })
    }

    fn needs(&self, planned: &Value, needs: &mut Needs) {
        if let Some(name) = text(planned, "name") {
            let version = text(planned, "version").map_or(String::new(), |v| format!("={v}"));
            needs.packages.insert(format!("{name}{version}"));
        }
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[super::ACCOUNT, include_str!("../runner/package.sh")]
    }
}
