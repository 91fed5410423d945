//! `ssh_systemd_unit`: a unit of systemd on a host.

use super::{
    Change, Resource, Told, check, existing_attribute, on_destroy_attribute, place, plan_create,
    schema, told_private,
};
use crate::private::Private;
use crate::runner::encode;
use crate::runner::look::{Kind, Look, Seen, Unit, digest};
use crate::runner::preflight::Needs;
use crate::runner::work::Call;
use crate::values::{is_set, text, truth};
use model::{AttrPath, Attribute, Effect, Gate, ResourceSchema, Type, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};

/// A unit of systemd on a host.
pub(crate) struct SshSystemdUnit;

impl Resource for SshSystemdUnit {
    fn name(&self) -> &'static str {
        "ssh_systemd_unit"
    }

    fn schema(&self) -> ResourceSchema {
        ResourceSchema {
            gates: vec![Gate {
                name: "active",
                doc: "systemd says that it is active.",
            }],
            ..schema(
                "A unit of systemd on a host: its file, whether it is enabled, whether it runs.",
                vec![
                    Attribute::new("name", Type::String, "Its name: `shop.service`.")
                        .required()
                        .replaces(),
                    Attribute::new(
                        "content",
                        Type::String,
                        "Its file; without it, a unit that something else brought.",
                    ),
                    Attribute::new("source", Type::String, "A file that is its content.")
                        .loads_into("content"),
                    Attribute::new(
                        "template",
                        Type::String,
                        "A template that makes its content.",
                    ),
                    Attribute::new("vars", Type::Any, "What the template can name."),
                    Attribute::new("enabled", Type::Bool, "Whether it starts with the machine.")
                        .or(true),
                    Attribute::new("running", Type::Bool, "Whether it runs.").or(true),
                    Attribute::new(
                        "restart_on",
                        Type::Any,
                        "Anything whose change restarts it: the content of its configuration file.",
                    ),
                    existing_attribute(),
                    on_destroy_attribute(),
                ],
            )
        }
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = Vec::new();
        if let Some(name) = text(config, "name")
            && !is_unit(&name)
        {
            problems.push(
                ProviderProblem::error(format!("`name` is no unit's: {name:?}"))
                    .help("letters, digits and `:-_.@`, and its kind: `shop.service`, `shop.timer`")
                    .at(AttrPath::name("name")),
            );
        }
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
        let name = text(request.proposed, "name").unwrap_or_default();
        let Some(prior) = request.prior else {
            if !is_set(request.proposed, "content") {
                // A unit that something else brought is there by right; it is only steered.
                let runs = request.existing.and_then(|e| truth(e, "running")) == Some(true);
                let restarts = runs && is_set(request.proposed, "restart_on");
                let effects = restarts.then_some(Effect::Restarts).into_iter().collect();
                return PlanAnswer {
                    effects,
                    ..PlanAnswer::default()
                };
            }
            return plan_create(request, &["content"], &format!("the unit {name}"), |_| None);
        };
        let changed = |name: &str| prior.get(name) != request.proposed.get(name);
        let runs = truth(prior, "running") == Some(true);
        let restarts = runs && (changed("content") || changed("restart_on"));
        let stops = runs && truth(request.proposed, "running") == Some(false);
        let mut effects = Vec::new();
        effects.extend(restarts.then_some(Effect::Restarts));
        effects.extend(stops.then_some(Effect::Downtime));
        // With or without a file of its own, it is another thing that goes on destroy.
        let kind = is_set(prior, "content") != is_set(request.proposed, "content");
        let replaced = kind
            .then(|| AttrPath::name("content"))
            .into_iter()
            .collect();
        PlanAnswer {
            effects,
            replaced,
            ..PlanAnswer::default()
        }
    }

    fn place(&self, attributes: &Value) -> Option<String> {
        Some(place("unit", &text(attributes, "name")?))
    }

    fn look(&self, attributes: &Value, private: &Private, look: &mut Look) {
        let Some(name) = text(attributes, "name") else {
            return;
        };
        look.paths
            .insert(path(&name), known_digest(attributes, private));
        look.units.insert(name);
    }

    fn read(
        &self,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        let name = text(attributes, "name").unwrap_or_default();
        let unit = seen.units.get(&name).cloned().unwrap_or_default();
        let entry = seen
            .paths
            .get(&path(&name))
            .filter(|e| e.kind == Kind::File);
        let wanted = is_set(attributes, "content");
        let mut read = attributes.clone();
        let mut state = "others".to_string();
        match entry {
            None if wanted => return Ok(None),
            Some(entry) if wanted => {
                state = entry.state().unwrap_or_default();
                if entry.digest != known_digest(attributes, private) {
                    let bytes = entry.content.clone().unwrap_or_default();
                    read = read.with("content", Value::string(String::from_utf8_lossy(&bytes)));
                }
            }
            _ if unit.load.is_empty() || unit.load == "not-found" => return Ok(None),
            _ => {}
        }
        let owner = seen.owners.get(&place("unit", &name));
        let pending = owner.is_some_and(|o| seen.restarts.contains(&o.object));
        read = with_state(&read, &unit, pending);
        let before = owner
            .map(|o| o.before.as_str())
            .or(private.before.as_deref());
        let private = Private::seen(state).before(before).encode();
        Ok(Some(Made {
            attributes: read,
            private,
        }))
    }

    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem> {
        let attributes = change.attributes();
        let word = |name| text(attributes, name).unwrap_or_default();
        let content = text(attributes, "content");
        let expected = Some(change.expected())
            .filter(|e| e != "others")
            .unwrap_or_default();
        if let Action::Delete { .. } = change.action {
            let content = if is_set(attributes, "content") {
                "+"
            } else {
                "-"
            };
            let arguments = vec![
                word("name"),
                word("on_destroy"),
                expected,
                change.had(),
                content.into(),
            ];
            return Ok(Call::new("unit_drop", arguments));
        }
        let yes_no = |name| match truth(attributes, name) {
            Some(true) => "yes".to_string(),
            Some(false) => "no".to_string(),
            None => String::new(),
        };
        let restart = match change.action {
            Action::Update { prior, planned } => {
                prior.get("restart_on") != planned.get("restart_on")
            }
            // A service that its package started has not seen what was configured since.
            Action::Create { planned } => is_set(planned, "restart_on"),
            Action::Delete { .. } => false,
        };
        let arguments = vec![
            change.verb().into(),
            word("name"),
            word("existing"),
            expected,
            change.had(),
            content
                .as_ref()
                .map(|c| digest(c.as_bytes()))
                .unwrap_or_default(),
            content.map_or("-".into(), |c| encode(c.as_bytes())),
            yes_no("enabled"),
            yes_no("running"),
            if restart { "1".into() } else { String::new() },
        ];
        Ok(Call::new("unit_put", arguments))
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        Made {
            attributes: planned.clone(),
            private: told_private(told),
        }
    }

    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem> {
        let name = text(attributes, "name").unwrap_or_default();
        Some(match code {
            "no_unit" => ProviderProblem::error(format!("there is no unit {name} on the host"))
                .help("give its `content`, or let it depend on the package that brings it")
                .at(AttrPath::name("name")),
            "unit_start" => {
                ProviderProblem::error(format!("the unit {name} does not start")).help(format!(
                    "mend what its log says (`journalctl -u {name}` on the host), and apply again"
                ))
            }
            "unit_stop" | "unit_enable" | "unit_disable" | "systemd" => {
                let what = code.strip_prefix("unit_").unwrap_or("reload");
                ProviderProblem::error(format!("systemd could not {what} the unit {name}"))
                    .help("mend what systemd complains of, and apply again")
            }
            code => return super::file::explain(code, &path(&name)),
        })
    }

    fn needs(&self, planned: &Value, needs: &mut Needs) {
        needs.systemd = true;
        if let (Some(name), Some(content)) = (text(planned, "name"), text(planned, "content")) {
            needs.file(&path(&name), content.len());
        }
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[super::file::SCRIPT, include_str!("../runner/unit.sh")]
    }

    fn gate(&self, gate: &str, attributes: &Value, seen: &Seen) -> Result<bool, ProviderProblem> {
        let name = text(attributes, "name").unwrap_or_default();
        let unit = seen.units.get(&name).cloned().unwrap_or_default();
        match (gate, unit.active.as_str()) {
            ("active", "failed") => Err(ProviderProblem::error(format!("the unit {name} failed"))
                .detail(format!("systemd's result: {}", unit.result))
                .help(format!("see `journalctl -u {name}` on the host"))),
            ("active", active) => Ok(active == "active"),
            _ => Err(ProviderProblem::error(format!(
                "`ssh_systemd_unit` has no gate `{gate}`"
            ))),
        }
    }
}

