"""picture.py BMP

Draws the picture beside the first and last page of the setup program, 164 by 314 pixels: a waybill with its bars, and a
shield over it. Every pixel is the mean of sixteen points, so that edges are smooth.
"""
import struct
import sys

WIDTH, HEIGHT, FINE = 164, 314, 4
TOP, BOTTOM = (16, 58, 92), (10, 32, 54)
CARD, INK, SHIELD, TICK = (238, 243, 247), (44, 62, 80), (32, 150, 118), (255, 255, 255)
BARS = (2, 1, 3, 1, 1, 2, 1, 3, 2, 1, 1, 2, 3, 1, 2, 1)


def in_card(x, y):
    """A rectangle with round corners."""
    left, top, right, bottom, round_by = 28, 66, 136, 214, 7
    dx = max(left + round_by - x, 0, x - (right - round_by))
    dy = max(top + round_by - y, 0, y - (bottom - round_by))
    return dx * dx + dy * dy <= round_by * round_by


def in_ink(x, y):
    if 82 <= y < 112:
        at = 42.0
        for i, width in enumerate(BARS):
            if at <= x < at + 2 * width:
                return i % 2 == 0
            at += 2 * width + 1.6
        return False
    return any(top <= y < top + 4 and 42 <= x < right for top, right in ((126, 118), (138, 122), (150, 92)))


def in_shield(x, y, grow):
    x, y = abs(x - 112), y - 196
    if not -30 - grow <= y <= 38 + grow:
        return False
    half = 26 if y < 6 else 26 * max(0.0, 1 - ((y - 6) / 32) ** 2) ** 0.5
    return x <= half + grow


def in_tick(x, y):
    def near(x0, y0, x1, y1):
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2
        along = min(1, max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length))
        return (x - x0 - along * (x1 - x0)) ** 2 + (y - y0 - along * (y1 - y0)) ** 2 <= 3.2**2

    return near(100, 196, 109, 206) or near(109, 206, 125, 185)


def colour(x, y):
    if in_tick(x, y):
        return TICK
    if in_shield(x, y, 0):
        return SHIELD
    if in_card(x, y) and not in_shield(x, y, 4):
        return INK if in_ink(x, y) else CARD
    return tuple(a + (b - a) * y / HEIGHT for a, b in zip(TOP, BOTTOM))


def main(bmp):
    rows = []
    for y in reversed(range(HEIGHT)):
        row = bytearray()
        for x in range(WIDTH):
            points = [colour(x + (i + 0.5) / FINE, y + (j + 0.5) / FINE) for i in range(FINE) for j in range(FINE)]
            row += bytes(round(sum(p[c] for p in points) / len(points)) for c in (2, 1, 0))
        rows.append(bytes(row) + bytes(-len(row) % 4))
    pixels = b"".join(rows)
    with open(bmp, "wb") as f:
        f.write(struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54))
        f.write(struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 24, 0, len(pixels), 2835, 2835, 0, 0) + pixels)


if __name__ == "__main__":
    main(*sys.argv[1:])
