//! Nested blocks and attributes with ways of their own.

use landfall_tests::Lab;

#[tokio::test]
async fn blocks_of_every_nesting_come_back_unchanged() {
    let mut lab = Lab::new(
        r#"
        variable "port" { default = 80 }
        resource "sim_server" "m" {
          name  = "m"
          image = "1"
          disk { size = 1 }
          disk {
            size = 2
            kind = "hdd"
          }
          network { cidr = "192.0.2.0/24" }
          rule { port = var.port }
          rule { port = 443 }
          label "a" { value = "x" }
        }
        "#,
    );
    lab.apply_whole().await;
    assert!(
        lab.attribute("sim_server.m", "disk")
            .contains(r#"kind = "ssd""#)
    );
    lab.var("port", "81");
    assert_eq!(lab.planned().await, ["update sim_server.m"]);
    lab.apply_whole().await;
}

#[tokio::test]
async fn dynamic_blocks_of_what_is_known_later() {
    let mut lab = Lab::new(
        r#"
        resource "sim_disk" "d" { size = 1 }
        resource "sim_server" "m" {
          name  = "m"
          image = "1"
          dynamic "disk" {
            for_each = [1, 2]
            content {
              size = disk.value
              kind = sim_disk.d.id
            }
          }
        }
        "#,
    );
    lab.apply_whole().await;
}

#[tokio::test]
async fn records_of_an_older_schema_are_brought_up() {
    let mut lab = Lab::new(
        r#"
        resource "sim_record" "r" {
          host    = { id = "m", address = "192.0.2.1" }
          name    = "r"
          content = "c"
        }
        "#,
    );
    lab.apply_whole().await;
    let mut object = state::Object::clone(lab.state.objects.values().next().unwrap());
    let fields = object.attributes.as_fields().unwrap().iter();
    let fields = fields
        .filter(|(n, _)| &***n != "content")
        .map(|(n, v)| (n.clone(), v.clone()));
    object.attributes = model::Value::object(fields.chain([("body".into(), "c".into())]));
    object.schema_version = 0;
    lab.state
        .apply(&state::Event::Put(Box::new(object)), 0)
        .unwrap();
    lab.apply_whole().await;
}
