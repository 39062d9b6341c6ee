//! Small SVG charts, without scripts, readable in light and dark mode.
//!
//! Each chart type builds a [`Chart`], which is either put into an HTML page that contains [`STYLE`]
//! ([`Chart::inline`]) or saved as a file of its own ([`Chart::standalone`]). Charts stay small however
//! long the data: only the lowest, highest and mean value of each pixel column are drawn.
//!
//! It is written here because shapes must carry classes and no colours, so that one style sheet serves both modes.

mod axis;
mod bands;
mod histogram;
mod line;
mod panels;
mod path;
mod plot;
mod roc;
mod scatter;
mod timeline;
mod truth;

pub use bands::{Band, BandChart, BandPoint};
pub use histogram::{Bars, Histogram};
pub use line::{LineChart, Series};
pub use panels::{Panel, Panels};
pub use roc::roc_chart;
pub use scatter::{Cloud, Scatter};
pub use timeline::{Mark, Timeline};

use crate::escape::escape;

/// Style sheet of all charts, for a page that holds inline ones.
pub const STYLE: &str = include_str!("chart.css");

/// A drawn chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    title: String,
    description: String,
    width: f64,
    height: f64,
    body: String,
}

impl Chart {
    /// The chart's title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether it is meant for the whole width of a page.
    pub(crate) fn is_wide(&self) -> bool {
        self.width > 700.0
    }

    /// Without the room that a plot without axes leaves for their labels.
    fn cropped(mut self) -> Self {
        let (left, bottom) = (42.0, 26.0);
        self.body = format!("<g transform=\"translate({} 0)\">{}</g>", -left, self.body);
        self.width -= left;
        self.height -= bottom;
        self
    }

    /// The `<svg>` element, for a page that holds [`STYLE`].
    pub fn inline(&self) -> String {
        self.element("", "")
    }

    /// A whole SVG file, with its style.
    pub fn standalone(&self) -> String {
        let size = format!(
            " xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\"",
            self.width, self.height
        );
        self.element(&size, &format!("<style>{STYLE}</style>"))
    }

    fn element(&self, attributes: &str, style: &str) -> String {
        format!(
            "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {} {}\" aria-label=\"{title}. {}\"{attributes}>\
             <title>{title}</title>{style}{}</svg>\n",
            self.width,
            self.height,
            escape(&self.description),
            self.body,
            title = escape(&self.title),
        )
    }
}
