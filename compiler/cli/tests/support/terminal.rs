//! The program at a terminal: what is typed there, and what it shows.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often it is looked whether something is shown by now, each time after a pause.
const LOOKS: usize = 1500;
const PAUSE: Duration = Duration::from_millis(20);

/// A program that runs at a terminal of its own. It is ended with this.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    shown: Arc<Mutex<String>>,
    /// Up to where what was shown has been looked at.
    seen: usize,
    reader: Option<JoinHandle<()>>,
}

impl Terminal {
    /// Runs a command at a terminal of 80 columns.
    pub(crate) fn run(mut command: Command) -> Terminal {
        let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&keyboard).unwrap();
        unlockpt(&keyboard).unwrap();
        let path = ptsname(&keyboard, Vec::new())
            .unwrap()
            .into_string()
            .unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&keyboard, size).unwrap();
        let screen = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        let child = command
            .env("TERM", "xterm")
            .stdin(screen.try_clone().unwrap())
            .stdout(screen.try_clone().unwrap())
            .stderr(screen)
            .spawn()
            .unwrap();
        // What the command holds of the terminal would keep it open.
        drop(command);
        let keyboard = File::from(keyboard);
        let shown = Arc::new(Mutex::new(String::new()));
        let (mut from, into) = (keyboard.try_clone().unwrap(), shown.clone());
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // At its end a terminal gives an error.
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]);
                into.lock().unwrap().push_str(&text);
            }
        });
        Terminal {
            child,
            keyboard,
            shown,
            seen: 0,
            reader: Some(reader),
        }
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Waits until this is shown, behind what was seen before.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) {
        for _ in 0..LOOKS {
            let shown = self.shown();
            if let Some(at) = shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            std::thread::sleep(PAUSE);
        }
        panic!("no {text:?} in {:?}", &self.shown()[self.seen..]);
    }

    /// All that was shown so far.
    pub(crate) fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Waits for the program's end, and gives its exit code.
    #[track_caller]
    pub(crate) fn ends(&mut self) -> i32 {
        for _ in 0..LOOKS {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.reader.take().map(JoinHandle::join).unwrap().unwrap();
                return status.code().unwrap();
            }
            std::thread::sleep(PAUSE);
        }
        panic!("it goes on: {:?}", self.shown());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = self.reader.take().map(JoinHandle::join);
    }
}
