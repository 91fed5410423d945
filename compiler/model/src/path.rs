//! Paths into a value: `input.tags["name"][0]`.

use crate::Value;
use std::fmt;
use std::sync::Arc;

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathStep {
    /// An attribute or a map's key.
    Name(Arc<str>),
    /// An item of a list or tuple, from 0.
    Index(usize),
}

/// A path into a value; the empty path is the value itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct AttrPath(pub Vec<PathStep>);

impl AttrPath {
    /// The path of the value itself.
    pub fn root() -> AttrPath {
        AttrPath::default()
    }

    /// The path of a top-level attribute.
    pub fn name(name: &str) -> AttrPath {
        AttrPath::root().then(name)
    }

    /// One step further, to an attribute.
    pub fn then(&self, name: &str) -> AttrPath {
        self.step(PathStep::Name(Arc::from(name)))
    }

    /// One step further, to an item.
    pub fn item(&self, index: usize) -> AttrPath {
        self.step(PathStep::Index(index))
    }

    /// One step further.
    pub fn step(&self, step: PathStep) -> AttrPath {
        let mut steps = self.0.clone();
        steps.push(step);
        AttrPath(steps)
    }

    /// The name of the top-level attribute.
    pub fn first(&self) -> Option<&str> {
        match self.0.first() {
            Some(PathStep::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether it is `other` or leads into it.
    pub fn starts_with(&self, other: &AttrPath) -> bool {
        self.0.starts_with(&other.0)
    }

    /// What it leads to, in plain values.
    pub fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(value, |value, step| match step {
            PathStep::Name(name) => value.get(name),
            PathStep::Index(index) => value.as_items().and_then(|items| items.get(*index)),
        })
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Name(name) if crate::address::is_identifier(name) => {
                    write!(f, "{}{name}", if i == 0 { "" } else { "." })?
                }
                PathStep::Name(name) => write!(f, "[{name:?}]")?,
            }
        }
        Ok(())
    }
}
