//! "Did you mean": the closest of the names that would have been right.

/// Nobody slips once in a name as long as this, and comparing takes the square of it.
const LONGEST: usize = 100;

/// The candidate closest to `name`, where one is close enough to be a slip of the hand.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = name.chars().count() / 3 + 1;
    candidates
        .into_iter()
        .filter(|c| *c != name && name.len().max(c.len()) <= LONGEST)
        .map(|c| {
            (
                strsim::damerau_levenshtein(&name.to_lowercase(), &c.to_lowercase()),
                c,
            )
        })
        .filter(|(distance, c)| *distance <= limit && *distance * 2 <= c.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_a_slip_and_refuses_a_stranger() {
        let names = ["content", "mode", "owner"];
        assert_eq!(did_you_mean("contnet", names), Some("content"));
        assert_eq!(did_you_mean("Mode", names), Some("mode"));
        assert_eq!(did_you_mean("entirely", names), None);
        assert_eq!(did_you_mean("x", ["a"]), None);
        let long = "n".repeat(1_000_000);
        assert_eq!(did_you_mean(&long, [&*format!("{long}n")]), None);
    }
}
