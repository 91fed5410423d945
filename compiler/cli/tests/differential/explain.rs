//! The differences that docs/terraform-differences.md lists, as far as random expressions meet
//! them, each with a check that is as narrow as its reason.

use crate::consoles::{self, Answer, REFUSED, UNKNOWN};
use crate::expression::Expression;
use crate::numbers;
use std::collections::BTreeMap;

/// One that is listed.
pub(crate) struct Difference {
    /// How its row in the document begins.
    pub(crate) row: &'static str,
    explains: fn(&Case<'_>) -> bool,
}

/// An expression that the consoles answer differently.
pub(crate) struct Case<'a> {
    pub(crate) expression: &'a Expression,
    pub(crate) theirs: &'a Answer,
    pub(crate) ours: &'a Answer,
}

/// As many bits as a count has in Terraform, and a float of the processor, with some to spare.
const COUNT_BITS: i64 = 60;
const FLOAT_BITS: i64 = 48;
/// As many as its numbers have, with some to spare.
const BITS: i64 = 500;

pub(crate) const LISTED: &[Difference] = &[
    Difference {
        row: "`-0` is `0`",
        explains: |case| numbers::pairs(case).is_some_and(|p| p.iter().all(|(a, b)| a == b)),
    },
    Difference {
        row: "`1.1 * 1.1 == 1.21` is true",
        explains: |case| {
            // Also where a range takes another step for it, or a text is turned around.
            let last = |answer: &Answer| numbers::has_last_digits(&answer.json);
            numbers::are_close(case, BITS) || (last(case.theirs) && !last(case.ours))
        },
    },
    Difference {
        row: "`length([1]) / 3` has all digits",
        explains: |case| makes_a_count(case) && numbers::are_close(case, COUNT_BITS),
    },
    Difference {
        row: "`log` and `pow` give a number",
        explains: |case| {
            let float = ["log(", "pow("].iter().any(|f| case.has(f));
            float && numbers::are_close(case, FLOAT_BITS)
        },
    },
    Difference {
        row: "`0.3 % 0.1` is 0",
        explains: |case| {
            numbers::are_rests_of_floats(case) || numbers::are_rests_of_large_floats(case)
        },
    },
    Difference {
        row: "`1 / 0`, `5 % 0`",
        explains: |case| {
            let refused = || {
                let says = consoles::landfall_says;
                case.ours.json == REFUSED && says(case.expression.text(), "not a finite number")
            };
            let looks = ["can(", "try("].iter().any(|f| case.has(f));
            ["log(", "pow("].iter().any(|f| case.has(f)) && (looks || refused())
        },
    },
    Difference {
        row: "`pow(-2.5, 1.5)` is refused as a number",
        explains: |case| {
            let no_type = || consoles::landfall_says(case.expression.text(), "have no common type");
            case.has("pow(") && case.has("?") && case.ours.json == REFUSED && no_type()
        },
    },
    Difference {
        row: "a tuple of tuples becomes a list of lists",
        explains: |case| {
            let words = "element types must all match";
            let slip = || consoles::terraform_says(case.expression.text(), words);
            case.theirs.json == REFUSED && case.has("?") && slip()
        },
    },
    Difference {
        row: "`\" ${~1}\"` is a number",
        explains: |case| {
            let text = format!("\"{}\"", case.ours.json);
            let stripped = case.has("{~") || case.has("~}");
            stripped && case.theirs.ty == "string" && case.theirs.json == text
        },
    },
    Difference {
        row: "a `~` strips all blanks",
        explains: |case| {
            let blank = ["% \n", "$ \n"].iter().any(|end| case.has(end));
            let bare = |answer: &Answer| answer.json.replace(' ', "");
            blank && case.has("{~") && bare(case.theirs) == bare(case.ours)
        },
    },
    Difference {
        row: "`textencodebase64` and `textdecodebase64`",
        explains: |case| {
            case.has("codebase64(") && [case.theirs, case.ours].iter().any(|a| a.json == REFUSED)
        },
    },
    Difference {
        row: "`cidrsubnets(\"0.0.0.0/0\", 1)`",
        explains: |case| {
            let refused = [case.theirs, case.ours].iter().any(|a| a.json == REFUSED);
            refused && case.has("cidrsubnets(\"0.0.0.0/0\"")
        },
    },
    Difference {
        row: "`merge` of nulls alone",
        explains: |case| case.theirs.json == REFUSED && case.has("merge(") && case.has("null"),
    },
    Difference {
        row: "`formatlist(\"%s\", null)`",
        explains: |case| {
            let left_open = case.theirs.json == UNKNOWN;
            let part_left_open = case.ours.json == REFUSED && case.has("formatlist(");
            left_open || (case.has("null") && part_left_open)
        },
    },
    Difference {
        row: "`a \\|\\| b` and `a && b`",
        explains: |case| {
            let Some(decided) = case.expression.short_circuit() else {
                return false;
            };
            case.theirs.json == REFUSED && consoles::terraform(&[decided]) == [case.ours.clone()]
        },
    },
];

impl Case<'_> {
    pub(crate) fn has(&self, text: &str) -> bool {
        self.expression.text().contains(text)
    }
}

/// Whether something in it is counted: a length, a place in a list, the outcome of a comparison.
fn makes_a_count(case: &Case<'_>) -> bool {
    let counting = ["length(", "index(", "timecmp(", "signum(", "parseint("];
    counting.iter().any(|f| case.has(f)) || case.has("for i, v in") || case.has("for k, v in")
}

/// The differences that nothing explains, and how many each listed one does.
pub(crate) fn sorted_out<'a>(
    cases: Vec<Case<'a>>,
) -> (Vec<Case<'a>>, BTreeMap<&'static str, usize>) {
    let mut counts = BTreeMap::new();
    let mut unexplained = Vec::new();
    for case in cases {
        match explanation(&case) {
            Some(row) => *counts.entry(row).or_insert(0) += 1,
            None => unexplained.push(case),
        }
    }
    (unexplained, counts)
}

/// The row that explains it.
pub(crate) fn explanation(case: &Case<'_>) -> Option<&'static str> {
    let found = LISTED.iter().find(|listed| (listed.explains)(case));
    found.map(|listed| listed.row)
}

#[test]
fn each_is_listed_in_the_document() {
    let document = include_str!("../../../../docs/terraform-differences.md");
    for Difference { row, .. } in LISTED {
        let begins = |line: &str| line.starts_with(&format!("| {row}"));
        assert!(document.lines().any(begins), "{row}");
    }
}
