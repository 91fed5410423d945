//! From the syntax tree to resolved expressions: every name is found, or a problem.
//! Nothing is evaluated.

mod body;
mod check;
mod dynamic;
mod expr;
mod instance;
mod kind;
mod members;
mod nested;
mod reference;

use crate::ResourceKey;
use crate::declared::{Declared, Instances};
use crate::kinds::{Kinds, call_schema};
use crate::problems::Problems;
use crate::schemas::Schemas;
use diagnostics::Span;
use eval::Expr;
use model::{BlockSchema, Mode, Type, Value};
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use body::Meta;

/// What all modules know of each other.
pub(crate) struct Known<'a> {
    pub(crate) schemas: Schemas<'a>,
    pub(crate) modules: Vec<Declared>,
    pub(crate) kinds: Kinds,
    /// What may stand in a call of each kind.
    pub(crate) calls: HashMap<Arc<str>, BlockSchema>,
    /// How often a name was taken to be declared in what could not be read.
    guesses: Rc<Cell<usize>>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(schemas: Schemas<'a>, mut modules: Vec<Declared>, kinds: Kinds) -> Known<'a> {
        let guesses = Rc::default();
        for module in &mut modules {
            module.guesses = Rc::clone(&guesses);
        }
        let calls = kinds.interfaces.iter().map(|(name, index)| {
            let schema = call_schema(modules[*index].variables.iter());
            (name.clone(), schema)
        });
        Known {
            calls: calls.collect(),
            guesses,
            schemas,
            modules,
            kinds,
        }
    }
}

/// Where an expression stands: what is at hand there beside the module's own names.
#[derive(Clone, Default)]
pub(crate) struct Place {
    /// What `each` and `count` are of.
    pub(crate) instances: Instances,
    /// The resource whose body this is.
    pub(crate) own: Option<ResourceKey>,
    /// What `self` is.
    pub(crate) this: Option<(Mode, Arc<str>)>,
    /// In words, what stands here, where it may not refer to anything.
    pub(crate) constant: Option<&'static str>,
    /// The `check` block whose own data source is seen here.
    pub(crate) check: Option<Arc<str>>,
    /// Whether it is a template file, whose names stand for what the call hands over.
    pub(crate) template: bool,
    /// Whether it looks at the module from outside, so that outputs have names, too.
    pub(crate) outside: bool,
}

/// Resolves the expressions of one module.
pub(crate) struct Resolver<'a> {
    pub(crate) known: &'a Known<'a>,
    pub(crate) here: &'a Declared,
    pub(crate) problems: &'a mut Problems,
    pub(crate) place: Place,
    bound: Vec<Binding>,
    /// Whether what is resolved is perhaps never evaluated, or its failure caught.
    perhaps: bool,
}

/// A name that an expression itself binds.
enum Binding {
    /// By `for`.
    Value(Arc<str>),
    /// By `dynamic`: `name.key` and `name.value`.
    Iterator(Arc<str>),
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        known: &'a Known<'a>,
        module: usize,
        problems: &'a mut Problems,
    ) -> Resolver<'a> {
        Resolver {
            known,
            here: &known.modules[module],
            problems,
            place: Place::default(),
            bound: Vec::new(),
            perhaps: false,
        }
    }

    /// How much was said of what is wrong, and how often something was given the benefit of the
    /// doubt: what is resolved with neither comes to the same again.
    pub(crate) fn said(&self) -> usize {
        self.problems.said() + self.known.guesses.get()
    }

    /// Runs `work` with another place.
    pub(crate) fn at<T>(&mut self, place: Place, work: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.place, place);
        let result = work(self);
        self.place = around;
        result
    }

    /// Resolves what may not refer to anything.
    pub(crate) fn constant(&mut self, what: &'static str, expr: &syntax::tree::Expr) -> Expr {
        let place = Place {
            constant: Some(what),
            ..Place::default()
        };
        self.at(place, |r| r.expr(expr))
    }

    fn bind<T>(
        &mut self,
        names: impl IntoIterator<Item = Binding>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.bound.len();
        self.bound.extend(names);
        let result = work(self);
        self.bound.truncate(before);
        result
    }
}

/// What stands in for an expression with a problem: not known, so that nothing more can be said
/// against it. No configuration that has one is gone on with.
fn nothing(span: Span) -> Expr {
    Expr::literal(Value::unknown(Type::Any), span)
}
