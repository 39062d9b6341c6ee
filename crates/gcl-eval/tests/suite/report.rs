//! The HTML report.

use gcl_data::{Clock, WallTime};
use gcl_eval::report::{Picture, PictureFormat, Report, ShownMoment, TextTable, Tile, VideoScores};
use gcl_eval::svg::{LineChart, Series};
use gcl_eval::{Moment, Place, Rarity, evaluate};

const HOSTILE: &str =
    "</title></style><script>alert(1)</script>\" onload='x' <img src=http://e.vil> &amp;\u{0}";

fn video(id: &str, frames: usize) -> VideoScores {
    VideoScores {
        video: id.to_owned(),
        scores: (0..frames).map(|f| (f % 97) as f32 / 97.0).collect(),
        truth: Some((0..frames).map(|f| f % 97 > 60).collect()),
        clock: Some(Clock::Even(25.0)),
        recorded: None,
    }
}

fn shown(id: &str, bytes: Option<usize>) -> ShownMoment {
    let moment = Moment { video: id.to_owned(), start: 50, end: 100, peak_frame: 75, score: 0.875 };
    let picture = bytes.map(|n| Picture {
        format: PictureFormat::Jpeg,
        bytes: vec![0xff; n],
        size: [640, 360],
    });
    let rarity = Some(Rarity { one_in: 2000.0, once_in: Some(18_000.0) });
    let clock = Some(Clock::Even(25.0));
    let recorded = WallTime::of_name("20240131_235957");
    ShownMoment {
        picture,
        rarity,
        recorded,
        stands_out: Some(true),
        ..ShownMoment::new(moment, clock)
    }
}

/// A report in which every text is hostile.
fn hostile() -> Report {
    let text = HOSTILE.to_owned();
    let id = text.clone();
    Report {
        title: text.clone(),
        subtitle: text.clone(),
        answer: text.clone(),
        tiles: vec![Tile { label: text.clone(), value: text.clone(), note: text.clone() }],
        warnings: vec![text.clone()],
        listed: vec![text.clone()],
        tables: vec![TextTable {
            title: text.clone(),
            caption: text.clone(),
            head: vec![text.clone()],
            rows: vec![vec![text.clone()]],
        }],
        moments: vec![shown(HOSTILE, Some(4))],
        videos: vec![video(HOSTILE, 300)],
        evaluation: Some(evaluate([(id, [0.1, 0.9], [false, true])]).unwrap()),
        histogram: None,
        figures: Vec::new(),
        training: vec![LineChart {
            title: text.clone(),
            x_label: text.clone(),
            y_label: text.clone(),
            y_range: None,
            series: vec![Series { name: text.clone(), points: vec![(0.0, 0.0), (1.0, 1.0)] }],
        }],
        config: vec![(text.clone(), text.clone())],
        skipped: vec![(text.clone(), text.clone())],
        damaged: vec![(text.clone(), text)],
    }
}

#[test]
fn no_text_becomes_markup() {
    let page = hostile().render();
    // Two attributes and two elements hold the page's own words; nothing of the texts is among them.
    let tags: Vec<&str> = page.split('<').skip(1).filter_map(|t| t.split('>').next()).collect();
    assert_eq!(
        tags.iter().filter(|t| t.to_lowercase().starts_with("script")).count(),
        1,
        "its own"
    );
    let images: Vec<_> = tags.iter().filter(|t| t.starts_with("img ")).collect();
    assert_eq!(images.len(), 1);
    assert!(images[0].ends_with("src=\"data:image/jpeg;base64,/////w==\""), "{images:?}");
    // An attribute could only be injected by a raw quote: quotes come in pairs within every tag.
    assert!(tags.iter().all(|t| t.matches('"').count() % 2 == 0 && !t.contains("onload='")));
    assert_eq!(page.matches("</title>").count(), 1 + page.matches("<svg ").count());
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(!page.contains('\u{0}'));
    assert!(page.matches("&lt;script&gt;").count() >= 15, "every section shows the text");
}

#[test]
fn it_needs_nothing_from_outside() {
    let page = hostile().render();
    assert!(!page.contains("src=\"http") && !page.contains("href=\"http"));
    assert!(!page.contains("url(") && !page.contains("@import") && !page.contains("<link"));
    assert!(!page.contains(" style=\"") && page.contains("default-src 'none'"));
}

