"""Trains the speech model on stored features, with CTC and, for its phones, MMI; stops and goes on exactly by rounds.

    python train.py --features WORK/features --out WORK/run --hours 2

A round is a fixed number of batches drawn from all feature shards present when it begins, by
a seed made of --seed and the round's number; the checkpoint is written after every round, so
a stopped run repeats at most one round. --init starts from a checkpoint's or an exported
model's weights with a fresh optimiser.
"""

import argparse
import functools
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import data
import mmi
import model
import score
import workers
from optimiser import Optimiser


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", required=True)
    parser.add_argument("--dev", help="feature shards of unseen speech, only to report progress")
    parser.add_argument("--out", required=True)
    parser.add_argument("--init", help="checkpoint (.pt) or exported model (.onnx) to start from")
    parser.add_argument("--hours", type=float, default=1e9, help="stop after this much wall-clock time")
    parser.add_argument("--rounds", type=int, default=10**9, help="stop after this many rounds in all")
    parser.add_argument("--batches", type=int, default=100, help="batches a round (one for each worker a step)")
    parser.add_argument("--frames", type=int, default=8000, help="feature frames a batch")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--warm-up", type=int, default=300)
    parser.add_argument("--decay-from", type=int, default=10**9, help="step where the rate begins to fall")
    parser.add_argument("--decay-steps", type=int, default=1000)
    parser.add_argument("--fall", type=float, help="let the rate fall to nothing over so many minutes of this run, and stop")
    parser.add_argument("--stages", default="0:350:0:0,800:700:0:0,2000:1000:9:0.6,4000:1700:9:1",
                        help="step:longest utterance in frames:newest version:strength of masking, ...")
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each, a batch each a step")
    parser.add_argument("--device", default="cpu", help="cuda: with --workers 1 and --loaders for the batches")
    parser.add_argument("--loaders", type=int, default=0, help="processes that make batches ahead of time")
    parser.add_argument("--consistency", type=float, default=0.0, help="weight of agreement between two maskings of the same speech")
    parser.add_argument("--mmi", type=float, default=0.5, help="weight of all phone sequences, 0 for CTC alone, 1 for MMI alone")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", default="", help="model sizes, as in width=256,blocks=8")
    return parser.parse_args()


def stage(args, step):
    now = None
    for text in args.stages.split(","):
        first, longest, newest, strength = text.split(":")
        if step >= int(first):
            now = int(longest), int(newest), float(strength)
    return now


def rate(args, step):
    value = args.rate * min(1, (step + 1) / args.warm_up)
    if step > args.decay_from:
        value *= max(0.02, 1 - (step - args.decay_from) / args.decay_steps)
    return value


def measure(store):
    """Mean and deviation of every bin over a sample of utterances."""
    sample = random.Random(0).sample(store.items, min(1500, len(store.items)))
    values = torch.cat([torch.from_numpy(data.shards.dequantise(store.features(i))) for i in sample])
    return values.mean(0), values.std(0).clamp_min(0.5)


def start(args, store):
    """The model, its running average, the optimiser and the position, new or as left."""
    path = Path(args.out) / "last.pt"
    if path.exists():
        net, saved = model.load(path)
        average = model.Model(net.config)
        average.load_state_dict(saved["average"])
    else:
        if args.init and args.init.endswith(".onnx"):
            import export

            net = export.read_weights(args.init)
        elif args.init:
            net, given = model.load(args.init)
            net.load_state_dict(given.get("average", given["model"]), strict=False)
        else:
            sizes = dict(part.split("=") for part in args.shape.split(",") if part)
            net = model.Model(model.Config(**{k: int(v) for k, v in sizes.items()}))
            net.set_normalisation(*measure(store))
        average, saved = model.Model(net.config), None
        average.load_state_dict(net.state_dict())
    net.to(args.device), average.to(args.device)
    for module in net.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = args.dropout
    optimiser = Optimiser(net)
    progress = {"round": 0, "step": 0, "seconds": 0.0}
    if saved:
        optimiser.load_state_dict(saved["optimiser"])
        progress = saved["progress"]
    return net, average, optimiser, progress


def disagreement(first, second, lengths):
    """What two log-posteriors (B, T, V) of the same speech have yet to learn from each other, summed over frames (Yao et al., 2024)."""
    inside = torch.arange(first.shape[1], device=first.device)[None] < lengths[:, None].to(first.device)
    total = 0
    for learner, teacher in ((first, second), (second, first)):
        total = total + F.kl_div(learner, teacher.detach(), reduction="none", log_target=True).sum(-1)[inside].sum()
    return total


def phone_loss(posterior, batch, following, device, weight):
    """CTC over phones where they are known, less `weight` of what all sequences of phones get together."""
    known = ((batch.phone_lengths > 0) | (batch.target_lengths == 0)).to(device)
    posterior = posterior[known]
    lengths, sounds = batch.lengths[known.cpu()], batch.phone_lengths[known.cpu()]
    right = F.ctc_loss(
        posterior.transpose(0, 1), batch.phones.to(device), lengths, sounds, blank=len(data.PHONES), reduction="sum", zero_infinity=True,
    )
    return right + weight * mmi.Denominator.apply(posterior, lengths.to(device), following.to(device)) if weight else right


