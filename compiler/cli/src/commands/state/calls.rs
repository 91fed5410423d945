//! Calls, of modules and of kinds, where a command takes objects: all that is recorded in one.

use diagnostics::Problem;
use model::{Address, AddressError, ModulePath, ModuleStep, ResourceAddress};
use state::{Event, Object, State};
use std::collections::BTreeSet;

/// The call that a text names and the objects in it; none where it names an object, or nothing is
/// recorded there.
pub(super) fn inside<'s>(state: &'s State, text: &str) -> Option<(ModulePath, Vec<&'s Object>)> {
    let path: ModulePath = text.parse().ok().filter(|p: &ModulePath| !p.is_root())?;
    let is_inside = |o: &&Object| path.covers(&o.address.resource.module);
    let all = state.objects.values().map(|o| &**o);
    let mut objects: Vec<&Object> = all.filter(is_inside).collect();
    objects.sort_by(|a, b| a.address.cmp(&b.address));
    (!objects.is_empty()).then_some((path, objects))
}

/// Takes the objects of a call along to another one.
pub(super) fn moves(
    state: &State,
    from: &ModulePath,
    objects: Vec<&Object>,
    to: &str,
) -> Result<Vec<Event>, Problem> {
    let wrong = |e: AddressError| Problem::error("LF0520", e.0);
    let to: ModulePath = to.parse().map_err(wrong)?;
    let refuse = |why: String, help: &str| {
        let message = format!("{from} can't become {to}: {why}");
        Err(Problem::error("LF0535", message).help(help))
    };
    if to.is_root() || from.covers(&to) || to.covers(from) {
        return refuse("one lies in the other".into(), "give another call");
    }
    let mut events = Vec::new();
    let mut taken = BTreeSet::new();
    for object in objects {
        let Some(module) = moved(from, &object.address.resource.module, &to) else {
            let why = format!("it is not said which instance {} is of", object.address);
            return refuse(why, "write the keys of all calls but the last one");
        };
        let address = Address {
            resource: ResourceAddress {
                module,
                ..object.address.resource.clone()
            },
            key: object.address.key.clone(),
        };
        if state.at(&address).is_some() || !taken.insert(address.clone()) {
            let help = "move that one first, or write the key of an instance";
            return refuse(format!("there is an object at {address} already"), help);
        }
        events.push(Event::Moved {
            object: object.id,
            to: address,
        });
    }
    Ok(events)
}

/// Where a module inside of a call comes to lie. Where neither side says a key, the last call's
/// instances keep theirs.
fn moved(from: &ModulePath, module: &ModulePath, to: &ModulePath) -> Option<ModulePath> {
    let (around, inner) = module.0.split_at(from.0.len());
    let (last, outer) = around.split_last()?;
    let says_all = outer.iter().zip(from.0.iter()).all(|(a, b)| a.key == b.key);
    let mut steps: Vec<ModuleStep> = to.0.to_vec();
    let end = steps.last_mut()?;
    if from.0.last()?.key.is_none() && end.key.is_none() {
        end.key = last.key.clone();
    }
    steps.extend_from_slice(inner);
    says_all.then(|| ModulePath(steps.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_keep_their_keys() {
        for (from, module, to, expected) in [
            ("note.a", "note.a", "note.b", Some("note.b")),
            (
                "note.a",
                "note.a[0].box.x",
                "module.b",
                Some("module.b[0].box.x"),
            ),
            ("note.a[0]", "note.a[0]", "note.b", Some("note.b")),
            ("note.a", "note.a", "note.b[1]", Some("note.b[1]")),
            (
                "note.a",
                "note.a[\"k\"]",
                "note[\"b c\"]",
                Some("note[\"b c\"][\"k\"]"),
            ),
            (
                "module.m[0].note.a",
                "module.m[0].note.a",
                "note.b",
                Some("note.b"),
            ),
            ("module.m.note.a", "module.m[0].note.a", "note.b", None),
        ] {
            let path = |text: &str| text.parse::<ModulePath>().unwrap();
            let found = moved(&path(from), &path(module), &path(to));
            assert_eq!(found, expected.map(path), "{from} {module} {to}");
        }
    }
}
