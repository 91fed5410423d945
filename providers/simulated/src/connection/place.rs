//! Where a thing is: its number, its name or place, and the host that it is or is on.

use crate::world::{Owner, Thing};
use model::{Attribute, Containment, Fingerprint, IdentityClass, ResourceSchema, Type, Value};
use provider::{Host, Made};

const MARK: &[u8; 4] = b"sim\0";

/// Private data: the thing's number, and behind it what another provider's plan wants kept.
pub(crate) fn pack(number: Option<u64>, inner: &[u8]) -> Vec<u8> {
    let Some(number) = number else {
        return inner.to_vec();
    };
    let mut private = MARK.to_vec();
    private.extend(number.to_le_bytes());
    private.extend(inner);
    private
}

/// The number, where there is one, and what stands behind it.
pub(crate) fn unpack(private: &[u8]) -> (Option<u64>, &[u8]) {
    let number = private
        .strip_prefix(MARK)
        .and_then(|rest| rest.split_first_chunk::<8>());
    match number {
        Some((number, inner)) => (Some(u64::from_le_bytes(*number)), inner),
        None => (None, private),
    }
}

/// The object as the core records it.
pub(super) fn made(thing: &Thing, inner: &[u8]) -> Made {
    Made {
        attributes: thing.attributes.clone(),
        private: pack(Some(thing.number), inner),
    }
}

/// A thing of these attributes.
pub(super) fn thing(
    schema: &ResourceSchema,
    ty: &str,
    region: &str,
    owner: Option<Owner>,
    attributes: &Value,
) -> Thing {
    let attributes = attributes.expose();
    let (mut machine, mut container) = (None, None);
    match schema.containment {
        Containment::Machine(name) => {
            machine = attributes.get(name).and_then(Host::identity_key);
        }
        // What acts elsewhere does not go with its machine.
        Containment::On(name) if !schema.deregisters => {
            container = attributes.get(name).and_then(Host::identity_key);
        }
        _ => {}
    }
    Thing {
        number: 0,
        ty: ty.into(),
        region: region.into(),
        key: key(schema, region, &attributes),
        attributes,
        owner,
        complete: true,
        machine,
        container,
    }
}

/// The name or place, where that is the type's identity and is known.
pub(super) fn key(schema: &ResourceSchema, region: &str, attributes: &Value) -> Option<String> {
    let attributes = attributes.expose();
    let known = |a: &&Attribute| attributes.get(&a.name).filter(|v| !v.is_null() && !open(v));
    match schema.identity {
        IdentityClass::UniqueName => {
            let name = schema.block.attribute("name").or_else(|| {
                schema
                    .block
                    .attributes
                    .iter()
                    .find(|a| given(a) && a.ty == Type::String)
            })?;
            Some(format!("{region}/{}", known(&name)?.as_str()?))
        }
        IdentityClass::NaturalKey => {
            let host = match schema.containment {
                Containment::On(name) => attributes.get(name).and_then(Host::identity_key),
                _ => None,
            };
            let on =
                |a: &&Attribute| matches!(schema.containment, Containment::On(n) if n == a.name);
            let own = schema.block.attributes.iter().filter(|a| !on(a));
            let mut parts: Vec<_> = own.clone().filter(|a| a.replaces && given(a)).collect();
            if parts.is_empty() {
                parts.extend(own.clone().find(|a| given(a)));
            }
            let parts: Option<Vec<_>> = parts
                .iter()
                .map(|a| known(a).map(Fingerprint::of))
                .collect();
            let parts = parts.filter(|p| !p.is_empty())?;
            let place = Fingerprint::derive(&host.unwrap_or_default(), &parts).to_hex();
            Some(format!("{region}/{place}"))
        }
        _ => None,
    }
}

/// What a user must say.
fn given(attribute: &Attribute) -> bool {
    attribute.usage == model::AttributeUse::Required
}

fn open(value: &Value) -> bool {
    value.has_unknown() || value.has_sealed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_data_comes_back() {
        for (number, inner) in [(Some(7), &b"abc"[..]), (None, b"abc"), (Some(0), b"")] {
            assert_eq!(unpack(&pack(number, inner)), (number, inner));
        }
        assert_eq!(unpack(b"sim\0x23"), (None, &b"sim\0x23"[..]));
    }
}