#[test]
fn sections_appear_only_with_content() {
    let page = Report::new("empty").render();
    assert!(page.contains("<h1>empty</h1>") && !page.contains("<section"));

    let mut report = Report::new("one");
    assert!(!page.contains("<p class=\"answer\""));
    report.answer = "Nothing stands out".to_owned();
    report.videos = vec![video("a/b", 300)];
    report.moments = vec![shown("a/b", None), shown("gone", None)];
    let page = report.render();
    assert!(page.contains("<h2>Videos</h2>") && !page.contains("<h2>Training</h2>"));
    // The moment leads to its video, shows its time, and is marked on the timeline.
    assert!(page.contains("<a href=\"#video-0\"><bdi>a/b</bdi></a>"));
    assert!(
        page.contains("0:00:02.0 – 0:00:04.0") && page.contains("score 0.8750 · peak 0:00:03.0")
    );
    // What came of it is said before all else.
    let (head, rest) = page.split_once("<p class=\"answer\">Nothing stands out</p>").unwrap();
    assert!(!head.contains("<h2>") && rest.contains("<h2>Videos</h2>"));
    // How rare it is comes before the raw number, and whether it stands out is marked.
    assert!(page.contains("1 in 2,000, once in 5 h · score"));
    assert!(page.contains("0:00:04.0 · 2024-01-31 23:59:59</p>"), "the clock time of its start");
    assert_eq!(page.matches("<b>stands out</b>").count(), 2);
    assert!(page.contains("<p class=\"video\"><bdi>gone</bdi></p>"));
    assert_eq!(page.matches("<text class=\"mark\"").count(), 1);
    assert!(page.contains("0:00:12.0 · AUC 1.0000 · 1 moment"));
}

#[test]
fn a_place_is_drawn_over_the_picture_and_not_into_it() {
    let mut report = Report::new("one");
    let plain = shown("a/b", Some(4));
    // A grid of two rows and four columns; the strongest cells are the second row's middle ones.
    let place = Place::from_shares(4, &[0.0, 1.0, 0.0, 0.3, 0.0, 4.0, 2.0, -1.0]);
    report.moments = vec![plain.clone(), ShownMoment { place, ..plain }];
    let page = report.render();
    assert_eq!(page.matches("A box shows where").count(), 1);
    let cards: Vec<&str> = page.split("<li tabindex").skip(1).collect();
    let image = "src=\"data:image/jpeg;base64,/////w==\">";
    assert!(cards.iter().all(|card| card.contains(image)), "the same picture");
    assert!(!cards[0].contains("<svg"), "nothing is said where nothing is known");
    let (_, drawn) = cards[1].split_once("<svg ").unwrap();
    let (drawn, _) = drawn.split_once("</svg>").unwrap();
    // In the picture's shape, whatever the card's.
    assert!(drawn.contains("viewBox=\"0 0 640 360\""), "{drawn}");
    assert!(drawn.contains("<title>Where the score comes from"), "{drawn}");
    let on = "x=\"25.00%\" y=\"50.00%\" width=\"50.00%\" height=\"50.00%\"/>";
    assert!(drawn.contains(&format!("<rect class=\"box\" {on}")), "{drawn}");
    let heat: Vec<&str> = drawn.split("<rect x=").skip(1).collect();
    assert_eq!(heat.len(), 3, "cells of hardly any heat are left out: {drawn}");
    let hottest =
        "\"25.00%\" y=\"50.00%\" width=\"25.00%\" height=\"50.00%\" fill-opacity=\"0.35\"/>";
    assert!(heat.iter().any(|rect| rect.starts_with(hottest)), "{drawn}");
}

#[test]
fn large_runs_stay_below_twenty_megabytes() {
    let mut report = Report::new("large");
    report.videos = (0..400).map(|i| video(&format!("video {i}"), 18_000)).collect();
    report.moments = (0..20).map(|_| shown("video 1", Some(1_000_000))).collect();
    report.skipped = vec![("v".to_owned(), "unreadable".to_owned()); 3000];
    let page = report.render();
    assert!(page.len() < 20_000_000, "{}", page.len());
    assert!(page.contains("<details><summary>") && !page.contains("<details open>"));
    assert_eq!(page.matches("<img ").count(), 7);
    assert!(page.contains("13 pictures were left out"));
    assert!(page.contains("and 1000 more."));
    let drawn = page.matches("<svg ").count();
    assert!(drawn > 150, "{drawn}");
    if drawn < 400 {
        let note = format!("{} further timelines were left out", 400 - drawn);
        assert!(page.contains(&note));
    }
}

