//! Manifests and lists of videos.

use gcl_data::{Manifest, lists};

use crate::fuzz::Target;

pub const WORDS: &[&str] = &[
    ",", ";", "\t", "\n", "\r\n", "\"", "\u{feff}", "..", "/", "\\", "id", "video", "start", "end",
    "frames", "nan", "\0", "é",
];

#[test]
fn manifests() {
    let corpus = [
        "id,path,split,label,frames,camera,clock\na/1,a/1.mp4,train,normal,320,1,2024-01-31 23:59:59\nb,,test,1,NaN,,\n",
        "id;label;frames\na;0;12.0\nb;anomalous;3\n",
    ];
    let corpus = corpus.map(|text| text.as_bytes().to_vec()).to_vec();
    let target = Target { name: "manifest", corpus, words: WORDS, ..Target::default() };
    target.run(|path| Manifest::read(path).map(drop));
}

#[test]
fn lists_of_videos() {
    let corpus = ["01_001\n01_0014\n", "a/b_i3d.npy\nc.npy\n"];
    let corpus = corpus.map(|text| text.as_bytes().to_vec()).to_vec();
    let target = Target { name: "lists", corpus, words: WORDS, ..Target::default() };
    target.run(|path| {
        let other = path.with_extension("other");
        std::fs::write(&other, "99_999\n").unwrap();
        drop(lists::read_ucf(path, path));
        lists::read_zhong(path, &other).map(drop).or(lists::read_feature_list(path).map(drop))
    });
}
