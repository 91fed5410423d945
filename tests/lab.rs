//! A project in memory, with a state that is kept from run to run.

use crate::Watching;
use config::{MemoryFiles, Request};
use diagnostics::{Problem, SourceMap};
use driver::{Inputs, Loaded, Options, Planned, Providers, Report, Session, Setup, Verdict, load};
use eval::{Expr, Sources, Template};
use model::{Address, FingerprintKey, Lineage, Mixed, Part, Secret, Value};
use plan::{Action, Plan, Step};
use provider::Provider;
use provider_builtin::Builtin;
use provider_simulated::{Owner, Reply, Request as Order, Simulated, Thing};
use state::{Event, Object, State, Status};
use std::sync::Arc;
use tokio::sync::watch;

/// A project in memory.
pub struct Lab {
    files: MemoryFiles,
    request: Request,
    providers: Providers,
    /// As recorded by the last run.
    pub state: State,
    /// What the runs told.
    pub watching: Watching,
    /// What plans are made with.
    pub options: Options,
    /// The simulated provider.
    pub simulated: Arc<Simulated>,
}

/// Files that are only in memory, for what evaluates.
pub struct Memory(pub MemoryFiles);

impl Sources for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        config::Files::read(&self.0, path).map(|text| text.as_bytes().to_vec())
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(config::Files::read(&self.0, path).is_ok())
    }

    fn list(&self, directory: &str) -> Result<Vec<String>, String> {
        config::Files::list(&self.0, directory)
    }

    fn template(&self, path: &str) -> Result<Template, Problem> {
        let text = config::Files::read(&self.0, path)
            .map_err(|why| Problem::error("LF0313", format!("`{path}` can't be read: {why}")))?;
        config::template(path, &text).map_err(|mut problems| problems.remove(0))
    }

    fn assignments(&self, text: &str) -> Result<Vec<(Arc<str>, Expr)>, Problem> {
        config::assignments(text).map_err(|mut problems| problems.remove(0))
    }
}

impl Lab {
    /// A project with one file, and nothing recorded.
    pub fn new(main: &str) -> Lab {
        let simulated = Arc::new(Simulated::new());
        let providers: Vec<Arc<dyn Provider>> = vec![Arc::new(Builtin), simulated.clone()];
        let mut state = State::default();
        let begun = Event::Begun {
            lineage: Lineage([7; 10]),
            project: "lab".into(),
            environment: "default".into(),
        };
        state
            .apply(&begun, 0)
            .expect("a log begins with its beginning");
        Lab {
            files: MemoryFiles::new().with("main.hcl", main),
            request: Request {
                directory_name: "lab".into(),
                ..Request::default()
            },
            providers: Providers::new(providers),
            state,
            watching: Watching::default(),
            options: Options {
                version: "test".into(),
                ..Options::default()
            },
            simulated,
        }
    }

    /// The same project with something between the engine and the simulated provider.
    pub fn through(mut self, between: impl FnOnce(Arc<Simulated>) -> Arc<dyn Provider>) -> Lab {
        let between = between(self.simulated.clone());
        self.providers = Providers::new(vec![Arc::new(Builtin), between]);
        self
    }

    /// The same project with another file, or with a file changed.
    pub fn file(mut self, path: &str, text: &str) -> Lab {
        self.files = self.files.with(path, text);
        self
    }

    /// The same project with one more provider.
    pub fn provider(mut self, provider: Arc<dyn Provider>) -> Lab {
        let all: Vec<Arc<dyn Provider>> = vec![Arc::new(Builtin), self.simulated.clone(), provider];
        self.providers = Providers::new(all);
        self
    }

    /// Changes a file.
    pub fn write(&mut self, path: &str, text: &str) {
        self.files = std::mem::take(&mut self.files).with(path, text);
    }

    /// The text of a file; panics where there is none.
    pub fn text(&self, path: &str) -> String {
        config::Files::read(&self.files, path)
            .expect("there is such a file")
            .to_string()
    }

    /// Changes a piece of the main file; panics where it is not there.
    pub fn edit(&mut self, from: &str, to: &str) {
        let text = self.text("main.hcl");
        assert!(text.contains(from), "{from:?} is not in the main file");
        let text = text.replacen(from, to, 1);
        self.write("main.hcl", &text);
    }

    /// Sets a variable.
    pub fn var(&mut self, name: &str, value: &str) {
        self.request.vars.retain(|(n, _)| n != name);
        self.request.vars.push((name.into(), value.into()));
    }

    /// Loads the configuration, with all problems as text.
    pub fn load(&self) -> (Option<Loaded>, Vec<String>) {
        let inputs = Inputs {
            files: &self.files,
            providers: &self.providers,
            request: &self.request,
        };
        let (loaded, sources, problems) = load(&inputs);
        (loaded, problems.iter().map(|p| told(p, &sources)).collect())
    }

    /// Plans; panics where the configuration does not load.
    pub async fn plan(&self) -> Planned {
        let loaded = self.loaded();
        let memory = Memory(self.files.clone());
        let (_sender, cancel) = watch::channel(0);
        self.session(&loaded, &memory, cancel)
            .plan(&self.options)
            .await
    }

