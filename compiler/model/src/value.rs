//! Values: known, unknown, secret.

use crate::{Mixed, Number, Secret, Type, Unknown, order};
use std::sync::Arc;

/// A value of the language. Cheap to clone. It has no `Display`: see [`crate::show`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Null, of a type.
    Null(Type),
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, in Unicode.
    String(Arc<str>),
    /// Values of one type, in order.
    List(Arc<List>),
    /// Values of one type, each once, in the order that sets have.
    Set(Arc<List>),
    /// Values of one type by key.
    Map(Arc<Map>),
    /// Values of several types, in order.
    Tuple(Arc<[Value]>),
    /// Values of several types by name.
    Object(Arc<Fields>),
    /// Known after apply.
    Unknown(Arc<Unknown>),
    /// Sensitive; open or sealed.
    Secret(Arc<Secret>),
    /// A string with secrets in some ranges.
    Mixed(Arc<Mixed>),
}

/// The items of a list or a set.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct List {
    /// The type of each.
    pub element: Type,
    /// The items.
    pub items: Vec<Value>,
}

/// The entries of a map.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Map {
    /// The type of each value.
    pub element: Type,
    /// The entries.
    pub entries: Fields,
}

/// Values by name, sorted by name; compact, and looked up by binary search.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Fields(Vec<(Arc<str>, Value)>);

impl Fields {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .binary_search_by(|(n, _)| (**n).cmp(name))
            .ok()
            .map(|i| &self.0[i].1)
    }

    /// Sets the value of a name. Costs a move of what follows: build large ones by `collect`.
    pub fn insert(&mut self, name: Arc<str>, value: Value) {
        match self.0.binary_search_by(|(n, _)| (**n).cmp(&name)) {
            Ok(i) => self.0[i].1 = value,
            Err(i) => self.0.insert(i, (name, value)),
        }
    }

    /// Takes a name out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let i = self.0.binary_search_by(|(n, _)| (**n).cmp(name)).ok()?;
        Some(self.0.remove(i).1)
    }

    /// All, sorted by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|(n, v)| (n, v))
    }

    /// All names, sorted.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.0.iter().map(|(n, _)| n)
    }

    /// All values, sorted by name.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.0.iter().map(|(_, v)| v)
    }

    /// All values, to be changed in place.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, v)| v)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Fields {
    /// The last value of a name counts.
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(items: I) -> Fields {
        let mut fields: Vec<_> = items.into_iter().map(|(k, v)| (k.into(), v)).collect();
        // Stable, so that of equal names the last stays last.
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut unique: Vec<(Arc<str>, Value)> = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            match unique.last_mut() {
                Some(last) if last.0 == name => last.1 = value,
                _ => unique.push((name, value)),
            }
        }
        Fields(unique)
    }
}

