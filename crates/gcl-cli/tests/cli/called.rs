//! The command within another program, as the library's `call` runs it.

use std::fs;
use std::sync::{Arc, Mutex};

use gcl_cli::{Done, Failure, Said, call};

use super::support::{features, run, stdout};

/// What a call printed: results and messages.
type Printed = Arc<Mutex<[String; 2]>>;

fn called(args: &[&str]) -> (gcl_cli::Outcome, [String; 2]) {
    let printed = Printed::default();
    let kept = Arc::clone(&printed);
    let args = ["gcl"].iter().chain(args).map(Into::into).collect::<Vec<_>>();
    let outcome = call(args, move |said| match said {
        Said::Result(text) => kept.lock().unwrap()[0].push_str(&text),
        Said::Message(text) => kept.lock().unwrap()[1].push_str(&text),
    });
    let printed = printed.lock().unwrap().clone();
    (outcome, printed)
}

/// One test, since a process runs one call at a time.
#[test]
fn a_call_does_what_the_program_does_and_hands_out_what_it_prints() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();

    let (outcome, [results, messages]) = called(&["devices"]);
    assert_eq!(outcome.unwrap(), Done::Fully);
    assert_eq!((results, messages), (stdout(&run(folder.path(), &["devices"], 0)), String::new()));

    // Wrong arguments and missing files are told apart, each with the text that the program prints.
    for (args, code) in [
        (vec!["find", "footage", "--depth", "3"], 2),
        (vec!["train", "f", "--out", "r", "--method", "magic"], 2),
        (vec!["eval", "nowhere", "truth.csv"], 3),
        (vec!["--version"], 0),
    ] {
        let printed = run(folder.path(), &args, code);
        let (outcome, [results, _]) = called(&args);
        match outcome {
            Ok(done) => {
                assert_eq!((done, results), (Done::Fully, stdout(&printed)), "{args:?}");
            }
            Err(failure) => {
                let text = String::from_utf8(printed.stderr).unwrap();
                let text = text.strip_prefix("error: ").unwrap();
                assert_eq!(failure.message().trim_end(), text.trim_end(), "{args:?}");
                assert_eq!(i32::from(failure.code()), code, "{args:?}");
            }
        }
    }
    assert!(matches!(called(&["eval", "nowhere", "truth.csv"]).0, Err(Failure::File(_))));
    fs::write(at("truth.csv"), "no,truth\n").unwrap();
    fs::create_dir(at("scores")).unwrap();
    let (outcome, _) = called(&["eval", &at("scores"), &at("truth.csv")]);
    assert!(matches!(outcome, Err(Failure::Data(_))), "{outcome:?}");

    // What is printed during the work arrives; a wish to stop ends it, and is forgotten by the next call.
    features(&folder.path().join("f"), 2);
    let (features, out) = (at("f"), at("r"));
    let endless = ["train", &features, "--out", &out, "--method", "gcl-b"];
    let endless = [&endless[..], &["--set", "training.budget.max_steps=unlimited"]].concat();
    let endless = [&endless[..], &["--set", "training.budget.epochs=1000000"]].concat();
    let state = folder.path().join("r/events.jsonl");
    let stopper = std::thread::spawn(move || {
        while fs::metadata(&state).map_or(0, |file| file.len()) == 0 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let busy = called(&["devices"]).0;
        gcl_cli::interrupt();
        busy
    });
    let (outcome, _) = called(&endless);
    assert!(matches!(outcome, Err(Failure::Interrupted(_))), "{outcome:?}");
    let busy = stopper.join().unwrap();
    assert!(
        matches!(&busy, Err(Failure::Usage(text)) if text.contains("another call")),
        "{busy:?}"
    );
    assert_eq!(called(&["devices"]).0.unwrap(), Done::Fully);
}
