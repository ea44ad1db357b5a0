//! Symmetric linear equations.

use super::dot;

/// Solves `m * x = right` by the decomposition L·D·Lᵀ in place; only the lower half of `m` is read.
/// `None` when a pivot is not above `least`: the matrix is as good as singular.
pub(in crate::record) fn solve<const N: usize>(
    m: &mut [[f64; N]; N],
    right: &[f64; N],
    least: f64,
) -> Option<[f64; N]> {
    let mut x = *right;
    for i in 0..N {
        // Row i of L * D first, then divided to L.
        let (above, row) = m.split_at_mut(i);
        let row = &mut row[0];
        for j in 1..i {
            row[j] -= dot(&row[..j], &above[j][..j]);
        }
        for j in 0..i {
            let scaled = row[j];
            let l = scaled / above[j][j];
            row[i] -= scaled * l;
            row[j] = l;
            x[i] -= l * x[j];
        }
        // Not a number is no pivot either.
        if row[i] > least {
            continue;
        }
        return None;
    }
    for i in 0..N {
        x[i] /= m[i][i];
    }
    for i in (0..N).rev() {
        for j in 0..i {
            x[j] -= m[i][j] * x[i];
        }
    }
    Some(x)
}
