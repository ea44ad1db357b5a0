//! Tables of distribution functions.

/// Table steps per unit of scale.
const STEPS: usize = 16;
/// Scales on either side of the middle.
const REACH: usize = 20;
const SIZE: usize = 2 * REACH * STEPS + 2;

/// A symmetric distribution of mean absolute value 1, as its cumulative function in 65,536ths at
/// every sixteenth from -20 to 20.
pub(super) struct Shape {
    below: [u16; SIZE],
    /// Where the cumulative function reaches the middle of each 128th part of 65,536, in 256ths:
    /// a starting point for a decoder's search, which no result depends on.
    reach: [i16; 512],
}

/// e to the minus x, for x of at least 0, from IEEE operations in a fixed order.
pub(super) const fn exp_minus(x: f64) -> f64 {
    // Halve until small, sum the series, square back.
    let mut halvings = 0;
    let mut y = x;
    while y > 0.125 {
        y *= 0.5;
        halvings += 1;
    }
    let mut sum = 1.0;
    let mut k = 10;
    while k > 0 {
        sum = 1.0 - y * sum / k as f64;
        k -= 1;
    }
    while halvings > 0 {
        sum *= sum;
        halvings -= 1;
    }
    sum
}

impl Shape {
    /// The given share (of 1) of a Laplace distribution and the rest logistic, both of mean
    /// absolute value 1.
    pub(super) const fn new(laplace: f64) -> Self {
        let mut table = [0u16; SIZE];
        let mut i = 0;
        while i < SIZE {
            let steps = i as i64 - (REACH * STEPS) as i64;
            let x = (if steps < 0 { -steps } else { steps }) as f64 / STEPS as f64;
            let tail_laplace = 0.5 * exp_minus(x);
            // The mean absolute value of a logistic distribution of scale 1 is 2 ln 2.
            let e = exp_minus(x * 1.386_294_361_119_890_6);
            let tail_logistic = e / (1.0 + e);
            let tail = laplace * tail_laplace + (1.0 - laplace) * tail_logistic;
            let below = if steps < 0 { tail } else { 1.0 - tail };
            table[i] = (below * 65535.0 + 0.5) as u16;
            i += 1;
        }
        let mut reach = [0i16; 512];
        let (mut i, mut t) = (0, 0);
        while t < 512 {
            let aim = (t * 128 + 64) as i64;
            while i + 2 < SIZE && (table[i + 1] as i64) < aim {
                i += 1;
            }
            let (a, b) = (table[i] as i64, table[i + 1] as i64);
            let part = if b > a { (aim - a) * STEPS as i64 / (b - a) } else { 0 };
            reach[t] = (i as i64 * STEPS as i64 - (REACH * 256) as i64 + part) as i16;
            t += 1;
        }
        Self { below: table, reach }
    }

    /// The cumulative function at `x` 256ths of the scale, in 65,536ths.
    #[inline]
    pub(super) fn below(&self, x: i64) -> u32 {
        const EDGE: i64 = (REACH * 256) as i64;
        let x = (x.clamp(-EDGE, EDGE) + EDGE) as usize;
        let (i, part) = (x / STEPS, (x % STEPS) as u32);
        let (a, b) = (u32::from(self.below[i]), u32::from(self.below[i + 1]));
        a + (((b - a) * part) >> 4)
    }

    /// About where the cumulative function is `below` 65,536ths, in 256ths of the scale.
    #[inline]
    pub(super) fn reach(&self, below: u32) -> i32 {
        i32::from(self.reach[(below >> 7) as usize & 511])
    }
}