    /// Plans, and gives what it will do, a line a step, sorted.
    pub async fn planned(&self) -> Vec<String> {
        let planned = self.plan().await;
        let mut lines: Vec<String> = planned.problems.iter().map(|p| p.to_string()).collect();
        lines.extend(
            planned
                .plan
                .later
                .iter()
                .map(|l| format!("later {}", l.what)),
        );
        lines.extend(steps(&planned.plan));
        lines.sort();
        lines
    }

    /// Settles what an earlier run left open, as every run does before it plans.
    async fn settle(&mut self) {
        let loaded = self.loaded();
        let memory = Memory(self.files.clone());
        let (_sender, cancel) = watch::channel(0);
        let mut session = self.session(&loaded, &memory, cancel);
        let settled = session.settle().await;
        assert!(settled.broken.is_none(), "{settled:?}");
        let state = session.state().clone();
        drop(session);
        self.state = state;
    }

    /// Settles by hand what nobody knows at an address.
    pub fn say(&mut self, address: &str, verdict: Verdict) {
        let address = address.parse().expect("an address");
        let open = driver::at(&self.state, &address);
        let key = FingerprintKey::new([9; 32]);
        let event = driver::outcome(&self.state, open[0], &self.providers, verdict, &key);
        let event = event.expect("it can be settled");
        self.state.apply(&event, 0).expect("it is open");
    }

    /// What the whole plan has to wait for, as it is planned now.
    pub async fn blocking(&self) -> Vec<String> {
        let plan = self.plan().await.plan;
        let loaded = self.loaded();
        let memory = Memory(self.files.clone());
        let (_sender, cancel) = watch::channel(0);
        let session = self.session(&loaded, &memory, cancel);
        let blocking = session.blocking(&plan);
        blocking.iter().map(ToString::to_string).collect()
    }

    /// The plan with what ephemeral variables are now, as a saved one has to be given again.
    pub fn given_again(&self, mut plan: Plan) -> Plan {
        let loaded = self.loaded();
        let memory = Memory(self.files.clone());
        let (_sender, cancel) = watch::channel(0);
        self.session(&loaded, &memory, cancel)
            .give_again(&mut plan, &self.options);
        plan
    }

    /// Settles, plans and applies; panics where the plan has problems.
    pub async fn apply(&mut self) -> Report {
        self.settle().await;
        let planned = self.plan().await;
        assert!(!planned.has_errors(), "{:#?}", planned.problems);
        self.apply_plan(&planned.plan).await
    }

    /// Applies a plan.
    pub async fn apply_plan(&mut self, plan: &Plan) -> Report {
        self.apply_saved(plan, None).await
    }

    /// Applies a plan, a saved one by its id.
    pub async fn apply_saved(&mut self, plan: &Plan, id: Option<String>) -> Report {
        let loaded = self.loaded();
        let memory = Memory(self.files.clone());
        let (_sender, cancel) = watch::channel(0);
        let mut session = self.session(&loaded, &memory, cancel);
        let report = session.apply(plan, id).await;
        drop(session);
        self.state = report.state.clone();
        report
    }

    /// Plans and applies, and asks for an end once `line` is told: 1 begins nothing new, 2 stops.
    pub async fn apply_until(&mut self, line: &str, urgency: u8) -> Report {
        let planned = self.plan().await;
        assert!(!planned.has_errors(), "{:#?}", planned.problems);
        let loaded = self.loaded();
        let memory = Memory(self.files.clone());
        let (sender, cancel) = watch::channel(0);
        self.watching.at(line, move || {
            let _ = sender.send(urgency);
        });
        let mut session = self.session(&loaded, &memory, cancel);
        let report = session.apply(&planned.plan, None).await;
        drop(session);
        self.state = report.state.clone();
        report
    }

    /// What operations were begun since the last call, in their order.
    pub fn began(&self) -> Vec<String> {
        let words = ["create ", "adopt ", "update ", "delete "];
        let mut lines = self.watching.take();
        lines.retain(|l| words.iter().any(|w| l.starts_with(w)));
        lines
    }

    /// The problems of a plan, in words.
    pub async fn problems(&self) -> Vec<String> {
        let planned = self.plan().await;
        planned.problems.iter().map(ToString::to_string).collect()
    }

    /// Something changes an attribute of an object behind everybody's back.
    pub fn change_outside(&self, address: &str, name: &str, value: impl Into<Value>) {
        let seen = self.thing(address);
        let attributes = seen.attributes.with(name, value.into());
        self.simulated.world().answer(Order::Update {
            number: seen.number,
            token: None,
            attributes,
        });
    }

    /// Something ends an object behind everybody's back.
    pub fn end_outside(&self, address: &str) {
        self.simulated.world().answer(Order::Delete {
            number: self.thing(address).number,
            token: None,
            linger_us: 0,
        });
    }

    /// An object stays where it is, and nobody owns it nor knows of it any more.
    pub fn let_go(&mut self, address: &str) -> Thing {
        let thing = self.thing(address);
        self.simulated.world().answer(Order::Own {
            number: thing.number,
            owner: None,
        });
        self.forget(address);
        thing
    }

