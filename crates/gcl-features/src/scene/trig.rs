//! Sine and cosine from additions and multiplications only: a platform's own may differ in the last bit.

use std::f32::consts::TAU;

/// Sine of an angle in turns (1 is a full circle), to about 2e-4.
pub(super) fn sin(turns: f32) -> f32 {
    let x = turns - (turns + 0.5).floor();
    // The outer quarters mirror the inner ones.
    let x = if x > 0.25 {
        0.5 - x
    } else if x < -0.25 {
        -0.5 - x
    } else {
        x
    };
    let y = x * TAU;
    let q = y * y;
    y * (1.0 - q / 6.0 * (1.0 - q / 20.0 * (1.0 - q / 42.0)))
}

/// Cosine of an angle in turns.
pub(super) fn cos(turns: f32) -> f32 {
    sin(turns + 0.25)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_platforms_own() {
        for i in -3000..3000 {
            let turns = i as f32 / 1000.0;
            let angle = f64::from(turns) * std::f64::consts::TAU;
            assert!((f64::from(sin(turns)) - angle.sin()).abs() < 3e-4, "sin {turns}");
            assert!((f64::from(cos(turns)) - angle.cos()).abs() < 3e-4, "cos {turns}");
        }
    }
}
