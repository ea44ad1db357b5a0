"""The predictors of `fast`, `high` and `max`: double precision, every step in the one order that counts."""


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
    def __init__(self, n, room, rate, calm, eager=0.0):
        self.n, self.room, self.rate, self.calm = n, room, rate, calm
        self.eager, self.age = eager, 0.0
        self.history, self.weights, self.power, self.at = [0.0] * n, [0.0] * n, 0.0, 0

    def predict(self):
        return dot(self.weights, self.history)

    def update(self, error, value):
        self.learn(error)
        self.push(value)

    def pace(self):
        if self.eager == 0.0:
            return self.rate
        risen = self.age / 2000.0 if self.age < 2000.0 else 1.0
        pace = self.rate * (1.0 + self.eager * risen / (1.0 + self.age / 8000.0))
        self.age += 1.0
        return pace

    def learn(self, error):
        step = self.pace() * error / (self.power + self.calm)
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


class Trust:
    """How far a filter's word is to be believed."""

    def __init__(self):
        self.common = self.power = 0.0

    def share(self):
        trust = self.common / (self.power + 1.0)
        trust = trust if trust > 0.0 else 0.0
        return trust if trust < 1.0 else 1.0

    def learn(self, said, came):
        self.common += (came * said - self.common) * (1.0 / 256.0)
        self.power += (said * said - self.power) * (1.0 / 256.0)


class Echo:
    """What the other channel's sound, filtered as the own is, says of the next sample."""

    def __init__(self, n):
        self.history, self.path = [0.0] * n, Nlms(48, 512, 0.05, 48.0 * 16.0)
        self.trust = Trust()

    def hear(self, other, predictor):
        x = float(other)
        self.path.push(x - dot(predictor, self.history))
        self.history = [x] + self.history[:-1]

    def predict(self):
        self.said = self.path.predict()
        return self.said * self.trust.share()

    def learn(self, missed):
        self.trust.learn(self.said, missed)
        self.path.learn(missed - self.said)


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
