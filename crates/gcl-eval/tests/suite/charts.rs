//! What charts draw, and that they stay small and well-formed.

use gcl_eval::svg::{
    Band, BandChart, BandPoint, Bars, Chart, Cloud, Histogram, LineChart, Mark, Panel, Panels,
    Scatter, Series, Timeline, roc_chart,
};
use gcl_eval::{Measure, Reason, roc_curve};

/// Values from 0 to 1 in an arbitrary fixed order.
fn noise(length: usize) -> Vec<f32> {
    let mut state = 7u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as f32 / (1u64 << 24) as f32
    };
    (0..length).map(next).collect()
}

/// Fails unless tags are balanced and no attribute or text holds a stray `<`, NaN or infinity.
fn well_formed(chart: &Chart) -> String {
    let svg = chart.standalone();
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap());
        }
    }
    assert!(open.is_empty() && svg.starts_with("<svg "), "{open:?}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    svg
}

#[test]
fn long_timelines_stay_small() {
    for frames in [18_066, 200_000] {
        let scores = noise(frames);
        let truth: Vec<bool> = (0..frames).map(|f| f / 60 % 2 == 1).collect();
        let mark = Mark { start: 100, end: 400, number: 1 };
        let timeline = Timeline {
            title: "long",
            scores: &scores,
            truth: Some(&truth),
            fps: Some(5.0),
            range: None,
            marks: &[mark; 10],
        };
        let svg = well_formed(&timeline.chart());
        assert!(svg.len() < 60_000, "{} bytes for {frames} frames", svg.len());
        assert!(svg.contains("class=\"truth\"") && svg.contains("class=\"band f0\""));
    }
}

#[test]
fn truth_is_shaded_where_it_is() {
    let mut truth = [false; 100];
    truth[50..75].fill(true);
    let timeline =
        Timeline { title: "t", scores: &[0.5; 100], truth: Some(&truth), ..Default::default() };
    let svg = well_formed(&timeline.chart());
    // The plot spans 58 to 944 pixels: half of it is 501, three quarters 722.5.
    assert!(svg.contains("class=\"truth\" d=\"M501 20H722.5V178H501z\""), "{svg}");
    assert!(svg.contains("25 of them abnormal"));
    let without = Timeline { truth: None, ..timeline };
    assert!(!well_formed(&without.chart()).contains("class=\"truth\""));
}

#[test]
fn odd_data_is_drawn_without_nonsense() {
    let odd: [&[f32]; 6] = [
        &[],
        &[0.5],
        &[f32::NAN; 3],
        &[0.0, f32::NAN, f32::INFINITY, 1.0],
        &[f32::MAX, f32::MIN],
        &[1e-45, 0.0],
    ];
    for scores in odd {
        for fps in [None, Some(0.0), Some(25.0), Some(1e-9), Some(1e300)] {
            let marks = [Mark { start: 5, end: 9, number: 1 }];
            let truth = [true; 7];
            let title = "<\"&'>";
            let timeline =
                Timeline { title, scores, truth: Some(&truth), fps, range: None, marks: &marks };
            well_formed(&timeline.chart());
        }
    }
    let series = |points: &[(f64, f64)]| Series { name: "<s>".into(), points: points.to_vec() };
    let chart = LineChart {
        series: vec![
            series(&[]),
            series(&[(1.0, f64::NAN)]),
            series(&[(0.0, 1e308), (1.0, -1e308)]),
        ],
        ..LineChart::default()
    };
    well_formed(&chart.chart());
    well_formed(&LineChart::default().chart());
    well_formed(&Histogram::default().chart());
    let bars = Bars { name: "none".into(), counts: vec![0; 4] };
    well_formed(
        &Histogram { low: 1.0, high: 1.0, series: vec![bars], ..Default::default() }.chart(),
    );
    let undefined = Measure::Undefined { reason: Reason::NoAbnormalFrame };
    assert!(well_formed(&roc_chart(&[], undefined)).contains("undefined: no abnormal frame"));
}

#[test]
fn noisy_lines_and_curves_stay_small() {
    let scores = noise(200_000);
    let labels: Vec<bool> = noise(200_001).iter().skip(1).map(|v| *v < 0.3).collect();
    let svg = well_formed(&roc_chart(&roc_curve(&scores, &labels).unwrap(), Measure::Value(0.5)));
    assert!(svg.len() < 40_000, "{}", svg.len());
    let points: Vec<(f64, f64)> =
        (0..).zip(&scores).map(|(x, y)| (f64::from(x), (*y).into())).collect();
    let series = (0..3).map(|i| Series { name: format!("line {i}"), points: points.clone() });
    let svg = well_formed(&LineChart { series: series.collect(), ..Default::default() }.chart());
    assert!(svg.len() < 60_000, "{}", svg.len());
    assert!(svg.contains(">line 2</text>"));
}

#[test]
fn a_legend_of_many_lines_names_them_all() {
    let line = |i: usize| Series {
        name: format!("a run with a long name {i}"),
        points: vec![(0.0, 1.0), (1.0, 2.0)],
    };
    let of =
        |lines: usize| LineChart { series: (0..lines).map(line).collect(), ..Default::default() };
    let svg = well_formed(&of(6).chart());
    assert!((0..6).all(|i| svg.contains(&format!(">a run with a long name {i}</text>"))));
    assert!(well_formed(&of(1).chart()).contains("viewBox=\"0 0 540 300\""));
    assert!(!svg.contains("viewBox=\"0 0 540 300\""), "rows of the legend take room");
}

