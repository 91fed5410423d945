//! `ssh_authorized_key`: a key that may log in as a user of a host.

use super::{
    Change, Resource, Told, account_problem, check, existing_attribute, place, plan_create,
    recorded_before, schema, told_private,
};
use crate::private::Private;
use crate::runner::look::{Look, Seen};
use crate::runner::work::Call;
use crate::values::text;
use model::{AttrPath, Attribute, Effect, ResourceSchema, Type, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};
use russh::keys::ssh_key::PublicKey;

/// A key that may log in as a user of a host.
pub(crate) struct SshAuthorizedKey;

impl Resource for SshAuthorizedKey {
    fn name(&self) -> &'static str {
        "ssh_authorized_key"
    }

    fn schema(&self) -> ResourceSchema {
        schema(
            "A key that may log in as a user of a host: a line of its authorized_keys. Other \
             lines stay as they are.",
            vec![
                Attribute::new("user", Type::String, "Who may be logged in as.")
                    .required()
                    .replaces(),
                Attribute::new(
                    "key",
                    Type::String,
                    "The public key: `ssh-ed25519 AAAA… comment`, with options before it if any.",
                )
                .required()
                .effect(Effect::Exposes),
                existing_attribute(),
            ],
        )
    }

    fn validate(&self, config: &Value) -> Vec<ProviderProblem> {
        let mut problems = Vec::new();
        check::account(config, "user", &mut problems);
        check::one_of(config, "existing", &["refuse", "adopt"], &mut problems);
        if let Some(key) = text(config, "key")
            && (blob(&key).is_none() || key.trim().contains(char::is_control))
        {
            problems.push(
                ProviderProblem::error("`key` is no public key")
                    .help("one line as in ~/.ssh/id_ed25519.pub: `ssh-ed25519 AAAA… comment`")
                    .at(AttrPath::name("key")),
            );
        }
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        let Some(prior) = request.prior else {
            let user = text(request.proposed, "user").unwrap_or_default();
            let what = format!("this key of the user {user}");
            return plan_create(request, &["key"], &what, |existing| text(existing, "key"));
        };
        let blobs = [prior, request.proposed].map(|v| text(v, "key").and_then(|k| blob(&k)));
        let replaced = if blobs[0] == blobs[1] {
            Vec::new()
        } else {
            vec![AttrPath::name("key")]
        };
        PlanAnswer {
            replaced,
            ..PlanAnswer::default()
        }
    }

    fn place(&self, attributes: &Value) -> Option<String> {
        let key = blob(&text(attributes, "key")?)?;
        Some(place(
            "key",
            &format!("{} {key}", text(attributes, "user")?),
        ))
    }

    /// `USER KEY`, the key as it stands in the file.
    fn named(&self, id: &str, config: &Value) -> Result<Value, ProviderProblem> {
        let named = id
            .split_once(' ')
            .and_then(|(user, key)| Some((user, key, blob(key)?)));
        let Some((user, key, named)) = named else {
            return Err(ProviderProblem::error(
                "the id of an `ssh_authorized_key` is the user, a blank, and the key",
            )
            .help("write `id = \"USER ssh-ed25519 AAAA…\"`"));
        };
        let same = text(config, "key").and_then(|k| blob(&k)) == Some(named);
        let config = config.with("user", Value::string(user));
        Ok(match same {
            true => config,
            false => config.with("key", Value::string(key)),
        })
    }

    fn look(&self, attributes: &Value, _private: &Private, look: &mut Look) {
        look.keys.extend(text(attributes, "user"));
    }

    fn read(
        &self,
        attributes: &Value,
        private: &Private,
        seen: &Seen,
    ) -> Result<Option<Made>, ProviderProblem> {
        let (user, key) = (text(attributes, "user"), text(attributes, "key"));
        let wanted = key.as_deref().and_then(blob);
        let lines = user
            .as_ref()
            .and_then(|u| seen.keys.get(u))
            .map(Vec::as_slice);
        let holds = |line: &&String| {
            wanted
                .as_ref()
                .is_some_and(|w| line.split_whitespace().any(|word| word == w))
        };
        let Some(line) = lines.unwrap_or_default().iter().rfind(holds) else {
            return Ok(None);
        };
        let same = key.as_deref().map(str::trim) == Some(line.as_str());
        let read = if same {
            attributes.clone()
        } else {
            attributes.with("key", Value::string(line.as_str()))
        };
        let place = self.place(attributes).unwrap_or_default();
        let private = recorded_before(Private::seen(line.as_str()), private, seen, &place);
        Ok(Some(Made {
            attributes: read,
            private,
        }))
    }

    fn call(&self, change: &Change<'_>) -> Result<Call, ProviderProblem> {
        let attributes = change.attributes();
        let word = |name| text(attributes, name).unwrap_or_default();
        let key = word("key");
        let blob = blob(&key).ok_or_else(|| {
            ProviderProblem::error("`key` is no public key").at(AttrPath::name("key"))
        })?;
        if let Action::Delete { .. } = change.action {
            let arguments = vec![word("user"), blob, change.had()];
            return Ok(Call::new("key_drop", arguments));
        }
        let arguments = vec![
            change.verb().into(),
            word("user"),
            word("existing"),
            change.expected(),
            change.had(),
            blob,
            key.trim().into(),
        ];
        Ok(Call::new("key_put", arguments))
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        Made {
            attributes: planned.clone(),
            private: told_private(told),
        }
    }

    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem> {
        let user = text(attributes, "user").unwrap_or_default();
        Some(match code {
            "no_user" => ProviderProblem::error(format!("there is no user {user} on the host"))
                .help("make it with an `ssh_user` that this depends on")
                .at(AttrPath::name("user")),
            "no_home" => ProviderProblem::error(format!("the user {user} has no home directory"))
                .help("make it, or set `create_home = true` on the user"),
            "exists" => ProviderProblem::error(format!(
                "the key may log in as {user} already, with other options or another comment"
            ))
            .help("set `existing = \"adopt\"` to take the line over")
            .at(AttrPath::name("existing")),
            code => return account_problem(code, "key of the user", &user),
        })
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[super::ACCOUNT]
    }
}

/// The key's own part of a line: what identifies it, whatever options and comment.
fn blob(line: &str) -> Option<String> {
    let words: Vec<_> = line.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        PublicKey::from_openssh(&pair.join(" "))
            .ok()
            .map(|_| pair[1].to_string())
    })
}