#[test]
fn a_page_of_figures_needs_nothing_from_outside() {
    use gcl_eval::report::{Figure, Page};
    use gcl_eval::svg::{Scatter, Timeline};
    let wide = Timeline { title: "<video>", scores: &[0.5; 9], ..Timeline::default() }.chart();
    let page = Page {
        title: "Figures & tables".into(),
        notes: vec!["a <note>".into()],
        figures: vec![Figure {
            title: "Figure 8".into(),
            caption: "scores".into(),
            charts: vec![wide, Scatter::default().chart()],
        }],
        tables: vec![TextTable {
            title: "Table 2".into(),
            head: vec!["method".into(), "AUC".into()],
            rows: vec![vec!["a & b".into(), "0.7".into()]],
            ..TextTable::default()
        }],
        ..Page::default()
    };
    let html = page.render();
    assert!(html.contains("<h2>Figure 8</h2>") && html.contains("href=\"#part-figure-8\""));
    assert!(
        html.contains("class=\"wide\"")
            && html.contains("a &amp; b")
            && html.contains("&lt;note&gt;")
    );
    assert!(!html.contains("<video>") && !html.contains("<script") && html.ends_with("</html>\n"));
    // In a report, figures stand before the settings.
    let mut report = Report::new("r");
    report.figures = page.figures.clone();
    report.config = vec![("a".into(), "b".into())];
    let html = report.render();
    let at = |text: &str| html.find(text).unwrap();
    assert!(at("<h2>Figure 8") < at("<h2>Configuration"));
}

/// 5,000 moments of 500 videos, every tenth with a picture.
fn large() -> Report {
    let mut report = Report::new("A month of cameras");
    report.videos = (0..500).map(|n| video(&format!("cam{}/{n:03}", n % 8), 2000)).collect();
    report.moments = (0..5000)
        .map(|n| shown(&format!("cam{}/{:03}", n % 8, n % 500), (n % 10 == 0).then_some(6000)))
        .collect();
    report
}

#[test]
fn a_large_page_is_whole_and_not_too_large() {
    let page = large().render();
    assert_eq!(page.matches("<li tabindex").count(), 5000);
    // Timelines that would make it too large are counted and left out.
    let left_out = 500 - page.matches("<details").count();
    assert!(
        left_out < 250 && page.contains(&format!("{left_out} further timelines were left out"))
    );
    assert!(page.len() < 20_000_000, "{} bytes", page.len());
    println!("{} bytes", page.len());
}

#[test]
fn the_only_script_is_allowed_by_its_hash() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    let page = hostile().render();
    let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    let hash = STANDARD.encode(Sha256::digest(script));
    assert!(page.contains(&format!("script-src 'sha256-{hash}'\">")));
    // Where there are no moments, there is nothing to go through.
    let bare = Report::new("r").render();
    assert!(!bare.contains("<script") && !bare.contains("script-src"));
}

/// A browser without a window; `CHROMIUM` names one that is not on the PATH.
fn chromium() -> Option<std::process::Command> {
    let named = std::env::var("CHROMIUM").ok();
    let names = ["chromium", "chromium-browser", "chromium-headless-shell", "google-chrome"];
    let names = named.iter().map(String::as_str).chain(names);
    let runs = |name: &&str| {
        std::process::Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success())
    };
    names.into_iter().find(runs).map(std::process::Command::new)
}

#[test]
fn a_browser_runs_the_script_of_a_large_page() {
    let Some(mut browser) = chromium() else {
        eprintln!("SKIPPED: no Chromium (a_browser_runs_the_script_of_a_large_page)");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("report.html");
    std::fs::write(&path, large().render()).unwrap();
    let begun = std::time::Instant::now();
    let output = browser
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!("--user-data-dir={}", dir.path().join("profile").display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .unwrap();
    println!("{:.1} s", begun.elapsed().as_secs_f64());
    let page = String::from_utf8_lossy(&output.stdout);
    assert!(page.contains("data-moments=\"5000\""), "{}", String::from_utf8_lossy(&output.stderr));
}
