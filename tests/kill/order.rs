//! What the harness tells the process that it kills, and what that tells the harness.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What a process is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// Where `main.hcl`, the key and the state are.
    pub(crate) directory: PathBuf,
    /// Where the world listens.
    pub(crate) world: String,
    /// Whether to plan alone, and write nothing.
    pub(crate) only_plan: bool,
    /// The number of the point at which it kills itself; 0 for none.
    pub(crate) kill_at: u64,
    /// Whether to end the lease of whoever had it: that one is known to be dead.
    pub(crate) break_lease: bool,
    /// How long its own lease lasts without being renewed, in ms.
    pub(crate) lease_ms: u64,
    /// The most operations under way at once.
    pub(crate) parallelism: usize,
    /// What goes wrong.
    pub(crate) weather: Weather,
}

/// What goes wrong, in thousandths of the requests that change something.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Weather {
    /// Decides, together with the request's number, what happens to it.
    pub(crate) seed: u64,
    /// Answers that are lost.
    pub(crate) lost: u64,
    /// Requests that never arrive.
    pub(crate) refused: u64,
    /// Requests that were too many.
    pub(crate) throttled: u64,
    /// Creations that stop half way.
    pub(crate) partial: u64,
    /// Creations that nobody sees for a while.
    pub(crate) hidden: u64,
    /// Commands of which nobody learns how they ended.
    pub(crate) unclear: u64,
    /// Whether the API keeps from users which tokens it knows.
    pub(crate) discreet: bool,
    /// How long a deleted object is still there, in ms.
    pub(crate) linger_ms: u64,
}

/// What a process did, told in its last line.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Whether everything was done.
    pub(crate) complete: bool,
    /// What it planned to do, a line each.
    pub(crate) planned: Vec<String>,
    /// What was left undone or is not known, in words.
    pub(crate) undone: Vec<String>,
    /// Addresses of operations whose end nobody knows.
    pub(crate) unclear: Vec<String>,
}

/// The file with the project's text, below the directory.
pub(crate) const MAIN: &str = "main.hcl";
/// The file with the private key.
pub(crate) const KEY: &str = "key";
/// The file with the state.
pub(crate) const STATE: &str = "state.db";
/// What marks the line of a point.
pub(crate) const POINT: &str = "point ";
/// What marks the last line.
pub(crate) const TOLD: &str = "told ";
/// A module of five resources, each on the first, which is made anew side by side.
#[allow(dead_code)] // each side of the harness uses its own part
pub(crate) const WEB: (&str, &str) = (
    "web/main.hcl",
    r#"
    variable "index" { type = number }
    variable "release" {}
    variable "image" {}
    resource "sim_server" "m" {
      name  = "web${var.index}"
      image = var.image
      lifecycle { create_before_destroy = true }
    }
    resource "sim_record" "motd" {
      host    = sim_server.m.host
      name    = "motd"
      content = var.release
    }
    resource "sim_record" "conf" {
      host    = sim_server.m.host
      name    = "conf"
      content = "release = ${sim_record.motd.checksum}"
    }
    resource "sim_service" "app" {
      host             = sim_server.m.host
      name             = "app"
      version          = var.release
      environment      = { CONF = sim_record.conf.checksum }
      healthy_after_ms = 5
      healthy          = var.release != "sick" || var.index != 1
    }
    resource "sim_record" "done" {
      host    = sim_server.m.host
      name    = "done"
      content = sim_service.app.version
    }
    output "release" { value = sim_service.app.version }
    "#,
);
