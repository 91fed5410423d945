//! The form in which a value is recorded.

use model::{Fingerprint, FingerprintKey, Secret, Value};
use std::sync::Arc;

/// The value with the fingerprint of its content on every secret that is open, to be recorded:
/// what is read later is compared with it.
pub fn with_content(value: &Value, key: &FingerprintKey) -> Value {
    value.rewrite(&mut |v| match v {
        Value::Secret(s) => {
            let content = s.expose().map(|open| key.fingerprint(open)).or(s.content);
            Some(Value::Secret(Arc::new(
                Secret::clone(s).with_content(content),
            )))
        }
        Value::Mixed(m) => {
            let content: Option<Fingerprint> = m
                .expose()
                .map(|t| key.fingerprint(&Value::string(t)))
                .or(m.content);
            Some(Value::Mixed(Arc::new(m.with_content(content))))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Mixed, Part, Type};

    fn key() -> FingerprintKey {
        FingerprintKey::new([7; 32])
    }

    fn secret(text: Option<&str>, content: Option<Fingerprint>) -> Arc<Secret> {
        let fingerprint = Fingerprint([1; 32]);
        Arc::new(match text {
            Some(text) => Secret::open(fingerprint, text.into()),
            None => Secret::sealed(fingerprint, Type::String).with_content(content),
        })
    }

    fn content(value: &Value) -> Option<Fingerprint> {
        match value {
            Value::Secret(secret) => secret.content,
            Value::Mixed(mixed) => mixed.content,
            _ => None,
        }
    }

    fn check(value: Value, expected: Option<Fingerprint>) {
        let recorded = with_content(&Value::tuple(vec![value]), &key());
        assert_eq!(content(&recorded.as_items().unwrap()[0]), expected);
    }

    #[test]
    fn an_open_secret_gets_the_fingerprint_of_its_content() {
        let content = key().fingerprint(&"s3".into());
        check(Value::Secret(secret(Some("s3"), None)), Some(content));
    }

    #[test]
    fn a_sealed_one_keeps_what_it_has() {
        let content = Some(Fingerprint([3; 32]));
        check(Value::Secret(secret(None, content)), content);
        check(Value::Secret(secret(None, None)), None);
    }

    #[test]
    fn a_partly_secret_text_gets_that_of_the_whole() {
        let mixed = |s| Mixed::join([Part::Text("password=".into()), Part::Secret(s)]);
        let whole = key().fingerprint(&"password=s3".into());
        check(mixed(secret(Some("s3"), None)), Some(whole));
        check(mixed(secret(None, None)), None);
        let known = match mixed(secret(None, None)) {
            Value::Mixed(m) => Value::Mixed(Arc::new(m.with_content(Some(whole)))),
            _ => unreachable!(),
        };
        check(known, Some(whole));
    }

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        let value = Value::object([("a", 1.into()), ("b", Value::unknown(Type::Any))]);
        assert_eq!(with_content(&value, &key()), value);
    }
}
