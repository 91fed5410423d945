//! A file system that is soon full, gone when dropped.

use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Small(PathBuf);

impl Small {
    /// One of so many KiB, at a path that is made.
    pub fn at(path: &Path, kib: u32) -> Small {
        std::fs::create_dir_all(path).unwrap();
        let size = format!("size={kib}k");
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(path)
            .status()
            .unwrap();
        assert!(status.success(), "{} can't be mounted", path.display());
        Small(path.to_path_buf())
    }

    /// Leaves so many bytes free.
    pub fn fill_up_to(&self, free: usize) {
        let filling = self.0.join("filling");
        let mut size = 1 << 20;
        while std::fs::write(&filling, vec![b'x'; size]).is_err() {
            size -= 4096;
        }
        std::fs::write(&filling, vec![b'x'; size.saturating_sub(free)]).unwrap();
    }

    pub fn empty(&self) {
        let _ = std::fs::remove_file(self.0.join("filling"));
    }

    /// What stands in it, but for what fills it.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|n| n != "filling").collect();
        names.sort();
        names
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
