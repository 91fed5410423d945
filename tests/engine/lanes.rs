//! Lanes and batches: what shares a lane goes together, and parallelism counts requests.

use landfall_tests::Lab;

#[tokio::test]
async fn what_is_ready_on_a_host_goes_in_one_batch_however_much_it_is() {
    let mut lab = Lab::new(
        r#"
        resource "sim_record" "r" {
          count   = 100
          host    = { id = "m", address = "192.0.2.1" }
          name    = "r${count.index}"
          content = "c"
        }
        "#,
    );
    lab.apply_whole().await;
    let lines = lab.watching.take();
    let done = lines.iter().position(|l| l.starts_with("done")).unwrap();
    let begun = lines[..done].iter().filter(|l| l.starts_with("create"));
    assert_eq!(begun.count(), 100);
}

#[tokio::test]
async fn no_more_hosts_at_once_than_the_user_allows() {
    let mut lab = Lab::new(
        r#"
        resource "sim_record" "r" {
          count    = 40
          host     = { id = "m${count.index}", address = "192.0.2.1" }
          name     = "r"
          content  = "c"
          delay_ms = 5
        }
        "#,
    );
    lab.apply_whole().await;
    let (mut now, mut most) = (0i32, 0);
    for line in lab.watching.take() {
        now += i32::from(line.starts_with("create"));
        now -= i32::from(line.starts_with("done"));
        most = most.max(now);
    }
    assert_eq!(most, 16);
}
