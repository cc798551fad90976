//! Mel filters: triangles over the power spectrum, stored sparsely, and the logarithm after them.
//!
//! Both scales follow `kaldi-native-fbank`:
//! Kaldi's triangles are linear in mel and reach 1; Slaney's (librosa's default) are linear in
//! hertz and have unit area. Powers below `f32::EPSILON` count as that.

use crate::fbank::{FFT_BIN_HZ, FbankError, N_FFT_BINS};
use crate::time::SAMPLE_RATE_HZ;

/// Spacing and height of the filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MelScale {
    /// `1127 ln(1 + f / 700)`, triangles in mel, peak 1.
    Kaldi,
    /// Linear to 1 kHz, logarithmic above, triangles in hertz, unit area.
    Slaney,
}

/// Sparse triangular filters.
#[derive(Debug, Clone)]
pub(crate) struct MelFilters {
    filters: Vec<Filter>,
    weights: Vec<f32>,
}

#[derive(Debug, Clone)]
struct Filter {
    first_fft_bin: usize,
    n_weights: usize,
}

impl MelFilters {
    pub(crate) fn new(
        scale: MelScale,
        n_bins: usize,
        low_hz: f32,
        high_hz: f32,
    ) -> Result<Self, FbankError> {
        let nyquist_hz = SAMPLE_RATE_HZ as f32 / 2.0;
        if !(low_hz >= 0.0 && low_hz < high_hz && high_hz <= nyquist_hz) {
            return Err(FbankError::Band { low_hz, high_hz });
        }
        if n_bins == 0 || n_bins > N_FFT_BINS {
            return Err(FbankError::Bins { n_bins });
        }
        let (low, high) = (scale.to_mel(low_hz), scale.to_mel(high_hz));
        let step = (high - low) / (n_bins + 1) as f32;
        let mut filters = Vec::with_capacity(n_bins);
        let mut weights = Vec::new();
        for bin in 0..n_bins {
            let [left, center, right] = [0, 1, 2].map(|i| {
                let edge = low + (bin + i) as f32 * step;
                scale.on_axis(edge)
            });
            let n_before = weights.len();
            let mut first_fft_bin = 0;
            for fft_bin in 0..scale.n_fft_bins() {
                let at = scale.of_fft_bin(fft_bin);
                if at > left && at < right {
                    if weights.len() == n_before {
                        first_fft_bin = fft_bin;
                    }
                    let height = if at <= center {
                        (at - left) / (center - left)
                    } else {
                        (right - at) / (right - center)
                    };
                    weights.push(height * scale.peak(left, right));
                }
            }
            if weights.len() == n_before {
                return Err(FbankError::Bins { n_bins });
            }
            filters.push(Filter {
                first_fft_bin,
                n_weights: weights.len() - n_before,
            });
        }
        Ok(Self { filters, weights })
    }

    /// Appends one frame of natural logarithms, `[bins]`, of a power spectrum.
    pub(crate) fn apply(&self, power: &[f32], frames: &mut Vec<f32>) {
        let mut weights = &self.weights[..];
        frames.extend(self.filters.iter().map(|filter| {
            let (own, rest) = weights.split_at(filter.n_weights);
            weights = rest;
            let energy: f32 = own
                .iter()
                .zip(&power[filter.first_fft_bin..])
                .map(|(w, p)| w * p)
                .sum();
            energy.max(f32::EPSILON).ln()
        }));
    }
}

impl MelScale {
    /// Slaney's scale: mel per hertz below the corner, the corner, and steps above it.
    const SLANEY_HZ_PER_MEL: f32 = 200.0 / 3.0;
    const SLANEY_CORNER_HZ: f32 = 1_000.0;
    const SLANEY_CORNER_MEL: f32 = 15.0;
    /// `ln(6.4) / 27`.
    const SLANEY_LOG_STEP: f32 = 0.068_751_78;

    fn to_mel(self, hz: f32) -> f32 {
        match self {
            Self::Kaldi => 1127.0 * (1.0 + hz / 700.0).ln(),
            Self::Slaney if hz <= Self::SLANEY_CORNER_HZ => hz / Self::SLANEY_HZ_PER_MEL,
            Self::Slaney => {
                Self::SLANEY_CORNER_MEL + (hz / Self::SLANEY_CORNER_HZ).ln() / Self::SLANEY_LOG_STEP
            }
        }
    }

    /// A filter edge, in the unit in which this scale's triangles are linear.
    fn on_axis(self, mel: f32) -> f32 {
        match self {
            Self::Kaldi => mel,
            Self::Slaney if mel <= Self::SLANEY_CORNER_MEL => mel * Self::SLANEY_HZ_PER_MEL,
            Self::Slaney => {
                Self::SLANEY_CORNER_HZ
                    * ((mel - Self::SLANEY_CORNER_MEL) * Self::SLANEY_LOG_STEP).exp()
            }
        }
    }

    fn of_fft_bin(self, fft_bin: usize) -> f32 {
        let hz = FFT_BIN_HZ * fft_bin as f32;
        match self {
            Self::Kaldi => self.to_mel(hz),
            Self::Slaney => hz,
        }
    }

    /// Kaldi leaves the bin at half the sample rate out.
    const fn n_fft_bins(self) -> usize {
        match self {
            Self::Kaldi => N_FFT_BINS - 1,
            Self::Slaney => N_FFT_BINS,
        }
    }

    fn peak(self, left: f32, right: f32) -> f32 {
        match self {
            Self::Kaldi => 1.0,
            Self::Slaney => 2.0 / (right - left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_spectrum_fills_slaney_filters_alike() {
        let filters = MelFilters::new(MelScale::Slaney, 40, 0.0, 8_000.0).unwrap();
        let mut frame = Vec::new();
        filters.apply(&[FFT_BIN_HZ; N_FFT_BINS], &mut frame);
        assert_eq!(frame.len(), 40);
        assert!(
            frame.iter().all(|log_area| log_area.abs() < 0.1),
            "{frame:?}"
        );
    }

    #[test]
    fn silence_is_the_floor() {
        let filters = MelFilters::new(MelScale::Kaldi, 80, 20.0, 7_600.0).unwrap();
        let mut frame = Vec::new();
        filters.apply(&[0.0; N_FFT_BINS], &mut frame);
        assert_eq!(frame, [f32::EPSILON.ln(); 80]);
    }

    #[test]
    fn impossible_banks_are_refused() {
        let bank = |n_bins, low_hz, high_hz| {
            MelFilters::new(MelScale::Kaldi, n_bins, low_hz, high_hz).err()
        };
        assert_eq!(
            bank(80, 20.0, 8_001.0),
            Some(FbankError::Band {
                low_hz: 20.0,
                high_hz: 8_001.0
            })
        );
        assert!(matches!(
            bank(80, 20.0, 20.0),
            Some(FbankError::Band { .. })
        ));
        assert!(matches!(
            bank(80, f32::NAN, 20.0),
            Some(FbankError::Band { .. })
        ));
        assert_eq!(bank(0, 20.0, 7_600.0), Some(FbankError::Bins { n_bins: 0 }));
        assert_eq!(
            bank(200, 20.0, 7_600.0),
            Some(FbankError::Bins { n_bins: 200 })
        );
        assert_eq!(bank(80, 20.0, 7_600.0), None);
    }
}
