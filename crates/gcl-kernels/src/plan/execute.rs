//! Running the steps on several threads.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::Plan;
use crate::block::Block;
use crate::memory::SharedBuffer;
use crate::steps::Context;

/// How far one step has come.
#[derive(Default)]
struct StepProgress {
    next: AtomicUsize,
    done: AtomicUsize,
    /// Nanoseconds from the run's start to its end.
    end: AtomicU64,
}

/// Set where a thread panicked, so that the others do not wait for its task.
struct FailureFlag<'a>(&'a AtomicBool);

impl Drop for FailureFlag<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Release);
        }
    }
}

/// Runs all steps, and says what each took. Every thread takes tasks of the current step until none is
/// left, waits until those of the others are done, and goes on: it is fine if a thread comes late or not
/// at all.
pub(super) fn run(plan: &mut Plan, input: &[f32], clips: usize) -> Vec<Duration> {
    let slots: Vec<SharedBuffer<'_>> =
        plan.slots.iter_mut().map(|slot| SharedBuffer::new(slot)).collect();
    let context = Context { input, clips, slots: &slots };
    let progress: Vec<StepProgress> = plan.steps.iter().map(|_| StepProgress::default()).collect();
    let start = Instant::now();
    let failed = AtomicBool::new(false);
    let steps = &plan.steps;
    let work = |scratch: &mut [Block]| {
        let guard = FailureFlag(&failed);
        for (planned, progress) in steps.iter().zip(&progress) {
            let tasks = planned.step.tasks(clips);
            loop {
                let task = progress.next.fetch_add(1, Ordering::Relaxed);
                if task >= tasks {
                    break;
                }
                planned.step.run(task, &context, scratch);
                if progress.done.fetch_add(1, Ordering::AcqRel) + 1 == tasks {
                    progress.end.store(start.elapsed().as_nanos() as u64, Ordering::Relaxed);
                }
            }
            wait(|| {
                progress.done.load(Ordering::Acquire) >= tasks || failed.load(Ordering::Acquire)
            });
            if failed.load(Ordering::Acquire) {
                return;
            }
        }
        drop(guard);
    };
    let Some((own, others)) = plan.scratch.split_first_mut() else { return Vec::new() };
    std::thread::scope(|scope| {
        for scratch in others {
            let work = &work;
            // A machine that has no more threads to give has fewer.
            drop(std::thread::Builder::new().spawn_scoped(scope, move || work(scratch)));
        }
        work(own);
    });
    let mut before = 0;
    progress
        .iter()
        .map(|progress| {
            let end = progress.end.load(Ordering::Relaxed).max(before);
            let time = Duration::from_nanos(end - before);
            before = end;
            time
        })
        .collect()
}

/// Spins for a moment, then lets others run.
fn wait(ready: impl Fn() -> bool) {
    let mut turns = 0u32;
    while !ready() {
        turns += 1;
        if turns < 2000 {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}
