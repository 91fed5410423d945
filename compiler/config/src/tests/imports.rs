//! `import` blocks.

use super::{check, config};

const TARGETS: &str = r#"
        resource "ssh_unit" "u" {
          host = {}
          name = "x"
        }
        module "m" { source = "./m" }
"#;

fn with_targets(blocks: &str) -> String {
    format!(
        "{blocks}{TARGETS}\n--- m/main.hcl\nresource \"ssh_unit\" \"inner\" {{\n host = {{}}\n name = \"x\"\n}}\n"
    )
}

#[test]
fn an_import_names_an_address_and_an_id() {
    let config = config(&with_targets(
        r#"
        import {
          for_each = { a = "1" }
          to       = module.m.ssh_unit.inner[each.key]
          id       = each.value
        }
        import {
          to = ssh_unit.u
          id = "x"
        }
        "#,
    ));
    let [inner, own] = config.modules[0].imports.as_slice() else {
        panic!("two imports")
    };
    assert_eq!(inner.module[0].0.to_string(), "module.m");
    assert!(inner.key.is_some() && inner.for_each.is_some());
    assert!(own.module.is_empty() && own.key.is_none());
}

#[test]
fn what_an_import_may_not_say() {
    check(&with_targets(
        r#"
        import {
          to = ssh_unit.w
          #    ^^^^^^^^^^ LF0174 there are: `u`
          id = "x"
        }
        import {
          to = module.m.ssh_unit.iner
          #    ^^^^^^^^^^^^^^^^^^^^^^ LF0174 did you mean `inner`?
          id = "x"
        }
        import {
          to = module.n.ssh_unit.inner
          #    ^^^^^^^^^^^^^^^^^^^^^^^ LF0174
          id = "x"
        }
        import {
          to = data.ssh_facts.h
          #    ^^^^^^^^^^^^^^^^ LF0173 not imported
          id = "x"
        }
        import {
          to = "ssh_unit.u"
          #    ^^^^^^^^^^^^ LF0173
          id = each.key
          #    ^^^^^^^^ LF0123
        }
        import {
          to       = ssh_unit.u
          id       = var.nope
          #              ^^^^ LF0121
          provider = cloud
          #          ^^^^^ LF0175
        }
        "#,
    ));
}

#[test]
fn only_the_root_imports() {
    check(
        r#"
        module "m" { source = "./m" }
        --- m/main.hcl
         import {
        #^^^^^^ LF0138
           to = ssh_unit.u
           id = "x"
         }
        "#,
    );
}
