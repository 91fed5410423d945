//! The digest of all that a configuration was made from.

/// The digest of one text and its name.
pub(crate) type Part = [u8; 32];

/// Gathers named texts; the order in which they come does not matter.
#[derive(Default)]
pub(crate) struct Digest {
    parts: Vec<Part>,
}

/// The digest of a text: of a file, a variable, whatever `kind` says.
pub(crate) fn part(kind: &str, name: &str, text: &str) -> Part {
    let mut hasher = blake3::Hasher::new();
    for part in [kind, name, text] {
        // Lengths first, so that no two triples run together.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

impl Digest {
    /// Adds a text, as [`part`] takes it.
    pub(crate) fn add(&mut self, kind: &str, name: &str, text: &str) {
        self.push(part(kind, name, text));
    }

    /// Adds what [`part`] gave.
    pub(crate) fn push(&mut self, part: Part) {
        self.parts.push(part);
    }

    /// The digest of all.
    pub(crate) fn finish(mut self) -> [u8; 32] {
        self.parts.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        self.parts.iter().for_each(|part| {
            hasher.update(part);
        });
        *hasher.finalize().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(parts: &[(&str, &str)]) -> [u8; 32] {
        let mut digest = Digest::default();
        parts
            .iter()
            .for_each(|(name, text)| digest.add("file", name, text));
        digest.finish()
    }

    #[test]
    fn order_does_not_matter_and_everything_else_does() {
        let whole = digest(&[("a", "1"), ("b", "2")]);
        assert_eq!(whole, digest(&[("b", "2"), ("a", "1")]));
        for other in [
            &[("a", "2"), ("b", "1")][..],
            &[("a", "1")],
            &[("a1", ""), ("b", "2")],
        ] {
            assert_ne!(whole, digest(other));
        }
    }
}