    /// What is recorded at an address is forgotten.
    pub fn forget(&mut self, address: &str) {
        let address: Address = address.parse().expect("an address");
        let id = self.state.at(&address).expect("it is recorded").id;
        let event = Event::Forgotten(id);
        self.state.apply(&event, 0).expect("it is recorded");
    }

    /// Records that an object is not whole.
    pub fn taint(&mut self, address: &str) {
        let address: Address = address.parse().expect("an address");
        let mut object = Object::clone(self.state.at(&address).expect("it is recorded"));
        object.status = Status::Tainted;
        let event = Event::Put(Box::new(object));
        self.state.apply(&event, 0).expect("it is recorded");
    }

    /// Seals every secret of the state: of each only type and fingerprints are left.
    pub fn seal(&mut self) {
        let objects: Vec<Object> = self
            .state
            .objects
            .values()
            .map(|o| Object::clone(o))
            .collect();
        for mut object in objects {
            object.attributes = sealed(&object.attributes);
            let event = Event::Put(Box::new(object));
            self.state.apply(&event, 0).expect("it is recorded");
        }
        for output in self.state.outputs.values_mut() {
            output.value = sealed(&output.value);
        }
    }

    /// How many things there are in the simulated world.
    pub fn things(&self) -> usize {
        self.simulated.world().report().things.len()
    }

    /// A recorded object's thing in the simulated world.
    pub fn thing(&self, address: &str) -> Thing {
        let address: Address = address.parse().expect("an address");
        let object = self.state.at(&address).expect("it is recorded");
        let lineage = self.state.lineage.expect("the log has begun");
        let reply = self.simulated.world().answer(Order::Owned {
            ty: address.ty().to_string(),
            owner: Owner::new(lineage, object.id),
        });
        match reply {
            Reply::Things(seen) if seen.len() == 1 => seen[0].thing.clone(),
            other => panic!("{address} is not one thing: {other:?}"),
        }
    }

    /// Applies, and expects that everything was done and nothing is left to do.
    pub async fn apply_whole(&mut self) -> Report {
        let report = self.apply().await;
        assert!(report.is_complete(), "{report:#?}");
        assert_eq!(
            self.planned().await,
            Vec::<String>::new(),
            "there is still something to do"
        );
        report
    }

    /// An attribute of an object, as people see it.
    pub fn attribute(&self, address: &str, name: &str) -> String {
        let address = address.parse().expect("an address");
        let object = self.state.at(&address).expect("it is recorded");
        object
            .attributes
            .get(name)
            .map_or("(none)".into(), model::show)
    }

    fn loaded(&self) -> Loaded {
        let (loaded, problems) = self.load();
        loaded.unwrap_or_else(|| panic!("{problems:#?}"))
    }

    fn session<'a>(
        &'a self,
        loaded: &'a Loaded,
        sources: &'a dyn Sources,
        cancel: watch::Receiver<u8>,
    ) -> Session<'a> {
        let setup = Setup {
            loaded,
            providers: &self.providers,
            sources,
            watch: &self.watching,
            parallelism: 16,
            user: "tester".into(),
            now: "2026-01-01T00:00:00Z".into(),
            cancel,
        };
        Session::rehearse(setup, self.state.clone(), FingerprintKey::new([9; 32]))
    }
}

/// The steps that do something, a line each.
pub fn steps(plan: &Plan) -> Vec<String> {
    let shown = |s: &&Step| s.action != Action::Barrier;
    let line = |s: &Step| match (s.pair, s.action) {
        (Some(_), Action::Create) => format!("replace {}", s.address),
        (Some(_), _) => String::new(),
        (None, action) => format!("{} {}", action.word(), s.address),
    };
    let mut lines: Vec<String> = plan
        .steps
        .iter()
        .filter(shown)
        .map(line)
        .filter(|l| !l.is_empty())
        .collect();
    lines.extend(plan.outputs.keys().map(|name| format!("output {name}")));
    lines.extend(
        plan.refreshed
            .iter()
            .map(|d| format!("drift {}", d.address)),
    );
    lines.sort();
    lines
}

fn sealed(value: &Value) -> Value {
    let seal = |s: &Secret| Secret::sealed(s.fingerprint, s.ty.clone()).with_content(s.content);
    value.rewrite(&mut |v| match v {
        Value::Secret(s) => Some(Value::Secret(Arc::new(seal(s)))),
        Value::Mixed(m) => {
            let parts = m.parts().iter().map(|p| match p {
                Part::Secret(s) => Part::Secret(Arc::new(seal(s))),
                text => text.clone(),
            });
            match Mixed::join(parts) {
                Value::Mixed(joined) => {
                    Some(Value::Mixed(Arc::new(joined.with_content(m.content))))
                }
                other => Some(other),
            }
        }
        _ => None,
    })
}

fn told(problem: &Problem, sources: &SourceMap) -> String {
    let place = problem
        .primary()
        .map(|s| sources.locate(s))
        .unwrap_or_default();
    format!("{place} {problem}")
}
