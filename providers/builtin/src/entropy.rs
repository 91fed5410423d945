//! Random numbers from the operating system's source, taken in blocks.

use provider::ProviderProblem;
use zeroize::Zeroizing;

const BLOCK: usize = 1024;

/// A supply of random bytes; each is given out once.
#[derive(Default)]
pub(crate) struct Entropy {
    block: Zeroizing<Vec<u8>>,
}

impl Entropy {
    /// Fills `bytes`.
    pub(crate) fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ProviderProblem> {
        for byte in bytes {
            if self.block.is_empty() {
                self.refill()?;
            }
            *byte = self.block.pop().unwrap_or_default();
        }
        Ok(())
    }

    /// A number below `limit`, each with the same chance. `limit` is above 0.
    pub(crate) fn below(&mut self, limit: u32) -> Result<usize, ProviderProblem> {
        // What lies above the last whole multiple would favour the small numbers.
        let fair = u32::MAX - u32::MAX % limit;
        loop {
            let mut bytes = [0; 4];
            self.fill(&mut bytes)?;
            let number = u32::from_le_bytes(bytes);
            if number < fair {
                return Ok((number % limit) as usize);
            }
        }
    }

    fn refill(&mut self) -> Result<(), ProviderProblem> {
        self.block.resize(BLOCK, 0);
        getrandom::fill(&mut self.block).map_err(|e| {
            self.block.clear();
            ProviderProblem::error("the operating system gave no random numbers")
                .detail(e.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_below_the_limit_and_all_come_up() {
        let mut entropy = Entropy::default();
        let mut seen = [0; 7];
        for _ in 0..7_000 {
            seen[entropy.below(7).unwrap()] += 1;
        }
        assert!(seen.iter().all(|n| (700..1300).contains(n)), "{seen:?}");
    }

    #[test]
    fn no_block_is_given_out_twice() {
        let mut entropy = Entropy::default();
        let (mut a, mut b) = ([0; BLOCK], [0; BLOCK]);
        entropy.fill(&mut a).unwrap();
        entropy.fill(&mut b).unwrap();
        assert_ne!(a, b);
    }
}
