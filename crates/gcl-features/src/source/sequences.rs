//! Which pictures of a folder are the frames of one video: those whose names differ in a number alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::names::{Field, fields};
use crate::natural;

/// The extensions of doubled pictures of which one is taken: the first of these.
const FIRST: [&str; 2] = ["png", "jpg"];

/// What names end with of pictures that are made from frames, or stand beside them.
const DERIVED: [&str; 7] = ["analyse", "mask", "depth", "thumb", "label", "labels", "gt"];

/// What stands in front of a number that is a camera's, and no frame's.
const VIEWS: [&str; 6] = ["cam", "camera", "ch", "channel", "stream", "view"];

/// Frames of one video, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequence {
    /// What its names have in front of the number, and behind it, without the extension.
    pub around: [String; 2],
    pub files: Vec<PathBuf>,
}

impl Sequence {
    /// The names with `*` for the number.
    pub fn pattern(&self) -> String {
        self.around.join("*")
    }

    /// The names without the number, or `None` where nothing else is in them.
    pub fn name(&self) -> Option<String> {
        let marks = |c: char| matches!(c, '_' | '-' | '.' | ' ' | '#' | '(' | ')');
        let parts = self.around.each_ref().map(|part| part.trim_matches(marks));
        let name =
            parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("-");
        (!name.is_empty()).then_some(name)
    }
}

/// The pictures of a folder, sorted out.
#[derive(Debug, Default)]
pub(crate) struct Sorted {
    pub sequences: Vec<Sequence>,
    /// Pictures that are no frames of these, with the reason.
    pub foreign: Vec<(PathBuf, String)>,
}

/// Sorts the pictures of one folder. Where numbers do not tell sequences apart, all pictures are one, in natural order.
pub(crate) fn sort(pictures: Vec<PathBuf>) -> Sorted {
    let mut sorted = Sorted::default();
    let total = pictures.len();
    let (pictures, doubles) = without_doubles(pictures);
    let named = |files: Vec<PathBuf>, what: &str| {
        let first = files.first().cloned()?;
        Some((first, format!("{} {what}", files.len())))
    };
    sorted.foreign.extend(named(doubles, "pictures of a name that another extension has, too"));
    let groups = group(&pictures);
    let whole = groups.len() < 2 || 2 * groups.len() > total;
    if whole {
        let around = groups.into_iter().next().map_or_else(Default::default, |(around, _)| around);
        sorted
            .sequences
            .extend((!pictures.is_empty()).then_some(Sequence { around, files: pictures }));
    } else {
        let (frames, alone): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|(_, files)| files.len() > 1);
        sorted
            .sequences
            .extend(frames.into_iter().map(|(around, files)| Sequence { around, files }));
        let alone = alone.into_iter().flat_map(|(_, files)| files).collect();
        let what = "pictures beside a sequence of frames, and none of them";
        sorted.foreign.extend(named(alone, what));
        without_copies(&mut sorted);
    }
    for sequence in &mut sorted.sequences {
        in_order(&mut sequence.files);
    }
    sorted
}

/// The pictures of one sequence among those of its folder, told by what its names have around the number.
pub(crate) fn only(pictures: impl Iterator<Item = PathBuf>, around: [&str; 2]) -> Vec<PathBuf> {
    let [before, behind] = around.map(str::to_lowercase);
    let own = |path: &PathBuf| {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase());
        let stem = stem.unwrap_or_default();
        let number = stem.strip_prefix(&before).and_then(|rest| rest.strip_suffix(&behind));
        number.is_some_and(|number| matches!(fields(number)[..], [Field::Number(_)]))
    };
    let (mut files, _) = without_doubles(pictures.filter(own).collect());
    in_order(&mut files);
    files
}

fn in_order(files: &mut [PathBuf]) {
    files.sort_by(|a, b| natural::compare(&a.to_string_lossy(), &b.to_string_lossy()));
}

/// Of pictures of one name with several extensions, one; and the others.
fn without_doubles(mut pictures: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    // Which one is taken may not depend on the order in which a file system lists them.
    pictures.sort();
    let mut doubles = Vec::new();
    let rank = |path: &Path| {
        let extension = path.extension().map(|text| text.to_string_lossy().to_ascii_lowercase());
        FIRST.iter().position(|first| extension.as_deref() == Some(first)).unwrap_or(FIRST.len())
    };
    let mut by_stem: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    for path in pictures {
        let double = match by_stem.entry(path.with_extension("")) {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                vacant.insert(path);
                continue;
            }
            std::collections::btree_map::Entry::Occupied(mut taken) => {
                match rank(&path) < rank(taken.get()) {
                    true => taken.insert(path),
                    false => path,
                }
            }
        };
        doubles.push(double);
    }
    (by_stem.into_values().collect(), doubles)
}

