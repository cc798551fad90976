"""Gradient workers: each a process of one thread, because on busy cores two processes that meet
once a step lose less time than two threads that meet in every operation.

Weights live in shared memory; a worker writes its gradients to shared buffers. Between two batches the
workers share the optimiser's matrix products.
"""

import random

import torch
import torch.multiprocessing as processes

import data
from optimiser import orthogonal


def collated(store, groups, seed, strength, views=1):
    return data.collate(store, groups, random.Random(seed), strength, views=views)


def gradients(net, batch, loss_of, device="cpu"):
    """Forward and backward of one batch into net's .grad; the loss and the frames heard."""
    loss = loss_of(net, batch, device)
    loss.backward()
    return loss.detach(), batch.heard


def shares(tensors, count):
    """The numbers of the tensors that each of `count` processes works on, evenly by size."""
    out, sizes = [[] for _ in range(count)], [0] * count
    for number in sorted(range(len(tensors)), key=lambda n: -tensors[n].numel()):
        least = sizes.index(min(sizes))
        out[least].append(number)
        sizes[least] += tensors[number].numel()
    return out


def serve(net, buffers, folder, pipe, loss_of):
    torch.set_num_threads(1)
    store = data.Store(folder)
    net.train()
    while True:
        try:
            job = pipe.recv()
        except (EOFError, ConnectionError):  # the main process ended
            return
        if isinstance(job[0], int):  # numbers of buffers to make orthogonal
            for number in job:
                buffers[number].copy_(orthogonal(buffers[number]))
            pipe.send(None)
            continue
        loss, heard = gradients(net, collated(store, *job), loss_of)
        # the buffers are free: the main process asks again only after it has used them
        for buffer, parameter in zip(buffers, net.parameters()):
            if parameter.grad is None:
                buffer.zero_()
            else:
                buffer.copy_(parameter.grad)
                parameter.grad = None
        pipe.send((loss.item(), heard))


class Helpers:
    """`count` extra processes; `ask` gives each a batch, `add` collects their gradients."""

    def __init__(self, net, count, folder, loss_of):
        context = processes.get_context("spawn")
        if count:
            net.share_memory()
        self.net, self.count, self.all = net, count, []
        for _ in range(count):
            ours, theirs = context.Pipe()
            buffers = [torch.zeros_like(p).share_memory_() for p in net.parameters()]
            context.Process(target=serve, args=(net, buffers, folder, theirs, loss_of), daemon=True).start()
            theirs.close()
            self.all.append((ours, buffers))

    def ask(self, work):
        for (pipe, _), job in zip(self.all, work):
            pipe.send(job)

    def add(self, asked):
        """Adds the gradients of the first `asked` helpers and averages; their losses, frames."""
        reports, parameters = [], list(self.net.parameters())
        for pipe, buffers in self.all[:asked]:
            reports.append(pipe.recv())
            torch._foreach_add_([p.grad for p in parameters], buffers)
        if asked:
            torch._foreach_div_([p.grad for p in parameters], asked + 1)
        return reports

    def orthogonal(self, updates):
        """`updates`, by number of the parameter, made orthogonal by all processes together."""
        numbers = list(updates)
        ours, *theirs = shares(list(updates.values()), self.count + 1)
        for (pipe, buffers), share in zip(self.all, theirs):
            for place in share:
                buffers[numbers[place]].copy_(updates[numbers[place]])
            pipe.send([numbers[place] for place in share])
        out = {numbers[place]: orthogonal(updates[numbers[place]]) for place in ours}
        for (pipe, buffers), share in zip(self.all, theirs):
            pipe.recv()
            out |= {numbers[place]: buffers[numbers[place]] for place in share}
        return out

    def close(self):
        for pipe, _ in self.all:
            pipe.close()


class Loader(torch.utils.data.Dataset):
    """Batches made by other processes while an accelerator computes."""

    def __init__(self, store, jobs):
        self.store, self.jobs = store, jobs

    def __len__(self):
        return len(self.jobs)

    def __getitem__(self, number):
        return collated(self.store, *self.jobs[number])


def batches(store, jobs, processes_count):
    """The jobs' batches in order, made in this process or ahead of time by others."""
    if not processes_count:
        return (collated(store, *job) for job in jobs)
    return torch.utils.data.DataLoader(
        Loader(store, jobs), batch_size=None, num_workers=processes_count, prefetch_factor=4, pin_memory=torch.cuda.is_available()
    )
