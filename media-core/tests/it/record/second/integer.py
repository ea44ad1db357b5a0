"""The levels `live` and, but for its predictor, `fast`: integers that wrap by definition."""

from cells import SPREAD


def wrap(x, bits):
    return (x + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


class Laid:
    """The distribution of one shape, laid over the line."""

    def lay(self, mean, scale):
        self.mean, self.scale = max(-(1 << 19), min(1 << 19, mean)), max(2, min(1 << 20, scale))
        self.inverse = 0xFFFFFFFF // self.scale
        return self.mean, self.scale

    def cell(self, decoder, cells):
        def below(cell):
            if cell == 0:
                return 0
            x = (cells.edge(cell) * 8 - self.mean) * self.inverse >> 24
            return (SPREAD.below(x) * 0xFF00 >> 16) + cell

        return decoder.cell(below)


class Spread(Laid):
    def __init__(self):
        self.fast = self.slow = 16 << 12
        self.correction = [1 << 16] * 64

    def around(self, mean):
        base = max((self.fast + self.slow) >> 9, 1)
        octave = base.bit_length() - 1
        half = base >> max(octave - 1, 0) & 1
        self.where = (min(octave, 15) * 2 + half) * 2 + (self.fast > self.slow)
        return self.lay(mean, base * self.correction[self.where] >> 16)

    def update(self, value):
        error = value * 16 - self.mean
        size = abs(error)
        self.fast += (size * 256 - self.fast) >> 4
        self.slow += (size * 256 - self.slow) >> 7
        ratio = min(size * self.inverse >> 16, 8 << 16)
        c = self.correction[self.where]
        c += c * (ratio - (1 << 16)) >> 21
        self.correction[self.where] = max(1 << 10, min(1 << 24, c))
        return error


class Taps:
    """The filter of `live`: a step of 16 / 2^step of a full correction."""

    def __init__(self, n, step):
        self.history, self.weights, self.power, self.step = [0] * n, [0] * n, 0, step

    def coarse(self):
        return [w >> 16 for w in self.weights]

    def learn(self, error):
        divisor = (self.power >> 4) + 2048
        step = abs(error << 25) // divisor * (1 if error >= 0 else -1)
        spare = max(abs(step).bit_length() - 15, 0)
        step >>= spare
        for i, x in enumerate(self.history):
            change = step * x >> max(self.step - spare, 0)
            self.weights[i] = wrap(self.weights[i] + (change << max(spare - self.step, 0)), 32)

    def push(self, value):
        self.power += value * value - self.history[0] * self.history[0]
        self.history = self.history[1:] + [value]


def products(weights, history):
    return sum(w * x for w, x in zip(weights, history))


class Live:
    def __init__(self, beside):
        self.own, self.spread = Taps(16, 6), Spread()
        self.path, self.other = Taps(48, 8) if beside else None, [0] * 16
        self.common = self.power = 0

    def hear(self, other):
        foretold = wrap(products(self.own.coarse(), self.other), 32) >> 13
        self.path.push(max(-32768, min(32767, wrap(other - foretold, 32))))
        self.other = self.other[1:] + [other]

    def forecast(self):
        total = wrap(products(self.own.coarse(), self.own.history), 32)
        self.own_said = total >> 9
        if self.path:
            heard = wrap(products(self.path.coarse(), self.path.history), 32)
            self.said = heard >> 9
            # Rounded towards zero.
            trust = abs(self.common << 8) // (self.power + 256) * (1 if self.common >= 0 else -1)
            total += heard * max(0, min(256, trust)) >> 8
        return self.spread.around(wrap(total, 32) >> 9)

    def cell(self, decoder, cells):
        return self.spread.cell(decoder, cells)

    def update(self, value):
        error = self.spread.update(value)
        if self.path:
            missed = wrap(value * 16 - self.own_said, 32)
            self.common += missed * self.said - self.common >> 8
            self.power += self.said * self.said - self.power >> 8
            self.path.learn(wrap(missed - self.said, 32))
        self.own.learn(error)
        self.own.push(value)
