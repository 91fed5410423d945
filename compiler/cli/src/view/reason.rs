//! Why a step is taken, in words.

use model::AttrPath;
use plan::Reason;

/// How many names a sentence holds.
const NAMES: usize = 4;

/// The reason as a clause: "`mode` is configured otherwise".
pub(crate) fn in_words(reason: &Reason) -> String {
    match reason {
        Reason::New => "it is in the configuration and not there yet".into(),
        Reason::Configured(paths) => match outermost(paths).count() {
            0 => "the configuration says otherwise".into(),
            1 => format!("{} is configured otherwise", names(paths)),
            _ => format!("{} are configured otherwise", names(paths)),
        },
        Reason::Forced(paths) => match paths.is_empty() {
            true => "it can't be changed in place".into(),
            false => format!("{} can't be changed in place", names(paths)),
        },
        Reason::Upstream(resources) => {
            let names = resources.iter().map(ToString::to_string);
            format!("it takes values from {}, known after apply", join(names))
        }
        Reason::Drifted => "somebody changed it outside of Landfall".into(),
        Reason::Vanished => "it is gone from where it was".into(),
        Reason::Tainted => "its creation failed half-way".into(),
        Reason::Deposed => "it is left over from an earlier replacement".into(),
        Reason::Asked => "--replace asks for it".into(),
        Reason::Triggered(by) => format!("replace_triggered_by: {by} changes"),
        Reason::Unconfigured => "it is not in the configuration any more".into(),
        Reason::InstanceGone => "the configuration has no instance of this key any more".into(),
        Reason::Destroy => "everything is to be destroyed".into(),
        Reason::OtherMachine => "the machine that it is on becomes another one".into(),
        Reason::MachineGoes(machine) => format!("its machine {machine} goes, and it with it"),
        Reason::ProtectionLifted => {
            "the configuration protects it no more; destroying it takes a plan of its own".into()
        }
        Reason::ProtectionSet => "it is protected from now on".into(),
        Reason::Removed => "a `removed` block says to leave it where it is".into(),
        Reason::ReadLater => {
            "it is read during apply, when what it depends on is known and done".into()
        }
        Reason::StandsThere => "it stands there already".into(),
        Reason::Imported(Some(id)) => format!("an `import` block names it by its id {id:?}"),
        Reason::Imported(None) => "an `import` block names it by an id that is sensitive".into(),
        Reason::OtherConnection => {
            "its provider is connected to another account, region or endpoint".into()
        }
        Reason::OtherImplementation => "another implementation serves the kind now".into(),
    }
}

/// A name that scripts can rely on.
pub(crate) fn kind(reason: &Reason) -> &'static str {
    match reason {
        Reason::New => "new",
        Reason::Configured(_) => "configured",
        Reason::Forced(_) => "forced",
        Reason::Upstream(_) => "upstream",
        Reason::Drifted => "drifted",
        Reason::Vanished => "vanished",
        Reason::Tainted => "tainted",
        Reason::Deposed => "deposed",
        Reason::Asked => "asked",
        Reason::Triggered(_) => "triggered",
        Reason::Unconfigured => "unconfigured",
        Reason::InstanceGone => "instance_gone",
        Reason::Destroy => "destroy",
        Reason::OtherMachine => "other_machine",
        Reason::MachineGoes(_) => "machine_goes",
        Reason::ProtectionLifted => "protection_lifted",
        Reason::ProtectionSet => "protection_set",
        Reason::Removed => "removed",
        Reason::ReadLater => "read_later",
        Reason::StandsThere => "stands_there",
        Reason::Imported(_) => "imported",
        Reason::OtherConnection => "other_connection",
        Reason::OtherImplementation => "other_implementation",
    }
}

fn names(paths: &[AttrPath]) -> String {
    join(outermost(paths).map(|p| match p.0.is_empty() {
        true => "the whole".to_string(),
        false => format!("`{p}`"),
    }))
}

/// What is inside of another that is named needs no name of its own.
fn outermost(paths: &[AttrPath]) -> impl Iterator<Item = &AttrPath> {
    let inside = |p: &AttrPath| {
        let within = |outer: &AttrPath| outer.0.len() < p.0.len() && p.0.starts_with(&outer.0);
        paths.iter().any(within)
    };
    paths.iter().filter(move |p| !inside(p))
}

fn join(names: impl Iterator<Item = String>) -> String {
    let names: Vec<_> = names.collect();
    match names.len() {
        0 => "others".into(),
        n if n > NAMES => format!("{} and {} more", names[..NAMES].join(", "), n - NAMES),
        _ => match names.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => names.join(""),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reason: Reason, expected: &str) {
        assert_eq!(in_words(&reason), expected);
    }

    #[test]
    fn many_names_are_cut() {
        let paths = |names: &[&str]| names.iter().map(|n| AttrPath::name(n)).collect();
        check(
            Reason::Configured(paths(&["a"])),
            "`a` is configured otherwise",
        );
        check(
            Reason::Configured(paths(&["a", "b", "c"])),
            "`a`, `b` and `c` are configured otherwise",
        );
        let inner = AttrPath::name("a").step(model::PathStep::Index(0));
        let both = vec![inner, AttrPath::name("a")];
        check(Reason::Forced(both), "`a` can't be changed in place");
        check(
            Reason::Forced(paths(&["a", "b", "c", "d", "e", "f"])),
            "`a`, `b`, `c`, `d` and 2 more can't be changed in place",
        );
    }
}
