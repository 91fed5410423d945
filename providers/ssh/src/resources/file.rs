//! `ssh_file`: a file on a host.

use super::{
    Change, Resource, check, existing_attribute, on_destroy_attribute, place, plain_mode,
    plan_create, schema, shown_mode,
};
use crate::private::Private;
use crate::runner::encode;
use crate::runner::look::{Entry, Kind, Look, Seen, digest};
use crate::runner::preflight::Needs;
use crate::runner::work::{Call, Told};
use crate::values::{is_set, settle, string_or_null, text, with_unknown};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{AttrPath, Attribute, ResourceSchema, Type, Value};
use provider::{Action, Made, PlanAnswer, PlanRequest, ProviderProblem};

pub(crate) const SCRIPT: &str = include_str!("../runner/file.sh");

/// A file on a host.
pub(crate) struct SshFile;

impl Resource for SshFile {
    fn name(&self) -> &'static str {
        "ssh_file"
    }

    fn schema(&self) -> ResourceSchema {
        schema(
            "A file on a host, written beside its place and put there in one step.",
            vec![
                Attribute::new("path", Type::String, "Where it stands, from `/` on.")
                    .required()
                    .replaces(),
                Attribute::new("content", Type::String, "Its content, text."),
                Attribute::new(
                    "content_base64",
                    Type::String,
                    "Its content in base64, for what is not text.",
                ),
                Attribute::new("source", Type::String, "A file whose content it gets.")
                    .loads_into("content"),
                Attribute::new(
                    "template",
                    Type::String,
                    "A template that makes its content.",
                ),
                Attribute::new("vars", Type::Any, "What the template can name."),
                Attribute::new("mode", Type::String, "Its permissions, octal.").or("0644"),
                Attribute::new("owner", Type::String, "The user that owns it.").optional_computed(),
                Attribute::new("group", Type::String, "The group that owns it.")
                    .optional_computed(),
                existing_attribute(),
                on_destroy_attribute(),
                Attribute::new("content_sha256", Type::String, "The digest of its content.")
                    .computed()
                    .sensitive(),
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
        problems.extend(validate_content(config));
        problems
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        let Some(prior) = request.prior else {
            let path = text(request.proposed, "path").unwrap_or_default();
            let compared = ["content", "content_base64", "mode", "owner", "group"];
            let answer = plan_create(request, &compared, &format!("the file {path}"), state);
            let mut answer = with_owners(answer, request.existing);
            let planned = answer.planned.take();
            answer.planned = Some(with_digest(
                planned.unwrap_or_else(|| request.proposed.clone()),
            ));
            return answer;
        };
        let mut planned = request.proposed.clone();
        let changed = |name| prior.get(name) != request.proposed.get(name);
        if changed("content") || changed("content_base64") {
            planned = with_unknown(&planned, "content_sha256", Type::String, true);
        }
        PlanAnswer {
            planned: Some(with_digest(planned)),
            ..PlanAnswer::default()
        }
    }

    fn place(&self, attributes: &Value) -> Option<String> {
        Some(place("path", &text(attributes, "path")?))
    }

    fn named(&self, id: &str, config: &Value) -> Result<Value, ProviderProblem> {
        Ok(config.with("path", Value::string(id)))
    }

    fn look(&self, attributes: &Value, private: &Private, look: &mut Look) {
        if let Some(path) = text(attributes, "path") {
            look.paths.insert(path, known_digest(attributes, private));
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
        let state = file_state(entry, &path, &seen.user)?;
        let known = known_digest(attributes, private);
        let mut read = attributes.clone();
        let recorded = |name| {
            attributes
                .get(name)
                .is_some_and(|v| !v.is_null() && !v.has_unknown())
        };
        if entry.digest != known || !recorded("content_sha256") {
            read = read.with("content_sha256", string_or_null(entry.digest.clone()));
        }
        if entry.digest != known {
            read = with_content(&read, entry);
        }
        let read = read
            .with("mode", shown_mode(&entry.mode, text(attributes, "mode")))
            .with("owner", Value::string(&*entry.owner))
            .with("group", Value::string(&*entry.group));
        let before = seen
            .owners
            .get(&place("path", &path))
            .map(|o| o.before.as_str());
        let private = Private::seen(state).before(before.or(private.before.as_deref()));
        Ok(Some(Made {
            attributes: read,
            private: private.encode(),
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
            return Ok(Call::new("file_drop", arguments));
        }
        let content = content(attributes)?;
        let arguments = vec![
            change.verb().into(),
            word("path"),
            word("existing"),
            change.expected(),
            change.had(),
            digest(&content),
            plain_mode(&word("mode")),
            word("owner"),
            word("group"),
            encode(&content),
        ];
        Ok(Call::new("file_put", arguments))
    }

    fn made(&self, planned: &Value, told: &Told) -> Made {
        let state = told.get("state").cloned().unwrap_or_default();
        let mut words = state.split(' ').map(String::from);
        let (found, mode, owner, group) = (words.next(), words.next(), words.next(), words.next());
        // Of an operation that was done earlier and is answered again, the host may tell of a
        // content that somebody wrote since: that is for the next read to find.
        let sum = content(planned).ok().map(|c| digest(&c)).or(found);
        let word = |w: &Option<String>| w.clone().unwrap_or_default();
        let state = format!(
            "{} {} {} {}",
            word(&sum),
            word(&mode),
            word(&owner),
            word(&group)
        );
        let mut made = planned.clone();
        for (name, value) in [("content_sha256", sum), ("owner", owner), ("group", group)] {
            made = settle(&made, name, || string_or_null(value));
        }
        let before = told.get("before").map(String::as_str);
        Made {
            attributes: made,
            private: Private::seen(state).before(before).encode(),
        }
    }

    fn explain(&self, code: &str, attributes: &Value) -> Option<ProviderProblem> {
        explain(code, &text(attributes, "path").unwrap_or_default())
    }

    fn needs(&self, planned: &Value, needs: &mut Needs) {
        if let (Some(path), Ok(content)) = (text(planned, "path"), content(planned)) {
            needs.file(&path, content.len());
        }
    }

    fn scripts(&self) -> &'static [&'static str] {
        &[SCRIPT]
    }
}

/// A file's failures in words.
pub(crate) fn explain(code: &str, path: &str) -> Option<ProviderProblem> {
    let parent = std::path::Path::new(path)
        .parent()
        .unwrap_or(std::path::Path::new("/"));
    Some(match code {
        "no_parent" => ProviderProblem::error(format!(
            "the directory {} is not there, so {path} can't be written",
            parent.display()
        ))
        .help("make it with an `ssh_directory` that this depends on")
        .at(AttrPath::name("path")),
        "kind" => ProviderProblem::error(format!("{path} is there, and is not a regular file"))
            .help("choose another path, or remove what stands there by hand")
            .at(AttrPath::name("path")),
        "exists" => ProviderProblem::error(format!(
            "{path} is there already with another content, mode or owner"
        ))
        .help(
            "set `existing = \"adopt\"` to take it over (what was there is kept on the host and \
             put back on destroy), or make the configuration equal to what is there",
        )
        .at(AttrPath::name("existing")),
        "write" => ProviderProblem::error(format!("{path} could not be written; it is as it was"))
            .help(
                "make room on the host's disk, or mend what the host complains of, and apply again",
            ),
        "lost" => ProviderProblem::error(format!(
            "what stood at {path} before was to be put back, but the host has lost its copy"
        ))
        .help("set `on_destroy` to `delete` or `keep`")
        .at(AttrPath::name("on_destroy")),
        _ => return None,
    })
}

fn validate_content(config: &Value) -> Vec<ProviderProblem> {
    let given: Vec<_> = ["content", "content_base64", "source", "template"]
        .into_iter()
        .filter(|n| config.get(n).is_some_and(|v| !v.is_null()))
        .collect();
    let mut problems = Vec::new();
    if given.is_empty() {
        problems.push(ProviderProblem::error("the file has no content").help(
            "set one of `content`, `source`, `template` and `content_base64`; an empty file has \
             `content = \"\"`",
        ));
    }
    if given.len() > 1 && given.contains(&"content_base64") {
        problems.push(
            ProviderProblem::error(format!("`content_base64` and `{}` are both set", given[0]))
                .help("set one of them")
                .at(AttrPath::name("content_base64")),
        );
    }
    if let Some(coded) = text(config, "content_base64")
        && STANDARD.decode(coded).is_err()
    {
        problems.push(
            ProviderProblem::error("`content_base64` is not base64")
                .help("make it with `base64encode()` or `filebase64()`")
                .at(AttrPath::name("content_base64")),
        );
    }
    problems
}

/// What stands there in the words of the runner, from attributes as they were read.
fn state(existing: &Value) -> Option<String> {
    let word = |name| text(existing, name);
    let (sum, mode) = (word("content_sha256")?, plain_mode(&word("mode")?));
    Some(format!(
        "{sum} {mode} {} {}",
        word("owner")?,
        word("group")?
    ))
}

/// What is left as it is when a file is adopted is known already.
fn with_owners(answer: PlanAnswer, existing: Option<&Value>) -> PlanAnswer {
    let (Some(existing), Some(planned), true) = (existing, &answer.planned, answer.adopts) else {
        return answer;
    };
    let planned = ["owner", "group"]
        .iter()
        .fold(planned.clone(), |planned, name| {
            let there = existing.get(name).filter(|v| !v.is_null()).cloned();
            there.map_or(planned.clone(), |v| settle(&planned, name, || v))
        });
    PlanAnswer {
        planned: Some(planned),
        ..answer
    }
}

/// The digest that the content has according to the attributes or, where that is sealed,
/// according to the record.
fn known_digest(attributes: &Value, private: &Private) -> Option<String> {
    let open = ["content", "content_base64"]
        .iter()
        .any(|n| text(attributes, n).is_some());
    if open {
        return content(attributes).ok().map(|c| digest(&c));
    }
    let recorded = attributes
        .get("content")
        .is_some_and(|c| !c.is_null() && !c.has_unknown());
    let seen = private.seen.as_ref().filter(|_| recorded)?;
    seen.split_once(' ').map(|(sum, _)| sum.to_string())
}

/// The digest of content that is known and holds no secret; so what restarts on it is not
/// planned to where nothing changes. A secret's is left open: with the key and without it, the
/// plan is the same.
fn with_digest(planned: Value) -> Value {
    let open = |name: &str| {
        planned
            .get(name)
            .is_none_or(|v| v.has_unknown() || v.has_secret())
    };
    if open("content") || open("content_base64") {
        return planned;
    }
    match content(&planned) {
        Ok(content) => planned.with("content_sha256", Value::string(digest(&content))),
        Err(_) => planned,
    }
}

fn content(attributes: &Value) -> Result<Vec<u8>, ProviderProblem> {
    if let Some(text) = text(attributes, "content") {
        return Ok(text.into_bytes());
    }
    let coded = text(attributes, "content_base64")
        .ok_or_else(|| ProviderProblem::error("the file has no content that is known"))?;
    STANDARD.decode(coded).map_err(|_| {
        ProviderProblem::error("`content_base64` is not base64")
            .at(AttrPath::name("content_base64"))
    })
}

fn file_state(entry: &Entry, path: &str, user: &str) -> Result<String, ProviderProblem> {
    if entry.kind != Kind::File {
        let kind = match entry.kind {
            Kind::Directory => "a directory",
            Kind::Link => "a symbolic link",
            _ => "no regular file",
        };
        return Err(
            ProviderProblem::error(format!("{path} is {kind} on the host"))
                .help("choose another path, or remove what stands there by hand")
                .at(AttrPath::name("path")),
        );
    }
    entry.state().ok_or_else(|| {
        ProviderProblem::error(format!("{path} can't be read as the user {user}"))
            .help("log in as root, or set `become = true` on the host")
    })
}

/// The attributes with the content as it is on the host, in the form that was used before.
fn with_content(attributes: &Value, entry: &Entry) -> Value {
    let size = entry.size;
    if is_set(attributes, "content_base64") {
        let coded = entry.content.as_ref().map(|c| STANDARD.encode(c));
        let coded = coded.unwrap_or_else(|| format!("(another content of {size} bytes)"));
        return attributes.with("content_base64", Value::string(coded));
    }
    let shown = match entry.content.as_ref().map(|c| std::str::from_utf8(c)) {
        Some(Ok(text)) => text.to_string(),
        Some(Err(_)) => format!("(another content of {size} bytes, not text)"),
        None => format!("(another content of {size} bytes, too long to be shown)"),
    };
    attributes.with("content", Value::string(shown))
}
