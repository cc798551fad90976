//! The tray icon as pixels: a microphone that tells the state by shape, so that color is not needed.
//!
//! Used where the icon theme has none of ours. Lengths are shares of the icon's side.

use ksni::Icon;

/// What the icon tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Face {
    /// Nobody listens.
    Idle,
    /// The microphone is open; loudness in thirds.
    Listening(u8),
    /// The last words are on their way.
    Thinking,
    /// Dictation cannot start.
    Unavailable,
}

/// Loudest third.
pub(crate) const MAX_LEVEL: u8 = 3;

impl Face {
    /// The name in the icon theme.
    pub(crate) fn icon_name(self) -> String {
        match self {
            Self::Idle => "sotto-idle-symbolic".to_owned(),
            Self::Listening(level) => format!("sotto-listening-{level}-symbolic"),
            Self::Thinking => "sotto-thinking-symbolic".to_owned(),
            Self::Unavailable => "sotto-unavailable-symbolic".to_owned(),
        }
    }

    /// Red, green, blue: visible on light and dark panels.
    const fn color(self) -> [u8; 3] {
        match self {
            Self::Idle | Self::Unavailable => [0x8f, 0x96, 0xa3],
            Self::Listening(_) => [0xe5, 0x48, 0x4d],
            Self::Thinking => [0xd9, 0x8a, 0x16],
        }
    }
}

/// The icon in the sizes that panels use.
pub(crate) fn icons(face: Face) -> Vec<Icon> {
    [22, 44].map(|side| icon(face, side)).to_vec()
}

fn icon(face: Face, side: u16) -> Icon {
    /// Samples along one side of a pixel.
    const FINENESS: u16 = 4;
    let [red, green, blue] = face.color();
    let step = 1.0 / f32::from(side * FINENESS);
    let mut data = Vec::with_capacity(usize::from(side) * usize::from(side) * 4);
    for row in 0..side {
        for column in 0..side {
            let mut n_inside = 0_u16;
            for y in 0..FINENESS {
                for x in 0..FINENESS {
                    let at = |pixel: u16, sample: u16| {
                        (f32::from(pixel * FINENESS + sample) + 0.5) * step
                    };
                    n_inside += u16::from(is_inside(face, at(column, x), at(row, y)));
                }
            }
            let alpha = n_inside * 255 / (FINENESS * FINENESS);
            let [alpha, _] = alpha.to_le_bytes();
            data.extend([alpha, red, green, blue]);
        }
    }
    Icon {
        width: i32::from(side),
        height: i32::from(side),
        data,
    }
}

/// Whether a point belongs to the figure; (0, 0) is the upper left corner.
fn is_inside(face: Face, x: f32, y: f32) -> bool {
    const STROKE: f32 = 0.07;
    let capsule = distance_to_segment(x, y, (0.5, 0.22), (0.5, 0.44));
    let body = match face {
        Face::Idle | Face::Unavailable => (capsule - 0.135).abs() < STROKE / 2.0,
        Face::Thinking => capsule < 0.17,
        Face::Listening(level) => {
            let filled_above = 0.61 - 0.56 * f32::from(level.min(MAX_LEVEL)) / f32::from(MAX_LEVEL);
            (capsule - 0.135).abs() < STROKE / 2.0 || (capsule < 0.135 && y > filled_above)
        }
    };
    let from_center = (x - 0.5).hypot(y - 0.44);
    let cradle = y > 0.44 && (from_center - 0.28).abs() < STROKE / 2.0;
    let stem = distance_to_segment(x, y, (0.5, 0.72), (0.5, 0.88)) < STROKE / 2.0;
    let foot = match face {
        // Three dots stand for the foot.
        Face::Thinking => [0.28, 0.5, 0.72]
            .iter()
            .any(|dot| (x - dot).hypot(y - 0.9) < 0.065),
        _ => distance_to_segment(x, y, (0.34, 0.9), (0.66, 0.9)) < STROKE / 2.0,
    };
    let slash = distance_to_segment(x, y, (0.14, 0.1), (0.86, 0.92));
    match face {
        Face::Unavailable => {
            slash < STROKE / 2.0 || (slash > STROKE * 1.2 && (body || cradle || stem || foot))
        }
        Face::Listening(_) => {
            let wave = (from_center - 0.44).abs() < STROKE / 2.0 && (x - 0.5).abs() > 0.36;
            body || cradle || stem || foot || wave
        }
        _ => body || cradle || stem || foot,
    }
}

fn distance_to_segment(x: f32, y: f32, from: (f32, f32), to: (f32, f32)) -> f32 {
    let (along_x, along_y) = (to.0 - from.0, to.1 - from.1);
    let share =
        ((x - from.0) * along_x + (y - from.1) * along_y) / (along_x * along_x + along_y * along_y);
    let share = share.clamp(0.0, 1.0);
    (x - from.0 - share * along_x).hypot(y - from.1 - share * along_y)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACES: [Face; 7] = [
        Face::Idle,
        Face::Listening(0),
        Face::Listening(1),
        Face::Listening(2),
        Face::Listening(3),
        Face::Thinking,
        Face::Unavailable,
    ];

    #[test]
    fn every_face_looks_different_without_its_color() {
        let shapes = FACES.map(|face| {
            let icon = icon(face, 22);
            assert_eq!(icon.data.len(), 22 * 22 * 4);
            let alpha: Vec<u8> = icon.data.chunks(4).map(|pixel| pixel[0]).collect();
            assert!(alpha.iter().any(|&alpha| alpha > 200));
            alpha
        });
        for (idx, shape) in shapes.iter().enumerate() {
            assert!(!shapes[idx + 1..].contains(shape), "{:?}", FACES[idx]);
        }
    }
}
