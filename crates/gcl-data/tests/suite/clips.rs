//! The clip rules against frames counted by hand, and their invariants for many sizes.

use gcl_data::{ClipError, Clips, Span, Tail};

fn clips(length: usize, stride: usize, tail: Tail) -> Clips {
    Clips { length, stride, tail }
}

fn frames(clips: Clips, i: usize, frames: usize) -> Vec<usize> {
    clips.frames_of(i, frames).collect()
}

#[test]
fn counts_of_the_published_rules() {
    for n in 0..200usize {
        assert_eq!(clips(16, 16, Tail::Drop).count(n), n / 16, "{n}");
        assert_eq!(clips(16, 16, Tail::Loop).count(n), n.div_ceil(16), "{n}");
        assert_eq!(clips(16, 16, Tail::Shift).count(n), n.div_ceil(16), "{n}");
        let resnext = n.div_ceil(16).saturating_sub(1);
        assert_eq!(clips(16, 16, Tail::PaperResnext).count(n), resnext, "{n}");
        assert_eq!(clips(16, 1, Tail::Drop).count(n), (n + 1).saturating_sub(16), "{n}");
    }
}

#[test]
fn tails_by_hand() {
    let shift = clips(4, 4, Tail::Shift);
    assert_eq!(frames(shift, 2, 10), [6, 7, 8, 9]);
    assert_eq!(shift.span(2, 10), Span { start: 8, end: 10 });
    assert_eq!(frames(shift, 0, 3), [0, 1, 2, 2]);
    assert_eq!(shift.span(0, 3), Span { start: 0, end: 3 });
    let looped = clips(4, 4, Tail::Loop);
    assert_eq!(frames(looped, 2, 10), [8, 9, 8, 9]);
    assert_eq!(frames(looped, 0, 3), [0, 1, 2, 0]);
    assert_eq!(frames(clips(4, 4, Tail::Drop), 2, 10), [0usize; 0]);
    assert!(shift.span(3, 10).is_empty());
}

#[test]
fn overlapping_clips_stand_for_their_centres() {
    let dense = clips(5, 1, Tail::Drop);
    // Clips 0..5, 1..6, 2..7 of 7 frames.
    let spans: Vec<_> = (0..3).map(|i| dense.span(i, 7)).map(|s| (s.start, s.end)).collect();
    assert_eq!(spans, [(0, 3), (3, 4), (4, 7)]);
}

/// For every rule and size: spans follow each other from 0; clips hold `length` frames that exist,
/// in order except where they are filled up; a span lies within its own clip's frames where the
/// stride is at most the length; and no frame is lost where the rule says so.
#[test]
fn invariants() {
    for tail in [Tail::Shift, Tail::Drop, Tail::Loop, Tail::PaperResnext] {
        for length in 1..6 {
            for stride in 1..8 {
                for n in 0..40 {
                    check(clips(length, stride, tail), n);
                }
            }
        }
    }
}

fn check(clips: Clips, n: usize) {
    let what = format!("{clips:?} {n} frames");
    let count = clips.count(n);
    let mut at = 0;
    for i in 0..count {
        let span = clips.span(i, n);
        assert_eq!(span.start, at, "{what}");
        assert!(!span.is_empty() && span.end <= n, "{what} {span:?}");
        at = span.end;
        let frames = frames(clips, i, n);
        assert_eq!(frames.len(), clips.length, "{what}");
        assert!(frames.iter().all(|f| *f < n), "{what} {frames:?}");
        if clips.stride <= clips.length {
            assert!((span.start..span.end).all(|f| frames.contains(&f)), "{what} clip {i}");
        }
    }
    assert!(frames(clips, count, n).is_empty(), "{what}");
    if clips.tail == Tail::Shift || (clips.tail == Tail::Loop && clips.stride <= clips.length) {
        assert_eq!(at, n, "{what}");
    }
    let scores: Vec<f32> = (0..count).map(|i| i as f32).collect();
    match clips.expand(&scores, n) {
        Ok(expanded) => {
            assert_eq!(expanded.len(), n, "{what}");
            for (i, &score) in scores.iter().enumerate() {
                let span = clips.span(i, n);
                assert!(expanded[span.start..span.end].iter().all(|s| *s == score), "{what}");
            }
            assert!(expanded[at..].iter().all(|s| Some(s) == scores.last()), "{what}");
        }
        Err(e) => assert!(matches!(e, ClipError::NoClip { .. }) && count == 0 && n > 0, "{what}"),
    }
}

#[test]
fn expansion_names_both_counts() {
    let clips = Clips::default();
    assert_eq!(clips.expand(&[1.0, 2.0], 18).unwrap(), [&[1.0; 16][..], &[2.0; 2]].concat());
    assert_eq!(
        clips.expand(&[1.0], 18).unwrap_err().to_string(),
        "18 frames make 2 clips (length 16, stride 16, tail shift), but there are 1 scores"
    );
    // 20 frames, one clip under the paper's rule: the tail takes the last score.
    let paper = Clips { tail: Tail::PaperResnext, ..clips };
    assert_eq!(paper.expand(&[3.0], 20).unwrap(), [3.0; 20]);
    assert!(matches!(paper.expand(&[], 16), Err(ClipError::NoClip { frames: 16, .. })));
}

#[test]
fn absurd_rules_do_no_harm() {
    let max = usize::MAX;
    for tail in [Tail::Shift, Tail::Drop, Tail::Loop, Tail::PaperResnext] {
        for (length, stride) in [(0, 0), (max, max), (1, max), (max, 1)] {
            let clips = clips(length, stride, tail);
            assert!(clips.validate().is_err());
            for n in [0, 1, 100] {
                check_no_panic(clips, n);
            }
        }
    }
    let huge = clips(16, 16, Tail::Drop);
    assert!(huge.expand(&[0.0], max).is_err());
}

fn check_no_panic(clips: Clips, n: usize) {
    let count = clips.count(n);
    for i in [0, count.saturating_sub(1), count, usize::MAX] {
        let _ = clips.span(i, n);
        assert!(clips.frames_of(i, n).take(3).all(|f| f < n));
    }
}

#[test]
fn json_form_is_checked() {
    let clips = Clips { length: 16, stride: 8, tail: Tail::PaperResnext };
    let text = r#"{"length":16,"stride":8,"tail":"paper_resnext"}"#;
    assert_eq!(serde_json::to_string(&clips).unwrap(), text);
    assert_eq!(serde_json::from_str::<Clips>(text).unwrap(), clips);
    for bad in [r#"{"length":0,"stride":1}"#, r#"{"length":1,"stride":70000}"#] {
        assert!(serde_json::from_str::<Clips>(bad).is_err());
    }
}

#[test]
fn every_rule_has_a_name() {
    let named = Tail::ALL.map(|rule| rule.name().parse::<Tail>().unwrap());
    assert_eq!(named[..4], Tail::OF_CLIPS);
    assert_eq!(named[4], Tail::Equal);
    let error = "cut".parse::<Tail>().unwrap_err();
    assert!(error.contains("`cut`") && error.contains("paper-resnext"), "{error}");
}

#[test]
fn stretches_are_whole_and_apart() {
    let flags = [true, true, false, true, false, false, true, true];
    let found: Vec<[usize; 2]> = Span::runs(&flags).iter().map(|s| [s.start, s.end]).collect();
    assert_eq!(found, [[0, 2], [3, 4], [6, 8]]);
    assert!(Span::runs(&[]).is_empty());
}
