//! `landfall state keys`: who can open the state.

use super::{AccessArg, KeysCommand};
use crate::app::{App, Run};
use crate::commands::options::EnvironmentArg;
use crate::project::Project;
use crate::view::page::{Label, Page};
use serde_json::{Value as Json, json};
use store::{Access, Journal, JournalError, NewRecipient, RecipientInfo, Way};

/// Lists or changes who can open the state.
pub(super) async fn run(app: &App, command: &KeysCommand) -> Run<()> {
    match command {
        KeysCommand::List { environment } => list(app, environment).await,
        KeysCommand::Add {
            recipient,
            environment,
            name,
            access,
        } => {
            let new = NewRecipient {
                name: name
                    .clone()
                    .unwrap_or_else(|| recipient.chars().take(12).collect()),
                way: Way::PublicKey(recipient.clone()),
                access: match access {
                    AccessArg::State => Access::State,
                    AccessArg::All => Access::Both,
                },
            };
            let change = async |journal: &Journal| journal.add_recipient(new).await;
            changed(app, environment, "state keys add", change).await
        }
        KeysCommand::Remove {
            recipient,
            environment,
        } => {
            let change = async |journal: &Journal| journal.remove_recipient(recipient).await;
            changed(app, environment, "state keys remove", change).await
        }
        KeysCommand::Rotate { environment } => {
            let change = async |journal: &Journal| journal.rotate_keys().await;
            changed(app, environment, "state keys rotate", change).await
        }
    }
}

async fn list(app: &App, environment: &EnvironmentArg) -> Run<()> {
    let project = Project::look(app, environment)?;
    let (journal, _) = project.journal(app).await?;
    let recipients = journal.recipients().await.map_err(|e| app.refused(&e))?;
    journal.close().await;
    show(app, &recipients);
    Ok(())
}

async fn changed(
    app: &App,
    environment: &EnvironmentArg,
    command: &str,
    change: impl AsyncFnOnce(&Journal) -> Result<(), JournalError>,
) -> Run<()> {
    let (journal, _) = super::run::leased(app, environment, command).await?;
    let done = change(&journal).await;
    let recipients = journal.recipients().await;
    let ended = journal.end_lease().await;
    journal.close().await;
    done.and(ended).map_err(|e| app.refused(&e))?;
    show(app, &recipients.map_err(|e| app.refused(&e))?);
    Ok(())
}

fn show(app: &App, recipients: &[RecipientInfo]) {
    if app.out.is_json() {
        let recipients: Json = recipients.iter().map(recipient).collect();
        return app
            .out
            .json(&json!({ "type": "recipients", "recipients": recipients }));
    }
    let mut page = Page::new();
    for r in recipients {
        page.line(0)
            .add(Label::Address, &r.name)
            .text(format!(" opens {}", opens(r.access)));
        page.line(2).add(Label::Muted, &r.public_key);
    }
    app.out.page(&page);
}

fn recipient(r: &RecipientInfo) -> Json {
    let access = match r.access {
        Access::State => "state",
        Access::Both => "all",
    };
    json!({
        "name": r.name, "public_key": r.public_key, "passphrase": r.passphrase, "access": access,
    })
}

fn opens(access: Access) -> &'static str {
    match access {
        Access::State => "the state, without the secrets in it",
        Access::Both => "everything",
    }
}
