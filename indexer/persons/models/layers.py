"""Recurrent layers and the decoding of tags, for many sentences at a time, without padding.

The characters of all sentences stand in one row after another; a step of a layer runs all sentences that are long
enough, the longest first, in both directions at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
_HALF = np.float32(0.5)
_DIRECTIONS = np.arange(2)[:, None]


class Batch(NamedTuple):
    """Sentences, the longest first, as ids of their characters."""

    ids: Ints  # of all characters
    starts: Ints  # where each sentence starts in `ids`
    lengths: Ints
    running: list[int]  # how many sentences are longer than each step

    def at(self, step: int) -> Ints:
        """Where the running sentences are at a step: (direction, sentence); the second goes from their ends."""
        starts, lengths = self.starts[: self.running[step]], self.lengths[: self.running[step]]
        return np.stack((starts + step, starts + lengths - 1 - step))


def batch(sentences: list[list[int]]) -> Batch:
    """The sentences must be sorted by length, the longest first, and have a character each."""
    lengths = np.array([len(sentence) for sentence in sentences])
    ids = np.array([number for sentence in sentences for number in sentence])
    running = (np.arange(lengths[0])[:, None] < lengths).sum(axis=1)
    return Batch(ids, np.cumsum(lengths) - lengths, lengths, running.tolist())


class Gru(NamedTuple):
    """A layer in both directions; gates in the order update, reset, candidate (ONNX, linear_before_reset)."""

    inputs: Floats  # (direction, feature, 3 x hidden)
    states: Floats  # (direction, hidden, 3 x hidden)
    input_bias: Floats  # (direction, 1, 3 x hidden)
    state_bias: Floats

    def run(self, features: Floats, rows: Ints, batch: Batch) -> Floats:
        """The states at all characters, (character, 2 x hidden); `rows` is where their features are."""
        given = features @ self.inputs + self.input_bias
        size = self.states.shape[1]
        state = np.zeros((2, len(batch.lengths), size), np.float32)
        outputs = np.empty((2, len(rows), size), np.float32)
        for step, running in enumerate(batch.running):
            at = batch.at(step)
            before = state[:, :running]
            now, own = given[_DIRECTIONS, rows[at]], before @ self.states + self.state_bias
            gates = _sigmoid(now[..., : 2 * size] + own[..., : 2 * size])
            candidate = np.tanh(now[..., 2 * size :] + gates[..., size:] * own[..., 2 * size :])
            state = candidate + gates[..., :size] * (before - candidate)
            outputs[_DIRECTIONS, at] = state
        return np.concatenate((outputs[0], outputs[1]), axis=-1)


class Lstm(NamedTuple):
    """A layer in both directions; gates in the order input, forget, cell, output (PyTorch)."""

    inputs: Floats  # (direction, feature, 4 x hidden)
    states: Floats  # (direction, hidden, 4 x hidden)
    bias: Floats  # (direction, 1, 4 x hidden)

    def run(self, features: Floats, rows: Ints, batch: Batch) -> Floats:
        """The states at all characters, (character, 2 x hidden); `rows` is where their features are."""
        given = features @ self.inputs + self.bias
        size = self.states.shape[1]
        state, cell = np.zeros((2, 2, len(batch.lengths), size), np.float32)
        outputs = np.empty((2, len(rows), size), np.float32)
        for step, running in enumerate(batch.running):
            at = batch.at(step)
            gates = given[_DIRECTIONS, rows[at]] + state[:, :running] @ self.states
            opened = _sigmoid(gates)
            candidate = np.tanh(gates[..., 2 * size : 3 * size])
            cell = opened[..., size : 2 * size] * cell[:, :running] + opened[..., :size] * candidate
            state = opened[..., 3 * size :] * np.tanh(cell)
            outputs[_DIRECTIONS, at] = state
        return np.concatenate((outputs[0], outputs[1]), axis=-1)


class Crf(NamedTuple):
    """The scores of a tag at the beginning, at the end, and after another one."""

    first: Floats
    last: Floats
    moves: Floats  # (from, to)

    def decoded(self, emissions: Floats, batch: Batch) -> list[list[int]]:
        """The best tags of each sentence; `emissions` is (character, tag)."""
        moves = np.ascontiguousarray(self.moves.T)
        score = emissions[batch.starts] + self.first
        came_from = [np.zeros((0, 0), np.int64)]
        for step, running in enumerate(batch.running[1:], 1):
            paths = score[:running, None, :] + moves
            came_from.append(paths.argmax(axis=-1))
            score[:running] = paths.max(axis=-1) + emissions[batch.starts[:running] + step]
        best = (score + self.last).argmax(axis=-1).tolist()
        return [
            _path(came_from, sentence, int(length), tag)
            for sentence, (length, tag) in enumerate(zip(batch.lengths, best, strict=True))
        ]


def _path(came_from: list[Ints], sentence: int, length: int, tag: int) -> list[int]:
    path = [tag]
    for step in range(length - 1, 0, -1):
        path.append(int(came_from[step][sentence, path[-1]]))
    return path[::-1]


def _sigmoid(values: Floats) -> Floats:
    squashed: Floats = np.tanh(_HALF * values)
    return _HALF + _HALF * squashed


def stacked(vectors: Floats, layers: tuple[Gru | Lstm, ...], batch: Batch) -> Floats:
    """What the layers make of the vectors of the characters; the first layer meets each distinct one once."""
    distinct, rows = np.unique(batch.ids, return_inverse=True)
    features = vectors[distinct]
    for layer in layers:
        features = layer.run(features, rows, batch)
        rows = np.arange(len(batch.ids))
    return features
