//! What the evaluator's tests share: source text to expressions, a scope of variables, a world.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::result_large_err,
    clippy::unwrap_used
)]

use diagnostics::{FileId, Problem, Span};
use landfall_eval::{
    Call, Expr, ExprKind, For, Functions, Reference, SPLAT_ITEM, Scope, Sources, Template,
    TemplatePart, World, evaluate,
};
use model::{Fingerprint, FingerprintKey, FunctionSchema, Secret, Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use syntax::tree::{self, ExprKind as Tree, SplatStep};

/// Names stand for variables of the test, but where something binds them.
pub fn lower(expr: &tree::Expr, bound: &[Arc<str>]) -> Expr {
    let go = |e: &tree::Expr| lower(e, bound);
    let boxed = |e: &tree::Expr| Box::new(lower(e, bound));
    let kind = match &expr.kind {
        Tree::Null => ExprKind::Literal(Value::NULL),
        Tree::Bool(b) => ExprKind::Literal(Value::Bool(*b)),
        Tree::Number(n) => ExprKind::Literal(Value::Number(n.parse().unwrap())),
        Tree::Template(parts) => match parts.as_slice() {
            [] => ExprKind::Literal("".into()),
            [tree::TemplatePart::Text(text)] => ExprKind::Literal(Value::String(text.clone())),
            [tree::TemplatePart::Interpolation(only)] => return go(only),
            parts => ExprKind::Template(lower_parts(parts, bound)),
        },
        Tree::Tuple(items) => ExprKind::Tuple(items.iter().map(go).collect()),
        Tree::Object(items) => ExprKind::Object(
            items
                .iter()
                .map(|item| match &item.key.kind {
                    Tree::Name(name) => (
                        Expr::literal(Value::String(name.text.clone()), name.span),
                        go(&item.value),
                    ),
                    _ => (go(&item.key), go(&item.value)),
                })
                .collect(),
        ),
        Tree::Name(name) if bound.contains(&name.text) => ExprKind::Bound(name.text.clone()),
        Tree::Name(name) => ExprKind::Reference(Reference::Variable(name.text.clone())),
        Tree::Attribute(source, name) => ExprKind::Attribute(boxed(source), name.text.clone()),
        Tree::Index(source, index) => ExprKind::Index(boxed(source), boxed(index)),
        Tree::Splat(splat) => {
            let each = steps(&splat.steps, bound, splat.source.span);
            ExprKind::Splat(boxed(&splat.source), Box::new(each))
        }
        Tree::Unary(op, a) => ExprKind::Unary(
            match op {
                tree::UnaryOp::Not => landfall_eval::UnaryOp::Not,
                tree::UnaryOp::Negate => landfall_eval::UnaryOp::Negate,
            },
            boxed(a),
        ),
        Tree::Binary(op, a, b) => ExprKind::Binary(binary(*op), boxed(a), boxed(b)),
        Tree::Conditional(a, b, c) => ExprKind::Conditional(boxed(a), boxed(b), boxed(c)),
        Tree::For(f) => {
            let inner = with(bound, &[f.key.as_ref(), Some(&f.value)]);
            ExprKind::For(Box::new(For {
                key: f.key.as_ref().map(|k| k.text.clone()),
                value: f.value.text.clone(),
                collection: go(&f.collection),
                result_key: f.result_key.as_ref().map(|k| lower(k, &inner)),
                result: lower(&f.result, &inner),
                grouping: f.grouping,
                condition: f.condition.as_ref().map(|c| lower(c, &inner)),
            }))
        }
        Tree::Call(call) => ExprKind::Call(Call {
            name: call.name.text.clone(),
            name_span: call.name.span,
            arguments: call.arguments.iter().map(go).collect(),
            expand: call.expand,
        }),
        Tree::Parentheses(inner) => return go(inner),
    };
    Expr {
        kind,
        span: expr.span,
    }
}

fn steps(all: &[SplatStep], bound: &[Arc<str>], span: Span) -> Expr {
    let item = Expr {
        kind: ExprKind::Bound(SPLAT_ITEM.into()),
        span,
    };
    all.iter().fold(item, |item, step| {
        let kind = match step {
            SplatStep::Attribute(name) => ExprKind::Attribute(Box::new(item), name.text.clone()),
            SplatStep::Index(index) => {
                ExprKind::Index(Box::new(item), Box::new(lower(index, bound)))
            }
            SplatStep::Splat { steps: inner, .. } => {
                ExprKind::Splat(Box::new(item), Box::new(steps(inner, bound, span)))
            }
        };
        Expr { kind, span }
    })
}

pub fn lower_parts(parts: &[tree::TemplatePart], bound: &[Arc<str>]) -> Vec<TemplatePart> {
    parts
        .iter()
        .map(|part| match part {
            tree::TemplatePart::Text(text) => TemplatePart::Text(text.clone()),
            tree::TemplatePart::Interpolation(e) => TemplatePart::Interpolation(lower(e, bound)),
            tree::TemplatePart::If { condition, yes, no } => TemplatePart::If {
                condition: lower(condition, bound),
                yes: lower_parts(yes, bound),
                no: lower_parts(no, bound),
            },
            tree::TemplatePart::For {
                key,
                value,
                collection,
                body,
            } => TemplatePart::For {
                key: key.as_ref().map(|k| k.text.clone()),
                value: value.text.clone(),
                collection: lower(collection, bound),
                body: lower_parts(body, &with(bound, &[key.as_ref(), Some(value)])),
            },
        })
        .collect()
}

fn with(bound: &[Arc<str>], names: &[Option<&tree::Ident>]) -> Vec<Arc<str>> {
    bound
        .iter()
        .cloned()
        .chain(names.iter().flatten().map(|n| n.text.clone()))
        .collect()
}

fn binary(op: tree::BinaryOp) -> landfall_eval::BinaryOp {
    use landfall_eval::BinaryOp as To;
    use tree::BinaryOp as From;
    match op {
        From::Or => To::Or,
        From::And => To::And,
        From::Equal => To::Equal,
        From::NotEqual => To::NotEqual,
        From::Less => To::Less,
        From::LessOrEqual => To::LessOrEqual,
        From::Greater => To::Greater,
        From::GreaterOrEqual => To::GreaterOrEqual,
        From::Add => To::Add,
        From::Subtract => To::Subtract,
        From::Multiply => To::Multiply,
        From::Divide => To::Divide,
        From::Remainder => To::Remainder,
    }
}

/// Variables by name.
#[derive(Default)]
pub struct Variables(pub BTreeMap<&'static str, Value>);

impl Scope for Variables {
    fn resolve(&self, reference: &Reference, span: Span) -> Result<Value, Problem> {
        let found = match reference {
            Reference::Variable(name) => self.0.get(&**name),
            _ => None,
        };
        found
            .cloned()
            .ok_or_else(|| Problem::error("LF9999", "no such variable").at(span, ""))
    }
}

/// Files in memory; a template file sees every name in it as bound.
#[derive(Default)]
pub struct Files(pub BTreeMap<&'static str, &'static str>);

impl Sources for Files {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let found = self.0.get(path).map(|text| text.as_bytes().to_vec());
        found.ok_or_else(|| format!("there is no file `{path}`"))
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(self.0.contains_key(path))
    }

    fn list(&self, directory: &str) -> Result<Vec<String>, String> {
        let inside = |p: &&&str| directory == "." || p.starts_with(&format!("{directory}/"));
        let cut = |p: &&str| {
            p.strip_prefix(&format!("{directory}/"))
                .unwrap_or(p)
                .to_string()
        };
        Ok(self.0.keys().filter(inside).map(cut).collect())
    }

    fn template(&self, path: &str) -> Result<Template, Problem> {
        let text = self
            .0
            .get(path)
            .ok_or_else(|| Problem::error("LF9998", "no such file"))?;
        self.template_text(text)
    }

    fn template_text(&self, text: &str) -> Result<Template, Problem> {
        let text: Arc<str> = text.into();
        let parts = syntax::parse_template(FileId::APART, &text)
            .map_err(|mut p| p.remove(0).within("the template", &text))?;
        let words: Vec<Arc<str>> = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|w| !w.is_empty())
            .map(Arc::from)
            .collect();
        Ok(Template {
            path: "the template".into(),
            parts: lower_parts(&parts, &words),
            text,
        })
    }

    fn assignments(&self, text: &str) -> Result<Vec<(Arc<str>, Expr)>, Problem> {
        let (tree, problems) = syntax::parse(FileId(1), text);
        let refused = || Problem::error("LF9997", "not a file of values");
        if !problems.is_empty() || !tree.body.blocks.is_empty() {
            return Err(refused());
        }
        let attributes = tree.body.attributes.iter();
        Ok(attributes
            .map(|a| (a.name.text.clone(), lower(&a.value, &[])))
            .collect())
    }
}

