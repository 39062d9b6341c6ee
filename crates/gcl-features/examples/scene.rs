//! Writes the videos of a scene as Y4M files, and their truth as one `.txt` of 0 and 1 lines each:
//!
//! `cargo run --release -p gcl-features --example scene -- SEED FOLDER`

use std::error::Error;
use std::fs::{File, create_dir_all, write};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use gcl_features::scene::{Scene, SceneOptions};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(seed), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("expected a seed and a folder".into());
    };
    let (seed, folder) = (seed.parse()?, PathBuf::from(folder));
    for video in Scene::new(seed, &SceneOptions::default())?.videos {
        let path = video.id.file(&folder, "y4m");
        create_dir_all(path.parent().unwrap_or(&folder))?;
        let mut file = BufWriter::new(File::create(&path)?);
        video.write_y4m(&mut file)?;
        file.flush()?;
        let lines: String = video
            .truth()
            .into_iter()
            .map(|abnormal| if abnormal { "1\n" } else { "0\n" })
            .collect();
        write(path.with_extension("txt"), lines)?;
    }
    Ok(())
}
