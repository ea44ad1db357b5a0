//! libtrunkline: the C library over the three cores.
