//! Reading addresses: `module.web["a"].data.ssh_facts.host[0]`, `domain["x.org"].ssh_file.zone`.

use super::{
    Address, AddressError, CallName, Key, Mode, ModulePath, ResourceAddress, is_identifier,
};
use std::str::FromStr;

impl FromStr for Address {
    type Err = AddressError;

    /// Reads `module.web["a"].data.ssh_facts.host[0]`, `domain["x.org"].ssh_file.zone`.
    fn from_str(text: &str) -> Result<Address, AddressError> {
        let refused = |why: &str| {
            AddressError(format!(
                "`{text}` is no address of a resource: {why}; expected TYPE.NAME, TYPE.NAME[KEY] \
                 or, inside of a module or kind, module.NAME.TYPE.NAME or KIND.NAME.TYPE.NAME"
            ))
        };
        let parts = split(text).map_err(|why| refused(&why))?;
        let (module, rest) = calls(&parts).map_err(|why| refused(&why))?;
        let (mode, rest) = match rest {
            [data, rest @ ..] if data.is("data") => (Mode::Data, rest),
            [ephemeral, rest @ ..] if ephemeral.is("ephemeral") => (Mode::Ephemeral, rest),
            rest => (Mode::Managed, rest),
        };
        match rest {
            [] => Err(refused("the type is missing")),
            [_] => Err(refused("the name is missing")),
            [call, _] if call.name == CallName::MODULE => {
                Err(refused("it names a module, not a resource in it"))
            }
            [ty, _] if !ty.keys.is_empty() => Err(refused(
                "the key stands behind the name, not behind the type",
            )),
            [ty, name] => Ok(Address {
                key: name.only_key().map_err(|why| refused(&why))?,
                resource: ResourceAddress {
                    module,
                    mode,
                    ty: ty.name.as_str().into(),
                    name: name.name.as_str().into(),
                },
            }),
            _ => Err(refused("there is more behind the name")),
        }
    }
}

impl FromStr for ModulePath {
    type Err = AddressError;

    /// Reads `module.web["a"]`, `database.main`, `domain["x.org"].server.web[0]`; the root is "".
    fn from_str(text: &str) -> Result<ModulePath, AddressError> {
        if text.is_empty() {
            return Ok(ModulePath::root());
        }
        let refused = |why: &str| {
            AddressError(format!(
                "`{text}` is no address of a call: {why}; expected module.NAME or KIND.NAME"
            ))
        };
        let mut parts = split(text).map_err(|why| refused(&why))?;
        // Behind the calls of a path two words more are a resource's; none are here.
        parts.extend([Segment::word("_"), Segment::word("_")]);
        match calls(&parts) {
            Ok((path, [_, _])) => Ok(path),
            Ok(_) => Err(refused("a name is missing")),
            Err(why) => Err(refused(&why)),
        }
    }
}

/// A word with the keys in brackets behind it.
struct Segment {
    name: String,
    keys: Vec<Key>,
}

impl Segment {
    fn word(name: &str) -> Segment {
        let (name, keys) = (name.into(), Vec::new());
        Segment { name, keys }
    }

    fn is(&self, word: &str) -> bool {
        self.name == word && self.keys.is_empty()
    }

    fn only_key(&self) -> Result<Option<Key>, String> {
        match self.keys.as_slice() {
            [] => Ok(None),
            [key] => Ok(Some(key.clone())),
            _ => Err(format!("`{}` has more than one key", self.name)),
        }
    }
}

/// The calls at the beginning, up to the two words (behind `data` or `ephemeral`, perhaps) that are a resource's.
fn calls(parts: &[Segment]) -> Result<(ModulePath, &[Segment]), String> {
    let mut path = ModulePath::root();
    let mut rest = parts;
    loop {
        let resource = match rest {
            [word, ..] if word.is("data") || word.is("ephemeral") => true,
            [_, _] => rest[0].keys.is_empty(),
            _ => rest.len() < 2,
        };
        if resource {
            return Ok((path, rest));
        }
        let (call, key, behind) = call(rest)?;
        path = path.child(call, key);
        rest = behind;
    }
}

