"""The models `fast`, `high` and `max`."""

import struct

from cells import LAPLACE, LOGISTIC
from integer import Spread
from predict import Blend, Echo, Nlms, Ols, Trust, Weighted, dot


def whole(x):
    return int(x) if x == x and abs(x) < 1 << 31 else 0 if x != x else (1 << 31) * (1 if x > 0 else -1)


class Fast:
    def __init__(self, beside):
        self.echo = Echo(16) if beside else None
        self.ols = Ols(16, 0.996, 256.0, 16)
        self.short = Nlms(16, 512, 0.02, 16.0 * 64.0)
        self.spread = Spread()

    def hear(self, other):
        self.echo.hear(other, self.ols.weights)

    def forecast(self):
        self.own, self.second = self.ols.predict(), self.short.predict()
        self.first = self.own + (self.echo.predict() if self.echo else 0.0)
        return self.spread.around(whole((self.first + self.second) * 16.0))

    def cell(self, decoder, cells):
        return self.spread.cell(decoder, cells)

    def update(self, value):
        self.spread.update(value)
        x = float(value)
        missed = x - self.first
        if self.echo:
            self.echo.learn(x - self.own)
        self.short.update(missed - self.second, missed)
        self.ols.update(x)


class Ensemble:
    PACE = [1.0 / 6.0, 1.0 / 16.0, 1.0 / 96.0, 1.0 / 400.0, 1.0 / 32.0, 1.0 / 32.0]

    def __init__(self, wide, beside, quick):
        self.echo = Echo(32) if beside else None
        self.long, self.short = Ols(32, 0.998, 64.0, 16), Ols(16, 0.99, 256.0, 8)
        eager = (10.0 if wide else 6.0) if quick else 0.0
        self.cascade = [
            Nlms(256, 1024, 0.006, 256.0 * 64.0, eager),
            Nlms(32, 512, 0.1, 32.0 * 64.0),
            Nlms(16, 512, 0.2, 16.0 * 64.0),
        ]
        self.trust = Trust() if quick else None
        self.weighted = []
        if wide:
            self.weighted = [Weighted(32, 0.999, 0.001, 8), Weighted(16, 0.998, 0.001, 8)]
        predictors = 7 if wide else 5
        prior = [1.0 / predictors] * predictors + ([1.0] if beside else [])
        self.blend = Blend(prior, 0.992, 64.0)
        self.sizes = [16.0] * 6

    def hear(self, other):
        self.echo.hear(other, self.long.weights)

    def predict(self):
        self.stages = [self.long.predict()] + [stage.predict() for stage in self.cascade]
        self.first = self.stages[1]
        if self.trust:
            self.stages[1] *= self.trust.share()
        if self.echo:
            self.own, heard = self.stages[0], self.echo.predict()
            self.stages[0] += heard
        self.said, total = [self.short.predict()], 0.0
        for stage in self.stages:
            total += stage
            self.said.append(total)
        self.said += [w.predict() for w in self.weighted]
        if self.echo:
            self.said.append(heard)
        self.mean = self.blend.predict(self.said)

    def update(self, x):
        weight = 1.0 / (self.sizes[0] * self.sizes[0] + 4.0)
        for i, said in enumerate([self.mean] * 4 + self.said[:2]):
            self.sizes[i] += (abs(x - said) - self.sizes[i]) * self.PACE[i]
        self.blend.update(self.said, x)
        missed = x - self.stages[0]
        if self.echo:
            self.echo.learn(x - self.own)
        if self.trust:
            self.trust.learn(self.first, missed)
        # The first of the cascade learns from its whole word.
        for stage, said, taken in zip(self.cascade, [self.first, *self.stages[2:]], self.stages[1:]):
            stage.update(missed - said, missed)
            missed = missed - taken
        self.long.update(x)
        self.short.update(x)
        for w in self.weighted:
            w.update(x, weight)