impl Value {
    /// A string, in its normal form.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::String(crate::normal(text.into()))
    }

    /// A whole number.
    pub fn int(value: i64) -> Value {
        Value::Number(Number::from(value))
    }

    /// A list; `element` is the type of each item.
    pub fn list(element: Type, items: Vec<Value>) -> Value {
        Value::List(Arc::new(List { element, items }))
    }

    /// A set; sorted here, and each value kept once.
    pub fn set(element: Type, mut items: Vec<Value>) -> Value {
        order::sort(&mut items);
        Value::Set(Arc::new(List { element, items }))
    }

    /// A tuple.
    pub fn tuple(items: Vec<Value>) -> Value {
        Value::Tuple(Arc::from(items))
    }

    /// A map; `element` is the type of each value.
    pub fn map<K: Into<Arc<str>>>(
        element: Type,
        entries: impl IntoIterator<Item = (K, Value)>,
    ) -> Value {
        Value::Map(Arc::new(Map {
            element,
            entries: entries.into_iter().collect(),
        }))
    }

    /// An object.
    pub fn object<K: Into<Arc<str>>>(fields: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Object(Arc::new(fields.into_iter().collect()))
    }

    /// An unknown of a type.
    pub fn unknown(ty: Type) -> Value {
        Value::Unknown(Arc::new(Unknown::of(ty)))
    }

    /// Null of no particular type.
    pub const NULL: Value = Value::Null(Type::Any);

    /// Its type, as far as known.
    pub fn ty(&self) -> Type {
        match self {
            Value::Null(ty) => ty.clone(),
            Value::Bool(_) => Type::Bool,
            Value::Number(_) => Type::Number,
            Value::String(_) | Value::Mixed(_) => Type::String,
            Value::List(list) => Type::list(list.element.clone()),
            Value::Set(list) => Type::set(list.element.clone()),
            Value::Map(map) => Type::map(map.element.clone()),
            Value::Tuple(items) => Type::Tuple(items.iter().map(Value::ty).collect()),
            Value::Object(fields) => Type::object(fields.iter().map(|(n, v)| (&**n, v.ty()))),
            Value::Unknown(unknown) => unknown.ty.clone(),
            Value::Secret(secret) => secret.ty.clone(),
        }
    }

    /// Whether it is null, open secrets looked into.
    pub fn is_null(&self) -> bool {
        match self {
            Value::Null(_) => true,
            Value::Secret(s) => matches!(s.expose(), Some(Value::Null(_))),
            _ => false,
        }
    }

    /// Whether it, as a whole, is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown(_))
    }

    /// Whether anything in it is unknown.
    pub fn has_unknown(&self) -> bool {
        self.any(&|v| matches!(v, Value::Unknown(_)))
    }

    /// Whether anything in it is a secret that is not at hand.
    pub fn has_sealed(&self) -> bool {
        self.any(&|v| match v {
            Value::Secret(s) => !s.is_open(),
            Value::Mixed(m) => m.expose().is_none(),
            _ => false,
        })
    }

    /// Whether anything in it is sensitive.
    pub fn has_secret(&self) -> bool {
        self.any(&|v| match v {
            Value::Secret(_) | Value::Mixed(_) => true,
            Value::Unknown(u) => u.sensitive,
            _ => false,
        })
    }

    /// Whether anything in it must not be recorded.
    pub fn has_ephemeral(&self) -> bool {
        self.any(&|v| match v {
            Value::Secret(s) => s.ephemeral,
            Value::Unknown(u) => u.ephemeral,
            Value::Mixed(m) => {
                let mut parts = m.parts().iter();
                parts.any(|p| matches!(p, crate::Part::Secret(s) if s.ephemeral))
            }
            _ => false,
        })
    }

    /// The value with null for everything that must not be recorded.
    pub fn without_ephemeral(&self) -> Value {
        self.rewrite(&mut |v| {
            let marked = matches!(v, Value::Secret(_) | Value::Mixed(_) | Value::Unknown(_));
            (marked && v.has_ephemeral()).then(|| Value::Null(v.ty()))
        })
    }

    /// Whether `test` holds for it or anything in it.
    pub fn any(&self, test: &impl Fn(&Value) -> bool) -> bool {
        test(self) || self.children().any(|v| v.any(test))
    }

    /// The values directly inside a collection, tuple or object.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match self {
            Value::List(list) | Value::Set(list) => Box::new(list.items.iter()),
            Value::Tuple(items) => Box::new(items.iter()),
            Value::Map(map) => Box::new(map.entries.values()),
            Value::Object(fields) => Box::new(fields.values()),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The same value with each part that `with` answers for replaced, outermost first.
    pub fn rewrite(&self, with: &mut impl FnMut(&Value) -> Option<Value>) -> Value {
        if let Some(value) = with(self) {
            return value;
        }
        let mut fields = |f: &Fields| -> Fields {
            Fields(
                f.0.iter()
                    .map(|(n, v)| (n.clone(), v.rewrite(with)))
                    .collect(),
            )
        };
        match self {
            Value::Object(f) => Value::Object(Arc::new(fields(f))),
            Value::Map(m) => Value::Map(Arc::new(Map {
                element: m.element.clone(),
                entries: fields(&m.entries),
            })),
            Value::List(l) => Value::list(
                l.element.clone(),
                l.items.iter().map(|v| v.rewrite(with)).collect(),
            ),
            Value::Set(l) => Value::set(
                l.element.clone(),
                l.items.iter().map(|v| v.rewrite(with)).collect(),
            ),
            Value::Tuple(items) => Value::Tuple(items.iter().map(|v| v.rewrite(with)).collect()),
            other => other.clone(),
        }
    }

    /// The value with open secrets in clear and sealed ones as they are. Only for what hands
    /// it to its user: a provider, the sealing of the state, a command told to reveal it.
    pub fn expose(&self) -> Value {
        self.rewrite(&mut |v| match v {
            Value::Secret(s) => Some(s.expose().map_or_else(|| v.clone(), Value::expose)),
            Value::Mixed(m) => Some(m.expose().map_or_else(|| v.clone(), Value::string)),
            _ => None,
        })
    }

    /// Inside of a secret there are no further secrets.
    pub(crate) fn unmark(self) -> Value {
        if self.has_secret() {
            self.expose()
        } else {
            self
        }
    }

    /// The text of a known, plain string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(s) => Some(s),
            _ => None,
        }
    }

    /// A known, plain truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// A known, plain whole number.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Number(n) => n.as_i64(),
            _ => None,
        }
    }

    /// The items of a plain list, set or tuple.
    pub fn as_items(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) | Value::Set(list) => Some(&list.items),
            Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The fields of a plain map or object.
    pub fn as_fields(&self) -> Option<&Fields> {
        match self {
            Value::Map(map) => Some(&map.entries),
            Value::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// The attribute of a plain object or map, where it is there.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_fields().and_then(|f| f.get(name))
    }

    /// The same object with one attribute set. Anything but an object stays as it is.
    pub fn with(&self, name: &str, value: Value) -> Value {
        match self {
            Value::Object(fields) => {
                let mut fields = Fields::clone(fields);
                fields.insert(Arc::from(name), value);
                Value::Object(Arc::new(fields))
            }
            other => other.clone(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::string(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::int(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_small() {
        assert!(std::mem::size_of::<Value>() <= 24);
    }

    #[test]
    fn of_equal_names_the_last_counts() {
        let fields: Fields = [("b", 1), ("a", 2), ("b", 3)]
            .into_iter()
            .map(|(k, v)| (k, Value::int(v)))
            .collect();
        assert_eq!(fields.len(), 2);
        assert_eq!(fields.get("b"), Some(&Value::int(3)));
        assert_eq!(fields.get("c"), None);
    }

    #[test]
    fn a_set_is_sorted_and_holds_each_once() {
        let set = Value::set(Type::String, vec!["b".into(), "a".into(), "b".into()]);
        assert_eq!(set.as_items().unwrap(), ["a".into(), "b".into()]);
    }
}
