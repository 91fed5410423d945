//! Saved plans: the form of a plan on disk, by version, and what is saved with it. What seals,
//! stores or binds a saved plan is elsewhere.

#[cfg(test)]
mod tests;
mod v1;

use crate::Plan;
use serde::Deserialize;
use state::encoding::v1::{EncodingError, SecretsIn};
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// The version of the form that is written.
pub(crate) const VERSION: u32 = 1;

/// A plan as it is saved, with all that is needed to carry it out.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SavedPlan {
    /// The digest of its encoded body, 32 hexadecimal digits: what marks it as used.
    pub id: String,
    /// The plan.
    pub plan: Plan,
    /// Content by path of the files that deferred expressions and templates read.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl SavedPlan {
    /// The first digits of the id, for people.
    pub fn short_id(&self) -> &str {
        self.id.get(..8).unwrap_or(&self.id)
    }
}

/// A saved plan as bytes.
pub struct Encoded {
    /// The digest of the body.
    pub id: String,
    /// Everything but the values of secrets. Still to be sealed: attributes are not public.
    pub body: Vec<u8>,
    /// The values of secrets that were at hand, in clear: to be sealed at once with the secrets
    /// key, or dropped. None where there are none.
    pub secrets: Option<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({}, {} bytes)", self.id, self.body.len())
    }
}

/// Why bytes are no plan that can be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// They are something else.
    NoPlan,
    /// It has a form that this version of Landfall does not read.
    OtherVersion(u32),
    /// Its end is missing.
    CutShort,
    /// It is a plan, but not whole; where, and what is wrong.
    Damaged(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::NoPlan => f.write_str("this is no saved plan"),
            Unreadable::OtherVersion(found) => write!(
                f,
                "the saved plan has format {found}, and this version of Landfall reads only \
                 format {VERSION}"
            ),
            Unreadable::CutShort => f.write_str("the saved plan is cut short"),
            Unreadable::Damaged(what) => write!(f, "the saved plan is damaged: {what}"),
        }?;
        f.write_str("; make it again with `landfall plan --out FILE`")
    }
}

impl std::error::Error for Unreadable {}

impl From<EncodingError> for Unreadable {
    fn from(error: EncodingError) -> Unreadable {
        Unreadable::Damaged(error.0)
    }
}

/// A saved plan as bytes. Its `id` is not looked at: the id is that of the body.
///
/// # Errors
/// Where a value or an expression is nested too deeply to be read again.
pub fn encode(saved: &SavedPlan) -> Result<Encoded, EncodingError> {
    let (body, secrets) = v1::encode_plan(&saved.plan, &saved.files)?;
    let secrets = match secrets.is_empty() {
        true => None,
        false => Some(secrets.into_bytes()?),
    };
    Ok(Encoded {
        id: id_of(&body),
        body,
        secrets,
    })
}

/// The saved plan of a body. Secrets are open where `secrets` has their values:
/// [`SecretsIn::from_bytes`] of what [`encode`] gave, [`SecretsIn::not_at_hand`] where that was
/// not kept or can't be opened.
///
/// # Errors
/// Where the bytes are no saved plan, or one that can't be read.
pub fn decode(body: &[u8], secrets: &SecretsIn) -> Result<SavedPlan, Unreadable> {
    match version(body)? {
        VERSION => {
            let (plan, files) = v1::decode_plan(body, secrets)?;
            Ok(SavedPlan {
                id: id_of(body),
                plan,
                files,
            })
        }
        other => Err(Unreadable::OtherVersion(other)),
    }
}

fn version(body: &[u8]) -> Result<u32, Unreadable> {
    /// What the first line of every version has.
    #[derive(Deserialize)]
    struct First {
        landfall_plan: u32,
    }
    const START: &[u8] = b"{\"landfall_plan\":";
    if !body.starts_with(START) {
        let cut = START.starts_with(body);
        return Err(if cut {
            Unreadable::CutShort
        } else {
            Unreadable::NoPlan
        });
    }
    let line = body.split(|b| *b == b'\n').next().unwrap_or_default();
    match serde_json::from_slice::<First>(line) {
        Ok(first) => Ok(first.landfall_plan),
        Err(error) if error.is_eof() => Err(Unreadable::CutShort),
        Err(_) => Err(Unreadable::Damaged("its first line can't be read".into())),
    }
}

fn id_of(body: &[u8]) -> String {
    let digest = blake3::hash(body);
    digest.to_hex().get(..32).unwrap_or_default().to_string()
}
