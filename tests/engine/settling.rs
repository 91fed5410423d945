//! The weather between the engine and a provider: connections that come late, and answers that
//! come too early.

use async_trait::async_trait;
use landfall_tests::Lab;
use model::{ProviderSchema, Value};
use provider::{
    Action, Answers, Connection, ConnectionIdentity, FindAnswer, FindRequest, Lane, Operation,
    PlanAnswer, PlanRequest, Provider, ProviderProblem, ReadAnswer, ReadRequest,
};
use provider_simulated::Simulated;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// The simulated provider behind bad weather.
struct Weather {
    real: Arc<Simulated>,
    /// How many connections are refused first, and whether that is said to pass.
    refuses: AtomicU32,
    passes: bool,
    tried: Arc<AtomicU32>,
    /// How many questions are answered with "absent", whatever is there.
    overlooks: Arc<AtomicU32>,
    /// What of `wrap` the provider was given, and for what.
    given: Given,
}

impl Weather {
    fn fair(real: Arc<Simulated>) -> Weather {
        Weather {
            real,
            refuses: AtomicU32::new(0),
            passes: false,
            tried: Arc::default(),
            overlooks: Arc::default(),
            given: Given::default(),
        }
    }
}

type Given = Arc<Mutex<Vec<String>>>;

struct Link {
    real: Arc<dyn Connection>,
    overlooks: Arc<AtomicU32>,
    given: Given,
}

impl Link {
    fn note(&self, what: &str, attributes: &Value) {
        let wrap = attributes.get("wrap").map(Value::expose);
        let wrap = match wrap {
            Some(Value::String(wrap)) => wrap.to_string(),
            Some(Value::Null(_)) | None => "nothing".into(),
            Some(other) => format!("{other:?}"),
        };
        self.given.lock().unwrap().push(format!("{what} {wrap}"));
    }
}

fn one_less(count: &AtomicU32) -> bool {
    let less = |n: u32| n.checked_sub(1);
    count
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        .is_ok()
}

#[async_trait]
impl Provider for Weather {
    fn name(&self) -> &'static str {
        self.real.name()
    }

    fn schema(&self) -> Arc<ProviderSchema> {
        self.real.schema()
    }

    fn plan(&self, request: &PlanRequest<'_>) -> PlanAnswer {
        self.real.plan(request)
    }

    fn lane(&self, ty: &str, attributes: &Value) -> Lane {
        self.real.lane(ty, attributes)
    }

    async fn connect(&self, config: Value) -> Result<Arc<dyn Connection>, ProviderProblem> {
        self.tried.fetch_add(1, Ordering::Relaxed);
        if one_less(&self.refuses) {
            let problem = ProviderProblem::error("too many connections");
            return Err(match self.passes {
                true => problem.retryable(),
                false => problem,
            });
        }
        Ok(Arc::new(Link {
            real: self.real.connect(config).await?,
            overlooks: self.overlooks.clone(),
            given: self.given.clone(),
        }))
    }
}

#[async_trait]
impl Connection for Link {
    fn identity(&self) -> ConnectionIdentity {
        self.real.identity()
    }

    async fn read(&self, batch: Vec<ReadRequest>) -> Vec<ReadAnswer> {
        batch.iter().for_each(|r| self.note("read", &r.attributes));
        self.real.read(batch).await
    }

    async fn apply(&self, batch: Vec<Operation>, to: Answers) {
        for operation in &batch {
            match &operation.action {
                Action::Create { planned } => self.note("create", planned),
                Action::Update { prior, planned } => {
                    self.note("update from", prior);
                    self.note("update to", planned);
                }
                Action::Delete { prior } => self.note("delete", prior),
            }
        }
        self.real.apply(batch, to).await;
    }

