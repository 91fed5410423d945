//! `moved`, `removed` and `import` into kinds, out of them, and inside of them.

use landfall_tests::lab::Lab;

const NOTE: &str = r#"
kind "note" {
  implementation "loud" { when = var.loud }
  implementation "plain" {}
}

variable "text" {
  type    = string
  default = "x"
}

variable "loud" {
  type    = bool
  default = false
}

output "id" {
  type = string
}
"#;

const PLAIN: &str = r#"
resource "terraform_data" "note" { input = var.text }
output "id" { value = terraform_data.note.id }
"#;

const LOUD: &str = r#"
resource "terraform_data" "note" { input = upper(var.text) }
output "id" { value = terraform_data.note.id }
"#;

fn lab(main: &str) -> Lab {
    Lab::new(main)
        .file("kinds/note/kind.hcl", NOTE)
        .file("kinds/note/plain/main.hcl", PLAIN)
        .file("kinds/note/loud/main.hcl", LOUD)
}

/// What is recorded: the address, the id, what served.
fn recorded(lab: &Lab) -> Vec<(String, String, String)> {
    let objects = lab.state.current.iter().map(|(address, id)| {
        let object = &lab.state.objects[id];
        let served = object.implementation.as_deref().unwrap_or("-").to_string();
        let address = address.to_string();
        let id = lab.attribute(&address, "id");
        (address, id, served)
    });
    objects.collect()
}

/// Applies the first project, then the second: the one object of the first stands at this address
/// then, served so, and nothing was made or destroyed for it.
async fn moves(lab: &mut Lab, then: &str, address: &str, served: &str) {
    lab.apply_whole().await;
    let before = recorded(lab);
    assert_eq!(before.len(), 1, "{before:?}");
    lab.write("main.hcl", then);
    let planned = lab.planned().await;
    let made = |line: &&String| !line.starts_with("output") && !line.starts_with("update");
    let other: Vec<_> = planned.iter().filter(made).collect();
    assert!(other.iter().all(|l| l.starts_with("record")), "{planned:?}");
    lab.apply_whole().await;
    let after = recorded(lab);
    let id = before[0].1.clone();
    assert_eq!(after, [(address.to_string(), id, served.to_string())]);
}

#[tokio::test]
async fn into_a_kind_and_out_of_it() {
    let single = "resource \"terraform_data\" \"a\" { input = \"x\" }";
    let kind = "note \"milk\" {}";
    let into = "moved {\n from = terraform_data.a\n to = note.milk.terraform_data.note\n}";
    let out = "moved {\n from = note.milk.terraform_data.note\n to = terraform_data.a\n}";
    let inside = "note.milk.terraform_data.note";
    moves(
        &mut lab(single),
        &format!("{kind}\n{into}"),
        inside,
        "plain",
    )
    .await;
    moves(
        &mut lab(kind),
        &format!("{single}\n{out}"),
        "terraform_data.a",
        "-",
    )
    .await;
}

#[tokio::test]
async fn from_call_to_call() {
    for (before, after, moved, address) in [
        (
            "note \"milk\" {}",
            "note \"eggs\" {}",
            ("note.milk", "note.eggs"),
            "note.eggs.terraform_data.note",
        ),
        (
            "note \"milk\" {}",
            "note \"the shop\" {}",
            ("note.milk", "note[\"the shop\"]"),
            "note[\"the shop\"].terraform_data.note",
        ),
        (
            "note \"milk\" {}",
            "note \"milk\" { for_each = toset([\"a\"]) }",
            ("note.milk", "note.milk[\"a\"]"),
            "note.milk[\"a\"].terraform_data.note",
        ),
        (
            "note \"milk\" { count = 1 }",
            "note \"eggs\" { count = 1 }",
            ("note.milk", "note.eggs"),
            "note.eggs[0].terraform_data.note",
        ),
    ] {
        let (from, to) = moved;
        let after = format!("{after}\nmoved {{\n from = {from}\n to = {to}\n}}");
        moves(&mut lab(before), &after, address, "plain").await;
    }
}

#[tokio::test]
async fn to_another_kind_with_other_implementations() {
    let memo = NOTE.replace("note", "memo").replace("plain", "simple");
    let mut lab = lab("note \"milk\" {}")
        .file("kinds/memo/kind.hcl", &memo)
        .file("kinds/memo/simple/main.hcl", PLAIN)
        .file("kinds/memo/loud/main.hcl", LOUD);
    let after = "memo \"milk\" {}\nmoved {\n from = note.milk\n to = memo.milk\n}";
    moves(&mut lab, after, "memo.milk.terraform_data.note", "simple").await;
}

