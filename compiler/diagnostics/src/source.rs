//! Source files by id, byte spans into them, and lines and columns of a byte offset.

use std::fmt;
use std::sync::Arc;

/// The index of a file in a [`SourceMap`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

impl FileId {
    /// A text that no [`SourceMap`] holds: what points into it is handed over together with it.
    pub const APART: FileId = FileId(u32::MAX);
}

/// A byte range of one file, `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `start..end` in `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        Span {
            file,
            start: start as u32,
            end: end.max(start) as u32,
        }
    }

    /// The smallest span that covers both; `other` is ignored where it is of another file.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file {}", self.0)
    }
}

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Every file that was read, by [`FileId`]. Cheap to clone.
#[derive(Clone, Default, Debug)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

#[derive(Debug)]
struct SourceFile {
    path: String,
    text: Arc<str>,
    line_starts: Vec<u32>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a file under the path that messages name it by, and gives its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(
                text.bytes()
                    .enumerate()
                    .filter(|(_, b)| *b == b'\n')
                    .map(|(i, _)| i as u32 + 1),
            )
            .collect();
        let id = self.next();
        self.files.push(Arc::new(SourceFile {
            path: path.into(),
            text,
            line_starts,
        }));
        id
    }

    /// The id of the file that is added next.
    pub fn next(&self) -> FileId {
        FileId(self.files.len() as u32)
    }

    /// Adds a file as it is in another map.
    pub fn share(&mut self, other: &SourceMap, file: FileId) {
        self.files.extend(other.files.get(file.0 as usize).cloned());
    }

    /// The path that messages name the file by.
    pub fn path(&self, file: FileId) -> &str {
        self.files
            .get(file.0 as usize)
            .map_or("(unknown file)", |f| &f.path)
    }

    /// The whole text of a file.
    pub fn text(&self, file: FileId) -> Arc<str> {
        self.files
            .get(file.0 as usize)
            .map_or_else(|| Arc::from(""), |f| f.text.clone())
    }

    /// The text that a span covers.
    pub fn slice(&self, span: Span) -> &str {
        self.files
            .get(span.file.0 as usize)
            .and_then(|f| f.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// Line and column of a byte offset.
    pub fn position(&self, file: FileId, offset: u32) -> Position {
        let Some(f) = self.files.get(file.0 as usize) else {
            return Position { line: 1, column: 1 };
        };
        let line = f
            .line_starts
            .partition_point(|start| *start <= offset)
            .max(1);
        let start = f.line_starts[line - 1] as usize;
        let column = f
            .text
            .get(start..offset as usize)
            .map_or(0, |s| s.chars().count())
            + 1;
        Position { line, column }
    }

    /// All files in the order of their ids.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// `path:line:column` of a span's start.
    pub fn locate(&self, span: Span) -> String {
        let p = self.position(span.file, span.start);
        format!("{}:{}:{}", self.path(span.file), p.line, p.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_lines_from_one() {
        let mut map = SourceMap::new();
        let file = map.add("a.hcl", "é=1\nb=2");
        assert_eq!(map.position(file, 0), Position { line: 1, column: 1 });
        assert_eq!(map.position(file, 2), Position { line: 1, column: 2 });
        assert_eq!(map.position(file, 5), Position { line: 2, column: 1 });
        assert_eq!(map.locate(Span::new(file, 6, 7)), "a.hcl:2:2");
        assert_eq!(map.slice(Span::new(file, 5, 8)), "b=2");
    }
}
