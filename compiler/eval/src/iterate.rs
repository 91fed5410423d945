//! `for` expressions and splats.

use crate::evaluate::{Eval, Evaluator};
use crate::{Expr, For, SPLAT_ITEM, marks, problem, shape};
use indexmap::IndexMap;
use model::{Fields, Number, Secret, Type, Unknown, Value, unify};
use std::sync::Arc;

/// What a round through a collection comes to.
enum Round {
    Items(Vec<Value>),
    Entries(Vec<(Arc<str>, Value)>),
    /// A condition or a key is not known yet.
    Unknown,
    /// A condition or a key is secret, and so is the whole.
    Secret,
}

impl Evaluator<'_> {
    pub(crate) fn for_each(&mut self, whole: &Expr, each: &For) -> Eval {
        let collection = self.value(&each.collection)?;
        if let Value::Unknown(_) = &collection {
            let made = self.made_of_any(each);
            let inputs: Vec<&Value> = made.iter().chain([&collection]).collect();
            return Ok(marks::unknown_value(Type::Any, &inputs));
        }
        if marks::is_secret(&collection) {
            return self.secret_whole(whole, &collection, Type::Any, |e, open| {
                e.round(each, open, true).map(finish)
            });
        }
        self.condition_alone(each)?;
        match self.round(each, &collection, false)? {
            Round::Secret => self.secret_whole(whole, &collection, Type::Any, |e, open| {
                e.round(each, open, true).map(finish)
            }),
            Round::Unknown => {
                let made = self.made_of_any(each);
                let inputs: Vec<&Value> = made.iter().chain([&collection]).collect();
                let unknown = marks::unknown(Type::Any, &inputs).not_null();
                Ok(Value::Unknown(Arc::new(unknown)))
            }
            round => Ok(finish(round)),
        }
    }

    /// What a round gives for an item of which nothing is known: whether it is sensitive, since
    /// what is known after apply will be so, too.
    fn made_of_any(&mut self, each: &For) -> Vec<Value> {
        let parts = each.result_key.iter().chain([&each.result]);
        let parts = parts.chain(&each.condition);
        self.bind(each, any(), any(), |this| {
            parts.filter_map(|part| this.value(part).ok()).collect()
        })
    }

    /// A condition that can't hold for any value is wrong also where there is nothing to go through.
    pub(crate) fn condition_alone(&mut self, each: &For) -> Result<(), problem::Boxed> {
        let Some(condition) = &each.condition else {
            return Ok(());
        };
        let decided = self.bind(each, any(), any(), |this| this.condition(condition));
        decided.map(drop)
    }

    /// `source[*]…`: null gives nothing, and what is no list counts as one item.
    pub(crate) fn splat(&mut self, source: &Expr, each: &Expr) -> Eval {
        let value = self.value(source)?;
        match &value {
            Value::Unknown(unknown) => self.splat_of_unknown(unknown, each),
            Value::Secret(_) | Value::Mixed(_) => {
                self.secret_whole(each, &value, Type::Any, |e, open| match open {
                    Value::Secret(_) | Value::Mixed(_) => Ok(Value::NULL),
                    open => e.splat_of(open, each),
                })
            }
            _ => self.splat_of(&value, each),
        }
    }

    fn splat_of(&mut self, value: &Value, each: &Expr) -> Eval {
        if value.is_null() {
            return match value.ty() {
                Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
                    Err(problem::not_iterable(value, each.span))
                }
                _ => Ok(Value::tuple(Vec::new())),
            };
        }
        let single = [value.clone()];
        let items = value.as_items().unwrap_or(&single);
        let mut results = Vec::with_capacity(items.len());
        let name: Arc<str> = SPLAT_ITEM.into();
        for item in items {
            self.one_more_round(each.span)?;
            self.bound.push((name.clone(), item.clone()));
            let result = self.value(each);
            self.bound.pop();
            results.push(result?);
        }
        Ok(match value {
            Value::List(list) | Value::Set(list) => match unify(results.iter().map(Value::ty)) {
                Some(ty) if results.iter().all(|r| r.ty() == ty) => Value::list(ty, results),
                None if results.is_empty() => {
                    // What no item could have is wrong also where there is none.
                    Value::list(self.type_of_each(&list.element, each)?, results)
                }
                _ => Value::tuple(results),
            },
            _ => Value::tuple(results),
        })
    }

    fn splat_of_unknown(&mut self, unknown: &Unknown, each: &Expr) -> Eval {
        let ty = match &unknown.ty {
            Type::List(element) | Type::Set(element) => Type::list(self.splat_type(element, each)),
            _ => Type::Any,
        };
        let mut result = Unknown::of(ty).sensitive(unknown.sensitive).not_null();
        result.ephemeral = unknown.ephemeral;
        if let Type::List(_) = unknown.ty {
            result.min_length = unknown.min_length;
            result.max_length = unknown.max_length;
        }
        Ok(Value::Unknown(Arc::new(result)))
    }

    /// The type that `each` gives for an item of a type.
    fn splat_type(&mut self, element: &Type, each: &Expr) -> Type {
        self.type_of_each(element, each).unwrap_or(Type::Any)
    }

    fn type_of_each(&mut self, element: &Type, each: &Expr) -> Result<Type, problem::Boxed> {
        self.bound
            .push((SPLAT_ITEM.into(), Value::unknown(element.clone())));
        let result = self.value(each);
        self.bound.pop();
        result.map(|v| v.ty())
    }

    /// The result of a secret collection, or of a round that hangs on a secret: a secret whose
    /// fingerprint is made of the collection, the expression, and what that refers to.
    pub(crate) fn secret_whole(
        &mut self,
        whole: &Expr,
        collection: &Value,
        ty: Type,
        compute: impl FnOnce(&mut Self, &Value) -> Eval,
    ) -> Eval {
        let mut inputs = vec![collection.clone()];
        for name in shape::free_names(whole) {
            inputs.extend(self.named(&name).cloned());
        }
        let mut references = Vec::new();
        whole.references(&mut |reference, span| references.push((reference.clone(), span)));
        for (reference, span) in references {
            inputs.push(self.scope.resolve(&reference, span).map_err(Box::new)?);
        }
        let inputs: Vec<&Value> = inputs.iter().collect();
        if inputs.iter().any(|v| v.has_unknown()) {
            return Ok(marks::unknown_value(ty, &inputs));
        }
        let operation = format!("each {}", shape::shape(whole));
        let this = self;
        marks::lift(
            &operation,
            &inputs,
            || ty,
            |open| {
                let value = compute(this, &open[0]).map_err(|_| {
                    problem::sensitive_message("a sensitive collection is refused", whole.span)
                })?;
                Ok(match value {
                    // Something inside hangs on a secret that is not at hand.
                    Value::Secret(s) => match s.expose() {
                        Some(value) => value.clone(),
                        None => Value::Secret(Arc::new(Secret::clone(&s))),
                    },
                    value => value,
                })
            },
        )
    }

    fn round(
        &mut self,
        each: &For,
        collection: &Value,
        open: bool,
    ) -> Result<Round, problem::Boxed> {
        let mut items = Vec::new();
        let mut entries = Vec::new();
        let mut unknown = false;
        let pairs = pairs(collection, each)?;
        for (key, value) in pairs {
            self.one_more_round(each.collection.span)?;
            let step = self.bind(each, key, value, |this| this.step(each, open));
            match step? {
                Step::Skip => {}
                Step::Unknown => unknown = true,
                Step::Secret => return Ok(Round::Secret),
                Step::Item(value) => items.push(value),
                Step::Entry(key, value) => entries.push((key, value)),
            }
        }
        if unknown {
            return Ok(Round::Unknown);
        }
        let Some(key) = &each.result_key else {
            return Ok(Round::Items(items));
        };
        gather(entries, each.grouping, key, open).map(Round::Entries)
    }

    /// Runs with the names of a `for` bound.
    pub(crate) fn bind<T>(
        &mut self,
        each: &For,
        key: Value,
        value: Value,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let depth = self.bound.len();
        if let Some(name) = &each.key {
            self.bound.push((name.clone(), key));
        }
        self.bound.push((each.value.clone(), value));
        let result = run(self);
        self.bound.truncate(depth);
        result
    }

    fn step(&mut self, each: &For, open: bool) -> Result<Step, problem::Boxed> {
        if let Some(condition) = &each.condition {
            match self.condition(condition)? {
                Value::Bool(false) => return Ok(Step::Skip),
                Value::Bool(true) => {}
                Value::Secret(s) if open => match s.expose() {
                    Some(Value::Bool(true)) => {}
                    Some(_) => return Ok(Step::Skip),
                    None => return Ok(Step::Secret),
                },
                Value::Secret(_) => return Ok(Step::Secret),
                _ => return Ok(Step::Unknown),
            }
        }
        let Some(key) = &each.result_key else {
            return Ok(Step::Item(self.value(&each.result)?));
        };
        let key = match self.key(key)? {
            Value::String(key) => key,
            Value::Unknown(_) => return Ok(Step::Unknown),
            key if open => match key.expose() {
                Value::String(key) => key,
                _ => return Ok(Step::Secret),
            },
            _ => return Ok(Step::Secret),
        };
        Ok(Step::Entry(key, self.value(&each.result)?))
    }
}

