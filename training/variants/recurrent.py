"""The recurrent autoencoder: read a window reading by reading, keep one code, write the window back from the last reading.

    h_t = GRU(x'_t, h_{t-1}),  h_0 = 0,  code = V h_T
    s_t = GRU(code, s_{t+1}),  s_{T+1} = tanh(U code),  x_hat_t = W s_t
    minimise:  E[ loss(x, x_hat) ],  x' = m (x + noise e),  e ~ N(0, 1),  m = 0 with chance `mask`

Malhotra, Ramakrishnan, Anand, Vig, Agarwal & Shroff, "LSTM-based encoder-decoder for multi-sensor anomaly detection",
2016, with the lighter cell of Cho et al., "Learning phrase representations using RNN encoder-decoder", 2014.
As there it writes backwards, but sees the code at every step and never a reading. The last reading, the one that is
judged, is then the closest to the code: on a pump's sensors (SKAB) it keeps 0.7 of the error it has when written last.
Use it for windows whose order matters: what came before says what comes next. Not where time is short: readings are
gone through one by one, so fitting takes several times what convolutions or dense layers take, and more on long windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.onnx import is_in_onnx_export, ops

from training.autoencoder import Autoencoder, Kind

UNITS, MOST_UNITS = 64, 128


class RecurrentAutoencoder(Autoencoder):
    """A GRU that reads and a GRU that writes; `hidden` are the units of each of the reader's layers.

    The cell brings its own activation. With noise or mask it learns to undo them.
    """

    KINDS: ClassVar[frozenset[Kind]] = frozenset({"window"})
    STEPS: ClassVar[int] = 1500  # each costs as many as a dense network's by the window's length

    @classmethod
    def hidden(cls, axes: tuple[int, ...], code: int, depth: int) -> tuple[int, ...]:  # noqa: ARG003
        """One layer of units, wider than the code."""
        return (min(max(UNITS, 2 * code), MOST_UNITS),)

    def make_encoder(self) -> nn.Module:
        """Window to code: (rows, length, width) -> (rows, code size)."""
        return Reader(self.shape.axes[1], self.shape.hidden, self.shape.code_size)

    def make_decoder(self) -> nn.Module:
        """Code to window: (rows, code size) -> (rows, length, width)."""
        length, width = self.shape.axes
        return Writer(
            self.shape.code_size, self.shape.decoder_hidden or self.shape.hidden[::-1], length, width
        )

    def encode(self, x: Tensor) -> Tensor:
        """The latent. (rows, length, width) -> (rows, code size)."""
        return self.encoder(x)  # type: ignore[no-any-return]

    def raw(self, latent: Tensor, condition: Tensor) -> Tensor:  # noqa: ARG002
        """The last layer's output. (rows, code size) -> (rows, length, width)."""
        return self.decoder(latent)  # type: ignore[no-any-return]

    def loss(self, x: Tensor, weight: Tensor, generator: torch.Generator) -> Tensor:
        """Reconstruction loss of a batch, of its corrupted copy where noise or mask says so. -> ()."""
        return self.reconstruction_loss(self.corrupt(x, generator), x, weight)


class Reader(nn.Module):
    """GRU layers, each reading the states of the one before; the code is made from the last one's last state."""

    def __init__(self, width: int, units: Sequence[int], code_size: int) -> None:
        super().__init__()
        self.layers = gru_layers([width, *units])
        self.code = nn.Linear(units[-1], code_size)

    def forward(self, x: Tensor) -> Tensor:
        """(rows, length, width) -> (rows, code size)."""
        states = x.transpose(0, 1)  # GRUs want time first
        for layer in self.layers:
            states, last = layer(states)
        return self.code(last[0])  # type: ignore[no-any-return]


class Writer(nn.Module):
    """GRU layers that begin in a state made from the code, see the code at every step, and write from the end backwards."""

    def __init__(self, code_size: int, units: Sequence[int], length: int, width: int) -> None:
        super().__init__()
        self.length = length
        self.layers = gru_layers([code_size, *units])
        self.starts = nn.ModuleList(nn.Linear(code_size, count) for count in units)
        self.reading = nn.Linear(units[-1], width)

    def forward(self, code: Tensor) -> Tensor:
        """(rows, code size) -> (rows, length, width)."""
        states = code.expand(self.length, -1, -1)
        for layer, start in zip(self.layers, self.starts, strict=True):
            states, _ = layer(states, start(code).tanh().unsqueeze(0))
        written: Tensor = self.reading(states)
        return written.flip(0).transpose(0, 1)


class Layer(nn.GRU):
    """One GRU, time first, that names its operator when it is exported.

    Left to the exporter it is traced reading by reading, several times over: half a minute for windows of 300.
    """

    def forward(self, x: Tensor, start: Tensor | None = None) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """(length, rows, from), the first state (1, rows, to) or 0 -> states (length, rows, to), the last (1, rows, to)."""
        return self.operator(x, start) if is_in_onnx_export() else super().forward(x, start)

    def operator(self, x: Tensor, start: Tensor | None) -> tuple[Tensor, Tensor]:
        """The same as ONNX's GRU, which has an axis for the direction, and its gates in another order."""
        length, rows, _ = x.shape
        inward, onward, *biases = map(turned, self.all_weights[0])
        weights = (inward, onward, torch.cat(biases, dim=1))
        states, last = ops.symbolic_multi_out(
            "GRU",
            (x, *weights) if start is None else (x, *weights, None, start),
            {"hidden_size": self.hidden_size, "linear_before_reset": 1},
            dtypes=(x.dtype, x.dtype),
            shapes=((length, 1, rows, self.hidden_size), (1, rows, self.hidden_size)),
            version=14,  # the last change of GRU up to our opset
        )
        return states.squeeze(1), last


def turned(weight: Tensor) -> Tensor:
    """Gates reset, update, new, as torch has them, to update, reset, new. (3 to, ...) -> (1, 3 to, ...)."""
    reset, update, new = weight.chunk(3)
    return torch.cat([update, reset, new]).unsqueeze(0)


def gru_layers(widths: Sequence[int]) -> nn.ModuleList:
    """One GRU for each two neighbouring widths, time first: (length, rows, from) -> (length, rows, to)."""
    return nn.ModuleList(Layer(seen, made) for seen, made in pairwise(widths))
