//! The syntax tree: what stands in a file, with a span for each part. Nothing is resolved.

use diagnostics::{FileId, Span};
use std::sync::Arc;

/// A file.
#[derive(Clone, Debug)]
pub struct File {
    /// Which.
    pub file: FileId,
    /// Everything in it.
    pub body: Body,
}

/// Attributes and blocks.
#[derive(Clone, Debug)]
pub struct Body {
    /// `name = value`, in order.
    pub attributes: Vec<Attribute>,
    /// `kind "label" { … }`, in order.
    pub blocks: Vec<Block>,
    /// From the opening brace to the closing one; the whole file for the top level.
    pub span: Span,
}

/// `name = value`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// The name.
    pub name: Ident,
    /// The value.
    pub value: Expr,
}

/// `kind "label" { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// The first word.
    pub kind: Ident,
    /// What stands between it and the brace.
    pub labels: Vec<BlockLabel>,
    /// What stands in the braces.
    pub body: Body,
    /// From the first word to the last label.
    pub header: Span,
}

/// A label of a block.
#[derive(Clone, Debug)]
pub struct BlockLabel {
    /// Its text, without quotes and escapes.
    pub text: Arc<str>,
    /// With its quotes.
    pub span: Span,
    /// Whether it stands in quotes.
    pub quoted: bool,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// Its text.
    pub text: Arc<str>,
    /// Where.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// As written: `1.50e3`
    Number(Arc<str>),
    /// A quoted string or a heredoc. Plain text is one [`TemplatePart::Text`] or none.
    Template(Vec<TemplatePart>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = b }`
    Object(Vec<ObjectItem>),
    /// The first name of a traversal, or a name that stands alone.
    Name(Ident),
    /// `source.name`
    Attribute(Box<Expr>, Ident),
    /// `source[index]`, and `source.0`
    Index(Box<Expr>, Box<Expr>),
    /// `source.*.steps` or `source[*].steps`
    Splat(Box<Splat>),
    /// `!a`, `-a`
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `condition ? yes : no`
    Conditional(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `[for …]` or `{for …}`
    For(Box<For>),
    /// `name(arguments…)`
    Call(Call),
    /// `(inner)`
    Parentheses(Box<Expr>),
}

/// `{ key = value }`
#[derive(Clone, Debug)]
pub struct ObjectItem {
    /// The key: a bare name is a [`ExprKind::Name`], which means its own text. What a name with
    /// dots means is for those to say who read it.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}

/// `source[*].steps`
#[derive(Clone, Debug)]
pub struct Splat {
    /// What is spread out.
    pub source: Expr,
    /// Whether it is `[*]`, after which an index belongs to each item.
    pub full: bool,
    /// What is taken of each item.
    pub steps: Vec<SplatStep>,
}

/// A step behind a splat.
#[derive(Clone, Debug)]
pub enum SplatStep {
    /// `.name`
    Attribute(Ident),
    /// `[index]`
    Index(Expr),
    /// A further splat, of each item: `source[*].list[*].name`
    Splat {
        /// Whether it is `[*]`.
        full: bool,
        /// What is taken of each item of the inner one.
        steps: Vec<SplatStep>,
        /// Where the `*` stands.
        span: Span,
    },
}

/// `[for key, value in collection : result if condition]`
#[derive(Clone, Debug)]
pub struct For {
    /// The name for the key or the index.
    pub key: Option<Ident>,
    /// The name for the value.
    pub value: Ident,
    /// What is gone through.
    pub collection: Expr,
    /// With braces: the key of each entry.
    pub result_key: Option<Expr>,
    /// Each item, or the value of each entry.
    pub result: Expr,
    /// Whether values of one key are gathered (`...`).
    pub grouping: bool,
    /// `if`
    pub condition: Option<Expr>,
}

/// `name(arguments…)`
#[derive(Clone, Debug)]
pub struct Call {
    /// The name with its namespaces: `provider::x::f`.
    pub name: Ident,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// Whether the last argument is spread out (`...`).
    pub expand: bool,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text, escapes resolved, strip markers and dedent applied.
    Text(Arc<str>),
    /// `${ … }`
    Interpolation(Expr),
    /// `%{ if } … %{ else } … %{ endif }`
    If {
        /// The condition.
        condition: Expr,
        /// If it holds.
        yes: Vec<TemplatePart>,
        /// If not.
        no: Vec<TemplatePart>,
    },
    /// `%{ for k, v in c } … %{ endfor }`
    For {
        /// The name for the key or the index.
        key: Option<Ident>,
        /// The name for the value.
        value: Ident,
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
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}
