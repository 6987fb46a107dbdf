"""Steps of the literature's VAE in PyTorch: `torch_vae.py BATCH_SIZE compiled|plain`.

Channels last, the layout that is quickest on processors; `compiled` is torch.compile.
"""

import os
import sys

import torch
from torch import distributions, nn
from turns import take_turns

LATENT, COMPONENTS, DRAWS = 100, 2, 3


class LiteratureVAE(nn.Module):
    """The loss of images [B, 1, 512, 512]: divergence by `DRAWS` draws minus the log likelihood."""

    def __init__(self):
        super().__init__()
        stages, before = [], 1
        for width in (32, 64, 128, 256, 256):
            stages += [nn.Conv2d(before, width, 4, stride=2, padding=1), nn.ReLU()]
            stages += [nn.BatchNorm2d(width), *[nn.MaxPool2d(2)] * (width == 64)]
            before = width
        triangle = LATENT * (LATENT + 1) // 2
        self.encoder = nn.Sequential(*stages, nn.Flatten(), nn.Linear(16384, LATENT + triangle))
        self.widen, stages = nn.Sequential(nn.Linear(LATENT, 16384), nn.ReLU()), []
        for width in (128, 64, 32, 128, 64, 32):
            stages += [nn.Upsample(scale_factor=2), nn.Conv2d(before, width, 3, padding=1)]
            stages.append(nn.ReLU())
            before = width
        self.decoder = nn.Sequential(*stages, nn.Conv2d(before, 1, 3, padding=1))
        self.means = nn.Parameter(torch.randn(COMPONENTS, LATENT) * 0.05)
        self.raw = nn.Parameter(torch.zeros(COMPONENTS, LATENT))
        self.register_buffer("places", torch.tril_indices(LATENT, LATENT))

    def forward(self, images):
        """Return the mean loss of a batch."""
        mean, packed = self.encoder(images).split((LATENT, self.places.shape[1]), dim=1)
        scale = packed.new_zeros(len(images), LATENT, LATENT)
        scale[:, self.places[0], self.places[1]] = packed
        diagonal = nn.functional.softplus(scale.diagonal(dim1=1, dim2=2)) + 1e-5
        scale = scale.tril(-1) + torch.diag_embed(diagonal)
        posterior = distributions.MultivariateNormal(mean, scale_tril=scale, validate_args=False)
        draws = posterior.rsample((DRAWS,))
        divergence = (posterior.log_prob(draws) - self._prior().log_prob(draws)).mean(0)
        coarse = self.widen(draws[0]).view(-1, 256, 8, 8)
        coarse = coarse.contiguous(memory_format=torch.channels_last)
        logits = self.decoder(coarse)
        error = nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="none")
        return (error.sum((1, 2, 3)) + divergence).mean()

    def _prior(self):
        scales = nn.functional.softplus(self.raw)
        parts = distributions.Independent(
            distributions.Normal(self.means, scales, validate_args=False), 1, validate_args=False
        )
        weights = distributions.Categorical(
            logits=self.means.new_zeros(COMPONENTS), validate_args=False
        )
        return distributions.MixtureSameFamily(weights, parts, validate_args=False)


def main():
    """Take turns; see `turns`."""
    batch_size, how = int(sys.argv[1]), sys.argv[2]
    torch.manual_seed(0)
    torch.set_num_threads(os.cpu_count())
    model = LiteratureVAE().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 1e-4)
    images = torch.rand(batch_size, 1, 512, 512).contiguous(memory_format=torch.channels_last)
    loss_of = torch.compile(model) if how == "compiled" else model

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(images)
        loss.backward()
        optimizer.step()
        return float(loss)

    parameters = sum(parameter.numel() for parameter in model.parameters())
    take_turns(step, versions=f"PyTorch {torch.__version__}", parameters=parameters)


if __name__ == "__main__":
    main()
