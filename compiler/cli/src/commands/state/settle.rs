//! `landfall state settle`: a person who has looked says how an operation ended.

use super::SaidArg;
use crate::app::{App, Run};
use crate::commands::options::EnvironmentArg;
use crate::project::{Project, lease_request};
use crate::view::page::{Label, Page};
use crate::view::state::time;
use crate::view::value::{Limits, Mark, write};
use diagnostics::Problem;
use driver::Verdict;
use model::{Address, Token};
use serde_json::json;
use state::{OpenIntent, State};
use std::time::Duration;
use store::Journal;

/// What a person says of which operation.
pub(super) struct Saying<'a> {
    /// Where the operation was begun.
    pub(super) address: &'a str,
    /// Which environment.
    pub(super) environment: &'a EnvironmentArg,
    /// How it ended.
    pub(super) said: SaidArg,
    /// Whether nobody is asked.
    pub(super) auto_approve: bool,
}

/// Shows the operation, asks, and records how it ended.
pub(super) async fn run(app: &App, saying: &Saying<'_>) -> Run<()> {
    let project = Project::look(app, saying.environment)?;
    let (journal, state) = project.journal(app).await?;
    let address = super::run::parse(app, saying.address)?;
    let open = find(app, &state, &address)?;
    app.out.remark(&shown(&state, open, saying.said));
    let agreed = saying.auto_approve
        || app
            .out
            .ask(saying.said.question())
            .ok_or_else(|| nobody(app))?;
    if !agreed {
        return Err(crate::exit::Exit::Error);
    }
    let token = open.intent.token;
    // The log names the command, and with the lease who gave it, where and when.
    let command = format!("state settle {address} --as {}", saying.said.word());
    let taken = journal.take_lease(lease_request(&command, Duration::ZERO));
    taken.await.map_err(|e| app.refused(&e))?;
    let recorded = record(app, &project, &journal, token, saying.said.verdict()).await;
    let ended = journal.end_lease().await;
    journal.close().await;
    recorded?;
    ended.map_err(|e| app.refused(&e))?;
    settled(app, &address, token, saying.said);
    Ok(())
}

fn find<'s>(app: &App, state: &'s State, address: &Address) -> Run<&'s OpenIntent> {
    if let Some(open) = driver::at(state, address).first() {
        return Ok(open);
    }
    let mut problem = Problem::error(
        "LF0534",
        format!("no operation at {address} waits to be settled"),
    );
    for open in state.open.values() {
        problem = problem.detail(format!("one waits at {}", open.intent.address));
    }
    Err(app.fail(problem))
}

/// All that is known of the operation, and what the answer will do.
fn shown(state: &State, open: &OpenIntent, said: SaidArg) -> Page {
    let intent = &open.intent;
    let mut page = Page::new();
    page.line(0)
        .add(Label::Address, intent.address.to_string())
        .text(format!(
            ": nobody knows how its {} ended",
            intent.change.word()
        ));
    let mut fact = |name: &str, value: &str| {
        if !value.is_empty() {
            page.line(2)
                .add(Label::Muted, format!("{name}: "))
                .text(value);
        }
    };
    let by = intent
        .becomes
        .as_ref()
        .map_or(String::new(), |b| format!(" by {}", b.changed_by));
    let machine = intent.becomes.as_ref().and_then(|b| b.container.clone());
    let record = state.providers.get(&intent.provider);
    fact("begun", &format!("{}{by}", time(open.at_ms)));
    fact("operation", &intent.token.to_string());
    fact(
        "through",
        &record.map_or(String::new(), |r| r.provider.to_string()),
    );
    fact("on machine", machine.as_deref().unwrap_or_default());
    let not_asked = "nothing yet; the next apply looks for itself first";
    fact(
        "known of its end",
        open.unclear.as_deref().unwrap_or(not_asked),
    );
    for (name, value) in intent
        .attributes
        .as_fields()
        .into_iter()
        .flat_map(|f| f.iter())
    {
        if !value.is_null() {
            write(&mut page, 2, Mark::NONE, name, value, Limits::SHORT);
        }
    }
    page.line(0).text(
        "Look there whether it did its work: at what it was to make or change, and at its traces \
         in the logs.",
    );
    page.line(0).text(said.consequence());
    page
}

async fn record(
    app: &App,
    project: &Project,
    journal: &Journal,
    token: Token,
    verdict: Verdict,
) -> Run<()> {
    // Read anew under the lease: somebody may have settled it meanwhile.
    let state = journal.state().await.map_err(|e| app.refused(&e))?;
    let refuse = |why: String| app.fail(Problem::error("LF0535", why));
    let open = state.open.get(&token);
    let open =
        open.ok_or_else(|| refuse("it was settled meanwhile; nothing was recorded".into()))?;
    let key = journal
        .fingerprint_key()
        .await
        .map_err(|e| app.refused(&e))?;
    let event = driver::outcome(&state, open, &project.providers, verdict, &key);
    let event = event.map_err(refuse)?;
    journal
        .append(vec![event])
        .await
        .map_err(|e| app.refused(&e))?;
    Ok(())
}

fn settled(app: &App, address: &Address, token: Token, said: SaidArg) {
    if app.out.is_json() {
        return app.out.json(&json!({
            "type": "settled", "address": address.to_string(), "operation": token.to_string(),
            "as": said.word(),
        }));
    }
    let mut page = Page::new();
    page.line(0)
        .add(Label::Good, "Settled")
        .text(format!(" as {}: ", said.word()))
        .add(Label::Address, address.to_string())
        .text(". `landfall plan` shows what is to be done now.");
    app.out.page(&page);
}

fn nobody(app: &App) -> crate::exit::Exit {
    let problem = Problem::error("LF0522", "there is nobody to ask: this is no terminal");
    app.fail(problem.help("give --auto-approve where you have looked how it ended"))
}

impl SaidArg {
    fn verdict(self) -> Verdict {
        match self {
            SaidArg::Done => Verdict::Done,
            SaidArg::NotDone => Verdict::NotDone,
        }
    }

    fn word(self) -> &'static str {
        match self {
            SaidArg::Done => "done",
            SaidArg::NotDone => "not-done",
        }
    }

    fn question(self) -> &'static str {
        match self {
            SaidArg::Done => "Record that it did its work?",
            SaidArg::NotDone => "Record that it did nothing?",
        }
    }

    fn consequence(self) -> &'static str {
        match self {
            SaidArg::Done => "As done, it is recorded as it was planned, and is not run again.",
            SaidArg::NotDone => {
                "As not done, nothing is recorded of it, and the next apply does it where it is \
                 still wanted: what it did already is done twice."
            }
        }
    }
}
