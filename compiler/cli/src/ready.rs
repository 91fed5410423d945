//! A project made ready for planning: its state at hand, and the providers, real or simulated.

use crate::app::{App, Run, env};
use crate::commands::options::{EnvironmentArg, RefreshArg, RunArgs, SelectionArgs, VariableArgs};
use crate::files::ProjectFiles;
use crate::project::Project;
use crate::recording::Recording;
use crate::watch::{Nobody, Teller};
use crate::{providers, stores, surroundings};
use diagnostics::{Problem, SourceMap};
use driver::{Loaded, Options, Providers, Refresh, Session, Setup, Understood};
use model::{FingerprintKey, Lineage};
use plan::PlanMode;
use state::{Event, State};
use store::{Journal, Keys};
use tokio::sync::watch;

/// As many operations under way at once as usual.
const PARALLELISM: u16 = 32;

/// A project made ready for planning.
pub(crate) struct Ready {
    /// The project.
    pub(crate) project: Project,
    providers: Providers,
    teller: Teller,
    ground: Ground,
    parallelism: usize,
    cancel: watch::Receiver<u8>,
    /// The project's files, and what was read of them.
    pub(crate) files: Recording,
}

/// What the session stands on.
enum Ground {
    /// The state as it is.
    Journal(Journal),
    /// A copy that nothing is recorded of.
    Rehearsal(Box<State>, FingerprintKey),
}

impl Ready {
    /// Loads the project and opens its state, or a copy of it for a rehearsal.
    pub(crate) async fn new(
        app: &App,
        environment: &EnvironmentArg,
        variables: &VariableArgs,
        run: &RunArgs,
        cancel: watch::Receiver<u8>,
    ) -> Run<Ready> {
        let project = Project::load(app, environment, variables)?;
        Ready::of(app, project, run, cancel).await
    }

    /// The same for a project that is loaded already.
    pub(crate) async fn of(
        app: &App,
        project: Project,
        run: &RunArgs,
        cancel: watch::Receiver<u8>,
    ) -> Run<Ready> {
        let (ground, providers) = match run.rehearse {
            true => {
                let (state, key) = copy(app, &project).await?;
                let twins = providers::twins(&state);
                (Ground::Rehearsal(Box::new(state), key), twins)
            }
            false => {
                let (journal, _) = project.journal(app).await?;
                (Ground::Journal(journal), project.providers.clone())
            }
        };
        let parallelism = usize::from(run.parallelism.unwrap_or(PARALLELISM));
        let teller = Teller(app.out.clone());
        let files = Recording::none(project.files.clone());
        Ok(Ready {
            project,
            files,
            providers,
            teller,
            ground,
            parallelism,
            cancel,
        })
    }

    /// A session on it.
    pub(crate) async fn session(&self, app: &App) -> Run<Session<'_>> {
        let setup = Setup {
            loaded: &self.project.loaded,
            providers: &self.providers,
            sources: &self.files,
            watch: &self.teller,
            parallelism: self.parallelism,
            user: surroundings::owner("", env).user,
            now: now(),
            cancel: self.cancel.clone(),
        };
        match &self.ground {
            Ground::Journal(journal) => {
                let session = Session::open(setup, journal.clone()).await;
                session.map_err(|e| app.refused(&e))
            }
            Ground::Rehearsal(state, key) => {
                Ok(Session::rehearse(setup, State::clone(state), key.clone()))
            }
        }
    }

    /// The state's keys; none in a rehearsal.
    pub(crate) async fn keys(&self, app: &App) -> Run<Option<Keys>> {
        match &self.ground {
            Ground::Journal(journal) => journal.keys().await.map(Some).map_err(|e| app.refused(&e)),
            Ground::Rehearsal(..) => Ok(None),
        }
    }

    /// Whether nothing real is touched.
    pub(crate) fn is_rehearsal(&self) -> bool {
        matches!(self.ground, Ground::Rehearsal(..))
    }

    /// The files that problems point into.
    pub(crate) fn sources(&self) -> &diagnostics::SourceMap {
        &self.project.sources
    }
}

/// What is wrong with the values of a configuration that has other errors already.
pub(crate) fn more_problems(
    understood: &Understood,
    found: &[Problem],
    sources: &SourceMap,
    providers: &Providers,
    files: &ProjectFiles,
) -> Vec<Problem> {
    let files = Recording::none(files.clone());
    understood.check(found, sources, &plain_options(), |loaded| {
        from_nothing(looking_on(loaded, providers, &files))
    })
}

/// What a session needs that changes nothing and asks nobody but `providers`.
pub(crate) fn looking_on<'a>(
    loaded: &'a Loaded,
    providers: &'a Providers,
    files: &'a Recording,
) -> Setup<'a> {
    Setup {
        loaded,
        providers,
        sources: files,
        watch: &Nobody,
        parallelism: 1,
        user: String::new(),
        now: now(),
        cancel: watch::channel(0).1,
    }
}

/// A session in a world in which nothing was made yet.
pub(crate) fn from_nothing(setup: Setup<'_>) -> Session<'_> {
    Session::rehearse(setup, State::default(), FingerprintKey::new([0; 32]))
}

/// What goes for every plan that is made here.
pub(crate) fn plain_options() -> Options {
    let working_directory = std::env::current_dir().unwrap_or_default();
    Options {
        working_directory: working_directory.to_string_lossy().into_owned(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..Options::default()
    }
}

/// What the user asked for, as the planner takes it.
pub(crate) fn options(app: &App, selection: &SelectionArgs, mode: PlanMode) -> Run<Options> {
    let replaces = selection.replaces.iter().map(|text| text.parse());
    let replaces: Result<Vec<_>, model::AddressError> = replaces.collect();
    Ok(Options {
        mode,
        refresh: match selection.refresh {
            RefreshArg::Bulk => Refresh::Bulk,
            RefreshArg::All => Refresh::All,
            RefreshArg::Touched => Refresh::Touched,
            RefreshArg::None => Refresh::None,
        },
        targets: selection.targets.clone(),
        excludes: selection.excludes.clone(),
        replaces: replaces
            .map_err(|e| app.fail(Problem::error("LF0520", format!("--replace: {e}"))))?,
        forget_unreachable: selection.forget_unreachable,
        ..plain_options()
    })
}

/// The state to rehearse on: a copy of the recorded one, or an empty one where none was made.
async fn copy(app: &App, project: &Project) -> Run<(State, FingerprintKey)> {
    let config = &project.loaded.config;
    if stores::open(config, &project.paths.root).await.is_ok() {
        let (journal, state) = project.journal(app).await?;
        let key = journal
            .fingerprint_key()
            .await
            .map_err(|e| app.refused(&e))?;
        journal.close().await;
        return Ok((State::clone(&state), key));
    }
    let lineage = Lineage::random();
    let mut state = State::default();
    let begun = Event::Begun {
        lineage,
        project: config.project.name.clone(),
        environment: project.environment().into(),
    };
    let refuse = |why| app.fail(Problem::error("LF0508", why));
    state.apply(&begun, 0).map_err(refuse)?;
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|e| app.fail(Problem::error("LF0523", format!("no random numbers: {e}"))))?;
    Ok((state, FingerprintKey::new(bytes)))
}

/// Now, to the second.
pub(crate) fn now() -> String {
    let now = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(now).map_or_else(|_| String::new(), |t| t.to_string())
}
