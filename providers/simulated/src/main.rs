//! A simulated world in a process of its own, which outlives its users.

use landfall_provider_simulated::{Endpoint, World, serve};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

const USAGE: &str = "usage: landfall-simulated-world unix:/PATH | tcp:127.0.0.1:PORT [IDLE-SECONDS]
It says where it listens, and ends when it is told to or was asked nothing for that long (600).";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [endpoint] => run(endpoint, "600").await,
        [endpoint, idle] => run(endpoint, idle).await,
        _ => Err(USAGE.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(endpoint: &str, idle: &str) -> Result<(), String> {
    let listen: Endpoint = endpoint.parse()?;
    let idle = idle
        .parse()
        .map_err(|_| format!("{idle:?} is no number of seconds\n{USAGE}"))?;
    let world = Arc::new(World::default());
    let ready = |at: Endpoint| {
        let _ = writeln!(std::io::stdout(), "{at}");
    };
    serve(world, &listen, Duration::from_secs(idle), ready)
        .await
        .map_err(|e| format!("can't listen at {endpoint}: {e}"))
}
