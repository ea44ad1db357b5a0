"""The blocks of a .tlr recording, from docs/recording-format.md and nothing else."""

import struct


class Fields:
    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, count):
        assert self.at + count <= len(self.data)
        self.at += count
        return self.data[self.at - count : self.at]

    def byte(self):
        return self.bytes(1)[0]

    def number(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def rest(self):
        return self.data[self.at :]


# ---- the range decoder ---------------------------------------------------------------------------


class Decoder:
    def __init__(self, data):
        self.data, self.at, self.range, self.code = data, 0, 1 << 48, 0
        for _ in range(3):
            self.code = self.code << 16 | self.word()

    def word(self):
        pair = (self.data[self.at : self.at + 2] + b"\0\0")[:2]
        self.at += 2
        return pair[0] << 8 | pair[1]

    def peek(self):
        return min(self.code // (self.range >> 16), 0xFFFF)

    def take(self, low, size):
        unit = self.range >> 16
        self.code -= unit * low
        self.range = unit * size
        while self.range < 1 << 32:
            self.code = (self.code << 16 | self.word()) & ((1 << 48) - 1)
            self.range <<= 16

    def bit(self, p1):
        if self.code < (self.range >> 16) * p1:
            self.take(0, p1)
            return True
        self.take(p1, 65536 - p1)
        return False

    def bits(self, count):
        size = 65536 >> count
        value = self.peek() // size
        self.take(value * size, size)
        return value

    def cell(self, below):
        part, low, high = self.peek(), 0, 256
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if below(middle) <= part else (low, middle)
        start = below(low)
        self.take(start, (65536 if low == 255 else below(low + 1)) - start)
        return low


# ---- distributions -------------------------------------------------------------------------------


def series_exp_minus(x):
    y, halvings = x, 0
    while y > 0.125:
        y *= 0.5
        halvings += 1
    total = 1.0
    for k in range(10, 0, -1):
        total = 1.0 - y * total / float(k)
    for _ in range(halvings):
        total *= total
    return total


class Shape:
    def __init__(self, laplace):
        self.table = []
        for i in range(642):
            x = abs(i - 320) / 16.0
            e = series_exp_minus(x * 1.3862943611198906)
            tail = laplace * (0.5 * series_exp_minus(x)) + (1.0 - laplace) * (e / (1.0 + e))
            self.table.append(int((tail if i < 320 else 1.0 - tail) * 65535.0 + 0.5))

    def below(self, x):
        x = max(-5120, min(5120, x)) + 5120
        a, b = self.table[x // 16], self.table[x // 16 + 1]
        return a + ((b - a) * (x % 16) >> 4)


SPREAD, LOGISTIC, LAPLACE = Shape(0.15), Shape(0.0), Shape(1.0)

# ---- cells ---------------------------------------------------------------------------------------


class Law:
    def __init__(self, alaw):
        self.mask = 0x55 if alaw else 0x7F
        sizes = []
        for position in range(128):
            segment, step = position >> 4, position & 15
            if not alaw:
                sizes.append(((step * 8 + 132) << segment) - 132)
            else:
                sizes.append(step * 16 + 8 if segment == 0 else (step * 16 + 264) << (segment - 1))
        self.value = [-v for v in reversed(sizes)] + sizes

    def edge(self, cell):
        return self.value[cell - 1] + self.value[cell]

    def code(self, cell):
        return (cell if cell >= 128 else 127 - cell) ^ self.mask


class Grid:
    def __init__(self, mean, scale):
        self.shift = min(max(scale.bit_length() - 9, 0), 11)
        middle = max(-32768, min(32767, mean >> 4)) >> self.shift
        self.base = (middle - 128) << self.shift

    def edge(self, cell):
        return (self.base + (cell << self.shift)) * 2 - 1


# ---- live and fast -------------------------------------------------------------------------------


def wrap(x, bits):
    return (x + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


class Spread:
    def __init__(self):
        self.fast = self.slow = 16 << 12
        self.correction = [1 << 16] * 64

    def around(self, mean):
        mean = max(-(1 << 19), min(1 << 19, mean))
        base = max((self.fast + self.slow) >> 9, 1)
        octave = base.bit_length() - 1
        half = base >> max(octave - 1, 0) & 1
        self.where = (min(octave, 15) * 2 + half) * 2 + (self.fast > self.slow)
        scale = base * self.correction[self.where] >> 16
        self.mean, self.scale = mean, max(2, min(1 << 20, scale))
        self.inverse = 0xFFFFFFFF // self.scale
        return self.mean, self.scale

    def cell(self, decoder, cells):
        def below(cell):
            if cell == 0:
                return 0
            x = (cells.edge(cell) * 8 - self.mean) * self.inverse >> 24
            return (SPREAD.below(x) * 0xFF00 >> 16) + cell

        return decoder.cell(below)

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


def dot(a, b):
    sums, fours = [0.0] * 4, len(a) // 4 * 4
    for i in range(fours):
        sums[i % 4] += a[i] * b[i]
    total = (sums[0] + sums[1]) + (sums[2] + sums[3])
    for i in range(fours, len(a)):
        total += a[i] * b[i]
    return total


def solve(m, right, least):
    n, x = len(right), list(right)
    for i in range(n):
        row = m[i]
        for j in range(1, i):
            row[j] -= dot(row[:j], m[j][:j])
        for j in range(i):
            scaled = row[j]
            row[j] = scaled / m[j][j]
            row[i] -= scaled * row[j]
            x[i] -= row[j] * x[j]
        if not row[i] > least:
            return None
    for i in range(n):
        x[i] /= m[i][i]
    for i in reversed(range(n)):
        for j in range(i):
            x[j] -= m[i][j] * x[i]
    return x


class Ols:
    def __init__(self, n, fade, ridge, every):
        self.n, self.fade, self.ridge, self.every, self.wait = n, fade, ridge, every, 0
        self.history, self.cross, self.weights = [0.0] * n, [0.0] * n, [0.0] * n
        self.lags = [[0.0] * n for _ in range(n)]

    def predict(self):
        return dot(self.weights, self.history)

    def update(self, x):
        self.cross = [self.fade * c + x * h for c, h in zip(self.cross, self.history)]
        self.history = [x] + self.history[:-1]
        newest = [self.fade * c + x * h for c, h in zip(self.lags[0], self.history)]
        self.lags = [newest] + self.lags[:-1]
        self.wait += 1
        if self.wait >= self.every:
            self.wait = 0
            ridge = self.ridge + newest[0] * 1e-9
            m = [[self.lags[j][i - j] for j in range(i + 1)] for i in range(self.n)]
            for i in range(self.n):
                m[i][i] += ridge
            self.weights = solve(m, self.cross, ridge * 0.5) or self.weights


class Weighted:
    def __init__(self, n, fade, ridge, every):
        self.n, self.fade, self.ridge, self.every, self.wait = n, fade, ridge, every, 0
        self.history, self.cross, self.weights = [0.0] * n, [0.0] * n, [0.0] * n
        self.m = [[0.0] * (i + 1) for i in range(n)]

    def predict(self):
        return dot(self.weights, self.history)

    def update(self, x, weight):
        for i in range(self.n):
            scaled, row = weight * self.history[i], self.m[i]
            for j in range(i + 1):
                row[j] = self.fade * row[j] + scaled * self.history[j]
            self.cross[i] = self.fade * self.cross[i] + scaled * x
        self.history = [x] + self.history[:-1]
        self.wait += 1
        if self.wait >= self.every:
            self.wait = 0
            m = [row[:] for row in self.m]
            for i in range(self.n):
                m[i][i] += self.ridge
            self.weights = solve(m, self.cross, self.ridge * 0.5) or self.weights


class Nlms:
    def __init__(self, n, room, rate, calm):
        self.n, self.room, self.rate, self.calm = n, room, rate, calm
        self.history, self.weights, self.power, self.at = [0.0] * n, [0.0] * n, 0.0, 0

    def predict(self):
        return dot(self.weights, self.history)

    def update(self, error, value):
        self.learn(error)
        self.push(value)

    def learn(self, error):
        step = self.rate * error / (self.power + self.calm)
        self.weights = [w + step * x for w, x in zip(self.weights, self.history)]

    def push(self, value):
        oldest = self.history[0]
        self.history = self.history[1:] + [value]
        if self.at + self.n == self.room:
            self.at, self.power = 0, 0.0
            for x in self.history:
                self.power += x * x
        else:
            self.at += 1
            self.power += value * value - oldest * oldest


class Echo:
    """What the other channel's sound, filtered as the own is, says of the next sample."""

    def __init__(self, n):
        self.history, self.path = [0.0] * n, Nlms(48, 512, 0.05, 48.0 * 16.0)
        self.common = self.power = 0.0

    def hear(self, other, predictor):
        x = float(other)
        self.path.push(x - dot(predictor, self.history))
        self.history = [x] + self.history[:-1]

    def predict(self):
        self.said = self.path.predict()
        trust = self.common / (self.power + 1.0)
        trust = trust if trust > 0.0 else 0.0
        return self.said * (trust if trust < 1.0 else 1.0)

    def learn(self, missed):
        self.common += (missed * self.said - self.common) * (1.0 / 256.0)
        self.power += (self.said * self.said - self.power) * (1.0 / 256.0)
        self.path.learn(missed - self.said)


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


# ---- high and max --------------------------------------------------------------------------------


class Blend:
    def __init__(self, prior, fade, ridge):
        self.k, self.fade, self.ridge, self.prior = len(prior), fade, ridge, prior
        self.m = [[0.0] * (i + 1) for i in range(self.k)]
        self.cross, self.weights = [0.0] * self.k, prior

    def predict(self, said):
        return dot(self.weights, said)

    def update(self, said, x):
        for i in range(self.k):
            for j in range(i + 1):
                self.m[i][j] = self.fade * self.m[i][j] + said[i] * said[j]
            self.cross[i] = self.fade * self.cross[i] + said[i] * x
        m = [row[:] for row in self.m]
        for i in range(self.k):
            m[i][i] += self.ridge
        right = [c + self.ridge * p for c, p in zip(self.cross, self.prior)]
        self.weights = solve(m, right, self.ridge * 0.5) or self.weights


class Ensemble:
    PACE = [1.0 / 6.0, 1.0 / 16.0, 1.0 / 96.0, 1.0 / 400.0, 1.0 / 32.0, 1.0 / 32.0]

    def __init__(self, wide, beside):
        self.echo = Echo(32) if beside else None
        self.long, self.short = Ols(32, 0.998, 64.0, 16), Ols(16, 0.99, 256.0, 8)
        self.cascade = [
            Nlms(256, 1024, 0.006, 256.0 * 64.0),
            Nlms(32, 512, 0.1, 32.0 * 64.0),
            Nlms(16, 512, 0.2, 16.0 * 64.0),
        ]
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
        for stage, said in zip(self.cascade, self.stages[1:]):
            stage.update(missed - said, missed)
            missed = missed - said
        self.long.update(x)
        self.short.update(x)
        for w in self.weighted:
            w.update(x, weight)


class High:
    SIZE = [1, 2, 1, 2, 4, 1, 0, 3]

    def __init__(self, beside):
        self.ensemble, self.weights = Ensemble(False, beside), [1.0 / 8.0] * 8

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

    def __init__(self, beside):
        self.ensemble = Ensemble(True, beside)
        self.by_class = [[0.25] * 10 + [0.0] for _ in range(128)]
        self.by_node = [[0.25] * 10 + [0.0] for _ in range(256)]
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


# ---- blocks --------------------------------------------------------------------------------------

MODELS = {2: Live, 3: Fast, 4: High, 5: Max}


def decode_block(block, other=None):
    """A block's format and samples; `other` are the linear ones of the channel it is beside."""
    fields = Fields(block)
    first = fields.byte()
    coding, form, count = first >> 4, first & 15, fields.number()
    width = 2 if form == 2 else 1
    if coding < 2:
        data = fields.bytes((count if coding == 0 else 1) * width) * (1 if coding == 0 else count)
        return form, list(struct.unpack(f"<{count}H", data)) if width == 2 else list(data)
    beside = coding > 5
    if beside:
        shift = fields.number()
        shift = shift >> 1 ^ -(shift & 1)
    model, law = MODELS[coding - 4 if beside else coding](beside), Law(form == 1)
    decoder = Decoder(fields.rest())
    out, last, run, again = [], 0, 0, 32768
    for i in range(count):
        if beside:
            model.hear(other[i - shift] if 0 <= i - shift < len(other) else 0)
        if run >= 16:
            if decoder.bit(again):
                again += (65536 - 32 - again) >> 4
                out.append(last)
                continue
            again -= (again - 32) >> 4
            run = 0
        mean, scale = model.forecast()
        if form == 2:
            grid = Grid(mean, scale)
            cell = model.cell(decoder, grid)
            if cell in (0, 255):
                sample = decoder.bits(16)
            else:
                part = decoder.bits(grid.shift)
                sample = (grid.base + (cell << grid.shift) + part) & 0xFFFF
            model.update(wrap(sample, 16))
        else:
            cell = model.cell(decoder, law)
            model.update(law.value[cell])
            sample = law.code(cell)
        run = run + 1 if sample == last else 0
        last = sample
        out.append(sample)
    return form, out


def linear(form, samples):
    if form == 2:
        return [wrap(x, 16) for x in samples]
    law = Law(form == 1)
    value = {law.code(cell): law.value[cell] for cell in range(256)}
    return [value[code] for code in samples]
