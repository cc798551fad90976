//! Is anyone speaking? The door between the microphone and the recognizer, on 16 kHz samples.
//!
//! Each 20 ms block votes for speech if the WebRTC detector hears voice *and* the block stands
//! out of the noise floor *and* has a voice's pitch: the detector alone takes rain, fans and
//! clicks for voice. Enough votes in a short window open the gate; a long silence closes it.
//! What was heard before the gate opened is handed over with [`GateEvent::Opened`], so the first
//! word is whole.
//!
//! **Invariant:** every sample pushed is delivered once, in order, or counted as discarded; see
//! [`GateCounts`]. Decisions fall on block borders of the stream, so how the input is split
//! changes nothing. Samples carry their [`SampleIndex`] through, so word times stay true.

use serde::{Deserialize, Serialize};

use crate::noise_floor::NoiseFloor;
use crate::pcm::SampleGuard;
use crate::time::{Millis, SampleIndex};
use crate::vad::{Vad, VadMode};
use crate::voicing::{BLOCK_LEN, BlockSound, SILENCE_DBFS, Voicing};

/// How fast the memory of loud blocks fades, dB per 20 ms block: slower than speech pauses.
const LOUDEST_FALL_DB: f32 = 0.05;

/// What it takes for a block to count as speech.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeechTest {
    /// Least level above the noise floor, in dB.
    pub min_snr_db: f32,
    /// Least periodicity, in `[0, 1]`.
    pub min_periodicity: f32,
}

/// The parameters of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateConfig {
    /// How strict the WebRTC detector is.
    pub vad_mode: VadMode,
    /// What opens the gate.
    pub onset: SpeechTest,
    /// What keeps it open.
    pub sustain: SpeechTest,
    /// Blocks softer than this never count, dB relative to full scale.
    pub min_level_dbfs: f32,
    /// Blocks that must pass the onset test …
    pub onset_votes: u32,
    /// … among this many, at most 64.
    pub onset_window: u32,
    /// Samples kept from before the onset window.
    pub pre_roll: Millis,
    /// Silence after which the gate closes.
    pub hangover: Millis,
    /// Level to which speech is raised for the WebRTC detector, dB relative to full scale:
    /// it is deaf to soft microphones.
    pub detector_level_dbfs: f32,
    /// Largest gain in front of the WebRTC detector, in dB.
    pub max_detector_gain_db: f32,
}

impl Default for GateConfig {
    /// Chosen on recordings of speech and noise; `tests/parity/gate.py` measures what they do.
    /// The hangover outlasts the longest endpoint rule that
    /// waits for a sentence to go on.
    fn default() -> Self {
        Self {
            vad_mode: VadMode::VeryAggressive,
            onset: SpeechTest {
                min_snr_db: 8.0,
                min_periodicity: 0.6,
            },
            sustain: SpeechTest {
                min_snr_db: 6.0,
                min_periodicity: 0.5,
            },
            min_level_dbfs: -75.0,
            onset_votes: 6,
            onset_window: 12,
            pre_roll: Millis(1_000),
            hangover: Millis(1_600),
            detector_level_dbfs: -20.0,
            max_detector_gain_db: 30.0,
        }
    }
}

/// What comes out of the gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GateEvent<'a> {
    /// Speech has begun.
    Opened {
        /// Position of the first sample of the pre-roll.
        start: SampleIndex,
        /// What was heard before, up to and including the block that opened the gate.
        pre_roll: &'a [f32],
    },
    /// Samples while the gate is open.
    Samples {
        /// Position of the first one.
        start: SampleIndex,
        /// One block, or less at the end of the stream.
        samples: &'a [f32],
    },
    /// Speech has ended.
    Closed {
        /// Position after the last delivered sample.
        end: SampleIndex,
    },
    /// A block passed while the gate is closed.
    Quiet {
        /// Position after the block.
        until: SampleIndex,
    },
}

/// Where the samples went: `pushed = delivered + discarded + held`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GateCounts {
    /// Samples that came in.
    pub pushed: u64,
    /// Samples handed over.
    pub delivered: u64,
    /// Samples dropped as not being speech.
    pub discarded: u64,
    /// Samples waiting for a decision.
    pub held: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// One bit per block, the newest lowest: did it pass the onset test?
    Closed {
        votes: u64,
    },
    Open {
        n_silent_blocks: u64,
    },
}

/// Lets speech through and holds silence and noise back.
pub struct SpeechGate {
    config: GateConfig,
    vad: Vad,
    voicing: Voicing,
    floor: NoiseFloor,
    /// Level of the loudest recent block, falling by [`LOUDEST_FALL_DB`] a block.
    loudest_dbfs: f32,
    guard: SampleGuard,
    state: State,
    /// Whole blocks held back while closed, then the incomplete block.
    held: Vec<f32>,
    n_in_block: usize,
    counts: GateCounts,
    n_skipped: u64,
}

impl SpeechGate {
    /// A closed gate at the start of a stream.
    #[must_use]
    pub fn new(config: &GateConfig) -> Self {
        Self {
            config: *config,
            vad: Vad::new(config.vad_mode),
            voicing: Voicing::default(),
            floor: NoiseFloor::default(),
            loudest_dbfs: SILENCE_DBFS,
            guard: SampleGuard::default(),
            state: State::Closed { votes: 0 },
            held: Vec::new(),
            n_in_block: 0,
            counts: GateCounts::default(),
            n_skipped: 0,
        }
    }

    /// The parameters it was made with.
    #[must_use]
    pub const fn config(&self) -> &GateConfig {
        &self.config
    }

