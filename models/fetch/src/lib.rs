//! Downloads models.
