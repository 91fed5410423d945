//! Settling by hand: a person who has looked says how an operation of unknown end ended.

use executor::Verdict;
use model::{Address, FingerprintKey};
use planner::Providers;
use state::{Event, OpenIntent, Outcome, State};

/// The operations at an address whose end is not recorded, the oldest first.
pub fn at<'s>(state: &'s State, address: &Address) -> Vec<&'s OpenIntent> {
    let open = state.open.values();
    let mut here: Vec<_> = open.filter(|o| o.intent.address == *address).collect();
    here.sort_by_key(|o| o.at_ms);
    here
}

/// The event that settles an operation as a person says.
///
/// # Errors
/// Where what was made can only be learned from the provider.
pub fn outcome(
    state: &State,
    open: &OpenIntent,
    providers: &Providers,
    verdict: Verdict,
    key: &FingerprintKey,
) -> Result<Event, String> {
    let record = state.providers.get(&open.intent.provider);
    let schemas = providers.schemas();
    let schema = record
        .and_then(|r| schemas.get(&*r.provider))
        .and_then(|s| s.resources.get(&**open.intent.address.ty()));
    let recorded = executor::by_hand(open, schema, verdict, key)?;
    Ok(Event::Outcome(Outcome {
        token: open.intent.token,
        recorded,
    }))
}
