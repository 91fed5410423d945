//! Plan files: a plan with the files that it reads, sealed with the state's keys.
//! What a plan is made of, and whether it still fits, is the engine's business.

use crate::replace::replace;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use plan::encoding::{decode, encode};
use plan::{Plan, SavedPlan};
use serde_json::{Value as Json, json};
use state::encoding::v1::SecretsIn;
use std::collections::BTreeMap;
use std::path::Path;
use store::Keys;

/// The form of the file.
const FORMAT: u64 = 1;

/// A plan file, still sealed.
pub(crate) struct PlanFile {
    /// The environment that it is of.
    pub(crate) environment: String,
    id: String,
    body: Vec<u8>,
    secrets: Option<Vec<u8>>,
}

/// Seals a plan, and what files it reads, into a file that only its owner can read.
pub(crate) fn write(
    path: &Path,
    plan: &Plan,
    files: BTreeMap<String, Vec<u8>>,
    keys: &Keys,
) -> Result<(), String> {
    let environment = plan.header.environment.to_string();
    let saved = SavedPlan {
        plan: plan.clone(),
        files,
        ..SavedPlan::default()
    };
    let encoded = encode(&saved).map_err(|e| e.to_string())?;
    let body = keys
        .seal(&purpose(&encoded.id), &encoded.body)
        .ok_or("no key seals it")?;
    // Without the secrets key they are left out: whoever applies has them in the state.
    let secrets = encoded.secrets.as_ref();
    let secrets = secrets.and_then(|s| keys.seal_secret(&purpose(&encoded.id), s));
    let document = json!({
        "landfall_plan_file": FORMAT,
        "environment": environment,
        "id": encoded.id,
        "plan": BASE64.encode(body),
        "secrets": secrets.map(|s| BASE64.encode(s)),
    });
    replace(path, format!("{document}\n").as_bytes(), 0o600).map_err(|e| e.to_string())
}

impl PlanFile {
    /// Reads a plan file.
    pub(crate) fn read(path: &Path) -> Result<PlanFile, String> {
        let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
        PlanFile::parse(&text)
    }

    fn parse(text: &str) -> Result<PlanFile, String> {
        const NONE: &str = "this is no plan that `landfall plan --out` wrote";
        let document: Json = serde_json::from_str(text).map_err(|_| NONE)?;
        let format = document
            .get("landfall_plan_file")
            .and_then(Json::as_u64)
            .ok_or(NONE)?;
        if format != FORMAT {
            return Err(format!(
                "it has format {format}, and this Landfall reads {FORMAT}"
            ));
        }
        let word = |name: &str| document.get(name).and_then(Json::as_str);
        let bytes = |text: &str| {
            BASE64
                .decode(text)
                .map_err(|_| "it was altered".to_string())
        };
        Ok(PlanFile {
            environment: word("environment").ok_or(NONE)?.into(),
            id: word("id").ok_or(NONE)?.into(),
            body: bytes(word("plan").ok_or(NONE)?)?,
            secrets: word("secrets").map(bytes).transpose()?,
        })
    }

    /// Opens it. Secrets stay sealed where the secrets key is not at hand.
    pub(crate) fn open(&self, keys: &Keys) -> Result<SavedPlan, String> {
        const FOREIGN: &str = "it is of another state, or it was altered";
        let body = keys.open(&purpose(&self.id), &self.body).ok_or(FOREIGN)?;
        let secrets = match &self.secrets {
            Some(sealed) if keys.opens_secrets() => {
                let clear = keys
                    .open_secret(&purpose(&self.id), sealed)
                    .ok_or(FOREIGN)?;
                SecretsIn::from_bytes(&clear).map_err(|e| e.to_string())?
            }
            _ => SecretsIn::not_at_hand(),
        };
        let saved = decode(&body, &secrets).map_err(|e| e.to_string())?;
        match saved.id == self.id {
            true => Ok(saved),
            false => Err(FOREIGN.into()),
        }
    }
}

/// What binds the sealed parts together: those of two plans can't be mixed.
fn purpose(id: &str) -> String {
    format!("saved plan {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let error = PlanFile::parse(text).err().unwrap_or_default();
        assert!(error.contains(expected), "{text}: {error}");
    }

    #[test]
    fn what_is_no_plan_file_is_refused() {
        check("", "no plan");
        check("{}", "no plan");
        check(r#"{"landfall_plan_file":2}"#, "format 2");
        check(
            r#"{"landfall_plan_file":1,"environment":"e","id":"i"}"#,
            "no plan",
        );
        check(
            r#"{"landfall_plan_file":1,"environment":"e","id":"i","plan":"!"}"#,
            "altered",
        );
    }
}
