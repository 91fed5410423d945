//! Addresses: what a configuration calls a resource, a module, an instance of either.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// An instance's key: of `count` or of `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// `[0]`
    Index(u64),
    /// `["name"]`
    Name(Arc<str>),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Index(i) => write!(f, "[{i}]"),
            Key::Name(name) => write!(f, "[{}]", quote(name)),
        }
    }
}

/// A call of a module, and which of its instances.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleStep {
    /// The call's name.
    pub name: Arc<str>,
    /// The instance, where the call has `count` or `for_each`.
    pub key: Option<Key>,
}

/// The calls that lead from the root to a module instance; empty for the root.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModulePath(pub Arc<[ModuleStep]>);

impl Default for ModulePath {
    fn default() -> ModulePath {
        ModulePath(Arc::from([]))
    }
}

impl ModulePath {
    /// The root module.
    pub fn root() -> ModulePath {
        ModulePath::default()
    }

    /// The instance of a call inside this module.
    pub fn child(&self, name: &str, key: Option<Key>) -> ModulePath {
        let step = ModuleStep {
            name: Arc::from(name),
            key,
        };
        ModulePath(self.0.iter().cloned().chain([step]).collect())
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is `other` or lies inside of it.
    pub fn starts_with(&self, other: &ModulePath) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            write!(f, "{}module.{}", if i == 0 { "" } else { "." }, step.name)?;
            if let Some(key) = &step.key {
                write!(f, "{key}")?;
            }
        }
        Ok(())
    }
}

/// What a resource block is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// Made and kept by Landfall.
    Managed,
    /// Only read.
    Data,
}

/// A resource block in a module instance: all its instances together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceAddress {
    /// Where.
    pub module: ModulePath,
    /// Managed or data.
    pub mode: Mode,
    /// The type, `ssh_file`.
    pub ty: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl ResourceAddress {
    /// A managed resource.
    pub fn managed(module: ModulePath, ty: &str, name: &str) -> ResourceAddress {
        ResourceAddress {
            module,
            mode: Mode::Managed,
            ty: ty.into(),
            name: name.into(),
        }
    }

    /// One instance of it.
    pub fn instance(&self, key: Option<Key>) -> Address {
        Address {
            resource: self.clone(),
            key,
        }
    }
}

impl fmt::Display for ResourceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.ty, self.name)
    }
}

/// One instance of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The resource.
    pub resource: ResourceAddress,
    /// Which instance, where it has `count` or `for_each`.
    pub key: Option<Key>,
}

impl Address {
    /// The type, `ssh_file`.
    pub fn ty(&self) -> &Arc<str> {
        &self.resource.ty
    }

    /// The resource that it is an instance of: as a dependency, every instance.
    pub fn whole(&self) -> Address {
        self.resource.instance(None)
    }

    /// Whether something that depends on this depends on `other`. Without a key it means every
    /// instance.
    pub fn means(&self, other: &Address) -> bool {
        self.resource == other.resource && (self.key.is_none() || self.key == other.key)
    }

    /// Whether both mean some instance, one of them perhaps all.
    pub fn meets(&self, other: &Address) -> bool {
        self.means(other) || other.means(self)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.resource)?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "{key}"))
    }
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(pub String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AddressError {}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads `module.web["a"].data.ssh_facts.host[0]`.
    fn from_str(text: &str) -> Result<Address, AddressError> {
        let refused = |why: &str| {
            AddressError(format!(
                "`{text}` is no address of a resource: {why}; expected TYPE.NAME, TYPE.NAME[KEY] \
                 or module.NAME.TYPE.NAME"
            ))
        };
        let mut parts = split(text)
            .map_err(|why| refused(&why))?
            .into_iter()
            .peekable();
        let mut module = ModulePath::root();
        while parts
            .peek()
            .is_some_and(|(name, key)| name == "module" && key.is_none())
        {
            parts.next();
            let (name, key) = parts
                .next()
                .ok_or_else(|| refused("a module's name is missing"))?;
            module = module.child(&name, key);
        }
        let mut mode = Mode::Managed;
        if parts
            .peek()
            .is_some_and(|(name, key)| name == "data" && key.is_none())
        {
            mode = Mode::Data;
            parts.next();
        }
        let (ty, none) = parts.next().ok_or_else(|| refused("the type is missing"))?;
        if none.is_some() {
            return Err(refused(
                "the key stands behind the name, not behind the type",
            ));
        }
        let (name, key) = parts.next().ok_or_else(|| refused("the name is missing"))?;
        if parts.next().is_some() {
            return Err(refused("there is more behind the name"));
        }
        let resource = ResourceAddress {
            module,
            mode,
            ty: ty.into(),
            name: name.into(),
        };
        Ok(Address { resource, key })
    }
}

type Segment = (String, Option<Key>);

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
        let mut key = None;
        if let Some(inside) = rest.strip_prefix('[') {
            let (parsed, behind) = read_key(inside)?;
            key = Some(parsed);
            rest = behind;
        }
        segments.push((name, key));
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

fn quote(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// Whether a text is a name in HCL: a letter or `_`, then letters, digits, `_` and `-`.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
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
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "", "a", "a.b.c", "a.b[", "a.b[x]", "a.b]", "a..b", "a[0].b", "module.m",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
