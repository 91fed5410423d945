//! Types of values, and the constraints that variables and schemas put on them.

use crate::{Scalar, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A type, or a constraint where it holds [`Type::Any`].
#[derive(Clone, Debug, PartialEq, Default)]
pub enum Type {
    /// Any type; of an unknown value: not known yet.
    #[default]
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Arc<Type>),
    /// `set(T)`
    Set(Arc<Type>),
    /// `map(T)`
    Map(Arc<Type>),
    /// `tuple([…])`
    Tuple(Arc<[Type]>),
    /// `object({…})`
    Object(Arc<ObjectType>),
    /// `duration`, `port` …: a constraint alone, never the type of a value
    Scalar(Scalar),
}

/// The attributes of an object type.
#[derive(Clone, Debug, Default)]
pub struct ObjectType {
    /// By name.
    pub fields: BTreeMap<Arc<str>, Field>,
    /// Of what a kind gives out: the kind's name, for those who read of the type.
    pub kind: Option<Arc<str>>,
}

/// A type is what it holds, whatever it is called.
impl PartialEq for ObjectType {
    fn eq(&self, other: &ObjectType) -> bool {
        self.fields == other.fields
    }
}

/// One attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its type.
    pub ty: Type,
    /// Whether it may be left out.
    pub optional: bool,
    /// What stands in where it is left out or null; null where there is none.
    pub default: Option<Value>,
}

impl Type {
    /// `list(element)`
    pub fn list(element: Type) -> Type {
        Type::List(Arc::new(element))
    }

    /// `set(element)`
    pub fn set(element: Type) -> Type {
        Type::Set(Arc::new(element))
    }

    /// `map(element)`
    pub fn map(element: Type) -> Type {
        Type::Map(Arc::new(element))
    }

    /// An object type with all attributes required.
    pub fn object<'a>(fields: impl IntoIterator<Item = (&'a str, Type)>) -> Type {
        let fields = fields
            .into_iter()
            .map(|(name, ty)| {
                (
                    Arc::from(name),
                    Field {
                        ty,
                        optional: false,
                        default: None,
                    },
                )
            })
            .collect();
        Type::Object(Arc::new(ObjectType { fields, kind: None }))
    }

    /// Whether it has exactly one shape: no [`Type::Any`] inside.
    pub fn is_exact(&self) -> bool {
        match self {
            Type::Any => false,
            Type::Bool | Type::Number | Type::String => true,
            Type::List(t) | Type::Set(t) | Type::Map(t) => t.is_exact(),
            Type::Tuple(items) => items.iter().all(Type::is_exact),
            Type::Object(o) => o.fields.values().all(|f| f.ty.is_exact()),
            Type::Scalar(_) => true,
        }
    }

    /// Whether it is equal, and named after the same kinds too.
    pub fn is_same(&self, other: &Type) -> bool {
        let object = |a: &ObjectType, b: &ObjectType| {
            let mut fields = a.fields.values().zip(b.fields.values());
            a.kind == b.kind && fields.all(|(a, b)| a.ty.is_same(&b.ty))
        };
        let named_alike = match (self, other) {
            (Type::List(a), Type::List(b))
            | (Type::Set(a), Type::Set(b))
            | (Type::Map(a), Type::Map(b)) => return a.is_same(b),
            (Type::Tuple(a), Type::Tuple(b)) => a.iter().zip(&**b).all(|(a, b)| a.is_same(b)),
            (Type::Object(a), Type::Object(b)) => object(a, b),
            _ => true,
        };
        self == other && named_alike
    }

    /// Whether its values are instances of a kind.
    pub fn is_kind(&self) -> bool {
        matches!(self, Type::Object(object) if object.kind.is_some())
    }

    /// Whether it is bool, number or string.
    pub fn is_primitive(&self) -> bool {
        matches!(
            self,
            Type::Bool | Type::Number | Type::String | Type::Scalar(_)
        )
    }

    /// Whether there is a scalar with a meaning in it.
    pub fn has_scalar(&self) -> bool {
        match self {
            Type::Any | Type::Bool | Type::Number | Type::String => false,
            Type::List(t) | Type::Set(t) | Type::Map(t) => t.has_scalar(),
            Type::Tuple(items) => items.iter().any(Type::has_scalar),
            Type::Object(o) => o.fields.values().any(|f| f.ty.has_scalar()),
            Type::Scalar(_) => true,
        }
    }

    /// The type that its values have: scalars are what they are written as.
    pub fn base(&self) -> Type {
        if !self.has_scalar() {
            return self.clone();
        }
        match self {
            Type::List(t) => Type::list(t.base()),
            Type::Set(t) => Type::set(t.base()),
            Type::Map(t) => Type::map(t.base()),
            Type::Tuple(items) => Type::Tuple(items.iter().map(Type::base).collect()),
            Type::Object(o) => {
                let fields = o.fields.iter().map(|(name, field)| {
                    let ty = field.ty.base();
                    (
                        name.clone(),
                        Field {
                            ty,
                            ..field.clone()
                        },
                    )
                });
                let (fields, kind) = (fields.collect(), o.kind.clone());
                Type::Object(Arc::new(ObjectType { fields, kind }))
            }
            Type::Scalar(scalar) => scalar.base(),
            other => other.clone(),
        }
    }
}
