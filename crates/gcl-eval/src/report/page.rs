//! A page of figures and tables, such as those of a paper.

use super::html::{self, Section};
use crate::escape::escape;
use crate::svg::Chart;

/// A figure of one or several charts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Figure {
    /// Its heading; may be empty where the page's says it all.
    pub title: String,
    /// What a reader should know to read it; may be empty.
    pub caption: String,
    /// The charts, side by side where there is room.
    pub charts: Vec<Chart>,
}

/// A table of texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextTable {
    /// Its heading; may be empty where the page's says it all.
    pub title: String,
    /// What a reader should know to read it; may be empty.
    pub caption: String,
    /// The columns' names.
    pub head: Vec<String>,
    /// The rows, each as long as `head`.
    pub rows: Vec<Vec<String>>,
}

/// One self-contained HTML file of figures and tables. All texts are taken as plain text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// Heading and page title.
    pub title: String,
    /// A line under the heading.
    pub subtitle: String,
    /// Caveats that a reader has to know first, in sentences.
    pub notes: Vec<String>,
    /// The figures, in order.
    pub figures: Vec<Figure>,
    /// The tables, after them.
    pub tables: Vec<TextTable>,
}

impl Page {
    /// The HTML file.
    pub fn render(&self) -> String {
        let mut sections: Vec<Section> = Vec::new();
        sections.extend(html::notes(&self.notes));
        sections.extend(self.figures.iter().map(figure));
        sections.extend(self.tables.iter().map(table));
        html::document(&self.title, &self.subtitle, "", &sections, ("", ""))
    }
}

/// A section of one figure. Its id is free of what a reader might link to by name.
pub(super) fn figure(figure: &Figure) -> Section {
    let charts: String = figure
        .charts
        .iter()
        .map(|chart| {
            let title = escape(chart.title());
            let wide = if chart.is_wide() { " class=\"wide\"" } else { "" };
            let drawn = chart.inline();
            format!("<figure{wide}><figcaption>{title}</figcaption>{drawn}</figure>\n")
        })
        .collect();
    let caption = html::note(&figure.caption);
    let body = format!("{caption}<div class=\"charts even\">\n{charts}</div>\n");
    Section::titled(&figure.title, body)
}

pub(super) fn table(table: &TextTable) -> Section {
    let cells = |row: &[String], tag: &str| -> String {
        let cell = |text: &String| format!("<{tag}><bdi>{}</bdi></{tag}>", escape(text));
        format!("<tr>{}</tr>\n", row.iter().map(cell).collect::<String>())
    };
    let head = cells(&table.head, "th");
    let rows: String = table.rows.iter().map(|row| cells(row, "td")).collect();
    let body = format!(
        "{}<div class=\"scroll\"><table>\n<thead>{head}</thead>\n<tbody>\n{rows}</tbody></table></div>\n",
        html::note(&table.caption)
    );
    Section::titled(&table.title, body)
}
