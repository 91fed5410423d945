//! Addresses: what a configuration calls a resource, a module, an instance of either.

mod parse;

use std::fmt;
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

/// What a call of a module is known by: `module.web`, or of a kind, `database.main`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallName {
    /// [`CallName::MODULE`], or the kind's name.
    pub kind: Arc<str>,
    /// The label; of a kind's call any text.
    pub name: Arc<str>,
}

impl CallName {
    /// What stands for the kind where a path is called.
    pub const MODULE: &str = "module";

    /// `module.name`
    pub fn module(name: impl Into<Arc<str>>) -> CallName {
        CallName::of(CallName::MODULE, name)
    }

    /// `kind.name`
    pub fn of(kind: impl Into<Arc<str>>, name: impl Into<Arc<str>>) -> CallName {
        CallName {
            kind: kind.into(),
            name: name.into(),
        }
    }

    /// Whether it calls a kind.
    pub fn is_kind(&self) -> bool {
        &*self.kind != CallName::MODULE
    }
}

impl fmt::Display for CallName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match is_identifier(&self.name) {
            true => write!(f, "{}.{}", self.kind, self.name),
            false => write!(f, "{}[{}]", self.kind, quote(&self.name)),
        }
    }
}

/// A call of a module, and which of its instances.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleStep {
    /// The call.
    pub call: CallName,
    /// The instance, where the call has `count` or `for_each`.
    pub key: Option<Key>,
}

impl fmt::Display for ModuleStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.call)?;
        self.key.as_ref().map_or(Ok(()), |key| write!(f, "{key}"))
    }
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
    pub fn child(&self, call: CallName, key: Option<Key>) -> ModulePath {
        let step = ModuleStep { call, key };
        ModulePath(self.0.iter().cloned().chain([step]).collect())
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path is this one or lies inside of it; a call without a key means all of its
    /// instances.
    pub fn covers(&self, other: &ModulePath) -> bool {
        let fits = |(own, other): (&ModuleStep, &ModuleStep)| {
            own.call == other.call && (own.key.is_none() || own.key == other.key)
        };
        self.0.len() <= other.0.len() && self.0.iter().zip(other.0.iter()).all(fits)
    }

    /// Whether it is `other` or lies inside of it.
    pub fn starts_with(&self, other: &ModulePath) -> bool {
        self.0.starts_with(&other.0)
    }
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            write!(f, "{}{step}", if i == 0 { "" } else { "." })?;
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
    /// Opened while it is used, and never recorded.
    Ephemeral,
}

impl Mode {
    /// What an address begins with.
    pub fn prefix(self) -> &'static str {
        match self {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        }
    }
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
        write!(f, "{}{}.{}", self.mode.prefix(), self.ty, self.name)
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

fn quote(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// Whether a text is a name in HCL: a letter or `_`, then letters, digits, `_` and `-`.
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
