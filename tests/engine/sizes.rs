//! Configurations of unusual size and depth: they are planned and applied, or refused in words.

use landfall_tests::Lab;
use std::fmt::Write;

/// That it is planned and applied.
async fn taken(main: &str) -> Lab {
    let mut lab = Lab::new(main);
    lab.apply_whole().await;
    lab
}

/// That it is refused, in few words.
fn refused(main: &str, code: &str) {
    let (loaded, problems) = Lab::new(main).load();
    assert!(loaded.is_none());
    let found = problems.iter().any(|p| p.contains(code));
    assert!(found, "{:.200}", problems[0]);
    let length = problems.iter().map(String::len).max().unwrap();
    assert!(length < 1500, "a problem takes {length} characters");
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
async fn names_are_long_and_no_longer() {
    let of = |declared: &str, named: &str| {
        format!("locals {{ {declared} = 1 }}\noutput \"o\" {{ value = local.{named} }}")
    };
    let name = "n".repeat(1000);
    taken(&of(&name, &name)).await;
    let other = format!("{}x", &name[1..]);
    let (loaded, problems) = Lab::new(&of(&name, &other)).load();
    assert!(loaded.is_none() && problems[0].contains("LF0121"));
    let longer = "n".repeat(100_000);
    refused(&of(&longer, &longer), "LF0011");
    refused(&of("n", &longer), "LF0011");
    refused(&format!("{longer} = 1"), "LF0011");
    refused(&format!("{longer} {{}}"), "LF0011");
    let label = format!(
        "resource \"terraform_data\" \"{longer}\" {{ input = terraform_data.{}x.id }}",
        &longer[1..]
    );
    refused(&label, "LF0011");
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
