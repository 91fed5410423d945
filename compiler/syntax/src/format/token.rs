//! A token: what it is for a formatter, its text, and how many spaces stand before it.

/// A token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it begins in the source; of one that was put in, where what it stands for began.
    pub(super) start: u32,
    /// Spaces before it.
    pub(super) spaces: u32,
    /// How it is written.
    pub(super) text: &'a str,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The end of a line.
    Newline,
    /// A comment; one that begins with `#` or `//` has the end of its line in it.
    Comment,
    /// A name or a keyword.
    Name,
    Number,
    /// `"` at the beginning of a string.
    OpenQuote,
    /// `"` at its end.
    CloseQuote,
    /// Text between quotes.
    Quoted,
    /// `<<WORD` with the end of its line.
    OpenHeredoc,
    /// The line of the word alone, without its end.
    CloseHeredoc,
    /// A line of a heredoc, or a piece of one.
    Line,
    /// `${`
    Interpolation,
    /// `%{`
    Directive,
    /// The `}` of either.
    CloseSequence,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Equal,
    Comma,
    Dot,
    Ellipsis,
    DoubleColon,
    Colon,
    Question,
    Not,
    Minus,
    /// Any other operator of two operands.
    Operator,
    /// `=>`
    Arrow,
    /// The end of the text.
    End,
}

impl Token<'_> {
    /// Whether a line ends with it.
    pub(super) fn ends_line(&self) -> bool {
        match self.kind {
            Kind::Newline => true,
            Kind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }

    /// By how many the brackets are more behind it.
    pub(super) fn brackets(&self) -> i32 {
        match self.kind {
            Kind::OpenBrace
            | Kind::OpenBracket
            | Kind::OpenParen
            | Kind::Interpolation
            | Kind::Directive => 1,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::CloseSequence => -1,
            _ => 0,
        }
    }
}
