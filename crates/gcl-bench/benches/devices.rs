//! The same work on every device of the binary: does it come to the same numbers, and how long does it
//! take? `cargo bench --bench devices -- [--json FILE] [--full NAMES] [--agreement]`.
//!
//! First small shapes, held to `flex` (see [`agreement`]); then the real ones, only on devices that are fast
//! enough for them or named by `--full`. `--agreement` leaves the times out. Ends with an error where a
//! device does not agree.

#[path = "devices/agreement.rs"]
mod agreement;
#[path = "common/serve.rs"]
mod serve;
#[path = "devices/times.rs"]
mod times;

use gcl::core::Device;
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    gcl::process::prepare();
    let mut arguments = serve::arguments().into_iter();
    let (mut file, mut full, mut timed) = (None, Vec::new(), true);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => file = arguments.next(),
            "--full" => {
                let names = arguments.next().unwrap_or_default();
                full = names.split(',').map(str::to_owned).collect();
            }
            "--agreement" => timed = false,
            other => return Err(format!("unknown argument {other}; see benches/devices.rs").into()),
        }
    }
    let expected = agreement::values(&Device::flex())?;
    let (mut rows, mut apart) = (Vec::new(), Vec::new());
    for gcl::device::Named { name, about, device } in gcl::device::all() {
        println!("{name}: {about}");
        let found = agreement::values(&device)?;
        let mut differences = serde_json::Map::new();
        for (expected, found) in expected.iter().zip(&found) {
            let difference = expected.difference(found);
            let verdict = if difference <= expected.tolerance { "agrees" } else { "DIFFERS" };
            let (what, tolerance) = (expected.what, expected.tolerance);
            println!("  {what:<44} {difference:9.1e} of {tolerance:.0e}: {verdict}");
            if difference > tolerance || difference.is_nan() {
                apart.push(format!("{name}: {what}"));
            }
            differences.insert(what.to_owned(), json!(difference));
        }
        let forced =
            full.iter().any(|wanted| name.split(':').next() == Some(wanted) || *wanted == name);
        let times = match timed {
            true => times::measure(&device, forced)?,
            false => Vec::new(),
        };
        for row in &times {
            println!("  {row}");
        }
        rows.push(json!({
            "device": name, "about": about, "differences": differences, "times": times,
        }));
    }
    if let Some(path) = file {
        let cores = std::thread::available_parallelism()?.get();
        let json = json!({ "gcl": env!("CARGO_PKG_VERSION"), "cores": cores, "devices": rows });
        std::fs::write(path, serde_json::to_string_pretty(&json)?)?;
    }
    match apart.is_empty() {
        true => Ok(()),
        false => Err(format!("not as on flex: {}", apart.join("; ")).into()),
    }
}
