//! Frames whose hidden areas are filled.

use gcl_data::VideoNotes;

use super::Areas;
use crate::frame::{Frame, Pixels};
use crate::source::{FrameSource, SourceError, SourceInfo};

/// What stands in hidden areas: mid-grey, and no colour.
const GREY: u8 = 128;

/// A source with the hidden areas of its frames filled.
pub(crate) struct Masked {
    source: Box<dyn FrameSource>,
    areas: Areas,
    /// Of frames of this size.
    size: (usize, usize),
    mask: Vec<bool>,
}

impl Masked {
    /// The source itself where nothing is hidden.
    pub(crate) fn wrap(source: Box<dyn FrameSource>, areas: &Areas) -> Box<dyn FrameSource> {
        match areas.are_none() {
            true => source,
            false => {
                Box::new(Self { source, areas: areas.clone(), size: (0, 0), mask: Vec::new() })
            }
        }
    }
}

impl FrameSource for Masked {
    fn info(&self) -> &SourceInfo {
        self.source.info()
    }

    fn next(&mut self, frame: &mut Frame) -> Result<bool, SourceError> {
        let more = self.source.next(frame)?;
        if more {
            let size = (frame.width(), frame.height());
            if self.size != size {
                (self.size, self.mask) = (size, self.areas.mask(size.0, size.1));
            }
            fill(frame, &self.mask);
        }
        Ok(more)
    }

    fn notes(&self) -> VideoNotes {
        self.source.notes()
    }
}

impl Areas {
    /// Fills the hidden areas of a single frame.
    pub fn hide(&self, frame: &mut Frame) {
        if !self.are_none() {
            fill(frame, &self.mask(frame.width(), frame.height()));
        }
    }
}

fn fill(frame: &mut Frame, mask: &[bool]) {
    let width = frame.width();
    match frame.pixels_mut() {
        Pixels::Gray(y) => plane(y, mask),
        Pixels::Rgb(rgb) => {
            let (pixels, _) = rgb.as_chunks_mut::<3>();
            pixels
                .iter_mut()
                .zip(mask)
                .filter(|(_, hidden)| **hidden)
                .for_each(|(p, _)| *p = [GREY; 3]);
        }
        Pixels::Yuv { y, u, v, step, .. } => {
            plane(y, mask);
            // A sample of colour is hidden where any of its pixels is.
            let columns = width.div_ceil(step.0.max(1));
            for (row, pixels) in mask.chunks_exact(width.max(1)).enumerate() {
                for (column, _) in pixels.iter().enumerate().filter(|(_, hidden)| **hidden) {
                    let at = row / step.1.max(1) * columns + column / step.0.max(1);
                    for plane in [&mut *u, &mut *v] {
                        if let Some(sample) = plane.get_mut(at) {
                            *sample = GREY;
                        }
                    }
                }
            }
        }
    }
}

fn plane(samples: &mut [u8], mask: &[bool]) {
    samples.iter_mut().zip(mask).filter(|(_, hidden)| **hidden).for_each(|(s, _)| *s = GREY);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::colour::Matrix;

    #[test]
    fn every_kind_of_picture_is_filled() {
        let left = "0,0 0.5,0 0.5,1 0,1".parse().unwrap();
        let areas = Areas::new(vec![left], Vec::new()).unwrap();
        let hidden = |pixels: Pixels| {
            let mut frame = Frame::new(4, 2, pixels).unwrap();
            areas.hide(&mut frame);
            frame.pixels().clone()
        };
        let grey = Pixels::Gray(vec![128, 128, 7, 7, 128, 128, 7, 7]);
        assert_eq!(hidden(Pixels::Gray(vec![7; 8])), grey);
        let row = [128, 128, 128, 128, 128, 128, 7, 7, 7, 7, 7, 7];
        assert_eq!(hidden(Pixels::Rgb(vec![7; 24])), Pixels::Rgb([row, row].concat()));
        let (step, full_range, matrix) = ((2, 2), false, Matrix::Bt601);
        let (y, u, v) = (vec![7; 8], vec![9, 9], vec![3, 3]);
        let found = hidden(Pixels::Yuv { y, u, v, step, full_range, matrix });
        let (y, u, v) = (vec![128, 128, 7, 7, 128, 128, 7, 7], vec![128, 9], vec![128, 3]);
        assert_eq!(found, Pixels::Yuv { y, u, v, step, full_range, matrix });
    }
}
