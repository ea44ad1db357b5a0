"""Cells, and how likely each is: what stands between a forecast and a sample."""


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
