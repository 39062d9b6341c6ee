//! Footage of several cameras, told apart by their folders.

use std::fs;

use super::support::{run, stderr, video};

#[test]
fn folders_are_cameras_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (camera, odd) in [("east", Some(160)), ("west", None)] {
        for hour in ["08", "21"] {
            let name = format!("footage/{camera}/20240131_{hour}5950.y4m");
            video(&at.join(name), 320, odd.filter(|_| hour == "21"));
        }
    }
    let one = run(at, &["find", "footage"], 0);
    assert!(!stderr(&one).contains("views"), "{}", stderr(&one));
    let page = || fs::read_to_string(at.join("found/report.html")).unwrap();
    assert!(!page().contains("Cameras") && page().contains("Hours of the day"));
    let two = run(at, &["find", "footage", "--camera", "folder"], 0);
    assert!(stderr(&two).contains("2 views: east (2 videos), west (2 videos)"), "{}", stderr(&two));
    assert!(!stderr(&two).contains("training on"), "the model is the same");
    let page = page();
    let table =
        page.split("Each camera's scores").nth(1).or(page.split("Each camera&#39;s scores").nth(1));
    let table = table.unwrap().split("</table>").next().unwrap();
    assert!(table.contains("<bdi>east</bdi>") && table.contains("<bdi>west</bdi>"), "{table}");
    assert!(page.contains("<bdi>22:00</bdi>") || page.contains("<bdi>21:00</bdi>"));
    // The files of one folder are of one camera; their folder's name is theirs.
    let (east, west) = ("footage/east/20240131_085950.y4m", "footage/west/20240131_215950.y4m");
    let files = ["find", east, west, "--camera", "folder", "--out", "files"];
    let files = stderr(&run(at, &files, 0));
    assert!(files.contains("east (1 video), west (1 video)"), "{files}");
}
