//! What the tests of this crate share: a place for a store, keys, and events to append.
#![allow(dead_code, unreachable_pub)] // each test file uses some of it

pub mod postgres;

use landfall_store::{
    Access, Anchors, Genesis, Journal, JournalError, JournalOptions, KeySources, LeaseRequest,
    NewRecipient, PostgresStore, SqliteStore, Way, generate_identity,
};
use model::*;
use state::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A directory with a store, its keys and anchors; gone when dropped.
pub struct Place {
    root: PathBuf,
    owner: TestKey,
    /// None where it is another process's.
    directory: Option<tempfile::TempDir>,
}

/// A private key and its public one.
pub struct TestKey {
    pub sources: KeySources,
    pub public_key: String,
}

impl Place {
    pub fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        Place {
            root: directory.path().to_path_buf(),
            owner: Place::identity("ann"),
            directory: Some(directory),
        }
    }

    /// That of another process, which kept its key there.
    pub fn at(root: &Path) -> Place {
        let text = std::fs::read_to_string(root.join("key")).unwrap();
        let owner = TestKey {
            sources: KeySources::of_key("ann", &text),
            public_key: String::new(),
        };
        Place {
            root: root.to_path_buf(),
            owner,
            directory: None,
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Leaves the private key where [`Place::at`] looks for it.
    pub fn keep_key(&self) {
        std::fs::write(self.root.join("key"), &*self.owner.sources.files[0].text).unwrap();
    }

    pub fn identity(name: &str) -> TestKey {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        let public_key = generate_identity(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        TestKey {
            sources: KeySources::of_key(name, &text),
            public_key,
        }
    }

    pub fn path(&self) -> PathBuf {
        SqliteStore::path_of(self.root.as_path(), "test")
    }

    pub fn options(&self) -> JournalOptions {
        JournalOptions {
            anchors: Some(Anchors::in_directory(self.root.join("anchors"))),
            ..JournalOptions::default()
        }
    }

    pub fn sources(&self) -> KeySources {
        self.owner.sources.clone()
    }

    pub fn recipients(&self) -> Vec<NewRecipient> {
        vec![NewRecipient {
            name: "ann".into(),
            way: Way::PublicKey(self.owner.public_key.clone()),
            access: Access::Both,
        }]
    }

    pub async fn create(&self) -> (Journal, Arc<State>) {
        self.try_create().await.unwrap()
    }

    pub async fn try_create(&self) -> Result<(Journal, Arc<State>), JournalError> {
        self.create_with(&self.options()).await
    }

    pub async fn create_with(
        &self,
        options: &JournalOptions,
    ) -> Result<(Journal, Arc<State>), JournalError> {
        let store = Arc::new(SqliteStore::create(&self.path()).unwrap());
        Journal::create(store, genesis(), &self.recipients(), options).await
    }

    /// Opens the store, which is made where it is missing.
    pub async fn open_made(&self) -> Result<(Journal, Arc<State>), JournalError> {
        drop(SqliteStore::create(&self.path()).unwrap());
        self.open().await
    }

    pub async fn open(&self) -> Result<(Journal, Arc<State>), JournalError> {
        self.open_with(&self.owner.sources).await
    }

    pub async fn open_with(
        &self,
        sources: &KeySources,
    ) -> Result<(Journal, Arc<State>), JournalError> {
        let store = Arc::new(SqliteStore::open(&self.path()).unwrap());
        Journal::open(store, sources, &self.options()).await
    }

    pub async fn open_accepting(&self) -> Result<(Journal, Arc<State>), JournalError> {
        let store = Arc::new(SqliteStore::open(&self.path()).unwrap());
        let options = JournalOptions {
            accept_rollback: true,
            ..self.options()
        };
        Journal::open(store, &self.owner.sources, &options).await
    }

    /// All files of the store as they are.
    pub fn copy(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files(self.path().parent().unwrap())
            .into_iter()
            .map(|path| (path.clone(), std::fs::read(path).unwrap()))
            .collect()
    }

    pub fn restore(&self, copy: &[(PathBuf, Vec<u8>)]) {
        for path in files(self.path().parent().unwrap()) {
            std::fs::remove_file(path).unwrap();
        }
        for (path, bytes) in copy {
            std::fs::write(path, bytes).unwrap();
        }
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|e| e.unwrap().path()).collect()
}

/// The log of a name in a server, once that answers.
pub async fn store_in(server: &postgres::Server, name: &str) -> PostgresStore {
    store_at(&server.url(), name).await
}

/// The same at another of its addresses.
pub async fn store_at(url: &str, name: &str) -> PostgresStore {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match PostgresStore::connect(url, name).await {
            Ok(store) => return store,
            Err(error) => assert!(Instant::now() < deadline, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub fn genesis() -> Genesis {
    Genesis {
        project: "shop".into(),
        environment: "test".into(),
    }
}

pub fn owner(command: &str) -> LeaseOwner {
    LeaseOwner {
        user: "ann".into(),
        host: "laptop".into(),
        process: 4711,
        place: None,
        run: Some("https://ci.example/7".into()),
        command: command.into(),
    }
}

pub fn request(command: &str, time_to_live_ms: u64) -> LeaseRequest {
    LeaseRequest {
        owner: owner(command),
        time_to_live: Duration::from_millis(time_to_live_ms),
        wait: Duration::ZERO,
        is_dead: |_| false,
    }
}

pub fn object(address: &str, secret: &str) -> Object {
    let print = Fingerprint::of(&Value::string(secret));
    let secret = Secret::open(print, Value::string(secret));
    Object {
        id: ObjectId::random(),
        address: address.parse().unwrap(),
        status: Status::Ready,
        schema_version: 1,
        attributes: Value::object([
            ("plain", Value::string(format!("plain-of-{address}"))),
            ("secret", Value::Secret(Arc::new(secret))),
            ("size", Value::int(7)),
        ]),
        private: Arc::default(),
        provider: ProviderKey("ssh".into()),
        container: None,
        dependencies: Arc::default(),
        create_before_destroy: false,
        protected: false,
        implementation: None,
        durations: Durations::default(),
        changed_at_ms: 1,
        changed_by: "ann".into(),
    }
}

pub fn put(address: &str, secret: &str) -> Event {
    Event::Put(Box::new(object(address, secret)))
}

/// The intent to create an object, and that it was.
pub fn create_events(address: &str) -> [Event; 2] {
    let object = object(address, "the same secret");
    let token = Token::random();
    let intent = Intent {
        token,
        object: object.id,
        address: object.address.clone(),
        change: Change::Create,
        attributes: object.attributes.clone(),
        private: object.private.clone(),
        provider: object.provider.clone(),
        becomes: Some(Box::new(object.clone())),
        deposes: None,
    };
    let recorded = Recorded::Object(Box::new(object));
    [
        Event::Intent(intent),
        Event::Outcome(Outcome { token, recorded }),
    ]
}

pub fn plain_of(state: &State, address: &str) -> Option<String> {
    let object = state.at(&address.parse().unwrap())?;
    object.attributes.get("plain")?.as_str().map(String::from)
}

pub fn secret_of(state: &State, address: &str) -> Option<String> {
    let object = state.at(&address.parse().unwrap())?;
    match object.attributes.get("secret")? {
        Value::Secret(s) => s.expose()?.as_str().map(String::from),
        _ => None,
    }
}
