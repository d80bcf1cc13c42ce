"""The contractive autoencoder: rebuild a record, yet answer little when it is pushed off its manifold.

    minimise over f, g:  E[ loss(x, g(f(x))) + penalty * |J(x)|^2 / size ],  J = d g(f(x)) / d x

    |J|^2 = E[ |v' J|^2 ] for v ~ N(0, 1): one vector-Jacobian product with one random v is an unbiased estimate of it

Rifai, Vincent, Muller, Glorot & Bengio, "Contractive auto-encoders", 2011, penalise the encoder's Jacobian d f(x) / d x
and tie the decoder's weights to the encoder's, or else the encoder would shrink the code and the decoder blow it up
again at no cost. Here the weights are free, so the Jacobian of the whole reconstruction is penalised, which no rescaling
of the code changes: Alain & Bengio, "What regularized auto-encoders learn from the data-generating distribution", 2014,
who show that it is what denoising with little noise of variance `penalty` does, without the noise. The product is
differentiated again, so a step costs about twice a plain one.
Use it where the code is wide and there are few records, so that a plain network would copy its input; or where repeatable,
noiseless fitting matters. Not where values are hidden or missing often: denoising learns to fill them in, this does not.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import jacfwd, jacrev, vmap

from training.autoencoder import Autoencoder

PENALTY = 0.03  # where Shape.penalty is None: as noise of spread 0.17 would
MEASURED = 256  # samples whose Jacobian is worked out exactly


class ContractiveAutoencoder(Autoencoder):
    """Minimises the reconstruction loss plus the squared Jacobian of the reconstruction."""

    @property
    def penalty(self) -> float:
        """As told, or the default."""
        return PENALTY if self.shape.penalty is None else self.shape.penalty

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Reconstruction loss of a batch plus penalty. (rows, *axes) twice -> ()."""
        x = x.detach().requires_grad_()
        raw = self.raw(self.encode(x), self.condition(x))
        probe = weight * torch.randn(x.shape, generator=generator)
        (pushed,) = torch.autograd.grad(self.criterion.link(raw), x, probe, create_graph=True)
        steepness = pushed.square().sum() / weight.sum().clamp(min=1)
        return self.criterion(raw, x, weight) + self.penalty * steepness  # type: ignore[no-any-return]

    def facts(self, x: Tensor) -> dict[str, float]:
        """`jacobian_norm`: |J|, root mean square over samples; see `jacobian_norm`."""
        return {"jacobian_norm": jacobian_norm(self, x[:MEASURED])}


def jacobian_norm(network: Autoencoder, x: Tensor) -> float:
    """Frobenius norm of d reconstruction / d sample, root mean square over samples; exact. (rows, *axes).

    A record moved by a little noise of spread s moves its reconstruction by s times this. Of J = D E, decoder's and
    encoder's Jacobian, only (code size, code size) products are kept: |D E|^2 = trace(D'D EE').
    """
    condition = network.condition(x)
    with torch.no_grad():
        latent = network.encode(x)
        inward = vmap(jacrev(lambda one: network.encode(one[None])[0]))(x).flatten(2)
        outward = vmap(jacfwd(lambda code, given: network.decode(code[None], given[None])[0]))(
            latent, condition
        )
    outward = outward.flatten(1, -2)
    squared = (outward.mT @ outward) * (inward @ inward.mT)
    return float(squared.sum(dim=(1, 2)).mean().sqrt())
