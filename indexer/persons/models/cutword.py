"""The tagger of the package cutword (bidirectional LSTM twice, CRF), with its weights but without PyTorch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import numpy as np

from indexer.persons.models.layers import Batch, Crf, Floats, Lstm, stacked

_HIDDEN, _FEATURES = 64, 256


class Cutword(NamedTuple):
    """The network and its alphabet."""

    characters: dict[str, int]
    vectors: Floats
    layers: tuple[Lstm, Lstm]
    weights: Floats
    bias: Floats
    crf: Crf
    tags: dict[int, str]

    def ids(self, sentence: str) -> list[int]:
        return [self._id(character) for character in sentence]

    def _id(self, character: str) -> int:
        if known := self.characters.get(character):
            return known
        return self.characters["[NUMBER]" if character.isdigit() else "[HANZI]" if _is_han(character) else "[UNK]"]

    def emissions(self, batch: Batch) -> Floats:
        """(character, tag)."""
        return stacked(self.vectors, self.layers, batch) @ self.weights + self.bias

    def names(self, path: list[int]) -> Iterator[tuple[int, int]]:
        """The spans that tags mark as persons."""
        start = -1
        for at, number in enumerate(path):
            place, _dash, kind = self.tags[number].partition("_")
            if kind != "PERSON":
                start = -1
            elif place == "B":
                start = at
            elif place == "E" and start >= 0:
                yield start, at + 1
                start = -1


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def load(folder: Path) -> Cutword:
    """The network in the folder of the package."""
    alphabet = json.loads((folder / "ner_vocab_tags.json").read_text(encoding="utf-8"))
    with ZipFile(folder / "model_params.pth") as archive:  # tensors as they lie in memory; the pickle is not needed
        vectors, cells, weights, *others = (
            np.frombuffer(archive.read(f"model_params/data/{number}"), "<f4") for number in range(7)
        )
    bias, first, last, moves = others
    tags = {number: tag for tag, number in alphabet["label2id"].items()}
    crf = Crf(first, last, moves.reshape(len(tags), len(tags)))
    layers = _layers(cells)
    vectors, weights = vectors.reshape(-1, _FEATURES), weights.reshape(len(tags), -1).T
    return Cutword(alphabet["char2id"], vectors, layers, weights, bias, crf, tags)


def _layers(cells: Floats) -> tuple[Lstm, Lstm]:
    """The weights of both layers, each direction's inputs before its states, then all biases."""
    gates, at = 4 * _HIDDEN, 0
    weights: list[Floats] = []
    for size in (_FEATURES, _HIDDEN) * 2 + (2 * _HIDDEN, _HIDDEN) * 2:
        weights.append(cells[at : at + gates * size].reshape(gates, size).T)
        at += gates * size
    biases = cells[at:].reshape(2, 2, 2, gates).sum(axis=2)  # layer, direction, of inputs and states
    inputs, states = (np.array([weights[0], weights[2]]), np.array([weights[1], weights[3]]))
    deeper, deep_states = (np.array([weights[4], weights[6]]), np.array([weights[5], weights[7]]))
    return Lstm(inputs, states, biases[0][:, None]), Lstm(deeper, deep_states, biases[1][:, None])
