import itertools

import torch

import mmi


def spelled(path, blank):
    """The symbols of a path of frames."""
    heard = [symbol for symbol, _ in itertools.groupby(path)]
    return [symbol for symbol in heard if symbol != blank]


def test_denominator_sums_over_all_paths():
    torch.manual_seed(1)
    following = mmi.bigram(torch.tensor([[1.0, 2.0], [3.0, 0.0]]))
    posterior = torch.randn(2, 4, 3, dtype=torch.float64).log_softmax(-1)
    total = 0.0
    for row, length in ((0, 4), (1, 3)):
        paths = 0.0
        for path in itertools.product(range(3), repeat=length):
            symbols = spelled(path, 2)
            odds = torch.stack([posterior[row, frame, symbol] for frame, symbol in enumerate(path)]).sum().exp()
            # A path that begins with blanks is counted from either phone, which the first symbol then follows.
            begins = [first for first in range(2) if path[0] == 2] or [None]
            for first in begins:
                chain = symbols if first is None else [first, *symbols]
                weight = 0.5
                for pair in zip(chain, chain[1:]):
                    weight *= float(following[pair])
                paths += odds * weight
        total += paths.log()
    ours = mmi.Denominator.apply(posterior, torch.tensor([4, 3]), following.double())
    assert abs(float(ours) - float(total)) < 1e-9


def test_gradient_is_that_of_the_sum():
    torch.manual_seed(2)
    following = mmi.bigram(torch.rand(3, 3)).double()
    posterior = torch.randn(2, 5, 4, dtype=torch.float64, requires_grad=True)
    torch.autograd.gradcheck(lambda p: mmi.Denominator.apply(p, torch.tensor([5, 3]), following), posterior)
