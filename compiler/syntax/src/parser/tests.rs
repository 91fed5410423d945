use super::*;
fn problems(text: &str) -> Vec<String> {
    let (_, problems) = parse(FileId(0), text);
    problems
        .iter()
        .map(|p| {
            let s = p.primary().unwrap();
            format!("{} {}..{} {}", p.code, s.start, s.end, p.message)
        })
        .collect()
}
#[test]
fn try_it() {
    let (f, p) = parse(
        FileId(0),
        "a = 1\nresource \"x\" \"y\" {\n  b = \"c${d}e\" # hi\n  z { q = [1, 2] }\n}\n",
    );
    assert!(p.is_empty(), "{p:?}");
    assert_eq!(f.body.blocks.len(), 1);
    println!(
        "{:?}",
        problems(
            "a = \"foo\nb = 1\nr \"x\" {\n a = [1, 2\n}\ny {\n\nx {\n a = 1\n a.b = 2\n a=b.\n}\n}\n"
        )
    );
}
