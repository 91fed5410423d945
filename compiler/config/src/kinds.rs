//! What modules know of kinds: the types of what they give out, and the shape of their calls.

use crate::changed::same;
use crate::declared::{Declared, DeclaredVariable};
use crate::discover::{Directory, Discovered, Role};
use crate::problems::{Problems, kinds};
use crate::shape::{attribute, blocks};
use crate::{Module, type_expr};
use eval::{Expr, ExprKind, Reference};
use model::{Attribute, BlockSchema, Field, NestedBlock, Nesting, ObjectType, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use syntax::tree::{self, Ident};

/// The kinds that a project uses.
#[derive(Default)]
pub(crate) struct Kinds {
    /// The index of each one's interface, by name.
    pub(crate) interfaces: BTreeMap<Arc<str>, usize>,
    /// The names of all that there are, used or not.
    pub(crate) available: BTreeSet<String>,
    types: BTreeMap<Arc<str>, Type>,
}

impl Kinds {
    /// The types of what the kinds give out. One may name others, in no circle.
    pub(crate) fn read(found: &Discovered, problems: &mut Problems) -> Kinds {
        let mut kinds = Kinds {
            interfaces: found.kinds.clone(),
            available: found.available.clone(),
            types: BTreeMap::new(),
        };
        for name in found.kinds.keys() {
            kinds.resolve(name, &found.directories, &mut Vec::new(), problems);
        }
        kinds
    }

    /// Whether all of it is the same.
    pub(crate) fn is_same(&self, other: &Kinds) -> bool {
        self.interfaces == other.interfaces
            && self.available == other.available
            && same(self.types.iter(), &other.types, |a, b| {
                a.0 == b.0 && a.1.is_same(b.1)
            })
    }

    /// The type of an instance of a kind.
    pub(crate) fn ty(&self, name: &str) -> Option<&Type> {
        self.types.get(name)
    }

    fn resolve(
        &mut self,
        name: &Arc<str>,
        directories: &[Directory],
        way: &mut Vec<Arc<str>>,
        problems: &mut Problems,
    ) {
        let Some(index) = self.interfaces.get(name).copied() else {
            return;
        };
        if self.types.contains_key(name) {
            return;
        }
        let outputs = directories[index]
            .files
            .iter()
            .flat_map(|file| blocks(&file.body, "output"));
        let typed: Vec<_> = outputs
            .filter_map(|o| Some((&o.labels.first()?.text, attribute(&o.body, "type")?)))
            .collect();
        way.push(name.clone());
        for (_, ty) in &typed {
            for other in mentioned(&ty.value) {
                match way.contains(&other.text) {
                    true => problems.push(kinds::type_circle(way, other)),
                    false => self.resolve(&other.text, directories, way, problems),
                }
            }
        }
        way.pop();
        let fields = typed.into_iter().map(|(name, ty)| {
            let ty = type_expr::read(&ty.value, self, problems);
            let (optional, default) = (false, None);
            let field = Field {
                ty,
                optional,
                default,
            };
            (name.clone(), field)
        });
        let fields = fields.collect();
        let kind = Some(name.clone());
        let ty = Type::Object(Arc::new(ObjectType { fields, kind }));
        self.types.insert(name.clone(), ty);
    }
}

/// The kinds that a type expression names, as `kind.NAME`.
pub(crate) fn mentioned(ty: &tree::Expr) -> Vec<&Ident> {
    let mut found = Vec::new();
    gather(ty, &mut found);
    found
}

fn gather<'t>(ty: &'t tree::Expr, found: &mut Vec<&'t Ident>) {
    match &ty.kind {
        tree::ExprKind::Attribute(source, name) if is_kind(source) => found.push(name),
        tree::ExprKind::Call(call) => call.arguments.iter().for_each(|a| gather(a, found)),
        tree::ExprKind::Tuple(items) => items.iter().for_each(|i| gather(i, found)),
        tree::ExprKind::Object(items) => items.iter().for_each(|i| gather(&i.value, found)),
        tree::ExprKind::Parentheses(inner) => gather(inner, found),
        _ => {}
    }
}

/// Whether it is the word before the dot in `kind.NAME`.
pub(crate) fn is_kind(source: &tree::Expr) -> bool {
    matches!(&source.kind, tree::ExprKind::Name(name) if &*name.text == "kind")
}

/// What may stand in the body of a kind's call: each variable as an argument, and one that holds
/// objects as blocks, too.
pub(crate) fn call_schema<'v>(
    variables: impl Iterator<Item = (&'v Arc<str>, &'v DeclaredVariable)>,
) -> BlockSchema {
    body_of(variables.map(|(name, v)| (name, &v.ty, false)))
}

fn body_of<'v>(parts: impl Iterator<Item = (&'v Arc<str>, &'v Type, bool)>) -> BlockSchema {
    let mut schema = BlockSchema::default();
    for (name, ty, required) in parts {
        let block = nested(name, ty);
        let attribute = Attribute::new(name.to_string(), ty.clone(), "");
        // What may be a block or an argument is found missing when it is converted.
        schema.attributes.push(match required && block.is_none() {
            true => attribute.required(),
            false => attribute,
        });
        schema.blocks.extend(block);
    }
    schema
}

/// The blocks that set a value of this type.
fn nested(name: &str, ty: &Type) -> Option<NestedBlock> {
    let (nesting, object) = match ty {
        Type::Object(object) => (Nesting::Single, object),
        Type::List(of) => (Nesting::List, object(of)?),
        Type::Set(of) => (Nesting::Set, object(of)?),
        Type::Map(of) => (Nesting::Map, object(of)?),
        _ => return None,
    };
    // An instance of a kind is referred to, not written out.
    if object.kind.is_some() {
        return None;
    }
    let fields = object.fields.iter();
    let block = body_of(fields.map(|(name, field)| (name, &field.ty, !field.optional)));
    Some(NestedBlock {
        name: name.to_string().into(),
        nesting,
        block: Arc::new(block),
        ..NestedBlock::default()
    })
}

fn object(ty: &Type) -> Option<&Arc<ObjectType>> {
    match ty {
        Type::Object(object) => Some(object),
        _ => None,
    }
}

/// What an interface declares goes to all that may serve it: variables as they are handed on,
/// types and secrecy of outputs. The interface gives out what the one that serves does.
pub(crate) fn join(modules: &mut [Module], declared: &[Declared], problems: &mut Problems) {
    for index in 0..modules.len() {
        if let Role::Implementation(interface) = declared[index].role {
            let variables = modules[interface].variables.clone();
            let outputs = modules[interface].outputs.clone();
            let module = &mut modules[index];
            module.variables = variables;
            for variable in module.variables.values_mut() {
                let variable = Arc::make_mut(variable);
                variable.default = None;
                variable.validations = Vec::new();
            }
            for (name, wanted) in outputs {
                match module.outputs.get_mut(&name) {
                    Some(output) => {
                        let output = Arc::make_mut(output);
                        output.ty = wanted.ty.clone();
                        output.sensitive |= wanted.sensitive;
                    }
                    None if declared[index].may_be_declared(&name) => {}
                    None => {
                        problems.push(kinds::output_missing(&module.directory, &name, wanted.span))
                    }
                }
            }
        }
    }
}

/// The value of an interface's output.
pub(crate) fn served(name: &Arc<str>, span: diagnostics::Span) -> Expr {
    let kind = ExprKind::Reference(Reference::Served(name.clone()));
    Expr { kind, span }
}