/// A kind's new version says how its objects are called now.
#[tokio::test]
async fn inside_of_an_implementation() {
    let mut lab = lab("note \"a\" {}\nnote \"b\" {}");
    lab.apply_whole().await;
    let before = recorded(&lab);
    let renamed = PLAIN
        .replace("\"note\"", "\"text\"")
        .replace(".note.", ".text.");
    let moved = "moved {\n from = terraform_data.note\n to = terraform_data.text\n}\n";
    lab.write("kinds/note/plain/main.hcl", &format!("{renamed}{moved}"));
    assert_eq!(lab.planned().await, Vec::<String>::new());
    lab.apply_whole().await;
    let ids = |r: &[(String, String, String)]| -> Vec<String> {
        r.iter().map(|(_, id, _)| id.clone()).collect()
    };
    let after = recorded(&lab);
    assert_eq!(after[0].0, "note.a.terraform_data.text");
    assert_eq!(ids(&before), ids(&after));
}

/// What one implementation says of its objects goes for no other's.
#[tokio::test]
async fn of_one_implementation_only() {
    let mut lab = lab("note \"a\" {}");
    lab.apply_whole().await;
    let moved = "moved {\n from = terraform_data.note\n to = terraform_data.other\n}\n";
    let removed = "removed {\n from = terraform_data.note\n lifecycle { destroy = false }\n}\n";
    let other = LOUD
        .replace("\"note\"", "\"other\"")
        .replace(".note.", ".other.");
    lab.write("kinds/note/loud/main.hcl", &format!("{other}{moved}"));
    assert_eq!(lab.planned().await, Vec::<String>::new());
    lab.write("kinds/note/loud/main.hcl", &format!("{other}{removed}"));
    lab.write("main.hcl", "note \"a\" { loud = true }");
    assert_eq!(
        lab.planned().await,
        [
            "create note.a.terraform_data.other",
            "delete note.a.terraform_data.note"
        ]
    );
}

/// A part of a kind becomes a kind of its own.
#[tokio::test]
async fn into_a_kind_inside_of_a_kind() {
    let whole = "kind \"list\" {\n implementation \"one\" {}\n}\n";
    let flat = "resource \"terraform_data\" \"first\" { input = \"x\" }\n";
    let nested = "note \"first\" {}\n\
                  moved {\n from = terraform_data.first\n to = note.first.terraform_data.note\n}\n";
    let mut lab = lab("list \"l\" {}")
        .file("kinds/list/kind.hcl", whole)
        .file("kinds/list/one/main.hcl", flat);
    lab.apply_whole().await;
    let before = recorded(&lab);
    lab.write("kinds/list/one/main.hcl", nested);
    lab.apply_whole().await;
    let after = recorded(&lab);
    assert_eq!(after[0].0, "list.l.note.first.terraform_data.note");
    assert_eq!((&after[0].1, &*after[0].2), (&before[0].1, "one/plain"));
}

#[tokio::test]
async fn an_import_goes_into_a_kind() {
    let import = "import {\n for_each = toset([\"a\", \"b\"])\n\
                  to = note.milk[each.key].terraform_data.note\n id = \"id-${each.key}\"\n}\n";
    let mut lab = lab(&format!(
        "note \"milk\" {{ for_each = toset([\"a\", \"b\"]) }}\n{import}"
    ));
    lab.apply_whole().await;
    let recorded = recorded(&lab);
    assert_eq!(
        recorded[1],
        (
            "note.milk[\"b\"].terraform_data.note".into(),
            "\"id-b\"".into(),
            "plain".into()
        )
    );
}

/// A label of any text, instances that different implementations serve, and what is not there.
#[tokio::test]
async fn imports_find_their_instances() {
    let call = "note \"the shop\" {\n for_each = { a = false, b = true }\n loud = each.value\n}\n";
    let import =
        |to: &str| format!("{call}import {{\n to = note[\"the shop\"]{to}\n id = \"x\"\n}}\n");
    for (to, expected) in [
        (
            "[\"a\"].terraform_data.note",
            "import note[\"the shop\"][\"a\"].terraform_data.note",
        ),
        (
            "[\"b\"].terraform_data.note",
            "import note[\"the shop\"][\"b\"].terraform_data.note",
        ),
        (
            "[\"c\"].terraform_data.note",
            "LF0353: there is no note[\"the shop\"][\"c\"].terraform_data.note to import to",
        ),
        (
            "[\"a\"].terraform_data.note[0]",
            "LF0353: there is no note[\"the shop\"][\"a\"].terraform_data.note[0] to import to",
        ),
    ] {
        let lines = lab(&import(to)).planned().await;
        let found = lines.iter().filter(|l| *l == expected).count();
        let imports = lines
            .iter()
            .filter(|l| l.starts_with("import") || l.starts_with("LF"));
        assert_eq!((found, imports.count()), (1, 1), "{to}: {lines:#?}");
    }
}