class High:
    SIZE = [1, 2, 1, 2, 4, 1, 0, 3]

    def __init__(self, beside, quick=False):
        self.ensemble, self.weights = Ensemble(False, beside, quick), [1.0 / 8.0] * 8
        self.likely = [1.0] * 8

    def hear(self, other):
        self.ensemble.hear(other)

    def forecast(self):
        e = self.ensemble
        e.predict()
        self.mean, self.inverse = [], []
        for expert in range(8):
            mean = {4: e.said[0], 5: (e.said[0] + e.mean) * 0.5}.get(expert, e.mean)
            self.mean.append(max(-(1 << 19), min(1 << 19, whole(mean * 16.0))))
            scale = max(2, min(1 << 20, whole(e.sizes[self.SIZE[expert]] * 16.0)))
            self.inverse.append(0xFFFFFFFF // scale)
            if expert == 0:
                first = scale
        return self.mean[0], first

    def part(self, expert, edge):
        shape = LAPLACE if expert in (2, 3) else LOGISTIC
        return shape.below((edge * 8 - self.mean[expert]) * self.inverse[expert] >> 24)

    def cell(self, decoder, cells):
        def below(cell):
            if cell == 0:
                return 0
            total = 0.0
            for expert in range(8):
                total += self.weights[expert] * float(self.part(expert, cells.edge(cell)))
            return (min(int(total), 0xFFFF) * 0xFF00 >> 16) + cell

        cell = decoder.cell(below)
        self.likely = []
        for expert in range(8):
            low = 0 if cell == 0 else self.part(expert, cells.edge(cell))
            high = 0xFFFF if cell == 255 else self.part(expert, cells.edge(cell + 1))
            self.likely.append(float(high - low) + 4.0)
        return cell

    def update(self, value):
        total = 0.0
        for i in range(8):
            self.weights[i] *= self.likely[i]
            total += self.weights[i]
        self.weights = [w / total * (1.0 - 0.02) + 0.02 / 8.0 for w in self.weights]
        self.ensemble.update(float(value))


def exp(x):
    x = max(-40.0, min(40.0, x))
    scaled = x * 1.4426950408889634
    power = int(scaled + (-0.5 if scaled < 0.0 else 0.5))
    r, total = x - float(power) * 0.6931471805599453, 1.0
    for k in range(11, 0, -1):
        total = 1.0 + total * r * (1.0 / k)
    return total * 2.0**power


def ln(x):
    bits = struct.unpack("<q", struct.pack("<d", x))[0]
    power = (bits - 0x3FE6A09E667F3BCD) >> 52
    mantissa = struct.unpack("<d", struct.pack("<q", bits - (power << 52)))[0]
    z = (mantissa - 1.0) / (mantissa + 1.0)
    total = 1.0 / 15.0
    for odd in (13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0):
        total = 1.0 / odd + total * (z * z)
    return 2.0 * z * total + float(power) * 0.6931471805599453


def logistic(x):
    e = exp(-abs(x))
    tail = e / (1.0 + e)
    return tail if x < 0.0 else 1.0 - tail


def laplace(x):
    tail = 0.5 * exp(-abs(x))
    return tail if x < 0.0 else 1.0 - tail


class Max:
    SIZE = [1, 2, 0, 3, 4, 5, 1, 1, 2, 1]

    def __init__(self, beside, quick=False):
        self.ensemble = Ensemble(True, beside, quick)
        trust = 0.12 if quick else 0.25
        self.by_class = [[trust] * 10 + [0.0] for _ in range(128)]
        self.by_node = [[trust] * 10 + [0.0] for _ in range(256)]
        self.curves = [[logistic((i - 16.0) * 0.5) for i in range(33)] for _ in range(256)]

    def hear(self, other):
        self.ensemble.hear(other)

    def forecast(self):
        e = self.ensemble
        e.predict()
        mean = e.mean if abs(e.mean) < 65536.0 else 0.0
        self.means = [mean] * 4 + [e.said[0], e.said[1], e.said[2], e.said[4], mean, e.said[0]]
        self.narrow = [
            (1.0 if i in (1, 8) else 1.3862943611198906) / (e.sizes[size] + 0.3)
            for i, size in enumerate(self.SIZE)
        ]
        size, self.loud = e.sizes[1], 0
        while size > 2.0 and self.loud < 15:
            size *= 0.6
            self.loud += 1
        return whole(mean * 16.0), max(2, min(1 << 20, whole(e.sizes[1] * 16.0)))

    def cell(self, decoder, cells):
        low, high, node = 0, 256, 1
        below_low, below_high = [0.0] * 10, [1.0] * 10
        for decision in range(8):
            middle = (low + high) // 2
            edge = float(cells.edge(middle)) * 0.5
            here, odds = [], []
            for i in range(10):
                x = (edge - self.means[i]) * self.narrow[i]
                here.append(laplace(x) if i in (1, 8) else logistic(x))
                less, more = here[i] - below_low[i], below_high[i] - here[i]
                odds.append(ln((more + 1e-7) / (less + 1e-7)))
            odds.append(0.3)
            by_class, by_node = self.by_class[decision * 16 + self.loud], self.by_node[node]
            a = max(-12.0, min(12.0, dot(by_class, odds)))
            b = max(-12.0, min(12.0, dot(by_node, odds)))
            both = (a + b) * 0.5
            place = (max(-7.99, min(7.99, both)) + 8.0) * 2.0
            at = int(place)
            part, curve = place - float(at), self.curves[node]
            second = curve[at] * (1.0 - part) + curve[at + 1] * part
            p = (logistic(both) + second) * 0.5
            bit = decoder.bit(max(1, min(0xFFFF, int(p * 65536.0))))
            target = 1.0 if bit else 0.0
            curve[at] += (target - curve[at]) * (1.0 - part) * 0.01
            curve[at + 1] += (target - curve[at + 1]) * part * 0.01
            for weights, said in ((by_class, a), (by_node, b)):
                error = target - logistic(said)
                for i in range(11):
                    weights[i] += 0.005 * error * odds[i]
            if bit:
                low, below_low = middle, here
            else:
                high, below_high = middle, here
            node = node * 2 + bit
        return low

    def update(self, value):
        self.ensemble.update(float(value))
