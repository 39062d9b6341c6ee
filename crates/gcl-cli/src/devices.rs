//! `gcl devices`: what this binary can compute on here.

use clap::Args;

use super::device;
use super::error::{Done, Failure, Outcome};

/// List the compute devices that this build supports and this machine has.
#[derive(Args, Debug)]
pub struct DevicesArgs {
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: DevicesArgs) -> Outcome {
    let devices = device::all();
    if args.json {
        let rows: Vec<_> = devices
            .iter()
            .map(|d| serde_json::json!({ "name": d.name, "about": d.about }))
            .collect();
        println!("{}", serde_json::to_string_pretty(&rows).map_err(Failure::data)?);
    } else {
        for named in devices {
            println!("{:<12} {}", named.name, named.about);
        }
    }
    Ok(Done::Fully)
}
