"""What records and blocks are read with: numbers, and the range decoder."""


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
