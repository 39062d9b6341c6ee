//! The progress of an extraction.

use std::sync::Mutex;

use gcl_features::Progress as Step;
use gcl_features::discover::VideoInput;

use crate::progress::Progress;

/// Progress in frames, reported from several threads.
pub struct Shown(Mutex<Option<Count>>);

/// How many frames there are in all is known only once every video was opened; until then those not
/// opened yet are taken to be as long as the others.
struct Count {
    bar: Progress,
    videos: u64,
    opened: u64,
    known: u64,
    decoded: u64,
}

impl Shown {
    /// Nothing done yet.
    pub fn new(inputs: &[VideoInput]) -> Shown {
        let bar = Progress::new("extracting", "frames", 0);
        // Tracks are counted as they are read.
        if !inputs.is_empty() {
            // What is listed only to be reported is none of them.
            let videos = inputs.iter().filter(|input| input.refused.is_none()).count();
            bar.say(&format!("{videos} {}", if videos == 1 { "video" } else { "videos" }));
        }
        let videos = inputs.len() as u64;
        Shown(Mutex::new(Some(Count { bar, videos, opened: 0, known: 0, decoded: 0 })))
    }

    /// Takes an event in.
    pub fn follow(&self, step: Step<'_>) {
        if let Ok(mut count) = self.0.lock()
            && let Some(count) = count.as_mut()
        {
            count.follow(step);
        }
    }

    /// Takes the bar away, and leaves a line; a second time does nothing.
    pub fn finish(&self) {
        if let Some(count) = self.0.lock().ok().and_then(|mut count| count.take()) {
            count.bar.finish();
        }
    }
}

impl Count {
    fn follow(&mut self, step: Step<'_>) {
        match step {
            Step::Started { frames, .. } => {
                self.opened += 1;
                self.known += frames.unwrap_or(0) as u64;
            }
            Step::Frames { frames, .. } => self.decoded += frames as u64,
            Step::AlreadyDone { .. } | Step::Skipped { .. } => {
                self.videos = self.videos.saturating_sub(1);
            }
            Step::Finished { .. } => {}
        }
        if self.opened > 0 && self.known > 0 {
            let estimate = self.known * self.videos.max(self.opened) / self.opened;
            self.bar.set_total(estimate.max(self.decoded));
        }
        self.bar.set(self.decoded);
    }
}