def loss_of(net, batch, device="cpu", consistency=0.0, following=None, mmi_weight=0.0):
    features = data.features_of(net, batch, device)
    with model.mixed(device):
        final, middle, phones = net(features)
    total, targets = 0, batch.targets.to(device)
    for posterior, share in ((final, 1.0), (middle, 0.5)):
        total = total + share * F.ctc_loss(
            posterior.transpose(0, 1), targets, batch.lengths, batch.target_lengths, blank=data.BLANK, reduction="sum",
            zero_infinity=True,
        )
        if consistency:
            half = len(posterior) // 2
            total = total + share * consistency * disagreement(posterior[:half], posterior[half:], batch.lengths[:half])
    if batch.phone_lengths.any():
        total = total + phone_loss(phones, batch, following, device, mmi_weight)
    return total / (batch.target_lengths + 1).sum()


def update_average(average, net, step):
    keep = min(0.998, (1 + step) / (10 + step))
    with torch.no_grad():
        for mean, parameter in zip(average.parameters(), net.parameters()):
            mean.lerp_(parameter, 1 - keep)


def check(average, store, device, count=96):
    """Word and character error rates of the running average on dev, and some examples."""
    average.eval()
    items = random.Random(0).sample(store.items, min(count, len(store.items)))
    pairs = []
    for item in items:
        with torch.no_grad(), model.mixed(device):
            final, _, _ = average(data.features_of(average, data.collate(store, [[item]], random.Random(1)), device))
        text = "".join(model.SYMBOLS[i] for i in item[3]).replace("\u2581", " ")
        pairs.append((text, data.decode(final[0].argmax(-1).tolist())))
    print(f"  dev: wer {score.rate(pairs, str.split):.1f} cer {score.rate(pairs, list):.1f}")
    for reference, hypothesis in pairs[:6]:
        print(f"    {reference[:60]} | {hypothesis[:60]}", flush=True)


def main():
    args = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    store = data.Store(args.features)
    store.refresh()
    net, average, optimiser, progress = start(args, store)
    dev = data.Store(args.dev) if args.dev else None
    following = mmi.bigram(mmi.count_pairs(store.items))
    loss = functools.partial(loss_of, consistency=args.consistency, following=following, mmi_weight=args.mmi)
    views = 2 if args.consistency else 1
    helpers = workers.Helpers(net, args.workers - 1, args.features, loss)
    begun = time.time()
    if args.fall:
        args.hours = min(args.hours, args.fall / 60)
    while progress["round"] < args.rounds and time.time() - begun < args.hours * 3600:
        rng = random.Random(f"{args.seed}/{progress['round']}")
        torch.manual_seed(args.seed * 100003 + progress["round"])
        store.refresh()
        longest, newest, strength = stage(args, progress["step"])
        net.train()
        losses, frames, at = [], 0, time.time()
        join = 0.15 if longest > 800 else 0.0
        groups = data.plan(store, rng, args.batches, args.frames // views, longest, newest, join)
        jobs = [(g, f"{args.seed}/{progress['round']}/{i}", strength, views) for i, g in enumerate(groups)]
        for first, batch in enumerate(workers.batches(store, jobs[:: args.workers], args.loaders)):
            others = jobs[first * args.workers + 1 : (first + 1) * args.workers]
            helpers.ask(others)
            reports = [workers.gradients(net, batch, loss, args.device), *helpers.add(len(others))]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            left = 1 - (time.time() - begun) / (60 * args.fall) if args.fall else 1
            optimiser.step(rate(args, progress["step"]) * max(0.01, left), helpers.orthogonal)
            net.zero_grad()
            update_average(average, net, progress["step"])
            losses += [value for value, _ in reports]
            frames += sum(count for _, count in reports)
            progress["step"] += 1
        losses = [float(value) for value in losses]
        progress["round"] += 1
        progress["seconds"] += frames / 100
        spent = time.time() - at
        print(
            f"round {progress['round']} step {progress['step']} loss {sum(losses) / len(losses):.3f} "
            f"heard {progress['seconds'] / 3600:.1f} h speed {frames / 100 / spent:.0f}x "
            f"utterances {len(store.items)} {time.strftime('%H:%M', time.gmtime())}", flush=True,
        )
        saved = {"average": average.state_dict(), "optimiser": optimiser.state_dict(), "progress": progress}
        model.save(out / "last.part", net, **saved)
        (out / "last.part").replace(out / "last.pt")
        if dev and progress["round"] % 4 == 0:
            dev.refresh()
            check(average, dev, args.device)
    helpers.close()


if __name__ == "__main__":
    main()
