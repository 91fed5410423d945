//! A real sshd of the tests' own, on a loopback port.
