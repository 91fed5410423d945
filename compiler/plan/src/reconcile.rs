//! What was read, seen beside what is recorded: secrets stay secrets, and what is the same
//! keeps its recorded form.

use model::{BlockSchema, FingerprintKey, Mixed, Part, Secret, Value};
use std::sync::Arc;

/// The object as it was read, in the form of `known` (as recorded, or as proposed) where the two
/// are the same. What the schema or `known` calls sensitive is a secret in the answer, whatever
/// it is; of a partly secret text only lines that were known and not secret stay in clear.
pub fn reconcile(
    schema: &BlockSchema,
    known: Option<&Value>,
    read: &Value,
    key: &FingerprintKey,
) -> Value {
    let Value::Object(fields) = read else {
        return read.clone();
    };
    let reconciled = fields.iter().map(|(name, value)| {
        let known = known.and_then(|k| k.get(name));
        // Nobody reads it: it stays as it was given last.
        let reconciled = match schema.attribute(name).filter(|a| a.write_only) {
            Some(a) => known.cloned().unwrap_or(Value::Null(a.ty.clone())),
            None => at(known, value, key),
        };
        (name.clone(), reconciled)
    });
    crate::conceal(schema, &Value::object(reconciled), key)
}

fn at(known: Option<&Value>, read: &Value, key: &FingerprintKey) -> Value {
    let Some(known) = known else {
        return read.clone();
    };
    match known {
        Value::Unknown(unknown) if unknown.sensitive && !read.is_null() => key.conceal(read),
        Value::Secret(secret) => same_secret(known, secret, read, key),
        Value::Mixed(mixed) => same_mixed(known, mixed, read, key),
        _ if known == read => known.clone(),
        _ => match (known, read) {
            (Value::Object(_) | Value::Map(_), Value::Object(fields)) => Value::object(
                fields
                    .iter()
                    .map(|(n, v)| (n.clone(), at(known.get(n), v, key))),
            ),
            (Value::Object(_) | Value::Map(_), Value::Map(map)) => Value::map(
                map.element.clone(),
                map.entries
                    .iter()
                    .map(|(n, v)| (n.clone(), at(known.get(n), v, key))),
            ),
            (Value::List(_) | Value::Tuple(_), Value::List(list)) => {
                let known = known.as_items().unwrap_or(&[]);
                let items = list.items.iter().enumerate();
                Value::list(
                    list.element.clone(),
                    items.map(|(i, v)| at(known.get(i), v, key)).collect(),
                )
            }
            (Value::List(_) | Value::Tuple(_), Value::Tuple(items)) => {
                let known = known.as_items().unwrap_or(&[]);
                Value::tuple(
                    items
                        .iter()
                        .enumerate()
                        .map(|(i, v)| at(known.get(i), v, key))
                        .collect(),
                )
            }
            // A secret in a set has no place of its own: all of what is new is hidden.
            (Value::Set(set), Value::Set(read)) if known.has_secret() => {
                let items = read.items.iter().map(|v| {
                    let same = set.items.iter().find(|k| at(Some(k), v, key) == **k);
                    same.cloned().unwrap_or_else(|| key.conceal(v))
                });
                Value::set(read.element.clone(), items.collect())
            }
            _ => read.clone(),
        },
    }
}

fn same_secret(known: &Value, secret: &Secret, read: &Value, key: &FingerprintKey) -> Value {
    if read.is_null() && !known.is_null() {
        return read.clone();
    }
    let read_plain = read.expose();
    let same = match (secret.expose(), secret.content) {
        (Some(open), _) => *open == read_plain,
        (None, Some(content)) => content == key.fingerprint(&read_plain),
        (None, None) => false,
    };
    if same {
        known.clone()
    } else {
        key.conceal(&read_plain)
    }
}

fn same_mixed(known: &Value, mixed: &Mixed, read: &Value, key: &FingerprintKey) -> Value {
    let Value::String(text) = read.expose() else {
        return read.clone();
    };
    let same = match (mixed.expose(), mixed.content) {
        (Some(open), _) => *open == *text,
        (None, Some(content)) => content == key.fingerprint(&Value::String(text.clone())),
        (None, None) => false,
    };
    if same {
        known.clone()
    } else {
        hide_unknown_lines(mixed, &text, key)
    }
}

/// Lines that were recorded and hold no secret stay in clear; every other one is a secret.
fn hide_unknown_lines(mixed: &Mixed, text: &str, key: &FingerprintKey) -> Value {
    let clear = clear_lines(mixed);
    let mut parts = Vec::new();
    for line in text.split_inclusive('\n') {
        let (body, end) = match line.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (line, ""),
        };
        match clear.iter().any(|c| c == body) {
            true => parts.push(Part::Text(Arc::from(line))),
            false => {
                let value = Value::string(body);
                let fingerprint = key.fingerprint(&value);
                let secret = Secret::open(fingerprint, value).with_content(Some(fingerprint));
                parts.push(Part::Secret(Arc::new(secret)));
                parts.push(Part::Text(Arc::from(end)));
            }
        }
    }
    Mixed::join(parts)
}

fn clear_lines(mixed: &Mixed) -> Vec<String> {
    let mut lines = vec![Some(String::new())];
    for part in mixed.parts() {
        match part {
            Part::Secret(_) => {
                if let Some(last) = lines.last_mut() {
                    *last = None;
                }
            }
            Part::Text(text) => {
                for (i, piece) in text.split('\n').enumerate() {
                    if i > 0 {
                        lines.push(Some(String::new()));
                    }
                    if let Some(Some(line)) = lines.last_mut() {
                        line.push_str(piece);
                    }
                }
            }
        }
    }
    lines.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Fingerprint, Type};

    fn key() -> FingerprintKey {
        FingerprintKey::new([7; 32])
    }

    fn sealed(text: &str) -> Part {
        let fingerprint = Fingerprint::derive("somehow", &[Fingerprint::of(&text.into())]);
        Part::Secret(Arc::new(
            Secret::sealed(fingerprint, Type::String)
                .with_content(Some(key().fingerprint(&text.into()))),
        ))
    }

    fn file(password: &str, sealed_content: &str) -> Value {
        let value = Mixed::join([
            Part::Text("user=app\npassword=".into()),
            sealed(password),
            Part::Text("\nport=80\n".into()),
        ]);
        let Value::Mixed(mixed) = value else {
            unreachable!()
        };
        let content = key().fingerprint(&sealed_content.into());
        Value::Mixed(Arc::new(mixed.with_content(Some(content))))
    }

    #[test]
    fn an_unchanged_secret_file_is_recognised_without_the_secret() {
        let text = "user=app\npassword=s3\nport=80\n";
        let known = file("s3", text);
        assert_eq!(at(Some(&known), &text.into(), &key()), known);
    }

    #[test]
    fn of_a_changed_one_only_known_lines_stay_in_clear() {
        let known = file("s3", "user=app\npassword=s3\nport=80\n");
        let read = "user=app\npassword=other\nport=80\nextra=1\n".into();
        assert_eq!(
            model::show(&at(Some(&known), &read, &key())),
            r#""user=app\n(sensitive)\nport=80\n(sensitive)\n""#
        );
    }
}
