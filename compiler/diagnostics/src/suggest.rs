//! "Did you mean": the closest of the names that would have been right.

/// Nobody slips once in a name as long as this, and comparing takes the square of it.
const LONGEST: usize = 100;

/// The candidate closest to `name`, where one is close enough to be a slip of the hand.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let limit = name.chars().count() / 3 + 1;
    let (lower, letters) = (name.to_lowercase(), letters(name));
    candidates
        .into_iter()
        .filter(|c| *c != name && c.len() <= LONGEST)
        .filter(|c| may_be_within(limit, letters, self::letters(c)))
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= limit && *distance * 2 <= c.chars().count())
        // Of two that are as close always the same one, in whatever order they come.
        .min()
        .map(|(_, c)| c)
}

/// Which letters and digits there are, a bit each, whatever their case; none of what is no ASCII.
fn letters(text: &str) -> Option<u64> {
    let bit = |b: u8| match b {
        b'0'..=b'9' => b - b'0',
        b => 10 + (b & 31),
    };
    let all = text.bytes().fold(0, |bits, b| bits | 1u64 << bit(b));
    text.is_ascii().then_some(all)
}

/// Whether so many slips could lead from the ones to the others: there may be thousands of names,
/// and comparing two takes a while.
fn may_be_within(limit: usize, a: Option<u64>, b: Option<u64>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return true;
    };
    let apart = (a & !b).count_ones().max((b & !a).count_ones());
    apart as usize <= limit
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
        assert_eq!(did_you_mean("modf", ["mods", "mode"]), Some("mode"));
        assert_eq!(did_you_mean("modf", ["mode", "mods"]), Some("mode"));
        assert_eq!(did_you_mean("größe", ["große", "a"]), Some("große"));
        assert_eq!(did_you_mean("port_12", ["PORT-2", "b"]), Some("PORT-2"));
        let long = "n".repeat(1_000_000);
        assert_eq!(did_you_mean(&long, [&*format!("{long}n")]), None);
    }
}
