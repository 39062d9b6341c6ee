//! The Kalman filter of one box.

use gcl_data::tracks::Bounds;

use super::TrackerOptions;

/// How far off the first speed of an object may be, in heights per second.
const FIRST_SPEED: f64 = 3.0;
/// Change of a box's size in a second, as a share of its height.
const RESIZING: f64 = 0.5;
/// The least height, in pixels, that uncertainties are measured in: no box is exact below a pixel.
const LEAST_HEIGHT: f64 = 4.0;

/// A coordinate of the centre and its speed per frame, with their covariance.
#[derive(Debug, Clone, Copy)]
struct Position {
    at: f64,
    speed: f64,
    /// Variance of `at`, covariance, variance of `speed`.
    cov: [f64; 3],
}

/// A side of the box, with its variance.
#[derive(Debug, Clone, Copy)]
struct Side {
    at: f64,
    var: f64,
}

/// The estimate of a box: constant speed of the centre, constant size, each coordinate by itself.
/// Uncertainties are in units of the box's height, as in SORT's descendants
/// ([Wojke et al., 2017](https://arxiv.org/abs/1703.07402)), but per second and not per frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kalman {
    centre: [Position; 2],
    sides: [Side; 2],
}

impl Position {
    fn predict(&mut self, frames: f64, acceleration: f64) {
        let [p, c, s] = self.cov;
        let (t, q) = (frames, acceleration * acceleration);
        self.at += self.speed * t;
        let p = p + t * (2.0 * c + t * s) + q * t * t * t * t / 4.0;
        self.cov = [p, c + t * s + q * t * t * t / 2.0, s + q * t * t];
    }

    fn update(&mut self, seen: f64, noise: f64) {
        let [p, c, s] = self.cov;
        let total = p + noise * noise;
        let (gain, turn) = (p / total, c / total);
        let off = seen - self.at;
        self.at += gain * off;
        self.speed += turn * off;
        self.cov = [p - gain * p, c - gain * c, s - turn * c];
    }
}

impl Kalman {
    pub(super) fn new(seen: Bounds, options: &TrackerOptions) -> Self {
        let ([x, y], [width, height]) = parts(seen);
        let unit = height.max(LEAST_HEIGHT);
        let noise = options.noise * unit;
        let speed = FIRST_SPEED * unit / options.fps;
        let cov = [noise * noise, 0.0, speed * speed];
        let position = |at| Position { at, speed: 0.0, cov };
        let side = |at| Side { at, var: noise * noise };
        Self { centre: [position(x), position(y)], sides: [side(width), side(height)] }
    }

    /// Moves the estimate so many frames on.
    pub(super) fn predict(&mut self, frames: u32, options: &TrackerOptions) {
        let unit = self.unit();
        let frames = f64::from(frames);
        let acceleration = options.acceleration * unit / (options.fps * options.fps);
        let resizing = RESIZING * unit / options.fps;
        self.centre.iter_mut().for_each(|position| position.predict(frames, acceleration));
        self.sides.iter_mut().for_each(|side| side.var += resizing * resizing * frames);
    }

    /// Takes a box in that was seen.
    pub(super) fn update(&mut self, seen: Bounds, options: &TrackerOptions) {
        let noise = options.noise * self.unit();
        let (centre, sides) = parts(seen);
        for (position, seen) in self.centre.iter_mut().zip(centre) {
            position.update(seen, noise);
        }
        for (side, seen) in self.sides.iter_mut().zip(sides) {
            let gain = side.var / (side.var + noise * noise);
            // Between the two, so that a side stays positive.
            side.at += gain * (seen - side.at);
            side.var -= gain * side.var;
        }
    }

    /// The box as it is thought to be.
    pub(super) fn bounds(&self) -> Bounds {
        let [x, y] = self.centre.map(|position| position.at);
        let [w, h] = self.sides.map(|side| 0.5 * side.at);
        [x - w, y - h, x + w, y + h].map(|v| v as f32)
    }

    /// Standard deviation of the centre in pixels, at most half of the longer side.
    pub(super) fn doubt(&self) -> f32 {
        let [w, h] = self.sides.map(|side| side.at);
        let [x, y] = self.centre.map(|position| position.cov[0]);
        x.max(y).sqrt().min(0.5 * w.max(h)) as f32
    }

    fn unit(&self) -> f64 {
        self.sides[1].at.max(LEAST_HEIGHT)
    }
}

/// Centre and size.
fn parts(bounds: Bounds) -> ([f64; 2], [f64; 2]) {
    let [x1, y1, x2, y2] = bounds.map(f64::from);
    ([0.5 * (x1 + x2), 0.5 * (y1 + y2)], [x2 - x1, y2 - y1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_walk_is_learnt_and_goes_on_unseen() {
        let options = TrackerOptions::default();
        let at = |i: f32| [3.0 * i, 10.0 - i, 3.0 * i + 20.0, 60.0 - i];
        let mut filter = Kalman::new(at(0.0), &options);
        for i in 1..20 {
            filter.predict(1, &options);
            filter.update(at(i as f32), &options);
        }
        filter.predict(10, &options);
        for (found, expected) in filter.bounds().into_iter().zip(at(29.0)) {
            assert!((found - expected).abs() < 1.0, "{found} {expected}");
        }
    }
}
