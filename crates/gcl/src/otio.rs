//! Moments for video editors: a timeline of OpenTimelineIO, with the places of the files.

use std::path::Path;

use gcl_data::Clock;
use gcl_data::atomic::write_bytes_atomic;
use gcl_eval::address;
use gcl_eval::report::ShownMoment;
use serde_json::{Value, json};

use crate::error::{Error, Result};

/// Units of time in a second, of footage whose frames are not evenly spaced.
const UNEVEN: f64 = 1000.0;

/// The moments in their order as clips of one track, each at its own rate and to the frame; those without a clock are left
/// out. `footage` tells where the file of a video is; clips of other videos have no media. The clips' metadata `gcl` has
/// rank, score and rarity.
///
/// ```
/// use gcl::data::Clock;
/// use gcl::eval::{Moment, report::ShownMoment};
/// use gcl::otio::otio;
///
/// let moment = Moment { video: "door".into(), start: 50, end: 75, peak_frame: 60, score: 2.5 };
/// let shown = ShownMoment::new(moment, Some(Clock::Even(25.0)));
/// let timeline = otio(&[shown], "Night shift", |_| Some("/footage/door 1.mp4".into()));
/// let clip = &timeline["tracks"]["children"][0]["children"][0];
/// assert_eq!(clip["source_range"]["start_time"]["value"], 50.0);
/// assert_eq!(clip["media_references"]["DEFAULT_MEDIA"]["target_url"], "file:///footage/door%201.mp4");
/// ```
#[must_use]
pub fn otio(
    moments: &[ShownMoment],
    title: &str,
    footage: impl Fn(&str) -> Option<std::path::PathBuf>,
) -> Value {
    let clips: Vec<Value> = (1..)
        .zip(moments)
        .filter_map(|(rank, shown)| clip(rank, shown, footage(&shown.moment.video)))
        .collect();
    let track = item(
        "Track.1",
        "moments",
        json!({ "kind": "Video", "source_range": null, "children": clips }),
    );
    let stack = item("Stack.1", "tracks", json!({ "source_range": null, "children": [track] }));
    json!({
        "OTIO_SCHEMA": "Timeline.1", "name": title, "metadata": {}, "global_start_time": null, "tracks": stack,
    })
}

/// What every part of a timeline has, and what this one has.
fn item(schema: &str, name: &str, own: Value) -> Value {
    let mut item = json!({
        "OTIO_SCHEMA": schema, "name": name, "metadata": {}, "effects": [], "markers": [], "enabled": true,
    });
    if let (Value::Object(item), Value::Object(own)) = (&mut item, own) {
        item.extend(own);
    }
    item
}

fn clip(rank: usize, shown: &ShownMoment, footage: Option<std::path::PathBuf>) -> Option<Value> {
    let moment = &shown.moment;
    let (rate, start, end) = match shown.clock.as_ref()? {
        Clock::Even(fps) if fps.is_finite() && *fps > 0.0 => {
            (*fps, moment.start as f64, moment.end as f64)
        }
        clock => {
            let time = |frame| clock.seconds(frame).map(|seconds| (seconds * UNEVEN).round());
            (UNEVEN, time(moment.start)?, time(moment.end)?)
        }
    };
    let time =
        |value: f64| json!({ "OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": value });
    let range = json!({ "OTIO_SCHEMA": "TimeRange.1", "start_time": time(start), "duration": time(end - start) });
    let reference = |schema: &str| {
        json!({
            "OTIO_SCHEMA": schema, "name": "", "metadata": {}, "available_range": null, "available_image_bounds": null,
        })
    };
    // Of a folder of pictures there is no file to name.
    let url = footage.filter(|path| !path.is_dir()).and_then(|path| url(&path));
    let media = match url {
        Some(url) => {
            let mut media = reference("ExternalReference.1");
            media["target_url"] = Value::from(url);
            media
        }
        None => reference("MissingReference.1"),
    };
    let rarity = shown.rarity.map(|rarity| rarity.one_in);
    let about = json!({ "rank": rank, "score": moment.score, "one_in": rarity, "recorded": shown.wall_time(moment.start) });
    Some(item(
        "Clip.2",
        &moment.video,
        json!({
            "metadata": { "gcl": about }, "source_range": range,
            "media_references": { "DEFAULT_MEDIA": media }, "active_media_reference_key": "DEFAULT_MEDIA",
        }),
    ))
}

/// A file's address.
fn url(path: &Path) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    let text = path.to_str()?.replace('\\', "/");
    let address = address(&text);
    // A drive's letter stands behind a root of its own.
    Some(format!("file://{}{address}", if address.starts_with('/') { "" } else { "/" }))
}

/// Writes [`otio`] to a file.
///
/// # Errors
/// If it cannot be written.
pub fn write_otio(
    moments: &[ShownMoment],
    title: &str,
    footage: impl Fn(&str) -> Option<std::path::PathBuf>,
    path: &Path,
) -> Result<()> {
    let text = serde_json::to_string_pretty(&otio(moments, title, footage));
    let text = text.map_err(Error::data(path))? + "\n";
    Ok(write_bytes_atomic(path, text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use gcl_data::FrameTimes;
    use gcl_eval::Moment;

    use super::*;

    #[test]
    fn every_clip_is_at_its_own_rate() {
        let times: FrameTimes = vec![(0, 0.0), (10, 1.0), (11, 61.0)].try_into().unwrap();
        let shown = |clock| {
            let moment =
                Moment { video: "a/b".into(), start: 5, end: 11, peak_frame: 6, score: 1.5 };
            ShownMoment::new(moment, clock)
        };
        let moments =
            [shown(Some(Clock::Even(29.97))), shown(None), shown(Some(Clock::Listed(times)))];
        let timeline = otio(&moments, "t", |_| None);
        let clips = timeline["tracks"]["children"][0]["children"].as_array().unwrap();
        assert_eq!(clips.len(), 2, "one has no clock");
        let range = |clip: &Value| {
            let time = |name: &str| {
                let time = &clip["source_range"][name];
                (time["value"].as_f64().unwrap(), time["rate"].as_f64().unwrap())
            };
            [time("start_time"), time("duration")]
        };
        assert_eq!(range(&clips[0]), [(5.0, 29.97), (6.0, 29.97)]);
        assert_eq!(range(&clips[1]), [(500.0, 1000.0), (60_500.0, 1000.0)]);
        assert_eq!(clips[1]["metadata"]["gcl"]["rank"], 3);
        let media = &clips[0]["media_references"]["DEFAULT_MEDIA"];
        assert_eq!(media["OTIO_SCHEMA"], "MissingReference.1");
    }
}
