//! What stands around a problem: the block, or the local value, whose other problems may only
//! follow from it.

use diagnostics::{FileId, Problem, SourceMap, Span};
use std::collections::BTreeMap;
use syntax::tree::Block;

/// The items in which there are errors; a whole file where one stands outside of all blocks.
pub fn items_with_errors(problems: &[Problem], sources: &SourceMap) -> Vec<Span> {
    let errors = problems.iter().filter(|p| p.is_error());
    let places = errors.flat_map(|p| p.labels.iter().map(|l| l.span));
    let mut by_file: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for place in places {
        by_file.entry(place.file).or_default().push(place);
    }
    let of_file = |(file, places): (FileId, Vec<Span>)| {
        let text = sources.text(file);
        let items = items(file, &text);
        let whole = Span::new(file, 0, text.len());
        let around = move |place: Span| {
            let around = items.iter().find(|item| touches(**item, place));
            around.copied().unwrap_or(whole)
        };
        places.into_iter().map(around)
    };
    let mut found: Vec<Span> = by_file.into_iter().flat_map(of_file).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether two places have anything in common.
pub fn touches(a: Span, b: Span) -> bool {
    a.file == b.file && a.start <= b.end && b.start <= a.end
}

fn items(file: FileId, text: &str) -> Vec<Span> {
    let (tree, _) = syntax::parse(file, text);
    let item = |block: &Block| match &*block.kind.text {
        "locals" => {
            let values = block.body.attributes.iter();
            values.map(|a| a.name.span.to(a.value.span)).collect()
        }
        _ => vec![block.header.to(block.body.span)],
    };
    tree.body.blocks.iter().flat_map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_a_block_or_one_local_value() {
        let text = "a \"b\" {\n  c = 1\n}\nlocals {\n  d = 2\n  e = 3\n}\n# f\n";
        for (place, expected) in [
            ("c = ", "a \"b\" {\n  c = 1\n}"),
            ("d = 2", "d = 2"),
            ("3", "e = 3"),
            ("f", text),
        ] {
            let mut sources = SourceMap::new();
            let file = sources.add("main.hcl", text);
            let at = text.rfind(place).unwrap();
            let place = Span::new(file, at, at + 1);
            let problem = Problem::error("LF0000", "").at(place, "");
            let items = items_with_errors(&[problem], &sources);
            let found: Vec<_> = items.iter().map(|i| sources.slice(*i)).collect();
            assert_eq!(found, [expected]);
        }
    }
}
