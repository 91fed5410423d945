//! Expressions at random, of every kind.

use super::values::{call, mode, name, values};
use diagnostics::{FileId, Span};
use eval::{BinaryOp, Call, Expr, ExprKind, For, Reference, TemplatePart, UnaryOp};
use proptest::prelude::*;
use proptest::sample::select;

/// How many kinds have something inside; see [`around`].
pub(super) const KINDS: usize = 17;

pub(super) fn references() -> impl Strategy<Value = Reference> {
    prop_oneof![
        name().prop_map(Reference::Variable),
        name().prop_map(Reference::Local),
        call().prop_map(Reference::Module),
        name().prop_map(Reference::Served),
        (mode(), name(), name()).prop_map(|(m, t, n)| Reference::Resource(m, t, n)),
        select(vec![
            Reference::EachKey,
            Reference::EachValue,
            Reference::CountIndex,
            Reference::This,
            Reference::PathModule,
            Reference::PathRoot,
            Reference::PathCwd,
            Reference::Environment,
            Reference::Project,
            Reference::Target,
        ]),
    ]
}

pub(super) fn exprs() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        values().prop_map(ExprKind::Literal),
        references().prop_map(ExprKind::Reference),
        name().prop_map(ExprKind::Bound),
        Just(ExprKind::Tuple(Vec::new())),
    ];
    let leaf = (leaf, spans()).prop_map(|(kind, span)| Expr { kind, span });
    leaf.prop_recursive(4, 12, 3, |inner| {
        let inside = (inner.clone(), inner.clone(), inner);
        (0..KINDS, inside, spans(), any::<u8>()).prop_map(|(kind, (a, b, c), span, n)| Expr {
            kind: around(kind, a, b, c, n),
            span,
        })
    })
}

fn spans() -> impl Strategy<Value = Span> {
    any::<[u32; 3]>().prop_map(|[file, start, end]| Span {
        file: FileId(file),
        start,
        end,
    })
}

/// Three expressions inside of one of the given kind; `n` tells what else there is to tell.
pub(super) fn around(kind: usize, a: Expr, b: Expr, c: Expr, n: u8) -> ExprKind {
    let maybe = |expr: &Expr| (n & 1 == 1).then(|| expr.clone());
    let key = (n & 2 == 2).then(|| "k".into());
    match kind {
        0 => ExprKind::Template(vec![
            TemplatePart::Text("t".into()),
            TemplatePart::Interpolation(a),
        ]),
        1 => ExprKind::Template(vec![TemplatePart::If {
            condition: a,
            yes: vec![TemplatePart::Interpolation(b)],
            no: vec![TemplatePart::Interpolation(c)],
        }]),
        2 => ExprKind::Template(vec![TemplatePart::For {
            key,
            value: "v".into(),
            collection: a,
            body: vec![
                TemplatePart::Interpolation(b),
                TemplatePart::Text("".into()),
            ],
        }]),
        3 => ExprKind::Tuple(vec![a, b, c]),
        4 => ExprKind::Object(vec![(a, b), (c.clone(), c)]),
        5 => ExprKind::Attribute(Box::new(a), "name".into()),
        6 => ExprKind::Index(Box::new(a), Box::new(b)),
        7 => ExprKind::Splat(Box::new(a), Box::new(b)),
        8 => ExprKind::Unary(UnaryOp::Not, Box::new(a)),
        9 => ExprKind::Unary(UnaryOp::Negate, Box::new(a)),
        10..=12 => ExprKind::Binary(BINARY[n as usize % BINARY.len()], Box::new(a), Box::new(b)),
        13 => ExprKind::Conditional(Box::new(a), Box::new(b), Box::new(c)),
        14 | 15 => ExprKind::For(Box::new(For {
            key,
            value: "v".into(),
            result_key: maybe(&b),
            condition: maybe(&c),
            collection: a,
            result: b,
            grouping: n & 4 == 4,
        })),
        _ => ExprKind::Call(Call {
            name: "core::f".into(),
            name_span: Span::new(FileId(1), 2, 3),
            arguments: vec![a, b],
            expand: n & 1 == 1,
        }),
    }
}

const BINARY: [BinaryOp; 13] = [
    BinaryOp::Or,
    BinaryOp::And,
    BinaryOp::Equal,
    BinaryOp::NotEqual,
    BinaryOp::Less,
    BinaryOp::LessOrEqual,
    BinaryOp::Greater,
    BinaryOp::GreaterOrEqual,
    BinaryOp::Add,
    BinaryOp::Subtract,
    BinaryOp::Multiply,
    BinaryOp::Divide,
    BinaryOp::Remainder,
];
