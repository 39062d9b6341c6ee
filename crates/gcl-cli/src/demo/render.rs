//! The scene as video files and a truth file.

use std::path::Path;

use gcl_data::Truth;
use gcl_data::atomic::write_atomic;
use gcl_features::scene::{Part, Scene, SceneOptions};

use crate::error::Failure;
use crate::interrupt;
use crate::progress::Progress;

/// Renders a scene's videos into a folder, and the test videos' truth into a CSV. Videos that are
/// there already stay, if they are of this scene.
///
/// # Errors
/// If the folder holds another scene, or a file cannot be written.
pub fn scene(
    seed: u64,
    options: &SceneOptions,
    folder: &Path,
    truth: &Path,
) -> Result<(), Failure> {
    claim(folder, seed)?;
    let scene = Scene::new(seed, options).map_err(Failure::data)?;
    let total: usize = scene.videos.iter().map(|video| video.frames).sum();
    let mut progress = Progress::new("rendering", "frames", total as u64);
    let mut rendered = 0;
    let mut labels = Vec::new();
    for video in &scene.videos {
        if interrupt::requested() {
            return Err(Failure::Interrupted(
                "interrupted; rerun the same command to resume".to_owned(),
            ));
        }
        let path = video.id.file(folder, "y4m");
        if !path.exists() {
            write_atomic(&path, |out| video.write_y4m(out))?;
        }
        if video.part == Part::Test {
            labels.push((video.id.clone(), video.truth()));
        }
        rendered += video.frames as u64;
        progress.set(rendered);
    }
    progress.finish();
    Ok(Truth::from_labels(labels).write_csv(truth)?)
}

/// Marks the folder as this scene's, and refuses one that is another's.
fn claim(folder: &Path, seed: u64) -> Result<(), Failure> {
    let path = folder.join("scene-seed.txt");
    let mine = seed.to_string();
    match std::fs::read_to_string(&path) {
        Ok(found) if found.trim() == mine => Ok(()),
        Ok(found) => Err(Failure::Usage(format!(
            "{} holds scene {}, not scene {seed}; choose another folder with --out",
            folder.display(),
            found.trim()
        ))),
        Err(_) => Ok(gcl_data::atomic::write_bytes_atomic(&path, mine.as_bytes())?),
    }
}
