//! Every form of ground truth.

use gcl_data::{Truth, TruthError, TruthFormat};

use crate::common::{header, npy};
use crate::fuzz::Target;
use crate::tables::WORDS;

/// Reads a truth and the labels that it states, of videos that are short enough to be worth the time.
fn read(path: &std::path::Path, format: TruthFormat) -> Result<(), TruthError> {
    let truth = Truth::read(path, format)?;
    for id in truth.ids() {
        if truth.frames(id)?.is_none_or(|frames| frames < 1 << 16) {
            drop(truth.labels(id, None));
        }
    }
    Ok(())
}

fn texts(name: &str, file: &str, format: TruthFormat, corpus: &[&str]) {
    let corpus = corpus.iter().map(|text| text.as_bytes().to_vec()).collect();
    Target { name, file, corpus, words: WORDS, ..Target::default() }.run(|path| read(path, format));
}

#[test]
fn ranges() {
    texts(
        "ranges",
        "truth.csv",
        TruthFormat::Ranges,
        &[
            "id,start,end,frames\na,1,3,10\nb,,,5\na,7,8,10\n",
            "video;first_1based;last_1based;frames\na;2;3;10\nb;-1;-1;5.0\n",
        ],
    );
}

#[test]
fn annotations_in_words() {
    texts(
        "ucf",
        "truth.txt",
        TruthFormat::Ucf,
        &["Abuse028_x264.mp4  Abuse  2  4  -1  -1\nb Normal -1 -1 -1 -1\n"],
    );
    texts("xd", "truth.txt", TruthFormat::Xd, &["v=1__#1_label_B1 2 4 7 9\nv=2__#1_label_A\n"]);
}

#[test]
fn flags() {
    texts("flags", "a.csv", TruthFormat::Flags, &["0\n1\n1.0\n0\n", "0,1,1,0\n"]);
}

#[test]
fn detected() {
    texts(
        "truth",
        "truth.txt",
        TruthFormat::Auto,
        &[
            "id,start,end,frames\na,1,3,10\n",
            "Abuse028_x264.mp4  Abuse  2  4  -1  -1\n",
            "v=1__#1_label_B1 2 4 7 9\n",
            "0\n1\n0\n",
        ],
    );
}

#[test]
fn masks_and_tracks_of_ubnormal() {
    let mask = npy(&header("|u1", false, "(5,)"), &[0, 1, 1, 0, 1]);
    let floats = npy(&header("<f8", false, "(2,)"), &[0; 16]);
    let corpus = vec![mask.clone(), floats];
    Target { name: "masks", file: "a.npy", corpus, ..Target::default() }
        .run(|path| read(path, TruthFormat::Masks));
    let corpus = vec![mask, b"1,3.0,7\n2,9,12\n".to_vec()];
    Target { name: "ubnormal", file: "a_tracks.txt", corpus, words: WORDS, ..Target::default() }
        .run(|path| read(path.parent().unwrap(), TruthFormat::Ubnormal));
}
