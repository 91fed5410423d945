//! Where private keys come from: the user's configuration directory, `LANDFALL_KEY`,
//! `LANDFALL_KEY_FILE`, a passphrase.

use crate::error::KeyError;
use age::secrecy::ExposeSecret;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use zeroize::Zeroizing;

/// The private keys at hand.
#[derive(Clone, Default)]
pub struct KeySources {
    /// Texts with private keys.
    pub files: Vec<IdentityFile>,
    /// A passphrase, where one was given.
    pub passphrase: Option<Zeroizing<String>>,
    /// Where was looked, for messages.
    pub looked: Vec<String>,
}

/// A text with private keys, a line each; lines that begin with `#` are comments.
#[derive(Clone)]
pub struct IdentityFile {
    /// Where it comes from, for messages.
    pub origin: String,
    /// The text.
    pub text: Zeroizing<String>,
}

impl KeySources {
    /// One private key.
    pub fn of_key(origin: &str, text: &str) -> KeySources {
        KeySources {
            files: vec![IdentityFile {
                origin: origin.into(),
                text: Zeroizing::new(text.into()),
            }],
            passphrase: None,
            looked: vec![origin.into()],
        }
    }

    /// A passphrase alone.
    pub fn of_passphrase(passphrase: &str) -> KeySources {
        KeySources {
            passphrase: Some(Zeroizing::new(passphrase.into())),
            looked: vec!["the passphrase".into()],
            ..KeySources::default()
        }
    }

    /// What `environment` names: `LANDFALL_KEY`, `LANDFALL_KEY_FILE`, `LANDFALL_PASSPHRASE`, and
    /// the files in `landfall/keys` of the configuration directory.
    ///
    /// # Errors
    /// Where a file can't be read, or can be read by others.
    pub fn gather(environment: impl Fn(&str) -> Option<String>) -> Result<KeySources, KeyError> {
        let given = |name: &str| environment(name).filter(|v| !v.is_empty());
        let mut sources = KeySources::default();
        sources.looked.push("LANDFALL_KEY".into());
        if let Some(text) = given("LANDFALL_KEY") {
            sources.add("LANDFALL_KEY", Zeroizing::new(text));
        }
        sources.looked.push("LANDFALL_KEY_FILE".into());
        if let Some(path) = given("LANDFALL_KEY_FILE") {
            // CI systems make such files as they do: only those of the user's own are checked.
            sources.read(Path::new(&path))?;
        }
        if let Some(directory) = Self::directory(&environment) {
            sources.looked.push(directory.display().to_string());
            for path in files_of(&directory)? {
                check_private(&path)?;
                sources.read(&path)?;
            }
        }
        sources.passphrase = given("LANDFALL_PASSPHRASE").map(Zeroizing::new);
        Ok(sources)
    }

    /// The directory of the user's private keys.
    pub fn directory(environment: impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
        let given = |name: &str| {
            environment(name)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        };
        given("XDG_CONFIG_HOME")
            .or_else(|| given("HOME").map(|home| home.join(".config")))
            .map(|config| config.join("landfall").join("keys"))
    }

    /// The public keys of the private keys at hand, in their order.
    ///
    /// # Errors
    /// Where what should be a private key is none.
    pub fn public_keys(&self) -> Result<Vec<String>, KeyError> {
        let identities = self.identities()?;
        Ok(identities
            .iter()
            .map(|(_, i)| i.to_public().to_string())
            .collect())
    }

    pub(crate) fn identities(&self) -> Result<Vec<(&str, age::x25519::Identity)>, KeyError> {
        let mut identities = Vec::new();
        for file in &self.files {
            let lines = file.text.lines().map(str::trim);
            let before = identities.len();
            for line in lines.filter(|l| !l.is_empty() && !l.starts_with('#')) {
                let identity = age::x25519::Identity::from_str(line);
                identities.push((&*file.origin, identity.map_err(|e| file.refused(e))?));
            }
            if identities.len() == before {
                return Err(file.refused("there is no key in it"));
            }
        }
        Ok(identities)
    }

