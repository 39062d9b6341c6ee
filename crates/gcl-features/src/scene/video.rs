//! One video of the scene.

use std::io::{Error, Result as IoResult, Write};
use std::sync::Arc;

use gcl_data::VideoId;
use gcl_data::tracks::Bounds;

use super::actor::Actor;
use super::canvas::Canvas;
use super::light::Light;
use super::place::Street;
use super::tree::Wind;
use crate::frame::{Frame, FrameError, Pixels};

/// What a video is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Training: unlabelled, with a few abnormal events in it.
    Train,
    /// Test: scored and compared with [`SceneVideo::truth`].
    Test,
}

/// One video of a [`Scene`](super::Scene): any of its frames can be rendered, in any order.
#[derive(Debug, Clone)]
pub struct SceneVideo {
    /// The video's id: `train/01`, `test/01`, ...
    pub id: VideoId,
    /// What the video is for.
    pub part: Part,
    /// Number of frames.
    pub frames: usize,
    pub(super) place: Arc<Street>,
    /// From the farthest to the nearest.
    pub(super) actors: Vec<Actor>,
    pub(super) light: Light,
    pub(super) wind: Wind,
    pub(super) size: (usize, usize),
    pub(super) fps: usize,
}

impl SceneVideo {
    /// Where in frame `frame` somebody abnormal is in view, as in [`truth`](Self::truth): left, top, right and
    /// bottom in fractions of the picture, cut at its borders.
    pub fn abnormal_places(&self, frame: usize) -> Vec<[f32; 4]> {
        let (width, height) = self.size;
        let abnormal = self.actors.iter().filter(|a| a.is_abnormal() && a.in_view(frame, width));
        let fractions = |actor: &Actor| {
            let [left, top, right, bottom] = actor.bounds(frame);
            let [x1, x2] = [left, right].map(|x| (x / width as f32).clamp(0.0, 1.0));
            let [y1, y2] = [top, bottom].map(|y| (y / height as f32).clamp(0.0, 1.0));
            [x1, y1, x2, y2]
        };
        abnormal.map(fractions).collect()
    }

    /// Whether each frame is abnormal, `frames` values: somebody abnormal is in view, at least half of
    /// them inside the picture.
    pub fn truth(&self) -> Vec<bool> {
        let abnormal: Vec<&Actor> = self.actors.iter().filter(|a| a.is_abnormal()).collect();
        (0..self.frames).map(|t| abnormal.iter().any(|a| a.in_view(t, self.size.0))).collect()
    }

    /// Where everybody is in a frame that is at least half inside the picture: a number of their own in this
    /// video, and the box around their body, with its bicycle, in pixels.
    pub fn boxes(&self, frame: usize) -> Vec<(u32, Bounds)> {
        let (width, height) = (self.size.0 as f32, self.size.1 as f32);
        let inside = (0..).zip(&self.actors).filter(|(_, actor)| actor.in_view(frame, self.size.0));
        let clipped = inside.map(|(number, actor)| {
            let [x1, y1, x2, y2] = actor.bounds(frame);
            (number, [x1.max(0.0), y1.max(0.0), x2.min(width), y2.min(height)])
        });
        clipped.collect()
    }

    /// Renders frame `frame` (0-based; frames past the end show how the scene would go on) to luma only,
    /// full range.
    ///
    /// The same seed, options and frame give the same bytes on every machine.
    ///
    /// # Errors
    /// None that the options' own limits allow; the type is that of [`Frame::new`].
    pub fn render(&self, frame: usize) -> Result<Frame, FrameError> {
        let (width, height) = self.size;
        let mut canvas = Canvas::new(width, height);
        self.place.draw_behind(&mut canvas);
        let before = self.actors.partition_point(|actor| actor.row <= self.place.kerb());
        let (far, near) = self.actors.split_at(before);
        far.iter().for_each(|actor| actor.draw(&mut canvas, frame));
        self.place.draw_kerb(&mut canvas, self.wind.bend(frame));
        near.iter().for_each(|actor| actor.draw(&mut canvas, frame));
        let mut luma = Vec::new();
        self.light.expose(&canvas, frame, &mut luma);
        Frame::new(width, height, Pixels::Gray(luma))
    }

    /// Writes the video as Y4M, in grey of the full range.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn write_y4m(&self, out: &mut impl Write) -> IoResult<()> {
        let (width, height) = self.size;
        let fps = self.fps;
        writeln!(out, "YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 Cmono XCOLORRANGE=FULL")?;
        for frame in 0..self.frames {
            out.write_all(b"FRAME\n")?;
            out.write_all(&self.render(frame).map_err(Error::other)?.luma())?;
        }
        Ok(())
    }
}