    /// Whether speech is being let through.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. })
    }

    /// The noise floor at present, dB relative to full scale.
    #[must_use]
    pub fn noise_floor_dbfs(&self) -> f32 {
        self.floor.level_dbfs()
    }

    /// Where the samples have gone so far.
    #[must_use]
    pub const fn counts(&self) -> GateCounts {
        GateCounts {
            held: self.held.len() as u64,
            ..self.counts
        }
    }

    /// Takes samples; calls `on_event` for all that follows from them, in stream order.
    pub fn push(&mut self, samples: &[f32], mut on_event: impl FnMut(GateEvent<'_>)) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK_LEN - self.n_in_block));
            self.guard.admit_all(now, &mut self.held);
            self.counts.pushed += now.len() as u64;
            self.n_in_block += now.len();
            if self.n_in_block == BLOCK_LEN {
                self.n_in_block = 0;
                self.decide(&mut on_event);
            }
            rest = later;
        }
    }

    /// Ends the stream: what is still held is delivered if the gate is open or was about to
    /// open, else discarded. Afterwards the gate is closed; positions go on.
    pub fn finish(&mut self, mut on_event: impl FnMut(GateEvent<'_>)) {
        match self.state {
            State::Closed { votes }
                if votes.count_ones() >= self.config.onset_votes.div_ceil(2) =>
            {
                self.deliver_pre_roll(&mut on_event);
            }
            State::Closed { .. } => self.discard(self.held.len()),
            State::Open { .. } => self.deliver_samples(&mut on_event),
        }
        if self.is_open() {
            self.close(&mut on_event);
        }
        self.n_in_block = 0;
        self.state = State::Closed { votes: 0 };
        self.vad.reset();
        self.voicing = Voicing::default();
    }

    /// Judges the block that has just become whole: the last one in `held`.
    fn decide(&mut self, on_event: &mut impl FnMut(GateEvent<'_>)) {
        let mut block = *self.held.last_chunk().expect("a whole block is held");
        let sound = self.voicing.measure(&block);
        self.floor.hear(sound.level_dbfs);
        self.loudest_dbfs = sound.level_dbfs.max(self.loudest_dbfs - LOUDEST_FALL_DB);
        let gain = self.detector_gain();
        block.iter_mut().for_each(|sample| *sample *= gain);
        let is_voice = self.vad.is_voice(&block).expect("blocks are 20 ms long");
        match self.state {
            State::Closed { votes } => {
                let vote = u64::from(is_voice && self.passes(&self.config.onset, &sound));
                let window = u64::MAX >> (64 - self.config.onset_window.clamp(1, 64));
                let votes = (votes << 1 | vote) & window;
                self.state = State::Closed { votes };
                if vote == 1 && votes.count_ones() >= self.config.onset_votes {
                    self.deliver_pre_roll(on_event);
                } else {
                    self.discard(self.held.len().saturating_sub(self.max_held()));
                    on_event(GateEvent::Quiet {
                        until: self.position(),
                    });
                }
            }
            State::Open { n_silent_blocks } => {
                self.deliver_samples(on_event);
                let spoken = is_voice && self.passes(&self.config.sustain, &sound);
                let n_silent_blocks = if spoken { 0 } else { n_silent_blocks + 1 };
                self.state = State::Open { n_silent_blocks };
                if n_silent_blocks * BLOCK_LEN as u64 >= self.config.hangover.to_samples() {
                    self.close(on_event);
                }
            }
        }
    }

    fn passes(&self, test: &SpeechTest, sound: &BlockSound) -> bool {
        sound.level_dbfs >= self.config.min_level_dbfs
            && sound.level_dbfs - self.floor.level_dbfs() >= test.min_snr_db
            && sound.periodicity >= test.min_periodicity
    }

    fn detector_gain(&self) -> f32 {
        let missing_db = self.config.detector_level_dbfs - self.loudest_dbfs;
        10.0_f32.powf(missing_db.min(self.config.max_detector_gain_db).max(0.0) / 20.0)
    }

    /// Samples worth keeping while closed: the pre-roll before a whole onset window.
    fn max_held(&self) -> usize {
        let onset_window = self.config.onset_window.clamp(1, 64) as usize * BLOCK_LEN;
        usize::try_from(self.config.pre_roll.to_samples())
            .unwrap_or(usize::MAX)
            .saturating_add(onset_window)
    }

    /// Moves positions on by samples that were lost on the way here; the stream is to be ended by
    /// [`SpeechGate::finish`] first.
    pub const fn skip(&mut self, n_samples: u64) {
        self.n_skipped += n_samples;
    }

    fn position(&self) -> SampleIndex {
        SampleIndex(self.counts.pushed + self.n_skipped)
    }

    fn start_of_held(&self) -> SampleIndex {
        SampleIndex(self.position().0 - self.held.len() as u64)
    }

    fn deliver_pre_roll(&mut self, on_event: &mut impl FnMut(GateEvent<'_>)) {
        on_event(GateEvent::Opened {
            start: self.start_of_held(),
            pre_roll: &self.held,
        });
        self.counts.delivered += self.held.len() as u64;
        self.held.clear();
        self.state = State::Open { n_silent_blocks: 0 };
    }

    fn deliver_samples(&mut self, on_event: &mut impl FnMut(GateEvent<'_>)) {
        if !self.held.is_empty() {
            on_event(GateEvent::Samples {
                start: self.start_of_held(),
                samples: &self.held,
            });
        }
        self.counts.delivered += self.held.len() as u64;
        self.held.clear();
    }

    fn close(&mut self, on_event: &mut impl FnMut(GateEvent<'_>)) {
        on_event(GateEvent::Closed {
            end: self.position(),
        });
        self.state = State::Closed { votes: 0 };
    }

    fn discard(&mut self, n_samples: usize) {
        self.held.drain(..n_samples);
        self.counts.discarded += n_samples as u64;
    }
}
