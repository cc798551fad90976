//! A convolution as bytes: its layouts, kernel, padding, steps and channels.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat, PaddingSpec, PoolSpec};
use tract_onnx::tract_core::ops::nn::DataFormat;
use tract_onnx::tract_hir::internal::bail;

use super::{Reader, Writer, at_place, optional_type, place, read_optional_type};

const DATA_FORMATS: [DataFormat; 4] = [
    DataFormat::NCHW,
    DataFormat::NHWC,
    DataFormat::CHW,
    DataFormat::HWC,
];

const KERNEL_FORMATS: [KernelFormat; 3] =
    [KernelFormat::OIHW, KernelFormat::HWIO, KernelFormat::OHWI];

pub(super) fn write(op: &Conv, out: &mut Writer) -> TractResult<()> {
    let spec = &op.pool_spec;
    place(&DATA_FORMATS, &spec.data_format, out)?;
    out.sizes(&spec.kernel_shape);
    match &spec.padding {
        PaddingSpec::Valid => out.byte(0),
        PaddingSpec::Explicit(before, after) => {
            out.byte(1);
            out.sizes(before);
            out.sizes(after);
        }
        _ => bail!("a convolution with this padding cannot be kept"),
    }
    for sizes in [&spec.dilations, &spec.strides] {
        out.byte(u8::from(sizes.is_some()));
        out.sizes(sizes.as_deref().unwrap_or_default());
    }
    out.size(spec.input_channels);
    out.size(spec.output_channels);
    place(&KERNEL_FORMATS, &op.kernel_fmt, out)?;
    out.size(op.group);
    optional_type(op.q_params, out)
}

pub(super) fn read(from: &mut Reader<'_>) -> TractResult<Conv> {
    let data_format = at_place(&DATA_FORMATS, from)?;
    let kernel_shape = from.sizes()?;
    let padding = match from.byte()? {
        0 => PaddingSpec::Valid,
        _ => PaddingSpec::Explicit(from.sizes()?, from.sizes()?),
    };
    let mut optional_sizes = || -> TractResult<Option<TVec<usize>>> {
        let is_some = from.byte()? != 0;
        let sizes = from.sizes()?;
        Ok(is_some.then_some(sizes))
    };
    let (dilations, strides) = (optional_sizes()?, optional_sizes()?);
    Ok(Conv {
        pool_spec: PoolSpec {
            data_format,
            kernel_shape,
            padding,
            dilations,
            strides,
            input_channels: from.size()?,
            output_channels: from.size()?,
        },
        kernel_fmt: at_place(&KERNEL_FORMATS, from)?,
        group: from.size()?,
        q_params: read_optional_type(from)?,
    })
}
