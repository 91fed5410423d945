//! A project from a seed, in two versions: what is made, changed, replaced both ways and deleted
//! on the way from one to the other, over all classes of identity.

use crate::order::Weather;
use landfall_tests::seed::Seed;
use std::fmt::Write;

/// A project, and what goes wrong on the way.
pub(crate) struct Project {
    /// The text before; empty where nothing is there yet.
    pub(crate) before: String,
    /// The text of a version that fails half way and is taken back; none where there is none.
    pub(crate) failing: Option<String>,
    /// The text after.
    pub(crate) after: String,
    pub(crate) weather: Weather,
    pub(crate) parallelism: usize,
    /// How long a lease lasts, in ms; a short one is waited for, a long one broken.
    pub(crate) lease_ms: u64,
}

/// What may be written of a resource in one version.
struct Block {
    ty: &'static str,
    name: String,
    attributes: Vec<(&'static str, String)>,
}

/// The servers of both versions, which others are on.
struct Server {
    name: String,
    image: [&'static str; 2],
    there: [bool; 2],
    first: bool,
}

impl Project {
    pub(crate) fn of(seed: u64) -> Project {
        let mut draws = Seed::of(seed).and("project");
        let discreet = draws.hits(250);
        let servers = servers(&mut draws);
        let mut versions = [Vec::new(), Vec::new()];
        for server in &servers {
            each(&mut versions, server.there, |v| Block {
                ty: "sim_server",
                name: server.name.clone(),
                attributes: server.attributes(v),
            });
        }
        elsewhere(&mut draws, &mut versions);
        // What is on hosts is told by their runner, whatever an API keeps to itself.
        if !discreet {
            hosted(&mut draws, &servers, &mut versions);
            rolling(&mut draws, &mut versions);
        }
        let empty = draws.hits(250);
        let web = if discreet { None } else { web(&mut draws) };
        let [mut before, mut after] = versions.map(|blocks| text(&mut draws.clone(), &blocks));
        let mut failing = None;
        if let Some(web) = web {
            failing = (web.fails && !empty).then(|| before.clone() + &web.text("sick"));
            before += &web.text("0");
            after += &web.text("1");
        }
        Project {
            before: if empty { String::new() } else { before },
            failing,
            after,
            weather: weather(&mut draws, seed, discreet),
            parallelism: 1 + draws.below(8) as usize,
            lease_ms: if draws.hits(200) { 1500 } else { 60_000 },
        }
    }
}

impl Server {
    fn attributes(&self, version: usize) -> Vec<(&'static str, String)> {
        let first = if self.first { FIRST } else { "" };
        vec![
            ("name", quoted(&self.name)),
            ("image", quoted(self.image[version])),
            ("size", (version + 1).to_string()),
            ("lifecycle", first.into()),
        ]
    }
}

const FIRST: &str = "{ create_before_destroy = true }";

fn servers(draws: &mut Seed) -> Vec<Server> {
    let count = 1 + draws.below(2);
    let server = |i| Server {
        name: format!("server{i}"),
        image: ["a", if draws.hits(400) { "b" } else { "a" }],
        there: [draws.hits(850), draws.hits(850)],
        first: draws.hits(500),
    };
    (0..count).map(server).collect()
}

/// What is on no machine: one or two of each class.
fn elsewhere(draws: &mut Seed, versions: &mut [Vec<Block>; 2]) {
    for i in 0..1 + draws.below(2) {
        let (small, other, first) = (draws.hits(300), draws.hits(300), draws.hits(400));
        each(versions, there(draws), |v| Block {
            ty: "sim_disk",
            name: format!("disk{i}"),
            attributes: vec![
                ("size", if small { 9 - v } else { 9 + v }.to_string()),
                ("kind", quoted(if other && v == 1 { "hdd" } else { "ssd" })),
                ("delay_ms", draws_delay(i)),
                ("lifecycle", if first { FIRST } else { "" }.into()),
            ],
        });
    }
    let alike = draws.hits(300);
    for i in 0..1 + draws.below(2) {
        let renamed = draws.hits(300);
        each(versions, there(draws), |v| Block {
            ty: "sim_bucket",
            name: format!("bucket{i}"),
            attributes: vec![
                (
                    "name",
                    format!("\"bucket{i}-{}\"", v * usize::from(renamed)),
                ),
                ("public", (v == 1).to_string()),
            ],
        });
        each(versions, there(draws), |v| Block {
            ty: "sim_ticket",
            name: format!("ticket{i}"),
            attributes: vec![(
                "title",
                format!("\"ticket {} of {v}\"", if alike { 0 } else { i }),
            )],
        });
        let longer = draws.hits(300);
        each(versions, there(draws), |v| Block {
            ty: "sim_token",
            name: format!("token{i}"),
            attributes: vec![("length", (8 + v * usize::from(longer)).to_string())],
        });
    }
    each(versions, [true, true], |v| Block {
        ty: "terraform_data",
        name: "note".into(),
        attributes: vec![("input", format!("\"version {v}\""))],
    });
}

/// What is on a server that is there; some commands are on none.
fn hosted(draws: &mut Seed, servers: &[Server], versions: &mut [Vec<Block>; 2]) {
    for server in servers {
        let name = &server.name;
        let host = || format!("sim_server.{name}.host");
        let both = |draws: &mut Seed| {
            let [before, after] = there(draws);
            [before && server.there[0], after && server.there[1]]
        };
        each(versions, both(draws), |v| Block {
            ty: "sim_record",
            name: format!("record_{name}"),
            attributes: vec![
                ("host", host()),
                ("name", quoted("motd")),
                (
                    "content",
                    format!("\"version {v} on ${{sim_server.{name}.address}}\""),
                ),
            ],
        });
        each(versions, both(draws), |v| Block {
            ty: "sim_service",
            name: format!("service_{name}"),
            attributes: vec![
                ("host", host()),
                ("name", quoted("web")),
                ("version", format!("\"{v}\"")),
                ("environment", format!("{{ MODE = \"{v}\" }}")),
            ],
        });
        each(versions, both(draws), |v| Block {
            ty: "sim_member",
            name: format!("member_{name}"),
            // Another machine is another member: the name of the one before is still taken.
            attributes: vec![
                ("host", host()),
                ("name", format!("\"{name}-{}\"", server.image[v])),
                ("weight", (v + 1).to_string()),
            ],
        });
        let again = draws.hits(500);
        each(versions, both(draws), |v| Block {
            ty: "sim_command",
            name: format!("command_{name}"),
            // Each run that is planned has a name of its own: the world counts by that.
            attributes: vec![
                ("host", host()),
                (
                    "name",
                    format!("\"{name}-{}-{}\"", server.image[v], v * usize::from(again)),
                ),
                ("delay_ms", draws_delay(v as u64)),
            ],
        });
    }
    let again = draws.hits(500);
    each(versions, there(draws), |v| Block {
        ty: "sim_command",
        name: "command".into(),
        attributes: vec![("name", format!("\"somewhere-{}\"", v * usize::from(again)))],
    });
}

/// What rolls from one version to the next, instance by instance.
fn rolling(draws: &mut Seed, versions: &mut [Vec<Block>; 2]) {
    let parallel = 1 + draws.below(3);
    let strategy = match draws.below(3) {
        0 => "strategy = \"canary\"",
        1 => "strategy = \"canary\"\n auto_promote = true",
        _ => "auto_revert = true",
    };
    each(versions, there(draws), |v| Block {
        ty: "sim_service",
        name: "rolling".into(),
        attributes: vec![
            ("count", "4".into()),
            (
                "host",
                "{ id = \"r${count.index}\", address = \"192.0.2.9\" }".into(),
            ),
            ("name", quoted("rolling")),
            ("version", format!("\"{v}\"")),
            ("healthy_after_ms", "15".into()),
            (
                "rollout",
                format!(
                    "{{\n max_parallel = {parallel}\n min_healthy_time = \"10ms\"\n {strategy}\n }}"
                ),
            ),
        ],
    });
}

/// A module that rolls, of five resources in each instance.
struct Web {
    strategy: &'static str,
    /// Whether a version on the way is taken back.
    fails: bool,
}

fn web(draws: &mut Seed) -> Option<Web> {
    let (strategy, fails) = match draws.below(4) {
        0 => return None,
        1 => ("strategy = \"blue_green\"", false),
        2 => ("strategy = \"blue_green\"\n auto_promote = true", false),
        _ => ("auto_revert = true", true),
    };
    Some(Web { strategy, fails })
}

impl Web {
    fn text(&self, release: &str) -> String {
        let image = match self.fails {
            true => "same",
            false => release,
        };
        let strategy = self.strategy;
        format!(
            "module \"web\" {{\n  source = \"./web\"\n  count = 2\n  index = count.index\n  \
             release = \"{release}\"\n  image = \"{image}\"\n  rollout {{\n    \
             min_healthy_time = \"10ms\"\n    healthy_deadline = \"2s\"\n    {strategy}\n  }}\n}}\n\
             output \"web\" {{\n  value = module.web[*].release\n}}\n"
        )
    }
}

/// Half of them take a while.
fn draws_delay(i: u64) -> String {
    (i % 2 * 30).to_string()
}

fn there(draws: &mut Seed) -> [bool; 2] {
    [draws.hits(800), draws.hits(800)]
}

fn each(versions: &mut [Vec<Block>; 2], there: [bool; 2], block: impl Fn(usize) -> Block) {
    for (v, blocks) in versions.iter_mut().enumerate() {
        if there[v] {
            blocks.push(block(v));
        }
    }
}

/// The blocks as text; some wait for another that stands before them.
fn text(draws: &mut Seed, blocks: &[Block]) -> String {
    let mut text = String::new();
    for (i, block) in blocks.iter().enumerate() {
        let _ = writeln!(text, "resource \"{}\" \"{}\" {{", block.ty, block.name);
        for (name, value) in block.attributes.iter().filter(|(_, v)| !v.is_empty()) {
            let equals = if ["lifecycle", "rollout"].contains(name) {
                ""
            } else {
                "= "
            };
            let _ = writeln!(text, "  {name} {equals}{value}");
        }
        if i > 0 && draws.hits(250) {
            let on = &blocks[draws.below(i as u64) as usize];
            let _ = writeln!(text, "  depends_on = [{}.{}]", on.ty, on.name);
        }
        text.push_str("}\n");
    }
    let shown = blocks.iter().filter(|b| b.ty == "sim_disk");
    for disk in shown {
        let name = &disk.name;
        let _ = writeln!(
            text,
            "output \"{name}\" {{\n  value = sim_disk.{name}.id\n}}"
        );
    }
    text
}

fn weather(draws: &mut Seed, seed: u64, discreet: bool) -> Weather {
    // Every third project sees none: what a kill alone does.
    let some = {
        let calm = draws.hits(330);
        move |draws: &mut Seed, most: u64| if calm { 0 } else { draws.below(most) }
    };
    Weather {
        seed,
        lost: some(draws, 150),
        refused: some(draws, 100),
        throttled: some(draws, 200),
        partial: some(draws, 200),
        hidden: some(draws, 500),
        unclear: some(draws, 300),
        discreet,
        linger_ms: some(draws, 100),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
