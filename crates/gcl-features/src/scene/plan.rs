//! What each video of a scene holds: abnormal events, and how busy and windy it is.

use super::actor::ActorKind;
use super::dice::Dice;
use super::video::Part;

/// What one video is to hold.
#[derive(Debug, Clone)]
pub(super) struct VideoPlan {
    pub part: Part,
    /// The abnormal events.
    pub events: Vec<ActorKind>,
    /// How busy and how windy it is, 0 to 1.
    pub crowd: f32,
    pub wind: f32,
}

/// The plans of all videos, those for training first.
///
/// One training video in five holds one event; of eight test videos seven hold one, or two where the kind
/// is fast and soon gone.
pub(super) fn plans(dice: &mut Dice, train: usize, test: usize) -> Vec<VideoPlan> {
    let mut plans = part(dice, Part::Train, train, train.div_ceil(5));
    plans.extend(part(dice, Part::Test, test, (test * 7).div_ceil(8)));
    plans
}

fn part(dice: &mut Dice, part: Part, videos: usize, eventful: usize) -> Vec<VideoPlan> {
    let mut events = vec![Vec::new(); videos];
    let mut kinds = Kinds::new(dice);
    for list in events.iter_mut().take(eventful) {
        let kind = kinds.next();
        list.push(kind);
        if part == Part::Test && kind != ActorKind::Against {
            list.push(kind);
        }
    }
    dice.shuffle(&mut events);
    let (crowd, wind) = (levels(dice, videos), levels(dice, videos));
    let levels = crowd.into_iter().zip(wind);
    let plan = |(events, (crowd, wind))| VideoPlan { part, events, crowd, wind };
    events.into_iter().zip(levels).map(plan).collect()
}

/// Evenly spread values between 0 and 1 in random order: every set of videos has quiet and busy ones.
fn levels(dice: &mut Dice, videos: usize) -> Vec<f32> {
    let mut levels: Vec<f32> = (0..videos).map(|i| (i as f32 + 0.5) / videos as f32).collect();
    dice.shuffle(&mut levels);
    levels
}

/// The abnormal kinds in turn, from a random first one on.
struct Kinds(usize);

impl Kinds {
    fn new(dice: &mut Dice) -> Self {
        Self(dice.below(ActorKind::ABNORMAL.len()))
    }

    fn next(&mut self) -> ActorKind {
        self.0 += 1;
        ActorKind::ABNORMAL[self.0 % ActorKind::ABNORMAL.len()]
    }
}
