//! What a plan was made of, on disk.

use super::context::{decode_digest, encode_digest};
use super::words::EncodedPlanMode;
use crate::Header;
use serde::{Deserialize, Serialize};
use state::encoding::v1::{Decoder, EncodingError, Text};

/// A header.
#[derive(Serialize, Deserialize)]
pub(super) struct EncodedHeader<'a> {
    #[serde(borrow)]
    version: Text<'a>,
    project: Text<'a>,
    environment: Text<'a>,
    lineage: Option<Text<'a>>,
    changed: u64,
    config: Text<'a>,
    planned_at: Text<'a>,
    mode: EncodedPlanMode,
    partial: bool,
}

pub(super) fn encode_header(header: &Header) -> EncodedHeader<'_> {
    EncodedHeader {
        version: header.version.as_str().into(),
        project: (&header.project).into(),
        environment: (&header.environment).into(),
        lineage: header.lineage.map(|l| l.to_string().into()),
        changed: header.changed,
        config: encode_digest(&header.config),
        planned_at: header.planned_at.as_str().into(),
        mode: header.mode.into(),
        partial: header.partial,
    }
}

pub(super) fn decode_header(
    header: &EncodedHeader<'_>,
    names: &mut Decoder<'_>,
) -> Result<Header, EncodingError> {
    Ok(Header {
        version: header.version.0.to_string(),
        project: names.name(&header.project),
        environment: names.name(&header.environment),
        lineage: header.lineage.as_ref().map(Text::parse).transpose()?,
        changed: header.changed,
        config: decode_digest(&header.config)?,
        planned_at: header.planned_at.0.to_string(),
        mode: header.mode.into(),
        partial: header.partial,
    })
}
