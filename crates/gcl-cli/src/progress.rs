//! Progress on standard error: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::print;

/// The time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// The progress of one long piece of work.
pub struct Progress {
    bar: Option<ProgressBar>,
    what: String,
    unit: &'static str,
    total: u64,
    done: u64,
    started: Instant,
    last_line: Instant,
}

impl Progress {
    /// Progress towards `total` units; 0 if the total is unknown.
    pub fn new(what: &str, unit: &'static str, total: u64) -> Progress {
        let drawn = std::io::stderr().is_terminal() && !print::redirected();
        let bar = drawn.then(|| {
            let bar = if total == 0 { ProgressBar::no_length() } else { ProgressBar::new(total) };
            bar.with_style(style(unit, total)).with_message(what.to_owned())
        });
        let now = Instant::now();
        let what = what.to_owned();
        Progress { bar, what, unit, total, done: 0, started: now, last_line: now }
    }

    /// Names what is being done now.
    pub fn name(&mut self, what: &str) {
        if self.what != what {
            self.what = what.to_owned();
            if let Some(bar) = &self.bar {
                bar.set_message(what.to_owned());
            }
        }
    }

    /// Replaces the total, when it becomes known.
    pub fn set_total(&mut self, total: u64) {
        let known = self.total > 0;
        self.total = total;
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            if !known {
                bar.set_style(style(self.unit, total));
            }
        }
    }

    /// The number of units done.
    pub fn set(&mut self, done: u64) {
        self.done = done;
        match &self.bar {
            Some(bar) => bar.set_position(done),
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                eprintln!("{}", self.line());
            }
            None => {}
        }
    }

    /// The number of units done so far.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Says something without disturbing the bar.
    pub fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    /// Takes the bar away, and leaves a line.
    pub fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(1e-3);
        eprintln!("{}: {} {} in {seconds:.1} s ({rate:.0}/s)", self.what, self.done, self.unit);
    }

    fn line(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.done as f64 / seconds.max(1e-3);
        let of = if self.total == 0 { String::new() } else { format!("/{}", self.total) };
        let line = format!("{}: {}{of} {} ({rate:.0}/s)", self.what, self.done, self.unit);
        // Without anything done there is no telling how long the rest takes.
        if self.total == 0 || self.done == 0 {
            return line;
        }
        let left = self.total.saturating_sub(self.done) as f64 / rate.max(1e-9);
        format!("{line}, {left:.0} s left")
    }
}

/// A bar with rate and time left, or a spinner while the total is unknown.
fn style(unit: &str, total: u64) -> ProgressStyle {
    let template = match total {
        0 => format!("{{msg:12}} {{spinner}} {{pos}} {unit} ({{per_sec}}), {{elapsed}}"),
        _ => format!("{{msg:12}} [{{bar:32}}] {{pos}}/{{len}} {unit} ({{per_sec}}), {{eta}} left"),
    };
    ProgressStyle::with_template(&template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_told_once_something_is_done() {
        let line = |done, total| {
            let now = Instant::now();
            let what = "cells".to_owned();
            Progress { bar: None, what, unit: "done", total, done, started: now, last_line: now }
                .line()
        };
        assert_eq!(line(0, 1), "cells: 0/1 done (0/s)");
        assert!(line(1, 2).starts_with("cells: 1/2 done (") && line(1, 2).ends_with(" s left"));
        assert!(!line(1, 0).contains("left") && line(1, 0).starts_with("cells: 1 done ("));
    }
}
