#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

/// A video of 10 frames a second, at 0.1 but for these stretches.
fn video(id: &str, frames: usize, high: &[(usize, usize, f32)]) -> VideoScores {
    let mut scores = vec![0.1; frames];
    high.iter().for_each(|(start, end, score)| scores[*start..*end].fill(*score));
    let clock = Some(Clock::Even(10.0));
    VideoScores { video: id.to_owned(), scores, clock, ..VideoScores::default() }
}

fn spans(pick: &Pick, videos: &[VideoScores]) -> Vec<(usize, usize, f32)> {
    pick.moments(videos).unwrap().iter().map(|m| (m.start, m.end, m.score)).collect()
}

const HIGH: [(usize, usize, f32); 4] =
    [(400, 410, 0.8), (440, 442, 0.9), (1000, 1020, 0.7), (1990, 2000, 0.6)];

#[test]
fn by_default_moments_are_as_they_were() {
    let videos = [video("a", 2000, &HIGH), video("b", 2000, &[(0, 10, 0.75)])];
    let options = MomentOptions { quantile: QUANTILE, ..MomentOptions::default() };
    let found = find_moments(videos.iter().map(|v| (&v.video[..], &v.scores)), &options).unwrap();
    assert_eq!(Pick::default().moments(&videos).unwrap(), found);
    assert_eq!(spans(&Pick::top(2), &videos), [(400, 442, 0.9), (0, 10, 0.75)]);
}

#[test]
fn merging_is_in_seconds_and_keeps_the_higher_peak() {
    let videos = [video("a", 2000, &HIGH)];
    let merged = |seconds| spans(&Pick { merge: Some(seconds), ..Pick::default() }, &videos);
    // The gap is of exactly 3 s.
    let apart = [(440, 442, 0.9), (400, 410, 0.8), (1000, 1020, 0.7), (1990, 2000, 0.6)];
    assert_eq!(merged(0.0), apart);
    assert_eq!(merged(3.0), apart);
    assert_eq!(merged(3.1), [(400, 442, 0.9), (1000, 1020, 0.7), (1990, 2000, 0.6)]);
    let far = Pick { merge: Some(500.0), ..Pick::default() }.moments(&videos).unwrap();
    assert_eq!((far.len(), far[0].start, far[0].end, far[0].peak_frame), (1, 400, 2000, 441));
}

#[test]
fn short_moments_go_before_padding_and_padding_joins() {
    let videos = [video("a", 2000, &HIGH)];
    let pick = Pick { merge: Some(0.0), least_length: 0.9, pad: 2.0, ..Pick::default() };
    // The video's end bounds the last one.
    assert_eq!(spans(&pick, &videos), [(380, 430, 0.8), (980, 1040, 0.7), (1970, 2000, 0.6)]);
    let pick = Pick { merge: Some(0.0), pad: 1.5, ..Pick::default() };
    let joined = [(385, 457, 0.9), (985, 1035, 0.7), (1975, 2000, 0.6)];
    assert_eq!(spans(&pick, &videos), joined);
}

#[test]
fn a_budget_is_of_the_footages_time() {
    let high: Vec<_> = (0..9).map(|i| (i * 1000, i * 1000 + 10, 0.2 + i as f32 * 0.05)).collect();
    // A quarter of an hour each.
    let videos: Vec<_> = (0..4).map(|i| video(&i.to_string(), 9000, &high)).collect();
    let count = |a_day| {
        let limit = Limit::PerDay(a_day);
        Pick { limit, ..Pick::default() }.moments(&videos).unwrap().len()
    };
    assert_eq!([count(24.0), count(120.0), count(24.0 * 6.4), count(1.0)], [1, 5, 6, 1]);
}

#[test]
fn time_needs_a_clock_and_sense() {
    let timeless = VideoScores { clock: None, ..video("gate", 2000, &HIGH) };
    let videos = [video("a", 2000, &HIGH), timeless];
    assert!(Pick::default().moments(&videos).is_ok());
    let pick = Pick { limit: Limit::PerDay(5.0), ..Pick::default() };
    for pick in [pick, Pick { merge: Some(0.0), ..Pick::default() }] {
        let said = pick.moments(&videos).unwrap_err().to_string();
        assert!(said.contains("the frame rate of video `gate` is not known"), "{said}");
    }
    for pick in [
        Pick { limit: Limit::PerDay(0.0), ..pick },
        Pick { limit: Limit::PerDay(f64::NAN), ..pick },
        Pick { pad: -1.0, ..Pick::default() },
        Pick { least_length: f64::INFINITY, ..Pick::default() },
    ] {
        assert!(pick.check().is_err(), "{pick:?}");
    }
}
