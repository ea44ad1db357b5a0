//! One integration-test binary: every module below is one behaviour.

mod city_hotline;
mod driver;
