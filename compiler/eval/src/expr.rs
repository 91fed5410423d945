//! Resolved expressions: every name is known to stand for something; spans point to where each
//! part was written. A plan can carry them.

use diagnostics::Span;
use model::{CallName, Mode, Value};
use std::sync::Arc;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it was written.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A value.
    Literal(Value),
    /// Pieces of a string. A template of one interpolation alone is that value, unconverted,
    /// and never gets here.
    Template(Vec<TemplatePart>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = b }`
    Object(Vec<(Expr, Expr)>),
    /// What a name of the configuration stands for.
    Reference(Reference),
    /// What the innermost `for` or splat of that name stands for.
    Bound(Arc<str>),
    /// `source.name`
    Attribute(Box<Expr>, Arc<str>),
    /// `source[index]`
    Index(Box<Expr>, Box<Expr>),
    /// `source[*]…`: `each` is evaluated for each item, which [`SPLAT_ITEM`] is bound to.
    Splat(Box<Expr>, Box<Expr>),
    /// `!a`, `-a`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `condition ? yes : no`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `[for …]` or `{for …}`
    For(Box<For>),
    /// A function's call.
    Call(Call),
}

/// What the item of a splat is bound to; no name of the language can be this.
pub const SPLAT_ITEM: &str = "*";

/// What a name of the configuration stands for, as seen from the module that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reference {
    /// `var.name`
    Variable(Arc<str>),
    /// `local.name`
    Local(Arc<str>),
    /// `module.name`, `kind.name`: all instances of the call
    Module(CallName),
    /// `type.name` or `data.type.name`: all instances of the resource
    Resource(Mode, Arc<str>, Arc<str>),
    /// `each.key`
    EachKey,
    /// `each.value`
    EachValue,
    /// `count.index`
    CountIndex,
    /// `self`
    This,
    /// `path.module`
    PathModule,
    /// `path.root`
    PathRoot,
    /// `path.cwd`
    PathCwd,
    /// `terraform.workspace`, `environment.name`
    Environment,
    /// `project.name`
    Project,
    /// `target`: the provider configuration that a kind is served on
    Target,
    /// An output of the module itself; as seen from the interface of a kind, of the implementation
    /// that serves the call
    Served(Arc<str>),
}

/// `[for key, value in collection : result if condition]`
#[derive(Clone, Debug, PartialEq)]
pub struct For {
    /// What the key or the index is bound to.
    pub key: Option<Arc<str>>,
    /// What the value is bound to.
    pub value: Arc<str>,
    /// What is gone through.
    pub collection: Expr,
    /// With braces: the key of each entry.
    pub result_key: Option<Expr>,
    /// Each item, or the value of each entry.
    pub result: Expr,
    /// Whether values of one key are gathered.
    pub grouping: bool,
    /// `if`
    pub condition: Option<Expr>,
}

/// A function's call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function's name, with its namespaces.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// Whether the last argument is spread out.
    pub expand: bool,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Text.
    Text(Arc<str>),
    /// `${ … }`
    Interpolation(Expr),
    /// `%{ if }`
    If {
        /// The condition.
        condition: Expr,
        /// If it holds.
        yes: Vec<TemplatePart>,
        /// If not.
        no: Vec<TemplatePart>,
    },
    /// `%{ for }`
    For {
        /// What the key or the index is bound to.
        key: Option<Arc<str>>,
        /// What the value is bound to.
        value: Arc<str>,
        /// What is gone through.
        collection: Expr,
        /// For each.
        body: Vec<TemplatePart>,
    },
}

/// An operator with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// An operator with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names are the operators'
pub enum BinaryOp {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Expr {
    /// A value.
    pub fn literal(value: Value, span: Span) -> Expr {
        Expr {
            kind: ExprKind::Literal(value),
            span,
        }
    }

    /// Calls `visit` on every reference to the configuration inside, with its place.
    pub fn references(&self, visit: &mut dyn FnMut(&Reference, Span)) {
        if let ExprKind::Reference(reference) = &self.kind {
            visit(reference, self.span);
        }
        self.children(&mut |child| child.references(visit));
    }

    /// The same expression with every mention of a reference replaced.
    pub fn substitute(&self, reference: &Reference, with: &Expr) -> Expr {
        let each = |e: &Expr| e.substitute(reference, with);
        let boxed = |e: &Expr| Box::new(e.substitute(reference, with));
        let kind = match &self.kind {
            ExprKind::Reference(found) if found == reference => return with.clone(),
            ExprKind::Literal(_) | ExprKind::Reference(_) | ExprKind::Bound(_) => self.kind.clone(),
            ExprKind::Template(parts) => ExprKind::Template(substitute_in(parts, reference, with)),
            ExprKind::Tuple(items) => ExprKind::Tuple(items.iter().map(each).collect()),
            ExprKind::Object(items) => {
                ExprKind::Object(items.iter().map(|(k, v)| (each(k), each(v))).collect())
            }
            ExprKind::Attribute(a, name) => ExprKind::Attribute(boxed(a), name.clone()),
            ExprKind::Index(a, b) => ExprKind::Index(boxed(a), boxed(b)),
            ExprKind::Splat(a, b) => ExprKind::Splat(boxed(a), boxed(b)),
            ExprKind::Unary(op, a) => ExprKind::Unary(*op, boxed(a)),
            ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, boxed(a), boxed(b)),
            ExprKind::Conditional(a, b, c) => ExprKind::Conditional(boxed(a), boxed(b), boxed(c)),
            ExprKind::For(f) => ExprKind::For(Box::new(For {
                key: f.key.clone(),
                value: f.value.clone(),
                collection: each(&f.collection),
                result_key: f.result_key.as_ref().map(each),
                result: each(&f.result),
                grouping: f.grouping,
                condition: f.condition.as_ref().map(each),
            })),
            ExprKind::Call(call) => ExprKind::Call(Call {
                arguments: call.arguments.iter().map(each).collect(),
                ..call.clone()
            }),
        };
        Expr {
            kind,
            span: self.span,
        }
    }

    /// Calls `visit` on every expression directly inside.
    pub fn children(&self, visit: &mut dyn FnMut(&Expr)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Reference(_) | ExprKind::Bound(_) => {}
            ExprKind::Template(parts) => template_children(parts, visit),
            ExprKind::Tuple(items) => items.iter().for_each(visit),
            ExprKind::Object(items) => items.iter().for_each(|(k, v)| {
                visit(k);
                visit(v);
            }),
            ExprKind::Attribute(source, _) => visit(source),
            ExprKind::Index(a, b) | ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => {
                visit(a);
                visit(b);
            }
            ExprKind::Unary(_, a) => visit(a),
            ExprKind::Conditional(a, b, c) => {
                visit(a);
                visit(b);
                visit(c);
            }
            ExprKind::For(f) => {
                visit(&f.collection);
                f.result_key.iter().for_each(&mut *visit);
                visit(&f.result);
                f.condition.iter().for_each(visit);
            }
            ExprKind::Call(call) => call.arguments.iter().for_each(visit),
        }
    }
}

fn substitute_in(parts: &[TemplatePart], reference: &Reference, with: &Expr) -> Vec<TemplatePart> {
    let inside = |parts: &[TemplatePart]| substitute_in(parts, reference, with);
    parts
        .iter()
        .map(|part| match part {
            TemplatePart::Text(text) => TemplatePart::Text(text.clone()),
            TemplatePart::Interpolation(e) => {
                TemplatePart::Interpolation(e.substitute(reference, with))
            }
            TemplatePart::If { condition, yes, no } => TemplatePart::If {
                condition: condition.substitute(reference, with),
                yes: inside(yes),
                no: inside(no),
            },
            TemplatePart::For {
                key,
                value,
                collection,
                body,
            } => TemplatePart::For {
                key: key.clone(),
                value: value.clone(),
                collection: collection.substitute(reference, with),
                body: inside(body),
            },
        })
        .collect()
}

fn template_children(parts: &[TemplatePart], visit: &mut dyn FnMut(&Expr)) {
    for part in parts {
        match part {
            TemplatePart::Text(_) => {}
            TemplatePart::Interpolation(e) => visit(e),
            TemplatePart::If { condition, yes, no } => {
                visit(condition);
                template_children(yes, visit);
                template_children(no, visit);
            }
            TemplatePart::For {
                collection, body, ..
            } => {
                visit(collection);
                template_children(body, visit);
            }
        }
    }
}