    async fn find(&self, batch: Vec<FindRequest>) -> Vec<FindAnswer> {
        batch.iter().for_each(|r| self.note("find", &r.attributes));
        let answers = self.real.find(batch).await.into_iter();
        let see = |answer| match one_less(&self.overlooks) {
            true => FindAnswer::Absent,
            false => answer,
        };
        answers.map(see).collect()
    }
}

/// A project whose first connections are refused, and how often it was tried.
fn refused(first: u32, passes: bool) -> (Lab, Arc<AtomicU32>) {
    let tried = Arc::new(AtomicU32::new(0));
    let counted = tried.clone();
    let lab = Lab::new("resource \"sim_disk\" \"a\" {\n  count = 3\n  size = 1\n}");
    let lab = lab.through(|real| {
        Arc::new(Weather {
            real,
            refuses: AtomicU32::new(first),
            passes,
            tried: counted,
            overlooks: Arc::default(),
            given: Given::default(),
        })
    });
    (lab, tried)
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_refused_for_a_moment_is_tried_again() {
    let (mut lab, tried) = refused(3, true);
    let began = tokio::time::Instant::now();
    lab.apply_whole().await;
    assert_eq!(lab.things(), 3);
    // Each pause is twice the one before.
    assert!(began.elapsed().as_millis() >= 250 + 500 + 1000);
    assert!(tried.load(Ordering::Relaxed) >= 4);
}

#[tokio::test(start_paused = true)]
async fn it_is_tried_so_often_and_no_more() {
    for (passes, most) in [(true, 6), (false, 1)] {
        let (mut lab, tried) = refused(u32::MAX, passes);
        let report = lab.apply().await;
        // Seen before the first change, for all that goes through it at once.
        let held = (report.failed.len(), report.skipped.len());
        assert_eq!((held, lab.things()), ((1, 2), 0), "{report:#?}");
        assert_eq!(tried.load(Ordering::Relaxed), most);
    }
}

/// A create, and an update, whose replies are lost, and which cannot be seen at first.
#[tokio::test(start_paused = true)]
async fn absent_counts_only_after_the_window() {
    let overlooks = Arc::new(AtomicU32::new(0));
    let counted = overlooks.clone();
    let mut lab = Lab::new(
        r#"
        variable "size" { default = 1 }
        provider "simulated" { lost = 1000 }
        resource "sim_disk" "a" { size = var.size }
        "#,
    )
    .through(|real| {
        Arc::new(Weather {
            overlooks: counted,
            ..Weather::fair(real)
        })
    });
    for size in ["1", "2"] {
        lab.var("size", size);
        overlooks.store(3, Ordering::Relaxed);
        lab.apply_whole().await;
        let report = lab.simulated.world().report();
        assert_eq!((report.creations, report.duplicates), (1, 0), "{size}");
    }
    // What is still absent after the window was not made.
    lab.end_outside("sim_disk.a");
    overlooks.store(u32::MAX, Ordering::Relaxed);
    let report = lab.apply().await;
    assert!(!report.is_complete());
    assert!(lab.state.open.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_only_handed_over_goes_along_where_something_is_made_or_changed() {
    let given = Given::default();
    let noted = given.clone();
    let mut lab = Lab::new(
        r#"
        variable "wrap" { sensitive = true }
        provider "simulated" { lost = 1000 }
        resource "sim_token" "t" { wrap = var.wrap }
        "#,
    )
    .through(|real| {
        Arc::new(Weather {
            given: noted,
            ..Weather::fair(real)
        })
    });
    for wrap in ["one", "two"] {
        lab.var("wrap", wrap);
        lab.apply().await;
        lab.apply().await;
    }
    lab.options.mode = plan::PlanMode::Destroy;
    lab.apply_whole().await;
    let mut all = given.lock().unwrap().clone();
    all.sort();
    all.dedup();
    let expected = [
        "create one",
        "delete nothing",
        "find nothing",
        "read nothing",
        "update from nothing",
        "update to two",
    ];
    assert_eq!(all, expected);
}
