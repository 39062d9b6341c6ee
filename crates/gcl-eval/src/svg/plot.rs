//! The frame that all charts share: plot area, grid, axes and legend.

use super::Chart;
use super::axis::Axis;
use super::path::px;
use crate::escape::escape;

const LEFT: f64 = 58.0;
const RIGHT: f64 = 16.0;
const BOTTOM: f64 = 42.0;
const LEGEND_ROW: f64 = 18.0;

/// Where each name of a legend goes: pixel column, row and name.
fn places<'a>(width: f64, names: impl Iterator<Item = &'a str>) -> Vec<(f64, f64, &'a str)> {
    let (mut x, mut row) = (LEFT, 0.0);
    let mut found = Vec::new();
    for name in names {
        let room = 40.0 + 6.6 * name.chars().count() as f64;
        if x + room > width && x > LEFT {
            (x, row) = (LEFT, row + 1.0);
        }
        found.push((x, row, name));
        x += room;
    }
    found
}

/// A plot area in pixels, to which drawing is added.
pub(super) struct Plot {
    width: f64,
    height: f64,
    top: f64,
    x: Axis,
    y: Axis,
    body: String,
}

impl Plot {
    /// An empty plot of `width` × `height` pixels with grid and axes; `top` pixels are kept free
    /// above it.
    pub fn new(width: f64, height: f64, top: f64, x: Axis, y: Axis) -> Self {
        let mut plot = Self { width, height, top, x, y, body: String::new() };
        plot.draw_axes();
        plot
    }

    /// An empty plot without axes, `size` pixels wide and high below `top` pixels.
    pub fn square(size: f64, top: f64, x: Axis, y: Axis) -> Self {
        let height = size - RIGHT + top + BOTTOM - LEFT;
        let mut plot = Self { width: size, height, top, x, y, body: String::new() };
        let (left, right) = (px(LEFT), px(plot.right()));
        let (top, bottom) = (px(plot.top), px(plot.bottom()));
        plot.path("plot", &format!("M{left} {top}H{right}V{bottom}H{left}z"));
        plot
    }

    pub fn left(&self) -> f64 {
        LEFT
    }

    pub fn right(&self) -> f64 {
        self.width - RIGHT
    }

    pub fn top(&self) -> f64 {
        self.top
    }

    pub fn bottom(&self) -> f64 {
        self.height - BOTTOM
    }

    /// Pixel column of a value.
    pub fn x(&self, value: f64) -> f64 {
        let part = (value - self.x.low) / (self.x.high - self.x.low);
        LEFT + part * (self.right() - LEFT)
    }

    /// Pixel row of a value; values outside the range stay at the edge.
    pub fn y(&self, value: f64) -> f64 {
        let part = (value - self.y.low) / (self.y.high - self.y.low);
        // `max`/`min` would turn NaN into a number, and NaN has to stay a gap.
        let part = if part < 0.0 { 0.0 } else { part };
        let part = if part > 1.0 { 1.0 } else { part };
        self.bottom() - part * (self.bottom() - self.top)
    }

    /// Adds a path; `class` is trusted, `data` is path data.
    pub fn path(&mut self, class: &str, data: &str) {
        if !data.is_empty() {
            self.body.push_str(&format!("<path class=\"{class}\" d=\"{data}\"/>"));
        }
    }

    /// Adds a text; `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
        let (x, y, text) = (px(x), px(y), escape(text));
        self.body.push_str(&format!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// Adds any element.
    pub fn raw(&mut self, element: &str) {
        self.body.push_str(element);
    }

    /// Pixels above a plot of `width` pixels that hold the legend of these names, wrapped.
    pub fn legend_room<'a>(width: f64, names: impl Iterator<Item = &'a str>) -> f64 {
        let rows = places(width, names).last().map_or(0.0, |(_, row, _)| row + 1.0);
        14.0 + LEGEND_ROW * rows
    }

    /// As [`legend`](Self::legend), on as many rows as it takes; [`legend_room`](Self::legend_room)
    /// says how much room that is. `mark` draws the sign of series `i` at a place.
    pub fn wrapped_legend<'a>(
        &mut self,
        names: impl Iterator<Item = &'a str>,
        mark: impl Fn(usize, f64, f64) -> String,
    ) {
        for (i, (x, row, name)) in places(self.width, names).into_iter().enumerate() {
            let y = 14.0 + LEGEND_ROW * row;
            self.raw(&mark(i, x, y - 4.0));
            self.text("name", x + 24.0, y, "start", name);
        }
    }

    /// Names the series above the plot, each with a swatch of class `s<i>`.
    pub fn legend<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        let mut x = LEFT;
        for (i, name) in names.enumerate() {
            let class = format!("line s{}", i % 6);
            let room = 34.0 + 6.6 * name.chars().count() as f64;
            if x + room > self.width && x > LEFT {
                self.text("name", x, self.top - 10.0, "start", "…");
                return;
            }
            self.path(&class, &format!("M{} {}h18", px(x), px(self.top - 14.0)));
            self.text("name", x + 24.0, self.top - 10.0, "start", name);
            x += room;
        }
    }

    /// What was drawn, to be put into a larger chart.
    pub fn into_body(self) -> String {
        self.body
    }

    /// The finished chart; the description is for those who do not see it.
    pub fn chart(self, title: &str, description: &str) -> Chart {
        Chart {
            title: title.to_owned(),
            description: description.to_owned(),
            width: self.width,
            height: self.height,
            body: self.body,
        }
    }

    fn draw_axes(&mut self) {
        let (left, right, top, bottom) =
            (px(LEFT), px(self.right()), px(self.top), px(self.bottom()));
        self.path("plot", &format!("M{left} {top}H{right}V{bottom}H{left}z"));
        let (x_ticks, y_ticks) = (self.x.ticks.clone(), self.y.ticks.clone());
        let mut grid = String::new();
        for (value, _) in &y_ticks {
            grid.push_str(&format!("M{left} {}H{right}", px(self.y(*value))));
        }
        self.path("grid", &grid);
        let mut axis = format!("M{left} {bottom}H{right}");
        for (value, _) in &x_ticks {
            axis.push_str(&format!("M{} {bottom}v4", px(self.x(*value))));
        }
        self.path("axis", &axis);
        for (value, label) in &y_ticks {
            self.text("tick", LEFT - 8.0, self.y(*value) + 4.0, "end", label);
        }
        for (value, label) in &x_ticks {
            // About half a label's width; a label that would leave the chart ends at its edge.
            let half = 3.5 * label.chars().count() as f64;
            let x = self.x(*value).min(self.width - 2.0 - half);
            self.text("tick", x, self.bottom() + 18.0, "middle", label);
        }
        let middle = (LEFT + self.right()) / 2.0;
        let label = self.x.label.clone();
        self.text("name", middle, self.height - 6.0, "middle", &label);
        let (y, label) = (px((self.top + self.bottom()) / 2.0), escape(&self.y.label));
        self.raw(&format!(
            "<text class=\"name\" text-anchor=\"middle\" transform=\"translate(13 {y})rotate(-90)\">{label}</text>"
        ));
    }
}
