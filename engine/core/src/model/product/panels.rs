//! Panels: how large they are, and those that stay in a kept graph.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tract_onnx::tract_core::tract_linalg::mmm::{
    EagerPackedInput, MMMInputFormat, MMMInputValue, PackedExoticFact,
};
use tract_onnx::tract_core::tract_linalg::pack::{PackedFormat, PackedI8K4};
use tract_onnx::tract_hir::internal::*;

use crate::model::files::SharedBytes;

/// Bytes of a panel.
pub(super) struct PanelSize {
    pub(super) used: usize,
    /// With what separates it from the next.
    pub(super) whole: usize,
}

/// Of a panel of this many steps, if the layout of the format is known.
pub(super) fn panel_size(format: &dyn MMMInputFormat, k: usize) -> TractResult<PanelSize> {
    if let Some(format) = format.downcast_ref::<PackedFormat>() {
        let item_size = format.dt.size_of();
        Ok(PanelSize {
            used: k * format.r * item_size,
            whole: format.single_panel_len(k) * item_size,
        })
    } else if let Some(format) = format.downcast_ref::<PackedI8K4>() {
        let whole = format.single_panel_len(k);
        Ok(PanelSize { used: whole, whole })
    } else {
        bail!("panels of the format {format} have an unknown size")
    }
}

/// The bytes of all panels, if they are of this many columns side by side, each step after the one before.
pub(super) fn plain_bytes(
    panels: &dyn MMMInputValue,
    n_columns: usize,
) -> Option<(&[u8], PanelSize)> {
    let format = panels.format().downcast_ref::<PackedFormat>()?;
    if format.r != n_columns || format.dt != i8::datum_type() {
        return None;
    }
    let size = panel_size(format, panels.k()).ok()?;
    let bytes = if let Some(kept) = panels.downcast_ref::<KeptPanels>() {
        let n_bytes = kept.mn.div_ceil(n_columns) * size.whole;
        (*kept.bytes)
            .as_ref()
            .get(kept.start..kept.start + n_bytes)?
    } else {
        panels.downcast_ref::<EagerPackedInput>()?.packed.as_bytes()
    };
    Some((bytes, size))
}

/// Fills what separates panels, to which nobody has written; they may be kept.
pub(super) fn clear_gaps(panels: &mut dyn MMMInputValue) -> TractResult<()> {
    let panels = panels.downcast_mut::<EagerPackedInput>();
    let panels = panels.context("weights are not packed at once")?;
    let size = panel_size(panels.format(), panels.k())?;
    let packed = Arc::get_mut(&mut panels.packed).context("packed weights are shared")?;
    for panel in packed.as_bytes_mut().chunks_exact_mut(size.whole) {
        panel[size.used..].fill(0);
    }
    Ok(())
}

/// A copy of a format of a known layout.
pub(super) fn cloned(format: &dyn MMMInputFormat) -> Box<dyn MMMInputFormat> {
    if let Some(format) = format.downcast_ref::<PackedFormat>() {
        Box::new(format.clone())
    } else {
        let format = format.downcast_ref::<PackedI8K4>();
        Box::new(format.expect("its panels have a known size").clone())
    }
}

/// Panels where a kept graph has them.
#[derive(Clone)]
pub(super) struct KeptPanels {
    pub(super) bytes: SharedBytes,
    pub(super) start: usize,
    pub(super) panel_bytes: usize,
    pub(super) fact: PackedExoticFact,
    pub(super) mn: usize,
}

impl MMMInputValue for KeptPanels {
    fn format(&self) -> &dyn MMMInputFormat {
        &*self.fact.format
    }

    fn scratch_panel_buffer_layout(&self) -> Option<std::alloc::Layout> {
        None
    }

    fn panel_bytes(&self, i: usize, _buffer: Option<*mut u8>) -> TractResult<*const u8> {
        let start = self.start + i * self.panel_bytes;
        let panel = (*self.bytes).as_ref().get(start..start + self.panel_bytes);
        Ok(panel.context("a kept graph has become shorter")?.as_ptr())
    }

    fn mn(&self) -> usize {
        self.mn
    }

    fn k(&self) -> usize {
        self.fact.k
    }

    fn exotic_fact(&self) -> &dyn ExoticFact {
        &self.fact
    }

    fn extract_at_mn_f16(&self, _mn: usize, _slice: &mut [f16]) -> TractResult<()> {
        bail!("weights are read by kernels only")
    }

    fn extract_at_mn_f32(&self, _mn: usize, _slice: &mut [f32]) -> TractResult<()> {
        bail!("weights are read by kernels only")
    }
}

impl PartialEq for KeptPanels {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.bytes, &other.bytes) && self.start == other.start
    }
}

impl Eq for KeptPanels {}

impl Hash for KeptPanels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.start.hash(state);
    }
}

impl fmt::Debug for KeptPanels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.fact, self.start)
    }
}

impl fmt::Display for KeptPanels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fact.fmt(f)
    }
}
