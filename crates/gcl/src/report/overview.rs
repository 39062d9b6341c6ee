//! Moments counted by camera and by hour of the day.

use std::collections::{BTreeMap, BTreeSet};

use gcl_eval::report::{ShownMoment, TextTable, VideoScores};

use crate::facts::Facts;

/// Most cameras that have a column.
const COLUMNS: usize = 8;

/// The tables that there are: of several cameras, and of clock times.
pub(super) fn tables(
    moments: &[ShownMoment],
    videos: &[VideoScores],
    facts: &Facts,
) -> Vec<TextTable> {
    let cameras: BTreeMap<&str, &str> = facts
        .iter()
        .filter_map(|(id, known)| Some((id.as_str(), known.camera.as_deref()?)))
        .collect();
    let names: Vec<&str> = cameras.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let by_camera = by_camera(moments, videos, &cameras, &names);
    [by_camera, by_hour(moments, &cameras, &names)].into_iter().flatten().collect()
}

/// What each camera has, the one with the most moments that stand out first.
fn by_camera(
    moments: &[ShownMoment],
    videos: &[VideoScores],
    cameras: &BTreeMap<&str, &str>,
    names: &[&str],
) -> Option<TextTable> {
    if names.len() < 2 {
        return None;
    }
    let of = |video: &str, name: &str| cameras.get(video) == Some(&name);
    let mut rows: Vec<([usize; 2], Vec<String>)> = names
        .iter()
        .map(|name| {
            let own = videos.iter().filter(|video| of(&video.video, name));
            let seconds: Option<f64> = own.clone().map(VideoScores::seconds).sum();
            let length = seconds.and_then(gcl_eval::clock_time).unwrap_or_default();
            let listed = moments.iter().filter(|shown| of(&shown.moment.video, name));
            let standing = listed.clone().filter(|shown| shown.stands_out == Some(true)).count();
            let first = moments.iter().position(|shown| of(&shown.moment.video, name));
            let first = first.map(|place| (place + 1).to_string()).unwrap_or_default();
            let (videos, listed) = (own.count(), listed.count());
            let counts =
                [videos.to_string(), length, listed.to_string(), standing.to_string(), first];
            ([standing, listed], [vec![(*name).to_owned()], counts.to_vec()].concat())
        })
        .collect();
    rows.sort_by(|(a, _), (b, _)| b.cmp(a));
    let head = ["camera", "videos", "length", "moments", "stand out", "first at rank"];
    Some(TextTable {
        title: "Cameras".to_owned(),
        caption: "Each camera's scores are put on one scale, so that a busy one does not outrank a quiet one.".to_owned(),
        head: head.map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
    })
}

/// At which hours moments are, where the clock tells that of all.
fn by_hour(
    moments: &[ShownMoment],
    cameras: &BTreeMap<&str, &str>,
    names: &[&str],
) -> Option<TextTable> {
    let hour = |shown: &ShownMoment| Some(shown.wall_time(shown.moment.start)?.of_day() / 3600);
    let hours: Option<Vec<u32>> = moments.iter().map(hour).collect();
    let hours = hours.filter(|hours| !hours.is_empty())?;
    let columns = if (2..=COLUMNS).contains(&names.len()) { names } else { &[] };
    let count = |hour: u32, name: Option<&str>| {
        let own = moments.iter().zip(&hours).filter(|(shown, at)| {
            **at == hour && name.is_none_or(|name| cameras.get(&*shown.moment.video) == Some(&name))
        });
        match own.count() {
            0 => String::new(),
            count => count.to_string(),
        }
    };
    let row = |hour: u32| {
        let own = columns.iter().map(|name| count(hour, Some(name)));
        [vec![format!("{hour:02}:00"), count(hour, None)], own.collect()].concat()
    };
    let head = ["hour", "moments"].into_iter().chain(columns.iter().copied());
    Some(TextTable {
        title: "Hours of the day".to_owned(),
        caption: "By the recorders' clocks.".to_owned(),
        head: head.map(str::to_owned).collect(),
        rows: (0..24).filter(|hour| hours.contains(hour)).map(row).collect(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::{Clock, VideoId, WallTime};
    use gcl_eval::Moment;

    use super::*;
    use crate::facts::VideoFacts;

    #[test]
    fn counts_by_camera_and_hour() {
        let recorded: Option<WallTime> = "2024-01-31 22:30:00".parse().ok();
        let clock = Some(Clock::Even(1.0));
        let shown = |video: &str, start: usize, stands_out| {
            let moment = Moment {
                video: video.into(),
                start,
                end: start + 9,
                peak_frame: start,
                score: 1.0,
            };
            let stands_out = Some(stands_out);
            ShownMoment { recorded, stands_out, ..ShownMoment::new(moment, clock.clone()) }
        };
        let moments = [shown("a/1", 0, true), shown("b/1", 1800, true), shown("b/2", 1801, true)];
        let video = |id: &str| VideoScores {
            video: id.to_owned(),
            scores: vec![0.0; 3600],
            clock: clock.clone(),
            ..VideoScores::default()
        };
        let videos = ["a/1", "b/1", "b/2", "c/1"].map(video);
        let facts: Facts = videos
            .iter()
            .map(|video| {
                let camera = video.video.split('/').next().map(str::to_owned);
                let facts = VideoFacts { camera, ..VideoFacts::default() };
                (VideoId::new(&*video.video).unwrap(), facts)
            })
            .collect();
        let [cameras, hours] =
            <[TextTable; 2]>::try_from(tables(&moments, &videos, &facts)).unwrap();
        let rows: Vec<String> = cameras.rows.iter().map(|row| row.join(" ")).collect();
        assert_eq!(rows, ["b 2 2:00:00.0 2 2 2", "a 1 1:00:00.0 1 1 1", "c 1 1:00:00.0 0 0 "]);
        assert_eq!(hours.head.join(" "), "hour moments a b c");
        let rows: Vec<String> = hours.rows.iter().map(|row| row.join("|")).collect();
        assert_eq!(rows, ["22:00|1|1||", "23:00|2||2|"]);
        // One camera, and no clock.
        let none = Facts::new();
        assert_eq!(tables(&moments, &videos, &none).len(), 1);
        let bare = moments.map(|shown| ShownMoment { recorded: None, ..shown });
        assert!(tables(&bare, &videos, &none).is_empty());
    }
}
