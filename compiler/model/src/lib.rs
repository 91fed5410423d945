//! Values and types, attribute paths, addresses, object ids, schemas.
//! It knows no HCL and does no IO.

mod address;
mod change;
mod convert;
mod fingerprint;
mod ids;
mod number;
mod order;
mod path;
mod precision;
mod scalar;
mod schema;
mod secret;
mod show;
mod text;
mod types;
mod unify;
mod unknown;
mod value;

pub use address::{
    Address, AddressError, CallName, Key, Mode, ModulePath, ModuleStep, ResourceAddress,
    is_identifier,
};
pub use change::{Difference, differences};
pub use convert::{ConvertError, convert};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use ids::{Lineage, ObjectId, Token};
pub use number::Number;
pub use path::{AttrPath, PathStep};
pub use scalar::{Scalar, bytes, milliseconds};
pub use schema::{
    Attribute, AttributeUse, BlockSchema, Containment, DataSchema, Effect, FunctionSchema, Gate,
    IdentityClass, NestedBlock, Nesting, ProviderSchema, ResourceSchema, Undo,
};
pub use secret::{Mixed, Part, Secret};
pub use show::{show, show_name, show_set, show_type};
pub use text::{certain_start, normal, normalized};
pub use types::{Field, ObjectType, Type};
pub use unify::{unify, unify_loosely};
pub use unknown::Unknown;
pub use value::{Fields, List, Map, Value};
