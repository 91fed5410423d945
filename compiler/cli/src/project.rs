//! A project, loaded: its configuration, its files, its state.

use crate::app::{App, Run, env};
use crate::commands::options::{EnvironmentArg, VariableArgs};
use crate::exit::Exit;
use crate::files::ProjectFiles;
use crate::paths::Paths;
use crate::{providers, ready, stores, surroundings};
use config::{MemoryFiles, Request};
use diagnostics::{Problem, SourceMap};
use driver::{Inputs, Loaded, Providers};
use state::State;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{
    Anchors, Journal, JournalError, JournalOptions, KeySources, LeaseRequest, Store, StoreError,
};

/// A project, loaded.
pub(crate) struct Project {
    /// Its places.
    pub(crate) paths: Paths,
    /// Its files.
    pub(crate) files: ProjectFiles,
    /// The providers that there are.
    pub(crate) providers: Providers,
    /// Its configuration.
    pub(crate) loaded: Loaded,
    /// The files that were read.
    pub(crate) sources: SourceMap,
    /// Whether there is no configuration at all.
    pub(crate) is_blank: bool,
}

/// What a project is loaded for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// To be planned and applied.
    Work,
    /// To find all mistakes in it.
    Mistakes,
    /// To come to its state.
    State,
    /// To be asked questions about.
    Questions,
}

impl Project {
    /// Loads the project; shows every problem of it.
    pub(crate) fn load(
        app: &App,
        environment: &EnvironmentArg,
        variables: &VariableArgs,
    ) -> Run<Project> {
        Project::of(app, environment, variables, For::Work)
    }

    /// The same with all that belongs to the project, used or not.
    pub(crate) fn whole(
        app: &App,
        environment: &EnvironmentArg,
        variables: &VariableArgs,
    ) -> Run<Project> {
        Project::of(app, environment, variables, For::Mistakes)
    }

    /// The same for who asks only for the state: variables may be without a value.
    pub(crate) fn look(app: &App, environment: &EnvironmentArg) -> Run<Project> {
        Project::of(app, environment, &VariableArgs::default(), For::State)
    }

    /// The same for who asks questions: a directory without any configuration will do.
    pub(crate) fn ask(
        app: &App,
        environment: &EnvironmentArg,
        variables: &VariableArgs,
    ) -> Run<Project> {
        Project::of(app, environment, variables, For::Questions)
    }

    fn of(
        app: &App,
        environment: &EnvironmentArg,
        variables: &VariableArgs,
        purpose: For,
    ) -> Run<Project> {
        let paths = app.paths()?;
        let refuse = |why: String| app.fail(Problem::error("LF0520", why));
        let var_files = variables.var_files.iter().map(|path| real(path));
        let var_files = var_files.collect::<Result<Vec<_>, _>>().map_err(refuse)?;
        // A file that the user names is theirs to read, wherever it is.
        let allowed = [app.global.allow_read.as_slice(), &var_files].concat();
        let files = ProjectFiles::new(&paths.root, &allowed).map_err(refuse)?;
        let request = Request {
            environment: environment.name.clone(),
            vars: variables.vars.clone(),
            var_files: var_files.iter().map(|path| paths.relative(path)).collect(),
            env_vars: surroundings::variables(std::env::vars_os()).map_err(refuse)?,
            directory_name: paths.directory_name.clone(),
            values_optional: !matches!(purpose, For::Work | For::Mistakes),
            all_kinds: purpose == For::Mistakes,
        };
        let blank = MemoryFiles::new().with("empty.hcl", "");
        let is_blank = purpose == For::Questions && files.has_no_configuration();
        let providers = providers::real();
        let inputs = Inputs {
            files: if is_blank { &blank } else { &files },
            providers: &providers,
            request: &request,
        };
        let (loaded, sources, mut problems) =
            driver::load_again(&inputs, &mut driver::Cache::none());
        if let (Err(Some(understood)), For::Work | For::Mistakes) = (&loaded, purpose) {
            let more = ready::more_problems(understood, &problems, &sources, &providers, &files);
            problems.extend(more);
            problems.sort_by_key(|p| p.primary().map(|s| (s.file, s.start)));
        }
        app.out.problems(&problems, &sources);
        match loaded {
            Ok(loaded) => Ok(Project {
                paths,
                files,
                providers,
                loaded,
                sources,
                is_blank,
            }),
            Err(_) => Err(Exit::Error),
        }
    }

    /// The environment's name.
    pub(crate) fn environment(&self) -> &str {
        &self.loaded.config.environment.name
    }

    /// The store of the environment's state.
    pub(crate) async fn store(&self, app: &App) -> Run<Arc<dyn Store>> {
        let store = stores::open(&self.loaded.config, &self.paths.root).await;
        store.map_err(|e| app.fail(self.refused(&e)))
    }

    /// The same, made where it is missing.
    pub(crate) async fn make_store(&self, app: &App) -> Run<Arc<dyn Store>> {
        let store = stores::create(&self.loaded.config, &self.paths.root).await;
        store.map_err(|e| app.fail(self.refused(&e)))
    }

    /// The environment's state, opened.
    pub(crate) async fn journal(&self, app: &App) -> Run<(Journal, Arc<State>)> {
        let opened = self.try_journal(app).await?;
        opened.map_err(|e| app.refused(&e))
    }

    /// Whether there is certainly no state yet.
    pub(crate) fn is_new(&self) -> bool {
        self.is_blank || stores::is_absent(&self.loaded.config, &self.paths.root)
    }

    /// The same; what the journal refuses is for the caller to tell.
    pub(crate) async fn try_journal(
        &self,
        app: &App,
    ) -> Run<Result<(Journal, Arc<State>), JournalError>> {
        let store = self.store(app).await?;
        let keys = KeySources::gather(env).map_err(|e| app.refused(&e.into()))?;
        let place = store.describe();
        let (journal, state) = match Journal::open(store, &keys, &options(app)).await {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        match stores::foreign(&place, &state, &self.loaded.config) {
            None => Ok(Ok((journal, state))),
            Some(problem) => {
                journal.close().await;
                Err(app.fail(problem))
            }
        }
    }

    fn refused(&self, error: &StoreError) -> Problem {
        stores::problem_at(error, &self.loaded.config, &self.paths.root)
    }
}

/// How journals are opened.
pub(crate) fn options(app: &App) -> JournalOptions {
    JournalOptions {
        anchors: Anchors::of_user(env),
        accept_rollback: app.global.accept_rollback,
    }
}

/// How the lease is asked for.
pub(crate) fn lease_request(command: &str, wait: std::time::Duration) -> LeaseRequest {
    LeaseRequest {
        owner: surroundings::owner(command, env),
        time_to_live: TIME_TO_LIVE,
        wait,
        is_dead: surroundings::is_dead,
    }
}

/// After this long without a word from its owner, a lease is over.
const TIME_TO_LIVE: std::time::Duration = std::time::Duration::from_secs(60);

fn real(path: &Path) -> Result<PathBuf, String> {
    path.canonicalize()
        .map_err(|e| format!("--var-file {}: {e}", path.display()))
}