impl Functions for Files {
    fn schema(&self, _: &str, _: &str) -> Option<&FunctionSchema> {
        None
    }

    fn call(&self, _: &str, _: &str, _: &[Value]) -> Result<Value, String> {
        Err("there are none".into())
    }
}

pub fn key() -> FingerprintKey {
    FingerprintKey::new([7; 32])
}

pub fn run_with(text: &str, variables: &Variables, files: &Files) -> Result<Value, Problem> {
    let expr = syntax::parse_expr(FileId(0), text).map_err(|mut problems| problems.remove(0))?;
    let key = key();
    let world = World {
        sources: files,
        functions: files,
        fingerprints: &key,
        planned_at: "2026-01-02T03:04:05Z",
    };
    evaluate(&lower(&expr, &[]), variables, &world)
}

/// Evaluates a text in which some usual names stand for values.
pub fn run(text: &str) -> Result<Value, Problem> {
    run_with(text, &usual(true), &Files::default())
}

/// The same, with the secrets sealed.
pub fn run_sealed(text: &str) -> Result<Value, Problem> {
    run_with(text, &usual(false), &Files::default())
}

pub fn secret(value: Value, open: bool) -> Value {
    let fingerprint: Fingerprint = key().fingerprint(&value);
    Value::Secret(Arc::new(match open {
        true => Secret::open(fingerprint, value),
        false => Secret::sealed(fingerprint, value.ty()),
    }))
}

pub fn usual(open: bool) -> Variables {
    let object = Value::object([("user", "bob".into()), ("age", Value::int(7))]);
    let list = Value::list(Type::String, vec!["a".into(), "b".into()]);
    Variables(BTreeMap::from([
        ("password", secret("hunter2".into(), open)),
        ("pin", secret(Value::int(42), open)),
        ("yes", secret(true.into(), open)),
        ("text", secret("7".into(), open)),
        ("json", secret("{\"a\":[1,\"b\"]}".into(), open)),
        (
            "several",
            secret(Value::tuple(vec![1.into(), "b".into()]), open),
        ),
        (
            "holder",
            Value::object([("p", secret("hunter2".into(), open)), ("n", 1.into())]),
        ),
        ("account", secret(object, open)),
        ("names", secret(list, open)),
        ("later", Value::unknown(Type::String)),
        ("later_number", Value::unknown(Type::Number)),
        ("later_bool", Value::unknown(Type::Bool)),
        ("later_list", Value::unknown(Type::list(Type::String))),
        ("later_any", Value::unknown(Type::Any)),
        ("plain", "text".into()),
    ]))
}
