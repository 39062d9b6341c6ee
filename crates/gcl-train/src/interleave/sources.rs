//! The three kinds of objects that ship: snippets themselves, windows of poses or boxes, cubes.

use burn::tensor::TensorData;
use gcl_core::{Device, Tensor};
use gcl_data::poses::{Augment, Resolution};
use gcl_data::{ObjectIndex, ObjectPlace, ObjectVideo, PackedCubes, VideoId, Windows};

use super::files::Left;
use super::objects::{Item, Objects, places, with_values};
use super::snippets::Snippets;
use super::videos::Videos;
use crate::error::{Result, TrainError};

/// Snippets as objects of their own, each the mean over its crops, for an autoencoder.
#[derive(Debug)]
pub struct SnippetObjects {
    values: Vec<f32>,
    dim: usize,
    index: ObjectIndex,
}

impl SnippetObjects {
    /// The snippets of all videos.
    ///
    /// # Errors
    /// If the videos are not the snippets'.
    pub fn new(snippets: &Snippets, videos: &Videos) -> Result<SnippetObjects> {
        let index = ObjectIndex::of_snippets(videos.outline(&[]), videos.length)?;
        if index.snippets() != snippets.len() {
            let (found, expected) = (snippets.len(), index.snippets());
            return Err(TrainError::Mismatch(format!("{found} snippets, expected {expected}")));
        }
        Ok(SnippetObjects { values: snippets.means(), dim: snippets.dim(), index })
    }
}

impl Objects for SnippetObjects {
    /// `[batch, d]`
    type Batch = Tensor<2>;

    fn index(&self) -> &ObjectIndex {
        &self.index
    }

    fn fetch(&self, items: &[Item], device: &Device) -> Result<Tensor<2>> {
        let rows = items.iter().flat_map(|item| {
            self.values[item.object * self.dim..(item.object + 1) * self.dim].iter().copied()
        });
        let values = TensorData::new(rows.collect::<Vec<f32>>(), [items.len(), self.dim]);
        Ok(Tensor::from_data(values, device))
    }

    fn fingerprint(&self) -> u64 {
        with_values(places(&self.index), &self.values)
    }
}

/// Windows of poses or boxes, normalised as a flow reads them.
#[derive(Debug)]
pub struct WindowObjects {
    windows: Windows,
    index: ObjectIndex,
    resolution: Resolution,
    mirror: bool,
}

impl WindowObjects {
    /// Windows on the videos that they were cut from ([`Videos::pose_windows`],
    /// [`Videos::box_windows`]). With `mirror`, an epoch sees each window and its mirror image, as
    /// STG-NF trains.
    ///
    /// # Errors
    /// If the windows are of other videos, or stand outside them.
    pub fn new(
        windows: Windows,
        videos: &Videos,
        resolution: Resolution,
        mirror: bool,
    ) -> Result<WindowObjects> {
        let half = windows.rule().length / 2;
        let mut reach = vec![0; videos.list.len()];
        for place in windows.places() {
            if let Some(reach) = reach.get_mut(place.video) {
                *reach = (*reach).max(place.span.start + half + 1);
            }
        }
        let mut outline = videos.outline(&reach).into_iter();
        let video = |id: &VideoId| -> Result<ObjectVideo> {
            outline.next().filter(|video| video.id == *id).ok_or_else(|| {
                TrainError::Mismatch(format!("windows of video `{id}`, which has no snippets"))
            })
        };
        let index = ObjectIndex::of_windows(&windows, videos.length, video)?;
        Ok(WindowObjects { windows, index, resolution, mirror })
    }
}

impl Objects for WindowObjects {
    /// `[batch, 2, T, V]`
    type Batch = Tensor<4>;

    fn index(&self) -> &ObjectIndex {
        &self.index
    }

    fn mirrored(&self) -> bool {
        self.mirror
    }

    fn fingerprint(&self) -> u64 {
        let pixels = (0..self.windows.len()).filter_map(|i| self.windows.pixels(i).ok());
        pixels.fold(places(&self.index), with_values)
    }

    fn fetch(&self, items: &[Item], device: &Device) -> Result<Tensor<4>> {
        let (frames, joints) = (self.windows.rule().length, self.windows.points().joints);
        let mut values = Vec::with_capacity(items.len() * 2 * frames * joints);
        let mut own = Vec::new();
        for item in items {
            let augment = if item.mirror { Augment::Mirror } else { Augment::None };
            self.windows.normalised(&[item.object], augment, self.resolution, &mut own)?;
            values.extend_from_slice(&own);
        }
        let shape = [items.len(), 2, frames, joints];
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }
}

/// Cubes around boxes, read from their file as they are needed.
#[derive(Debug)]
pub struct CubeObjects {
    cubes: PackedCubes,
    /// For each object, its place in the file.
    rows: Vec<usize>,
    index: ObjectIndex,
}

impl CubeObjects {
    /// The cubes of these videos; those of others are left out.
    ///
    /// # Errors
    /// If a cube stands outside its video, or none is left.
    pub fn new(cubes: PackedCubes, videos: &Videos) -> Result<(CubeObjects, Left)> {
        let found = cubes.objects(videos.list.iter().map(|video| &video.id));
        let (rows, places): (Vec<usize>, Vec<ObjectPlace>) = found.into_iter().unzip();
        let mut reach = vec![0; videos.list.len()];
        for place in &places {
            reach[place.video] = reach[place.video].max(place.centre + 1);
        }
        if rows.is_empty() {
            let text = "no cube is of a video that has features".to_owned();
            return Err(TrainError::Mismatch(text));
        }
        let left = Left { elsewhere: cubes.places.len() - rows.len(), ..Left::default() };
        let index = ObjectIndex::new(videos.outline(&reach), places, videos.length)?;
        Ok((CubeObjects { cubes, rows, index }, left))
    }
}

impl Objects for CubeObjects {
    /// `[batch, 3, T, H, W]`
    type Batch = Tensor<5>;

    fn index(&self) -> &ObjectIndex {
        &self.index
    }

    fn fetch(&self, items: &[Item], device: &Device) -> Result<Tensor<5>> {
        let mut values = Vec::new();
        let mut own = Vec::new();
        for item in items {
            let row = self.rows[item.object];
            self.cubes.read(row..row + 1, &mut own)?;
            values.extend_from_slice(&own);
        }
        let at = |i: usize| self.cubes.shape().get(i).copied().unwrap_or(0);
        let shape = [items.len(), at(0), at(1), at(2), at(3)];
        Ok(Tensor::from_data(TensorData::new(values, shape), device))
    }
}
