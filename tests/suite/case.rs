//! The cases: a directory each, with a configuration for each step, variables, modules, answers.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// A case.
pub struct Case {
    pub name: String,
    directory: PathBuf,
    pub steps: Vec<Step>,
    /// The modules' files, by directory.
    pub modules: BTreeMap<String, String>,
}

/// A configuration of the root, with variables.
pub struct Step {
    pub main: String,
    pub vars: Vec<(String, String)>,
}

/// What a program did in a step.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// `plan` or `apply`, where that refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What the plan does, by address.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub actions: BTreeMap<String, String>,
    /// Why something is replaced or deleted.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, String>,
    /// Where something was, by where it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub moved: BTreeMap<String, String>,
    /// What the plan says of checks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<String, String>,
    /// The outputs afterwards.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Json>,
}

impl Answer {
    /// Of a plan that was refused, nothing else counts.
    pub fn refused_plan() -> Answer {
        Answer {
            refused: Some("plan".into()),
            ..Answer::default()
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("suite/modules")
}

/// All cases, by name.
pub fn cases() -> Vec<Case> {
    let entries = fs::read_dir(root()).expect("the cases are there");
    let directories = entries.map(|e| e.expect("a directory").path());
    let mut cases: Vec<Case> = directories.map(read).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// The cases that `docs/terraform-differences.md` names.
pub fn known_differences() -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/terraform-differences.md");
    let text = fs::read_to_string(path).expect("the differences are written down");
    let cases = text.lines().filter_map(|l| l.strip_prefix("- `modules/"));
    cases
        .filter_map(|l| l.split_once('`'))
        .map(|(name, _)| name.to_string())
        .collect()
}

fn read(directory: PathBuf) -> Case {
    let name = directory.file_name().expect("it has a name");
    let step = |n: usize| {
        let main = fs::read_to_string(directory.join(format!("{n}.hcl"))).ok()?;
        let vars = fs::read_to_string(directory.join(format!("{n}.vars"))).unwrap_or_default();
        let vars = vars.lines().filter_map(|l| l.split_once('='));
        let vars = vars.map(|(n, v)| (n.to_string(), v.to_string())).collect();
        Some(Step { main, vars })
    };
    let entries = fs::read_dir(&directory).expect("it is a directory");
    let inside = entries.map(|e| e.expect("an entry").path());
    let module = |path: PathBuf| {
        let text = fs::read_to_string(path.join("main.hcl")).ok()?;
        Some((path.file_name()?.to_string_lossy().into_owned(), text))
    };
    Case {
        name: name.to_string_lossy().into_owned(),
        steps: (1..).map_while(step).collect(),
        modules: inside.filter_map(module).collect(),
        directory,
    }
}

impl Case {
    /// Whether Terraform was asked.
    pub fn is_recorded(&self) -> bool {
        self.directory.join("terraform.json").exists()
    }

    /// What Terraform answered when it was last asked.
    pub fn recorded(&self) -> Vec<Answer> {
        let path = self.directory.join("terraform.json");
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Writes Terraform's answers down.
    pub fn record(&self, answers: &[Answer]) {
        let text = serde_json::to_string_pretty(answers).expect("it is JSON");
        fs::write(self.directory.join("terraform.json"), text + "\n").expect("it can be written");
    }
}
