//! A suite that any provider's tests run.
