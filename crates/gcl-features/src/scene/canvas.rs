//! A luma picture in floating point, and the few soft-edged shapes that figures are made of.

/// A point, in pixels from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub x: f32,
    pub y: f32,
}

/// A picture of `width * height` luma values, about 0 to 255.
#[derive(Debug, Clone)]
pub(super) struct Canvas {
    pub width: usize,
    pub height: usize,
    pub luma: Vec<f32>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, luma: vec![0.0; width * height] }
    }

    /// A line from `a` to `b` with round ends: a limb, a torso, a tube.
    pub(super) fn line(&mut self, a: Point, b: Point, radius: f32, luma: f32) {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = (dx * dx + dy * dy).max(1e-6);
        let low = Point { x: a.x.min(b.x) - radius, y: a.y.min(b.y) - radius };
        let high = Point { x: a.x.max(b.x) + radius, y: a.y.max(b.y) + radius };
        self.blend(low, high, |x, y| {
            let along = (((x - a.x) * dx + (y - a.y) * dy) / length).clamp(0.0, 1.0);
            let (ox, oy) = (x - a.x - along * dx, y - a.y - along * dy);
            (radius + 0.5 - (ox * ox + oy * oy).sqrt(), luma)
        });
    }

    /// A circle's outline: a wheel.
    pub(super) fn ring(&mut self, centre: Point, radius: f32, half_width: f32, luma: f32) {
        let reach = radius + half_width;
        let low = Point { x: centre.x - reach, y: centre.y - reach };
        let high = Point { x: centre.x + reach, y: centre.y + reach };
        self.blend(low, high, |x, y| {
            let (ox, oy) = (x - centre.x, y - centre.y);
            (half_width + 0.5 - ((ox * ox + oy * oy).sqrt() - radius).abs(), luma)
        });
    }

    /// Darkens an ellipse towards its centre by up to `strength` (0 to 1): a soft shadow.
    pub(super) fn shade(&mut self, centre: Point, half: Point, strength: f32) {
        self.paint(centre, half, |x, y| {
            let (ox, oy) = ((x - centre.x) / half.x, (y - centre.y) / half.y);
            (strength * (1.0 - ox * ox - oy * oy), 0.0)
        });
    }

    /// Mixes a texture into a rectangle: `texture` gives cover and luma at a point.
    pub(super) fn paint(
        &mut self,
        centre: Point,
        half: Point,
        texture: impl Fn(f32, f32) -> (f32, f32),
    ) {
        let low = Point { x: centre.x - half.x, y: centre.y - half.y };
        let high = Point { x: centre.x + half.x, y: centre.y + half.y };
        self.blend(low, high, texture);
    }

    /// Mixes luma into the pixels between two corners, each by its cover, which is cut to 0..=1.
    fn blend(&mut self, low: Point, high: Point, texture: impl Fn(f32, f32) -> (f32, f32)) {
        let columns = span(low.x, high.x, self.width);
        for y in span(low.y, high.y, self.height) {
            let start = y * self.width;
            let row = &mut self.luma[start + columns.start..start + columns.end];
            for (x, pixel) in columns.clone().zip(row) {
                let (cover, luma) = texture(x as f32 + 0.5, y as f32 + 0.5);
                *pixel += cover.clamp(0.0, 1.0) * (luma - *pixel);
            }
        }
    }
}

/// The pixels that an interval touches, with one more for the soft edge, cut to 0..size.
fn span(low: f32, high: f32, size: usize) -> std::ops::Range<usize> {
    // Casts of negative and of too large numbers saturate.
    let end = ((high + 2.0) as usize).min(size);
    ((low - 1.0) as usize).min(end)..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_covers_its_length_times_its_width() {
        let mut canvas = Canvas::new(40, 20);
        canvas.line(Point { x: 10.0, y: 10.0 }, Point { x: 30.0, y: 10.0 }, 2.0, 100.0);
        let area = canvas.luma.iter().sum::<f32>() / 100.0;
        // A rectangle of 20 x 4 and two half discs of radius 2.
        assert!((area - (80.0 + 12.57)).abs() < 1.5, "{area}");
        assert_eq!(canvas.luma[10 * 40 + 20], 100.0);
        assert_eq!(canvas.luma[10 * 40 + 35], 0.0);
    }

    #[test]
    fn shapes_outside_the_picture_change_nothing() {
        let mut canvas = Canvas::new(8, 8);
        for at in [-50.0, 58.0] {
            let point = Point { x: at, y: at };
            canvas.line(point, point, 3.0, 200.0);
            canvas.ring(point, 5.0, 1.0, 200.0);
            canvas.shade(point, Point { x: 4.0, y: 2.0 }, 1.0);
        }
        assert!(canvas.luma.iter().all(|&luma| luma == 0.0));
    }

    #[test]
    fn a_ring_is_empty_inside() {
        let mut canvas = Canvas::new(21, 21);
        canvas.ring(Point { x: 10.5, y: 10.5 }, 7.0, 0.5, 50.0);
        assert_eq!(canvas.luma[10 * 21 + 10], 0.0);
        assert_eq!(canvas.luma[10 * 21 + 17], 50.0);
    }
}
