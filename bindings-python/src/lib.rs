//! The native half of `import trunkline`.