    fn add(&mut self, origin: &str, text: Zeroizing<String>) {
        self.files.push(IdentityFile {
            origin: origin.into(),
            text,
        });
    }

    fn read(&mut self, path: &Path) -> Result<(), KeyError> {
        let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, e))?;
        self.add(&path.display().to_string(), Zeroizing::new(text));
        Ok(())
    }
}

impl IdentityFile {
    fn refused(&self, why: impl ToString) -> KeyError {
        KeyError::NoPrivateKey {
            origin: self.origin.clone(),
            why: why.to_string(),
        }
    }
}

/// Makes a private key in a file that only its owner can read, and gives its public key.
/// A file that is there already is left alone.
///
/// # Errors
/// Where the file is there or can't be made.
pub fn generate_identity(path: &Path) -> std::io::Result<String> {
    let identity = age::x25519::Identity::generate();
    let public_key = identity.to_public().to_string();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        options.mode(0o600);
        builder.mode(0o700);
    }
    if let Some(directory) = path.parent() {
        builder.create(directory)?;
    }
    let mut file = options.open(path)?;
    let private_key = identity.to_string();
    writeln!(file, "# public key: {public_key}")?;
    writeln!(file, "{}", private_key.expose_secret())?;
    file.sync_all()?;
    Ok(public_key)
}

fn files_of(directory: &Path) -> Result<Vec<PathBuf>, KeyError> {
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(unreadable(directory, e)),
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|path| path.is_file() && path.extension().is_none_or(|e| e != "pub"))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).map_err(|e| unreadable(path, e))?;
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => Err(KeyError::NoPrivateKey {
            origin: path.display().to_string(),
            why: format!(
                "others than its owner can read it; `chmod 600 {}`",
                path.display()
            ),
        }),
    }
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), KeyError> {
    Ok(())
}

fn unreadable(path: &Path, error: std::io::Error) -> KeyError {
    KeyError::NoPrivateKey {
        origin: path.display().to_string(),
        why: format!("it can't be read ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn gather(variables: &[(&str, &Path)]) -> Result<KeySources, KeyError> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        let get = |name: &str| variables.get(name).map(|p| p.display().to_string());
        KeySources::gather(get)
    }

    #[test]
    fn keys_come_from_the_directory_and_the_environment() {
        let place = tempfile::tempdir().unwrap();
        let keys = place.path().join("landfall").join("keys");
        let mine = generate_identity(&keys.join("mine")).unwrap();
        let other = place.path().join("other");
        let named = generate_identity(&other).unwrap();
        let text = std::fs::read_to_string(&other).unwrap();
        let found = |sources: KeySources| -> Vec<String> {
            let identities = sources.identities().unwrap();
            identities
                .iter()
                .map(|(_, i)| i.to_public().to_string())
                .collect()
        };
        let config = ("XDG_CONFIG_HOME", place.path());
        assert_eq!(found(gather(&[config]).unwrap()), [mine.as_str()]);
        let both = gather(&[config, ("LANDFALL_KEY_FILE", &other)]).unwrap();
        assert_eq!(found(both), [named.as_str(), &mine]);
        let both = gather(&[config, ("LANDFALL_KEY", Path::new(&text))]).unwrap();
        assert_eq!(found(both), [named.as_str(), &mine]);
        assert_eq!(found(gather(&[("HOME", place.path())]).unwrap()), [""; 0]);
        let refused = gather(&[("LANDFALL_KEY_FILE", &place.path().join("none"))]);
        assert!(refused.err().unwrap().to_string().contains("none"));
        assert!(generate_identity(&other).is_err(), "it was written over");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let key = place.path().join("landfall").join("keys").join("k");
        generate_identity(&key).unwrap();
        let mode = std::fs::metadata(&key).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = gather(&[("XDG_CONFIG_HOME", place.path())]).err().unwrap();
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
}
