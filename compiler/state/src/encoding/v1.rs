//! The first form on disk: JSON, short, in which each secret is only a fingerprint and a
//! reference to a list that is sealed apart. It neither seals nor writes anything.

mod event;
mod lease;
mod object;
mod rollout;
mod secrets;
mod snapshot;
mod text;
mod types;
mod value;

pub use event::{EncodedEvent, decode_event, encode_event};
pub use object::{
    EncodedObject, EncodedOutput, EncodedProvider, decode_object, decode_provider, encode_object,
    encode_provider,
};
pub use secrets::{SecretsIn, SecretsOut};
pub use snapshot::{decode_snapshot, encode_snapshot};
pub use text::{Decoder, EncodingError, Text, check_depth};
pub use types::{EncodedField, EncodedType, decode_type, encode_type};
pub use value::{EncodedSecret, EncodedUnknown, EncodedValue, decode_value, encode_value};
