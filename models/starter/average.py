"""A model whose weights lie between those of two checkpoints of one training.

    python average.py --from WORK/run/first.pt WORK/run/last.pt --out WORK/average.pt

Each weight of the result is the mean of both running averages. It often errs less on unseen
speech than either, most where the rate was high between the two.
"""

import argparse

import torch

import model


def weights(path):
    net, saved = model.load(path)
    return net, saved.get("average", saved["model"])


def average(first, last, share=0.5):
    """Each weight of `first` moved by `share` of its way to `last`; what is not a number stays as `last` has it."""
    mean = dict(last)
    for name, value in first.items():
        if torch.is_floating_point(value):
            mean[name] = torch.lerp(value, last[name], share)
    return mean


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="sources", nargs=2, required=True, metavar="CHECKPOINT")
    parser.add_argument("--share", type=float, default=0.5, help="how far from the first to the second, 0 to 1")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    (net, first), (_, last) = (weights(path) for path in args.sources)
    net.load_state_dict(average(first, last, args.share))
    model.save(args.out, net)


if __name__ == "__main__":
    main()