#[test]
fn histograms_show_shares_of_each_class() {
    let bars = |name: &str, counts: &[u64]| Bars { name: name.into(), counts: counts.to_vec() };
    let histogram = Histogram {
        high: 1.0,
        series: vec![bars("normal", &[300, 100]), bars("abnormal", &[1, 3])],
        ..Histogram::default()
    };
    let svg = well_formed(&histogram.chart());
    let path = |class: &str| {
        let start = svg.find(&format!("class=\"area {class}\" d=\"")).unwrap();
        svg[start..].split('"').nth(3).unwrap().to_owned()
    };
    // Both classes reach three quarters: the first in the first bin, the second in the second.
    let heights = |class| {
        let data: String = path(class);
        let rows = data.split('V').skip(1).take(2).map(|p| p.split('H').next().unwrap().to_owned());
        rows.collect::<Vec<_>>()
    };
    let (normal, abnormal) = (heights("s0 f0"), heights("s1 f1"));
    assert_eq!((&normal[0], &normal[1]), (&abnormal[1], &abnormal[0]));
    assert_ne!(normal[0], normal[1]);
}

#[test]
fn bands_show_their_spread_and_legends_wrap() {
    let point = |x: f64, middle: f64, half: f64| BandPoint {
        x,
        low: middle - half,
        middle,
        high: middle + half,
    };
    let band = |name: &str, half: f64| Band {
        name: name.into(),
        points: (0..5).map(|i| point(f64::from(i), 0.5 + 0.1 * f64::from(i), half)).collect(),
    };
    let chart = BandChart {
        y_range: Some((0.0, 1.0)),
        guide: Some((0.7, "published".into())),
        series: vec![band("with a spread", 0.1), band("without", 0.0)],
        ..BandChart::default()
    };
    let svg = well_formed(&chart.chart());
    assert_eq!(svg.matches("class=\"spread").count(), 1);
    assert!(svg.contains("with a spread 0.9000 ± 0.1000, without 0.9000"), "{svg}");
    assert!(svg.contains(">published</text>") && !svg.contains("<circle"));
    let dotted = BandChart { dots: true, ..chart.clone() };
    assert_eq!(well_formed(&dotted.chart()).matches("<circle").count(), 10);
    // Ten long names take several rows, and none is left out.
    let names: Vec<String> = (0..10).map(|i| format!("a rather long name of line {i}")).collect();
    let many =
        BandChart { series: names.iter().map(|n| band(n, 0.0)).collect(), ..BandChart::default() };
    let svg = well_formed(&many.chart());
    assert!(names.iter().all(|name| svg.contains(&format!(">{name}</text>"))));
    assert!(!svg.contains('…'));
    let odd = Band { name: "odd".into(), points: vec![point(0.0, f64::NAN, 1.0)] };
    well_formed(&BandChart { series: vec![odd, Band::default()], ..BandChart::default() }.chart());
    well_formed(&BandChart::default().chart());
}

#[test]
fn scatter_keeps_one_scale_and_leaves_out_what_is_not_finite() {
    let cloud =
        |name: &str, points: &[(f32, f32)]| Cloud { name: name.into(), points: points.into() };
    let clouds = vec![
        cloud("normal", &[(0.0, 0.0), (10.0, 0.0), (0.0, 10.0)]),
        cloud("abnormal", &[(5.0, 5.0), (f32::NAN, 0.0), (f32::INFINITY, 1.0)]),
    ];
    let svg = well_formed(&Scatter { title: "t".into(), clouds }.chart());
    let dots = |class: &str| {
        let start = svg.find(&format!("class=\"dots few {class}\" d=\"")).unwrap();
        let data = svg[start..].split('"').nth(3).unwrap();
        let places = data.split('M').skip(1).map(|p| {
            let (x, y) = p.strip_suffix("h0").unwrap().split_once(' ').unwrap();
            (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap())
        });
        places.collect::<Vec<_>>()
    };
    let normal = dots("s0");
    let (width, height) = (normal[1].0 - normal[0].0, normal[0].1 - normal[2].1);
    assert!((width - height).abs() < 0.2 && width > 200.0, "{width} {height}");
    assert_eq!(dots("s1").len(), 1);
    well_formed(&Scatter::default().chart());
    well_formed(&Scatter { title: "one".into(), clouds: vec![cloud("a", &[(3.0, 3.0)])] }.chart());
}

#[test]
fn panels_share_their_axes_and_their_truth() {
    let panel = |title: &str, scores: &[f32]| Panel { title: title.into(), scores: scores.into() };
    let panels = Panels {
        title: "video".into(),
        panels: vec![panel("epoch 1", &[0.2; 40]), panel("epoch 2", &[1.0; 40]), panel("<3>", &[])],
        truth: (0..40).map(|i| i >= 20).collect(),
        fps: None,
    };
    let svg = well_formed(&panels.chart());
    assert_eq!(svg.matches("class=\"truth\"").count(), 3);
    assert!(svg.contains("translate(480 0)") && svg.contains("translate(0 150)"));
    assert!(svg.contains("viewBox=\"0 0 960 300\"") && svg.contains(">&lt;3&gt;</text>"));
    // On one axis, 0.2 lies low and 1.0 high.
    let line = |n: usize| {
        let data = svg.split("class=\"line s0\" d=\"").nth(n).unwrap().split('"').next().unwrap();
        data.split([' ', 'H']).nth(1).unwrap().parse::<f64>().unwrap()
    };
    assert!(line(1) > line(2) + 50.0);
    well_formed(&Panels::default().chart());
}