fn path(name: &str) -> String {
    format!("/etc/systemd/system/{name}")
}

fn known_digest(attributes: &Value, private: &Private) -> Option<String> {
    if let Some(content) = text(attributes, "content") {
        return Some(digest(content.as_bytes()));
    }
    let recorded = attributes
        .get("content")
        .is_some_and(|c| !c.is_null() && !c.has_unknown());
    let seen = private.seen.as_ref().filter(|_| recorded)?;
    seen.split_once(' ').map(|(sum, _)| sum.to_string())
}

/// What systemd says, where the configuration has a say in it. A unit that waits for its restart
/// counts as not running.
fn with_state(attributes: &Value, unit: &Unit, pending: bool) -> Value {
    let mut read = attributes.clone();
    // Without an [Install] section there is nothing to be enabled.
    let enabled = match unit.file_state.as_str() {
        "enabled" | "enabled-runtime" => Some(true),
        "static" | "generated" | "indirect" | "transient" | "alias" => None,
        _ => Some(false),
    };
    if let (Some(enabled), true) = (enabled, is_set(attributes, "enabled")) {
        read = read.with("enabled", enabled.into());
    }
    if is_set(attributes, "running") {
        let running = ["active", "activating", "reloading"].contains(&unit.active.as_str());
        let crashing = unit.sub == "auto-restart";
        read = read.with("running", (running && !crashing && !pending).into());
    }
    read
}

fn is_unit(name: &str) -> bool {
    let kinds = [
        "service",
        "socket",
        "timer",
        "path",
        "target",
        "mount",
        "slice",
        "automount",
        "swap",
    ];
    let fits = |c: char| c.is_ascii_alphanumeric() || ":-_.@\\".contains(c);
    name.rsplit_once('.').is_some_and(|(stem, kind)| {
        kinds.contains(&kind)
            && !stem.is_empty()
            && !stem.starts_with('-')
            && stem.chars().all(fits)
    }) && name.len() <= 255
}
