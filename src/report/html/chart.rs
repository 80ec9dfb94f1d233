//! Charts as numbers that a template draws: no script, no library, readable in print.

use std::fmt::Write as _;

use serde::Serialize;

/// The size of the drawing area, in the units of the SVG.
const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 180.0;

/// A line chart.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Chart {
    /// What it shows.
    pub(super) title: String,
    /// The unit of the vertical axis.
    pub(super) unit: &'static str,
    /// What stands along the horizontal axis.
    pub(super) along: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Place and label.
    pub(super) x_ticks: Vec<(f64, String)>,
    pub(super) y_ticks: Vec<(f64, String)>,
    pub(super) lines: Vec<Line>,
    /// Place and label of moments that matter.
    pub(super) marks: Vec<(f64, String)>,
}

/// One line of a chart.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line {
    /// What it is.
    pub(super) name: String,
    /// The class that colours it.
    pub(super) class: &'static str,
    /// A path in the units of the drawing area.
    pub(super) path: String,
}

/// A line before it is drawn: where there is no value the line is broken.
pub(super) struct Data {
    pub(super) name: String,
    pub(super) class: &'static str,
    pub(super) points: Vec<(f64, Option<f64>)>,
}

/// How the horizontal axis reads.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Axis {
    /// Seconds.
    Time,
    /// Percent on a scale of nines.
    Nines,
}

/// Draws lines over one axis, with marks at moments that matter; none where there is nothing to draw.
pub(super) fn chart(
    title: impl Into<String>,
    unit: &'static str,
    axis: Axis,
    data: Vec<Data>,
    marks: &[(f64, &str)],
) -> Option<Chart> {
    let all = || data.iter().flat_map(|line| &line.points);
    let right = all().map(|(x, _)| *x).fold(0.0, f64::max);
    let top = all().filter_map(|(_, y)| *y).fold(0.0, f64::max);
    if right <= 0.0 || all().all(|(_, y)| y.is_none()) {
        return None;
    }
    let top = if top > 0.0 { top } else { 1.0 };
    let (step, top) = scale(top);
    let place = |x: f64| x / right * WIDTH;
    let lines = data
        .into_iter()
        .map(|line| Line {
            path: path(&line.points, place, top),
            name: line.name,
            class: line.class,
        })
        .collect();
    let steps = (top / step).round() as u32;
    Some(Chart {
        title: title.into(),
        unit,
        along: match axis {
            Axis::Time => "seconds of the measured time",
            Axis::Nines => "percent of the requests that were no slower",
        },
        width: WIDTH,
        height: HEIGHT,
        x_ticks: match axis {
            Axis::Time => {
                let (step, _) = scale(right);
                (0..=(right / step).floor() as u32)
                    .map(|n| f64::from(n) * step)
                    .map(|x| (place(x), number(x)))
                    .collect()
            }
            Axis::Nines => ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999"]
                .iter()
                .enumerate()
                .map(|(nines, label)| (nines as f64, (*label).to_owned()))
                .take_while(|(x, _)| *x <= right)
                .map(|(x, label)| (place(x), label))
                .collect(),
        },
        y_ticks: (0..=steps)
            .map(|n| f64::from(n) * step)
            .map(|y| (HEIGHT - y / top * HEIGHT, number(y)))
            .collect(),
        lines,
        marks: marks
            .iter()
            .filter(|(x, _)| (0.0..=right).contains(x))
            .map(|(x, label)| (place(*x), (*label).to_owned()))
            .collect(),
    })
}

/// The place of a percentage on a scale of nines.
pub(super) fn nines(percent: f64) -> f64 {
    -(1.0 - percent / 100.0).log10()
}

fn path(points: &[(f64, Option<f64>)], place: impl Fn(f64) -> f64, top: f64) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for (index, (x, y)) in points.iter().enumerate() {
        match y {
            Some(y) => {
                let command = if pen_down { 'L' } else { 'M' };
                let y = HEIGHT - y / top * HEIGHT;
                let _ = write!(path, "{command}{:.1} {y:.1}", place(*x));
                // What stands alone is a dot, where the ends of lines are round.
                if !pen_down && points.get(index + 1).is_none_or(|(_, next)| next.is_none()) {
                    path.push_str("h0");
                }
                pen_down = true;
            }
            None => pen_down = false,
        }
    }
    path
}

/// A round step and a round top, for about five lines.
fn scale(top: f64) -> (f64, f64) {
    let rough = top / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|n| n * power)
        .find(|step| *step >= rough * 0.999_999)
        .unwrap_or(power * 10.0);
    (step, (top / step - 1e-9).ceil() * step)
}

fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_round() {
        for (top, step, ceiling) in [
            (1.0, 0.2, 1.0),
            (7.3, 2.0, 8.0),
            (100.0, 20.0, 100.0),
            (101.0, 50.0, 150.0),
            (0.034, 0.01, 0.04),
        ] {
            let (s, c) = scale(top);
            assert!(
                (s - step).abs() < 1e-9 && (c - ceiling).abs() < 1e-9,
                "{top}: {s} {c}"
            );
        }
    }

    #[test]
    fn a_second_without_a_value_breaks_the_line() {
        let points = vec![
            (0.0, Some(1.0)),
            (1.0, None),
            (2.0, Some(0.5)),
            (4.0, Some(0.0)),
        ];
        let data = Data {
            name: "p50".to_owned(),
            class: "p50",
            points,
        };
        let marks = [(2.0, "end"), (5.0, "beyond")];
        let chart = chart("latency", "ms", Axis::Time, vec![data], &marks).unwrap();
        assert_eq!(chart.lines[0].path, "M0.0 0.0h0M230.0 90.0L460.0 180.0");
        assert_eq!(chart.marks, [(230.0, "end".to_owned())]);
        assert_eq!(chart.x_ticks.last(), Some(&(460.0, "4".to_owned())));
    }

    #[test]
    fn nothing_is_no_chart() {
        assert_eq!(chart("x", "ms", Axis::Time, Vec::new(), &[]), None);
    }
}
