"""Recurrent layers and the decoding of tags, for many sentences at a time, without padding.

The characters of all sentences stand in one row, sentence after sentence. A layer reads them step after step: first
the first characters of all sentences, the longest sentence first, then the second of those that have one, and in the
other direction the same from the ends. The characters of a step are neighbours in that order, so that a step
is a few operations on slices.
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
    order: Ints  # (direction, character): where in `ids` the characters of each step are

    def by_steps(self, values: Floats, rows: Ints) -> Floats:
        """The values (direction, row, feature) of all characters in the order of steps."""
        return values[_DIRECTIONS, rows[self.order]]

    def by_characters(self, steps: Floats) -> Floats:
        """Values (direction, step, feature) at all characters: (character, 2 x feature)."""
        size = steps.shape[2]
        values = np.empty((len(self.ids), 2 * size), np.float32)
        values[self.order[0], :size], values[self.order[1], size:] = steps
        return values


def batch(sentences: list[list[int]]) -> Batch:
    """The sentences must be sorted by length, the longest first, and have a character each."""
    lengths = np.array([len(sentence) for sentence in sentences])
    ids = np.array([number for sentence in sentences for number in sentence])
    starts = np.cumsum(lengths) - lengths
    steps, numbers = np.nonzero(np.arange(lengths[0])[:, None] < lengths)
    order = np.stack((starts[numbers] + steps, (starts + lengths - 1)[numbers] - steps))
    return Batch(ids, starts, lengths, np.bincount(steps).tolist(), order)


class Gru(NamedTuple):
    """A layer in both directions; gates in the order update, reset, candidate (ONNX, linear_before_reset)."""

    inputs: Floats  # (direction, feature, 3 x hidden)
    states: Floats  # (direction, hidden, 3 x hidden)
    input_bias: Floats  # (direction, 1, 3 x hidden)
    state_bias: Floats

    def run(self, features: Floats, rows: Ints, batch: Batch) -> Floats:
        """The states at all characters, (character, 2 x hidden); `rows` is where their features are."""
        size = self.states.shape[1]
        given = batch.by_steps(features @ self.inputs + self.input_bias, rows)
        given[..., : 2 * size] *= _HALF
        states, bias = self.states * _HALF, self.state_bias * _HALF  # a sigmoid is half a tanh of the half, and a half
        state = np.zeros((2, len(batch.lengths), size), np.float32)
        outputs = np.empty((2, len(batch.ids), size), np.float32)
        at = 0
        for running in batch.running:
            before = state[:, :running]
            now, own = given[:, at : at + running], before @ states
            own += bias
            gates = np.tanh(own[..., : 2 * size] + now[..., : 2 * size])
            gates += 1
            candidate = gates[..., size:] * own[..., 2 * size :]
            candidate += now[..., 2 * size :]
            np.tanh(candidate, out=candidate)
            state = before - candidate
            state *= gates[..., :size]
            state *= _HALF
            state += candidate
            outputs[:, at : at + running] = state
            at += running
        return batch.by_characters(outputs)


class Lstm(NamedTuple):
    """A layer in both directions; gates in the order input, forget, cell, output (PyTorch)."""

    inputs: Floats  # (direction, feature, 4 x hidden)
    states: Floats  # (direction, hidden, 4 x hidden)
    bias: Floats  # (direction, 1, 4 x hidden)

    def run(self, features: Floats, rows: Ints, batch: Batch) -> Floats:
        """The states at all characters, (character, 2 x hidden); `rows` is where their features are."""
        size = self.states.shape[1]
        halves = np.repeat(np.array((0.5, 0.5, 1, 0.5), np.float32), size)  # of all gates that are sigmoids
        given = batch.by_steps((features @ self.inputs + self.bias) * halves, rows)
        states = self.states * halves
        state, cell = np.zeros((2, 2, len(batch.lengths), size), np.float32)
        outputs = np.empty((2, len(batch.ids), size), np.float32)
        at = 0
        for running in batch.running:
            gates = state[:, :running] @ states
            gates += given[:, at : at + running]
            np.tanh(gates, out=gates)
            candidate = gates[..., 2 * size : 3 * size].copy()
            gates += 1
            gates *= _HALF
            candidate *= gates[..., :size]
            cell = cell[:, :running] * gates[..., size : 2 * size]
            cell += candidate
            state = np.tanh(cell)
            state *= gates[..., 3 * size :]
            outputs[:, at : at + running] = state
            at += running
        return batch.by_characters(outputs)


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
            best_from = paths.argmax(axis=-1)
            came_from.append(best_from)
            paths = np.take_along_axis(paths, best_from[..., None], axis=-1)[..., 0]
            score[:running] = paths + emissions[batch.starts[:running] + step]
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


def stacked(vectors: Floats, layers: tuple[Gru | Lstm, ...], batch: Batch) -> Floats:
    """What the layers make of the vectors of the characters; the first layer meets each distinct one once."""
    distinct, rows = np.unique(batch.ids, return_inverse=True)
    features = vectors[distinct]
    for layer in layers:
        features = layer.run(features, rows, batch)
        rows = np.arange(len(batch.ids))
    return features
