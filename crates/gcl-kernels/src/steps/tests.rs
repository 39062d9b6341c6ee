//! Steps that only move values, into buffers that another value has used: channels past the last must become
//! zeros, which no network's output shows.

use super::{Context, CopyStep, FlattenStep, FromPlanarStep, PadRowsStep, Step};
use crate::block::{Block, LANES, blocks};
use crate::memory::{SharedBuffer, View};

const CHANNELS: [usize; 6] = [1, 3, 15, 16, 17, 33];
const CLIPS: usize = 3;

fn view(slot: usize, channels: usize, places: usize) -> View {
    let blocks = blocks(channels);
    View { slot, first: 0, per_clip: blocks * places, blocks, places }
}

/// A value that tells clip, channel and place.
fn value(clip: usize, channel: usize, place: usize) -> f32 {
    (clip * 1000 + channel * 20 + place + 1) as f32
}

/// All clips of so many channels in blocks.
fn volume(channels: usize, places: usize) -> Vec<Block> {
    let mut all = vec![Block::ZERO; CLIPS * blocks(channels) * places];
    for i in 0..CLIPS * channels * places {
        let (place, channel, clip) = (i % places, i / places % channels, i / places / channels);
        let at = (clip * blocks(channels) + channel / LANES) * places + place;
        all[at].0[channel % LANES] = value(clip, channel, place);
    }
    all
}

/// The same, row-major.
fn clips(channels: usize, places: usize) -> Vec<f32> {
    let all = 0..CLIPS * channels * places;
    all.map(|i| value(i / places / channels, i / places % channels, i % places)).collect()
}

/// Runs steps from slot 0 and the clips to slot 1, which begins full of ones.
fn run(steps: &[&dyn Step], from: &mut [Block], input: &[f32], blocks: usize) -> Vec<Block> {
    let mut to = vec![Block([1.0; LANES]); blocks];
    let slots = [SharedBuffer::new(from), SharedBuffer::new(&mut to)];
    let context = Context { input, clips: CLIPS, slots: &slots };
    for step in steps {
        for task in (0..step.tasks(CLIPS)).rev() {
            step.run(task, &context, &mut []);
        }
    }
    to
}

#[test]
fn clips_into_blocks() {
    for channels in CHANNELS {
        for places in [1, 2, 7, 15] {
            let to = view(1, channels, places);
            let step = FromPlanarStep { channels, to };
            let found = run(&[&step], &mut [], &clips(channels, places), CLIPS * to.per_clip);
            assert_eq!(found, volume(channels, places), "{channels} channels, {places} places");
        }
    }
}

#[test]
fn widened_rows_of_clips() {
    for channels in [1, 3, 4] {
        for (before, w, after) in [(0, 1, 0), (1, 3, 0), (0, 4, 2), (3, 5, 1)] {
            let (size, row) = ([2, 3, w], before + w + after);
            let per_clip = PadRowsStep::blocks(channels, size, row);
            let to = View { slot: 1, first: 0, per_clip, blocks: per_clip, places: 1 };
            let step = PadRowsStep { channels, size, before, row, to };
            let input = clips(channels, 6 * w);
            let found = run(&[&step], &mut [], &input, CLIPS * per_clip);
            for i in 0..CLIPS * channels * 6 * row {
                let (x, line) = (i % row, i / row);
                let (clip, in_clip) = (line / (channels * 6), i % (channels * 6 * row));
                let inside = x.checked_sub(before).filter(|x| *x < w);
                let expected = inside.map_or(0.0, |x| input[line * w + x]);
                let block = found[clip * per_clip + in_clip / LANES];
                assert_eq!(block.0[in_clip % LANES], expected, "{before} + {w} + {after}, at {i}");
            }
        }
    }
}

#[test]
fn volumes_as_vectors() {
    for channels in CHANNELS {
        for places in [1, 2, 7, 15] {
            let length = channels * places;
            let (from, to) = (view(0, channels, places), view(1, length, 1));
            let step = FlattenStep { channels, from, to };
            let found = run(&[&step], &mut volume(channels, places), &[], CLIPS * to.per_clip);
            for i in 0..CLIPS * to.per_clip * LANES {
                let (clip, at) = (i / LANES / to.per_clip, i % (LANES * to.per_clip));
                let expected =
                    if at < length { value(clip, at / places, at % places) } else { 0.0 };
                assert_eq!(found[i / LANES].0[i % LANES], expected, "{channels}, {places}: {i}");
            }
        }
    }
}

#[test]
fn joined_parts() {
    for a in CHANNELS {
        for b in CHANNELS {
            for places in [1, 7] {
                let (total, from) = (2 * a + b, view(0, a.max(b), places));
                let to = view(1, total, places);
                let part = |channels, first| CopyStep { channels, from, to, first, total };
                let (one, two, three) = (part(a, 0), part(b, a), part(a, a + b));
                let mut x = volume(a.max(b), places);
                let found = run(&[&one, &two, &three], &mut x, &[], CLIPS * to.per_clip);
                for i in 0..found.len() * LANES {
                    let (lane, at) = (i % LANES, i / LANES);
                    let (clip, block, place) =
                        (at / to.per_clip, at / places % to.blocks, at % places);
                    let channel = block * LANES + lane;
                    let expected = match channel {
                        c if c < a => value(clip, c, place),
                        c if c < a + b => value(clip, c - a, place),
                        c if c < total => value(clip, c - a - b, place),
                        _ => 0.0,
                    };
                    assert_eq!(found[at].0[lane], expected, "{a}, {b}, {a}: channel {channel}");
                }
            }
        }
    }
}
