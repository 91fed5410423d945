//! Configurations of unusual size and depth: they are planned and applied, or refused in words.

use landfall_tests::Lab;
use std::fmt::Write;

/// That it is planned and applied.
async fn taken(main: &str) -> Lab {
    let mut lab = Lab::new(main);
    lab.apply_whole().await;
    lab
}

/// That it is refused, once, in few words.
fn refused(main: &str, code: &str) {
    let (loaded, problems) = Lab::new(main).load();
    assert!(loaded.is_none());
    assert!(problems[0].contains(code), "{:.200}", problems[0]);
    let length = problems[0].len();
    assert!(length < 1000, "the problem takes {length} characters");
}

#[tokio::test]
async fn a_file_of_a_hundred_thousand_lines() {
    let mut main = String::from("locals {\n");
    for i in 0..100_000 {
        let _ = writeln!(main, "  v{i} = {i}");
    }
    main.push_str("}\noutput \"o\" { value = local.v99999 }\n");
    let lab = taken(&main).await;
    assert_eq!(lab.state.outputs["o"].value, 99_999.into());
}

#[tokio::test]
async fn text_of_a_million_characters() {
    let text = "x".repeat(1_000_000);
    let lab = taken(&format!(
        "locals {{ t = \"{text}\" }}\noutput \"o\" {{ value = length(\"${{local.t}}!\") }}\n\
         resource \"terraform_data\" \"d\" {{ input = local.t }}"
    ))
    .await;
    assert_eq!(lab.state.outputs["o"].value, 1_000_001.into());
    let heredoc = format!(
        "output \"o\" {{\n  value = length(<<-E\n{}  E\n  )\n}}",
        "    line\n".repeat(100_000)
    );
    let lab = taken(&heredoc).await;
    assert_eq!(lab.state.outputs["o"].value, 500_000.into());
}

#[tokio::test]
async fn a_name_of_a_hundred_thousand_characters() {
    let name = "n".repeat(100_000);
    taken(&format!(
        "locals {{ {name} = 1 }}\noutput \"o\" {{ value = local.{name} }}"
    ))
    .await;
    refused(
        &format!("locals {{ {name} = 1 }}\noutput \"o\" {{ value = local.{name}x }}"),
        "LF0121",
    );
}

#[tokio::test]
async fn what_is_wide() {
    let many = 50_000;
    let list = "1, ".repeat(many);
    let lab = taken(&format!("output \"o\" {{ value = length([{list}]) }}")).await;
    assert_eq!(lab.state.outputs["o"].value, (many as i64).into());
    let lab = taken(&format!("output \"o\" {{ value = max({list}2) }}")).await;
    assert_eq!(lab.state.outputs["o"].value, 2.into());
    let parts = "${1}x".repeat(many);
    let lab = taken(&format!("output \"o\" {{ value = length(\"{parts}\") }}")).await;
    assert_eq!(lab.state.outputs["o"].value, (2 * many as i64).into());
    let mut object = String::new();
    for i in 0..many {
        let _ = writeln!(object, "k{i} = {i}");
    }
    let lab = taken(&format!(
        "output \"o\" {{ value = length({{ {object} }}) }}"
    ))
    .await;
    assert_eq!(lab.state.outputs["o"].value, (many as i64).into());
}

#[tokio::test]
async fn what_is_too_deep_is_refused() {
    let deep = 10_000;
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{ a = ", " }"),
        ("f(", ")"),
        ("\"${", "}\""),
        ("!", ""),
        ("true ? 1 : ", ""),
    ] {
        refused(
            &format!(
                "output \"o\" {{ value = {}1{} }}",
                open.repeat(deep),
                close.repeat(deep)
            ),
            "LF00",
        );
    }
    refused(
        &format!("{}{}", "a {\n".repeat(deep), "}\n".repeat(deep)),
        "LF00",
    );
    refused(
        &format!("output \"o\" {{ value = 1{} }}", " + 1".repeat(100_000)),
        "LF00",
    );
}

#[tokio::test]
async fn a_long_chain_of_locals_behind_something_new() {
    let mut main =
        String::from("resource \"sim_disk\" \"d\" { size = 1 }\nlocals {\n  v0 = sim_disk.d.id\n");
    let many = 5_000;
    for i in 1..many {
        let _ = writeln!(main, "  v{i} = local.v{}", i - 1);
    }
    let last = many - 1;
    let _ = writeln!(
        main,
        "}}\nresource \"terraform_data\" \"t\" {{ input = local.v{last} }}\noutput \"o\" {{ value = local.v{last} }}"
    );
    taken(&main).await;
}
