"""Time to draw a map of codes from a Transformer prior: cached, uncached, and PyTorch's.

    python scripts/benchmarks/prior_sampling.py --codes 1024 --width 256 --depth 6

PyTorch (`pip install torch`) runs the same sizes with keys and values kept in tensors of full
length and `torch.nn.functional.scaled_dot_product_attention` over those that are there. The three
take turns, on the same processors, and the least time of each counts: other work on the machine
only ever adds.
"""

import argparse
import json
import time

import tensorflow as tf
from machine import setting

import tfaudiogen as tg


def our_sampler(arguments, cached):
    """Return a function that draws a batch of maps with a `CodePrior`."""
    backbone = tg.Transformer(arguments.width, arguments.depth, arguments.heads, arguments.codes)
    prior = tg.CodePrior((arguments.codes // 16, 16), arguments.choices, backbone)
    return lambda: prior.sample(arguments.batch, seed=0, cached=cached).numpy()


def torch_sampler(arguments):
    """Return a function that draws a batch of sequences with PyTorch."""
    import torch
    from torch.nn import functional

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    width, heads, length = arguments.width, arguments.heads, arguments.codes

    class Block(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norms = torch.nn.ModuleList([torch.nn.RMSNorm(width) for _ in range(2)])
            self.project = torch.nn.Linear(width, 3 * width, bias=False)
            self.join = torch.nn.Linear(width, width, bias=False)
            self.first = torch.nn.Linear(width, 4 * width)
            self.second = torch.nn.Linear(4 * width, width)
            shape = (2, arguments.batch, heads, length, width // heads)
            self.register_buffer("cache", torch.zeros(shape))

        def forward(self, x, place):
            parts = self.project(self.norms[0](x)).view(-1, 3, heads, 1, width // heads)
            queries, keys, values = parts.unbind(1)
            self.cache[0, :, :, place], self.cache[1, :, :, place] = keys[:, :, 0], values[:, :, 0]
            known, seen = self.cache[:, :, :, : place + 1]
            attended = functional.scaled_dot_product_attention(queries, known, seen)
            x = x + self.join(attended.reshape(-1, width))
            wide = functional.gelu(self.first(self.norms[1](x)), approximate="tanh")
            return x + self.second(wide)

    embed = torch.nn.Embedding(arguments.choices + 1, width)
    places = torch.nn.Embedding(length, width)
    blocks = torch.nn.ModuleList([Block() for _ in range(arguments.depth)])
    norm, head = torch.nn.RMSNorm(width), torch.nn.Linear(width, arguments.choices)

    @torch.inference_mode()
    def sample():
        code, codes = torch.full((arguments.batch,), arguments.choices), []
        for place in range(length):
            x = embed(code) + places.weight[place]
            for block in blocks:
                x = block(x, place)
            probabilities = torch.softmax(head(norm(x)), dim=-1)
            code = torch.multinomial(probabilities, 1)[:, 0]
            codes.append(code)
        return torch.stack(codes, dim=1).numpy()

    return sample


def seconds_of(samplers, rounds):
    """Return the least seconds of each sampler, in turns, after a first call that compiles.

    The uncached one takes minutes, and is called once, compiling included.
    """
    least = {}
    for number in range(rounds + 1):
        for name, sampler in samplers.items():
            slow = name == "uncached"
            if slow and number > 0:
                continue
            start = time.perf_counter()
            sampler()
            spent = time.perf_counter() - start
            print(f"{name}: {spent:.2f} s{'' if number else ', compiling'}", flush=True)
            if number or slow:
                least[name] = min(spent, least.get(name, spent))
    return least


def main():
    """Measure, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in [
        ("codes", 1024),
        ("choices", 1024),
        ("width", 256),
        ("depth", 6),
        ("heads", 8),
        ("batch", 1),
        ("rounds", 5),
    ]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--samplers", nargs="+", default=list(SAMPLERS), choices=list(SAMPLERS))
    parser.add_argument("--threads", type=int, help="Of either library; on a busy machine 1.")
    arguments = parser.parse_args()
    if arguments.threads:
        tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
        tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    samplers = {name: SAMPLERS[name](arguments) for name in arguments.samplers}
    least = seconds_of(samplers, arguments.rounds)
    first = arguments.samplers[0]
    ratios = {f"{name}_over_{first}": spent / least[first] for name, spent in least.items()}
    report = {"setting": setting(), **vars(arguments), "seconds": least, "ratios": ratios}
    print(json.dumps(report, indent=2))


SAMPLERS = {
    "cached": lambda arguments: our_sampler(arguments, True),
    "torch": torch_sampler,
    "uncached": lambda arguments: our_sampler(arguments, False),
}


if __name__ == "__main__":
    main()