/// An item of which nothing is known.
fn any() -> Value {
    Value::unknown(Type::Any)
}

enum Step {
    Skip,
    Unknown,
    Secret,
    Item(Value),
    Entry(Arc<str>, Value),
}

fn finish(round: Round) -> Value {
    match round {
        Round::Items(items) => Value::tuple(items),
        Round::Entries(entries) => Value::Object(Arc::new(entries.into_iter().collect::<Fields>())),
        Round::Unknown => Value::unknown(Type::Any),
        Round::Secret => Value::NULL,
    }
}

/// Keys and values of a collection, in its order. A set's values are their own keys.
pub(crate) fn pairs_of(collection: &Value) -> Option<Vec<(Value, Value)>> {
    Some(match collection {
        Value::Set(set) => set.items.iter().map(|v| (v.clone(), v.clone())).collect(),
        Value::List(_) | Value::Tuple(_) => collection
            .as_items()?
            .iter()
            .enumerate()
            .map(|(i, v)| (Value::Number(Number::from(i)), v.clone()))
            .collect(),
        _ => collection
            .as_fields()?
            .iter()
            .map(|(k, v)| (Value::String(k.clone()), v.clone()))
            .collect(),
    })
}

fn pairs(collection: &Value, each: &For) -> Result<Vec<(Value, Value)>, problem::Boxed> {
    pairs_of(collection).ok_or_else(|| problem::not_iterable(collection, each.collection.span))
}

/// One value a key, or with `...` the list of all of them.
fn gather(
    entries: Vec<(Arc<str>, Value)>,
    grouping: bool,
    key_at: &Expr,
    secret: bool,
) -> Result<Vec<(Arc<str>, Value)>, problem::Boxed> {
    if grouping {
        let mut groups: IndexMap<Arc<str>, Vec<Value>> = IndexMap::new();
        for (key, value) in entries {
            groups.entry(key).or_default().push(value);
        }
        return Ok(groups
            .into_iter()
            .map(|(k, v)| (k, Value::tuple(v)))
            .collect());
    }
    let mut seen = std::collections::HashSet::with_capacity(entries.len());
    for (key, _) in &entries {
        if !seen.insert(key) {
            let shown = if secret { None } else { Some(&**key) };
            return Err(problem::duplicate_key(shown, key_at.span));
        }
    }
    Ok(entries)
}
