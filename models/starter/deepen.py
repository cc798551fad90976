"""A deeper model that computes what a trained one does: after each block, one that adds nothing yet.

    python deepen.py --from en/model.onnx --out WORK/deep.pt

The new blocks are copies whose last matrices are zero, so their gradients begin with what the
block before them looks at. Train on from the result with `train.py --init`.
"""

import argparse
import copy
from dataclasses import replace

import torch

import export
import model


def deepen(net):
    deep = model.Model(replace(net.config, blocks=2 * net.config.blocks, middle=2 * net.config.middle))
    blocks = net.blocks
    net.blocks = torch.nn.ModuleList()
    deep.load_state_dict(net.state_dict(), strict=False)
    net.blocks = blocks
    for number, block in enumerate(blocks):
        deep.blocks[2 * number].load_state_dict(block.state_dict())
        new = deep.blocks[2 * number + 1]
        new.load_state_dict(copy.deepcopy(block.state_dict()))
        for last in (new.out, new.merge, new.down):
            torch.nn.init.zeros_(last.weight)
            torch.nn.init.zeros_(last.bias)
    return deep


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", required=True, help="checkpoint (.pt, its running average) or exported model (.onnx)")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    if args.source.endswith(".onnx"):
        net = export.read_weights(args.source)
    else:
        net, saved = model.load(args.source)
        net.load_state_dict(saved.get("average", saved["model"]))
    model.save(args.out, deepen(net))


if __name__ == "__main__":
    main()
