"""A tone that a block begins within: sinusoids in front of a model that looks on."""

import struct

from integer import Laid, wrap


class Toned:
    def __init__(self, model, fields, waves):
        self.model, self.laid = model, Laid()
        # The sample at hand is none yet.
        self.left, self.size = fields.number() + 1, fields.number()
        self.waves = []
        for _ in range(waves):
            turn = struct.unpack("<i", fields.bytes(4))[0]
            first, second = (wrap(int.from_bytes(fields.bytes(3), "little"), 24) for _ in "xx")
            self.waves.append([turn, first << 8, second << 8])

    def hear(self, other):
        if other is not None:
            self.model.hear(other)
        self.left -= 1
        self.mean = (sum(x for _, x, _ in self.waves) + (1 << 11)) >> 12
        for wave in self.waves:
            turn, x, after = wave
            new = (turn * after + (1 << 29) >> 30) - x
            wave[1:] = after, max(-(1 << 31), min(1 << 31, new))

    def forecast(self):
        forecast = self.model.forecast()
        return self.laid.lay(self.mean, self.size) if self.left > 0 else forecast

    def cell(self, decoder, cells):
        return (self.laid if self.left > 0 else self.model).cell(decoder, cells)

    def update(self, value):
        self.model.update(value)