fn call(parts: &[Segment]) -> Result<(CallName, Option<Key>, &[Segment]), String> {
    match parts {
        [kind, name, rest @ ..] if kind.keys.is_empty() => {
            let call = CallName::of(kind.name.as_str(), name.name.as_str());
            Ok((call, name.only_key()?, rest))
        }
        [kind, rest @ ..] if kind.name != CallName::MODULE => match kind.keys.as_slice() {
            [Key::Name(label)] => Ok((CallName::of(&*kind.name, label.clone()), None, rest)),
            [Key::Name(label), key] => {
                let call = CallName::of(&*kind.name, label.clone());
                Ok((call, Some(key.clone()), rest))
            }
            _ => Err(format!(
                "`{}` has more keys than a label and one",
                kind.name
            )),
        },
        _ => Err("a module's name is missing".into()),
    }
}

/// Splits at the dots outside of brackets.
fn split(text: &str) -> Result<Vec<Segment>, String> {
    let mut segments = Vec::new();
    let mut rest = text;
    loop {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = rest[..end].to_string();
        if !is_identifier(&name) {
            return Err(format!("`{name}` is no name"));
        }
        rest = &rest[end..];
        let mut keys = Vec::new();
        while let Some(inside) = rest.strip_prefix('[') {
            let (parsed, behind) = read_key(inside)?;
            keys.push(parsed);
            rest = behind;
        }
        segments.push(Segment { name, keys });
        match rest.strip_prefix('.') {
            Some(behind) => rest = behind,
            None if rest.is_empty() => return Ok(segments),
            None => return Err(format!("`{rest}` was not expected")),
        }
    }
}

fn read_key(text: &str) -> Result<(Key, &str), String> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (digits, rest) = text.split_once(']').ok_or("a `]` is missing")?;
        let index = digits
            .parse()
            .map_err(|_| format!("`{digits}` is no index"))?;
        return Ok((Key::Index(index), rest));
    };
    let mut name = String::new();
    let mut chars = quoted.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => {
                let rest = quoted[i + 1..]
                    .strip_prefix(']')
                    .ok_or("a `]` is missing")?;
                return Ok((Key::Name(name.into()), rest));
            }
            '\\' => match chars.next() {
                Some((_, 'n')) => name.push('\n'),
                Some((_, c)) => name.push(c),
                None => break,
            },
            c => name.push(c),
        }
    }
    Err("a quote is missing".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in [
            "terraform_data.a",
            "terraform_data.a[3]",
            r#"module.m["k.1"].data.ssh_facts.h["a\"b\\"]"#,
            "module.a.module.b[0].t.n",
            "database.main.ssh_file.conf",
            r#"domain["x.org"].data.ssh_facts.h"#,
            r#"ephemeral.random_password.p"#,
            r#"module.m["k"].ephemeral.random_password.p[0]"#,
            r#"domain["x.org"]["a"].server.web[0].ssh_file.conf["b"]"#,
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn paths_and_back() {
        for (text, calls) in [
            ("", 0),
            ("module.a", 1),
            ("module.a[0].database.main", 2),
            (r#"domain["x.org"]"#, 1),
            (r#"domain["x.org"][3].server.web["a"]"#, 2),
        ] {
            let path: ModulePath = text.parse().unwrap();
            assert_eq!((path.to_string().as_str(), path.0.len()), (text, calls));
        }
        for text in [
            "a",
            "module",
            "module.a.b",
            "a[0]",
            "module[\"a\"]",
            "a.b[0][1]",
        ] {
            assert!(text.parse::<ModulePath>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "a",
            "a.b.c",
            "a.b[",
            "a.b[x]",
            "a.b]",
            "a..b",
            "a[0].b",
            "a.b[0][1]",
            "a.b.c.d.e",
            "module.m",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
