//! `ssh_command`: a command that is run once on a host.

use super::{Change, Resource, Told, check, schema, told_private};
use crate::private::Private;
use crate::quote::quote;
use crate::runner::look::{Look, Seen};
use crate::runner::work::Call;
use crate::values::{is_set, text, texts_in};
use model::{AttrPath, Attribute, ObjectId, ResourceSchema, Type, Undo, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};

/// A command that is run once on a host.
pub(crate) struct SshCommand;

impl Resource for SshCommand {
    fn name(&self) -> &'static str {
        "ssh_command"
    }

    fn schema(&self) -> ResourceSchema {
        ResourceSchema {
            undo: Undo::Impossible,
            ..schema(
                "A command that is run once on a host, by /bin/sh. Another command, or other \
                 `triggers`, run it anew. It is never repeated by itself. What it does to sshd, \
                 firewall or network is not put back where it locks you out: describe that by \
                 files and units, which are.",
                vec![
                    Attribute::new("command", Type::String, "What is run.")
                        .required()
                        .replaces(),
                    Attribute::new("triggers", Type::Any, "Anything whose change runs it anew.")
                        .replaces(),
                    Attribute::new(
                        "creates",
                        Type::String,
                        "A path: where it is there, the command is not run; where it goes, it is \
                         run anew.",
                    ),
                    Attribute::new(
                        "check",
                        Type::String,
                        "A command that succeeds where there is nothing to do; run at apply only.",
                    ),
                    Attribute::new("undo", Type::String, "What is run on destroy."),
                    Attribute::new(
                        "environment",
                        Type::map(Type::String),
                        "Variables of its environment; they don't appear in any command line.",
                    ),
                    Attribute::new(
                        "working_dir",
                        Type::String,
                        "The directory that it is run in.",
                    ),
                ],
            )
        }
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = Vec::new();
        check::path(config, "creates", &mut problems);
        check::path(config, "working_dir", &mut problems);
        for name in ["command", "check", "undo"] {
            if text(config, name).is_some_and(|t| t.trim().is_empty() || t.contains('\0')) {
                problems.push(
                    ProviderProblem::error(format!("`{name}` is empty, or holds a NUL byte"))
                        .at(AttrPath::name(name)),
                );
            }
        }
        let environment = config.get("environment").and_then(Value::as_fields);
        for name in environment
            .into_iter()
            .flat_map(|e| e.keys())
            .filter(|n| !is_variable(n))
        {
            problems.push(
                ProviderProblem::error(format!("{name:?} can't be the name of a variable"))
                    .help("letters, digits and `_`, not beginning with a digit")
                    .at(AttrPath::name("environment").then(name)),
            );
        }
        problems
    }

    fn plan(&self, _request: &PlanRequest<'_>) -> PlanAnswer {
        PlanAnswer::default()
    }

    fn place(&self, _attributes: &Value) -> Option<String> {
        None
    }

    fn named(&self, _id: &str, _config: &Value) -> Result<Value, ProviderProblem> {
        Err(ProviderProblem::error("an `ssh_command` can't be imported")
            .help("what was run is not to be seen on the host: leave the import out"))
    }

    fn look(&self, attributes: &Value, _private: &Private, look: &mut Look) {
        if let Some(path) = text(attributes, "creates") {
            look.paths.entry(path).or_default();
        }
    }

    fn read(&self, _: &Value, _: &Private, _: &Seen) -> Result<Option<Made>, ProviderProblem> {
        Ok(None)
    }

    /// Whether it was run is known from the host's records alone; no command is run to tell.
    fn read_object(
        &self,
        object: Option<ObjectId>,
        attributes: &Value,
        _private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        let Some(object) = object else {
            return Ok(None);
        };
        let Some(owner) = seen.owners.get(&format!("object:{object}")) else {
            return Ok(None);
        };
        let creates = text(attributes, "creates");
        if creates.is_some_and(|path| !seen.paths.contains_key(&path)) {
            return Ok(None);
        }
        let private = Private::default().before(Some(&owner.before)).encode();
        Ok(Some(Made {
            attributes: attributes.clone(),
            private,
        }))
    }

    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem> {
        let attributes = change.attributes();
        let word = |name| text(attributes, name).unwrap_or_default();
        let script = |name| {
            text(attributes, name)
                .map(|c| script(attributes, &c))
                .unwrap_or_default()
        };
        Ok(match change.action {
            Action::Create { .. } => Call::new(
                "command_run",
                vec![word("creates"), script("check"), script("command")],
            ),
            Action::Update { .. } => Call::new("note_put", vec![change.had()]),
            Action::Delete { .. } if is_set(attributes, "undo") => {
                Call::new("command_undo", vec![change.had(), script("undo")])
            }
            Action::Delete { .. } => Call::new("note_drop", Vec::new()),
        })
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        Made {
            attributes: planned.clone(),
            private: told_private(told),
        }
    }

    fn explain(&self, code: &str, _attributes: &Value) -> Option<ProviderProblem> {
        if code == "timeout" {
            return Some(
                ProviderProblem::error("the command did not end in time, and was stopped")
                    .help("raise its timeout, or see on the host what keeps it"),
            );
        }
        let (what, code) = match code.split_once('_')? {
            ("exit", code) => ("command", code),
            ("undo", code) => ("undo", code),
            _ => return None,
        };
        Some(
            ProviderProblem::error(format!("the {what} ended with exit code {code}"))
                .help("its last words are above; mend what they say, and apply again")
                .at(AttrPath::name(what)),
        )
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[include_str!("../runner/command.sh")]
    }

    fn repeatable(&self) -> bool {
        false
    }

    fn hidden(&self, attributes: &Value) -> Vec<String> {
        let mut hidden = Vec::new();
        if let Some(environment) = attributes.get("environment") {
            texts_in(environment, &mut hidden);
        }
        hidden
    }
}

/// The command with its environment and directory, for a shell that reads it from its input.
fn script(attributes: &Value, command: &str) -> String {
    let mut script = String::from("export LC_ALL=C.UTF-8\n");
    let environment = attributes.get("environment").map(Value::expose);
    for (name, value) in environment
        .iter()
        .filter_map(Value::as_fields)
        .flat_map(|e| e.iter())
    {
        if let Some(value) = value.expose().as_str().filter(|_| is_variable(name)) {
            script.push_str(&format!("export {name}={}\n", quote(value)));
        }
    }
    if let Some(directory) = text(attributes, "working_dir") {
        script.push_str(&format!("cd {} || exit 1\n", quote(&directory)));
    }
    script + command + "\n"
}

fn is_variable(name: &str) -> bool {
    let mut chars = name.chars();
    let head = chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    head && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
