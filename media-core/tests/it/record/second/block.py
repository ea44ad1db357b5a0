"""A block, from its first byte to its last sample."""

import struct

from cells import Grid, Law
from deep import Fast, High, Max
from fields import Decoder, Fields
from integer import Live, wrap
from tone import Toned


def model_of(coding):
    """A block's model, and whether it is coded beside another channel."""
    if coding < 10:
        beside = coding > 5
        return (Live, Fast, High, Max)[coding - (6 if beside else 2)](beside), beside
    beside = coding > 11
    return (High, Max)[coding - (12 if beside else 10)](beside, quick=True), beside


def decode_block(block, other=None):
    """A block's format and samples; `other` are the linear ones of the channel it is beside."""
    fields = Fields(block)
    first = fields.byte()
    coding, form, count = first >> 4, first & 15, fields.number()
    width = 2 if form == 2 else 1
    if coding < 2:
        data = fields.bytes((count if coding == 0 else 1) * width) * (1 if coding == 0 else count)
        return form, list(struct.unpack(f"<{count}H", data)) if width == 2 else list(data)
    waves = 0
    if coding == 14:
        then = fields.byte()
        coding, waves = then >> 4, then & 15
        assert coding in range(10, 14) and waves in range(1, 5)
    model, beside = model_of(coding)
    if waves:
        model = Toned(model, fields, waves)
    if beside:
        shift = fields.number()
        shift = shift >> 1 ^ -(shift & 1)
    law, decoder = Law(form == 1), Decoder(fields.rest())
    out, last, run, again = [], 0, 0, 32768
    for i in range(count):
        if beside:
            model.hear(other[i - shift] if 0 <= i - shift < len(other) else 0)
        elif waves:
            model.hear(None)
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
