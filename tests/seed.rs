//! Numbers from a seed: the same for the same seed, on every computer.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    /// The stream of a seed.
    pub fn of(seed: u64) -> Seed {
        Seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    /// Another stream, for this among others.
    #[must_use]
    pub fn and(&self, what: &str) -> Seed {
        let mut mixed = self.clone();
        for byte in what.bytes() {
            mixed.0 = mixed.0.wrapping_add(u64::from(byte) + 1);
            mixed.draw();
        }
        mixed
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    /// Whether something of so many thousandths happens.
    pub fn hits(&mut self, thousandths: u64) -> bool {
        self.below(1000) < thousandths
    }
}
