//! One expression, or one piece of a template, on disk: what is inside of it stands elsewhere
//! in the list and is named by its index there. How the list is made is not known here.

use super::arena::{Inside, Node, Nodes};
use super::names::{EncodedReference, decode_reference, encode_reference};
use super::words::{EncodedBinary, EncodedUnary};
use diagnostics::{FileId, Span};
use eval::{Call, Expr, ExprKind, For, TemplatePart};
use serde::{Deserialize, Serialize};
use state::encoding::v1::{Decoder, EncodedValue, EncodingError, SecretsOut, Text, encode_value};

/// The index of a node.
pub(super) type Index = u32;

/// An expression with its span, or a piece of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum EncodedNode<'a> {
    #[serde(rename = "e")]
    Expr(EncodedSpan, #[serde(borrow)] EncodedExpr<'a>),
    #[serde(rename = "p")]
    Part(EncodedPart<'a>),
}

/// File, first byte, one past the last byte.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct EncodedSpan(u32, u32, u32);

/// An expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EncodedExpr<'a> {
    Literal(#[serde(borrow)] EncodedValue<'a>),
    Template(Vec<Index>),
    Tuple(Vec<Index>),
    Object(Vec<(Index, Index)>),
    Reference(EncodedReference<'a>),
    Bound(Text<'a>),
    Attribute(Index, Text<'a>),
    Index(Index, Index),
    Splat(Index, Index),
    Unary(EncodedUnary, Index),
    Binary(EncodedBinary, Index, Index),
    Conditional(Index, Index, Index),
    For {
        key: Option<Text<'a>>,
        value: Text<'a>,
        collection: Index,
        result_key: Option<Index>,
        result: Index,
        grouping: bool,
        condition: Option<Index>,
    },
    Call {
        name: Text<'a>,
        at: EncodedSpan,
        arguments: Vec<Index>,
        expand: bool,
    },
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum EncodedPart<'a> {
    Text(#[serde(borrow)] Text<'a>),
    Interpolation(Index),
    If {
        condition: Index,
        yes: Vec<Index>,
        no: Vec<Index>,
    },
    For {
        key: Option<Text<'a>>,
        value: Text<'a>,
        collection: Index,
        body: Vec<Index>,
    },
}

pub(super) fn encode_expr<'a>(
    expr: &'a Expr,
    nodes: &mut Nodes<'a>,
    secrets: &mut SecretsOut,
) -> EncodedNode<'a> {
    let encoded = match &expr.kind {
        ExprKind::Literal(value) => EncodedExpr::Literal(encode_value(value, secrets)),
        ExprKind::Template(parts) => EncodedExpr::Template(nodes.parts(parts)),
        ExprKind::Tuple(items) => EncodedExpr::Tuple(nodes.exprs(items)),
        ExprKind::Object(items) => EncodedExpr::Object(
            items
                .iter()
                .map(|(key, value)| (nodes.expr(key), nodes.expr(value)))
                .collect(),
        ),
        ExprKind::Reference(reference) => EncodedExpr::Reference(encode_reference(reference)),
        ExprKind::Bound(name) => EncodedExpr::Bound(name.into()),
        ExprKind::Attribute(source, name) => {
            EncodedExpr::Attribute(nodes.expr(source), name.into())
        }
        ExprKind::Index(source, index) => EncodedExpr::Index(nodes.expr(source), nodes.expr(index)),
        ExprKind::Splat(source, each) => EncodedExpr::Splat(nodes.expr(source), nodes.expr(each)),
        ExprKind::Unary(op, operand) => EncodedExpr::Unary((*op).into(), nodes.expr(operand)),
        ExprKind::Binary(op, left, right) => {
            EncodedExpr::Binary((*op).into(), nodes.expr(left), nodes.expr(right))
        }
        ExprKind::Conditional(condition, yes, no) => {
            EncodedExpr::Conditional(nodes.expr(condition), nodes.expr(yes), nodes.expr(no))
        }
        ExprKind::For(each) => EncodedExpr::For {
            key: each.key.as_ref().map(Text::from),
            value: (&each.value).into(),
            collection: nodes.expr(&each.collection),
            result_key: each.result_key.as_ref().map(|e| nodes.expr(e)),
            result: nodes.expr(&each.result),
            grouping: each.grouping,
            condition: each.condition.as_ref().map(|e| nodes.expr(e)),
        },
        ExprKind::Call(call) => EncodedExpr::Call {
            name: (&call.name).into(),
            at: call.name_span.into(),
            arguments: nodes.exprs(&call.arguments),
            expand: call.expand,
        },
    };
    EncodedNode::Expr(expr.span.into(), encoded)
}

pub(super) fn encode_part<'a>(part: &'a TemplatePart, nodes: &mut Nodes<'a>) -> EncodedNode<'a> {
    EncodedNode::Part(match part {
        TemplatePart::Text(text) => EncodedPart::Text(text.into()),
        TemplatePart::Interpolation(expr) => EncodedPart::Interpolation(nodes.expr(expr)),
        TemplatePart::If { condition, yes, no } => EncodedPart::If {
            condition: nodes.expr(condition),
            yes: nodes.parts(yes),
            no: nodes.parts(no),
        },
        TemplatePart::For {
            key,
            value,
            collection,
            body,
        } => EncodedPart::For {
            key: key.as_ref().map(Text::from),
            value: value.into(),
            collection: nodes.expr(collection),
            body: nodes.parts(body),
        },
    })
}

impl EncodedNode<'_> {
    pub(super) fn decode(
        &self,
        inside: &mut Inside<'_>,
        names: &mut Decoder<'_>,
    ) -> Result<Node, EncodingError> {
        Ok(match self {
            EncodedNode::Expr(span, expr) => Node::Expr(Expr {
                kind: expr.decode(inside, names)?,
                span: (*span).into(),
            }),
            EncodedNode::Part(part) => Node::Part(part.decode(inside, names)?),
        })
    }
}

impl EncodedExpr<'_> {
    fn decode(
        &self,
        inside: &mut Inside<'_>,
        names: &mut Decoder<'_>,
    ) -> Result<ExprKind, EncodingError> {
        Ok(match self {
            EncodedExpr::Literal(value) => ExprKind::Literal(value.decode(names)?),
            EncodedExpr::Template(parts) => ExprKind::Template(inside.parts(parts)?),
            EncodedExpr::Tuple(items) => ExprKind::Tuple(inside.exprs(items)?),
            EncodedExpr::Object(items) => {
                let items: Result<_, EncodingError> = items
                    .iter()
                    .map(|(key, value)| Ok((inside.expr(*key)?, inside.expr(*value)?)))
                    .collect();
                ExprKind::Object(items?)
            }
            EncodedExpr::Reference(r) => ExprKind::Reference(decode_reference(r, names)),
            EncodedExpr::Bound(name) => ExprKind::Bound(names.name(name)),
            EncodedExpr::Attribute(source, name) => {
                ExprKind::Attribute(inside.boxed(*source)?, names.name(name))
            }
            EncodedExpr::Index(source, index) => {
                ExprKind::Index(inside.boxed(*source)?, inside.boxed(*index)?)
            }
            EncodedExpr::Splat(source, each) => {
                ExprKind::Splat(inside.boxed(*source)?, inside.boxed(*each)?)
            }
            EncodedExpr::Unary(op, operand) => {
                ExprKind::Unary((*op).into(), inside.boxed(*operand)?)
            }
            EncodedExpr::Binary(op, left, right) => {
                ExprKind::Binary((*op).into(), inside.boxed(*left)?, inside.boxed(*right)?)
            }
            EncodedExpr::Conditional(condition, yes, no) => ExprKind::Conditional(
                inside.boxed(*condition)?,
                inside.boxed(*yes)?,
                inside.boxed(*no)?,
            ),
            EncodedExpr::For {
                key,
                value,
                collection,
                result_key,
                result,
                grouping,
                condition,
            } => ExprKind::For(Box::new(For {
                key: key.as_ref().map(|k| names.name(k)),
                value: names.name(value),
                collection: inside.expr(*collection)?,
                result_key: inside.maybe(*result_key)?,
                result: inside.expr(*result)?,
                grouping: *grouping,
                condition: inside.maybe(*condition)?,
            })),
            EncodedExpr::Call {
                name,
                at,
                arguments,
                expand,
            } => ExprKind::Call(Call {
                name: names.name(name),
                name_span: (*at).into(),
                arguments: inside.exprs(arguments)?,
                expand: *expand,
            }),
        })
    }
}

impl EncodedPart<'_> {
    fn decode(
        &self,
        inside: &mut Inside<'_>,
        names: &mut Decoder<'_>,
    ) -> Result<TemplatePart, EncodingError> {
        Ok(match self {
            EncodedPart::Text(text) => TemplatePart::Text(names.name(text)),
            EncodedPart::Interpolation(expr) => TemplatePart::Interpolation(inside.expr(*expr)?),
            EncodedPart::If { condition, yes, no } => TemplatePart::If {
                condition: inside.expr(*condition)?,
                yes: inside.parts(yes)?,
                no: inside.parts(no)?,
            },
            EncodedPart::For {
                key,
                value,
                collection,
                body,
            } => TemplatePart::For {
                key: key.as_ref().map(|k| names.name(k)),
                value: names.name(value),
                collection: inside.expr(*collection)?,
                body: inside.parts(body)?,
            },
        })
    }
}

impl From<Span> for EncodedSpan {
    fn from(span: Span) -> EncodedSpan {
        EncodedSpan(span.file.0, span.start, span.end)
    }
}

impl From<EncodedSpan> for Span {
    fn from(EncodedSpan(file, start, end): EncodedSpan) -> Span {
        Span {
            file: FileId(file),
            start,
            end,
        }
    }
}