/// The pictures by what stands around their number: the last field of their names that is not the same for all
/// names of the same form, and not a camera's (`0001-cam2`) unless no other is.
fn group(pictures: &[PathBuf]) -> Vec<([String; 2], Vec<PathBuf>)> {
    let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let names: Vec<String> = pictures.iter().map(|path| stem(path).unwrap_or_default()).collect();
    let parsed: Vec<Vec<Field<'_>>> = names.iter().map(|name| fields(name)).collect();
    let form = |name: &[Field<'_>]| -> Vec<Option<String>> {
        name.iter().map(|field| field.text().map(str::to_lowercase)).collect()
    };
    let mut forms: BTreeMap<Vec<Option<String>>, Vec<usize>> = BTreeMap::new();
    for (i, name) in parsed.iter().enumerate() {
        forms.entry(form(name)).or_default().push(i);
    }
    // By the names without regard to case, as the first picture has them.
    let mut groups: BTreeMap<[String; 2], ([String; 2], Vec<PathBuf>)> = BTreeMap::new();
    for (form, members) in forms {
        let value = |i: usize, field: usize| parsed[i].get(field).map(Field::whole);
        let varies = |field: &usize| {
            let values: BTreeSet<_> = members.iter().map(|i| value(*i, *field)).collect();
            values.len() > 1
        };
        let is_view = |field: &usize| {
            let before = field.checked_sub(1).and_then(|before| form[before].as_deref());
            let word = before.and_then(|text| {
                text.rsplit(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty())
            });
            word.is_some_and(|word| VIEWS.contains(&word))
        };
        // Of one picture, the last number.
        let mut numbers = (0..form.len()).rev().filter(|field| form[*field].is_none());
        let varying: Vec<usize> = numbers.clone().filter(varies).collect();
        let frames = varying.iter().find(|field| !is_view(field)).or(varying.first()).copied();
        let counter = frames.or_else(|| numbers.next());
        for i in members {
            let join = |fields: &[Field<'_>]| fields.iter().map(Field::whole).collect::<String>();
            let around = match counter {
                Some(at) => [join(&parsed[i][..at]), join(&parsed[i][at + 1..])],
                None => [names[i].clone(), String::new()],
            };
            let key = around.each_ref().map(|text| text.to_lowercase());
            groups.entry(key).or_insert((around, Vec::new())).1.push(pictures[i].clone());
        }
    }
    groups.into_values().collect()
}

/// Takes out sequences that show the same frames as another: masks, depths and thumbnails beside plain names, and a
/// monitor's analysed pictures beside the captured ones.
fn without_copies(sorted: &mut Sorted) {
    let numbers = |sequence: &Sequence| -> BTreeSet<String> {
        let [before, behind] = &sequence.around;
        let number = |path: &PathBuf| {
            let stem = path.file_stem()?.to_string_lossy().into_owned();
            let number = stem.get(before.len()..stem.len().checked_sub(behind.len())?)?;
            Some(number.to_owned())
        };
        sequence.files.iter().filter_map(number).collect()
    };
    let copies = |one: &Sequence, other: &Sequence| {
        let [(before, behind), (b, e)] = [one, other].map(|s| (&s.around[0], &s.around[1]));
        let derived = |behind: &str| DERIVED.iter().any(|kind| behind.ends_with(kind));
        let original = (e.is_empty() && !behind.is_empty()) || (derived(behind) && !derived(e));
        before == b && original && numbers(one).is_subset(&numbers(other))
    };
    let all = std::mem::take(&mut sorted.sequences);
    for sequence in &all {
        match all.iter().find(|other| copies(sequence, other)) {
            None => sorted.sequences.push(sequence.clone()),
            Some(original) => {
                let first = sequence.files.first().cloned().unwrap_or_default();
                let what = format!(
                    "{} pictures {} beside {} of the same numbers, which are taken as the frames",
                    sequence.files.len(),
                    sequence.pattern(),
                    original.pattern()
                );
                sorted.foreign.push((first, what));
            }
        }
    }
}
