//! Small cases, one for each rule. That it agrees with Terraform is for tests/formatting.

use super::format;
use diagnostics::FileId;

fn formatted(text: &str) -> String {
    format(FileId(0), text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"))
}

fn check(text: &str, expected: &str) {
    let found = formatted(text);
    assert_eq!(found, expected, "of:\n{text}");
    assert_eq!(formatted(&found), found, "a second time");
}

/// Laid out already.
fn stays(text: &str) {
    check(text, text);
}

#[test]
fn brackets_that_stay_open_set_lines_in() {
    check("a{\nb {\nc=1\n}\n}\n", "a {\n  b {\n    c = 1\n  }\n}\n");
    check("a=[\n1,\n[\n2\n]\n]\n", "a = [\n  1,\n  [\n    2\n  ]\n]\n");
    check("a=f([\n1\n], {\n})\n", "a = f([\n  1\n  ], {\n})\n");
    check(
        "a=[{\nb=1\n},{\nc=2\n}]\n",
        "a = [{\n  b = 1\n  }, {\n  c = 2\n}]\n",
    );
    check("a {\n  }\n", "a {\n}\n");
}

#[test]
fn assignments_on_consecutive_lines_stand_below_each_other() {
    check("a=1\nbbb=2\n\ncc=3\n", "a   = 1\nbbb = 2\n\ncc = 3\n");
    check("a=1\n# x\nbbb=2\n", "a = 1\n# x\nbbb = 2\n");
    check("a=1\nbbb={\n}\ncc=2\n", "a = 1\nbbb = {\n}\ncc = 2\n");
    check(
        "a={\nb=1,c=2\nddd=3\n}\n",
        "a = {\n  b   = 1, c = 2\n  ddd = 3\n}\n",
    );
    check("é=1\nab=2\n", "é  = 1\nab = 2\n");
}

#[test]
fn comments_behind_consecutive_lines_stand_below_each_other() {
    check(
        "a=1 # x\nbbb=22 // y\nc=3\n",
        "a   = 1  # x\nbbb = 22 // y\nc   = 3\n",
    );
    check(
        "a=[ # x\n1,# y\n22, # z\n]\n",
        "a = [ # x\n  1,  # y\n  22, # z\n]\n",
    );
    check(
        "a=\"é\" # x\nb=\"日本\" # y\n",
        "a = \"é\"  # x\nb = \"日本\" # y\n",
    );
    check(
        "a=\"e\u{301}\" # x\nb=\"cc\" # y\n",
        "a = \"e\u{301}\"  # x\nb = \"cc\" # y\n",
    );
    stays(
        "a = 1 /* x */ + 2\n/* y */ b /* z */ = 3\n"
            .replace("a =", "a                 =")
            .as_str(),
    );
}

#[test]
fn comments_of_their_own_stand_in_and_keep_their_text() {
    check(
        "   # a  \n//b\n/* c\n    d */\n",
        "# a  \n//b\n/* c\n    d */\n",
    );
    check("a {\n# b\n}\n", "a {\n  # b\n}\n");
    check("/* a */   b=1\n", "/* a */ b = 1\n");
}

#[test]
fn spaces_stand_around_what_they_keep_apart() {
    for (text, expected) in [
        ("1+2*-3", "1 + 2 * -3"),
        ("-1-2- -3", "-1 - 2 - -3"),
        ("!  a&&!b", "!a && !b"),
        ("a?b:c", "a ? b : c"),
        ("a . b . 0 [ 1 ] . c", "a.b.0[1].c"),
        ("a . * . b [*]", "a.*.b[*]"),
        ("1 . 0", "1. 0"),
        ("f ( 1,2 , c ... )", "f(1, 2, c...)"),
        ("p :: q :: f ( )", "p::q::f()"),
        ("[ 1,2 ,3, ]", "[1, 2, 3, ]"),
        ("{a=1,b:2}", "{ a = 1, b : 2 }"),
        ("{ }", "{}"),
        ("[for x in[1]:x if x>1]", "[for x in [1] : x if x > 1]"),
        ("{for k,v in a:k=>v...}", "{ for k, v in a : k => v... }"),
        ("(  a )", "(a)"),
        ("a<=b", "a <= b"),
    ] {
        check(&format!("x={text}\n"), &format!("x = {expected}\n"));
    }
}

#[test]
fn sequences_are_code_and_the_text_around_them_is_not() {
    check("a=\"x ${ b+1 }  y\"\n", "a = \"x ${b + 1}  y\"\n");
    check(
        "a=\"%{ if b }  c%{ else ~}d%{endif}\"\n",
        "a = \"%{if b}  c%{else~}d%{endif}\"\n",
    );
    check("a=\"${ {} }.\"\n", "a = \"${ {} }.\"\n");
    stays("a = \"$${b  } %%{ c\"\n");
    stays("a = \"\\\"${b}\\\\\"\n");
    check(
        "a=<<E\n  b   ${ c+1 }  $ d\n  E\nb  =2\n",
        "a = <<E\n  b   ${c + 1}  $ d\n  E\nb = 2\n",
    );
    check(
        "a {\nb=<<-E\n\tx\n  E\n}\n",
        "a {\n  b = <<-E\n\tx\n  E\n}\n",
    );
}

#[test]
fn quotes_around_an_expression_go() {
    check("a=\"${b}\"\n", "a = b\n");
    check("a=\"${~ b ~}\"\n", "a = b\n");
    check("a=\"${f(\"${b}c\")}\"\n", "a = f(\"${b}c\")\n");
    check("a=\"${\"${b}\"}\"\n", "a = b\n");
    check("a=\"${<<E\nb\nE\n}\"\n", "a = <<E\nb\nE\n");
    check("a=\"${/* b */ c}\"\n", "a = /* b */ c\n");
    for text in [
        "a = \"${b}${c}\"\n",
        "a = \"${b} \"\n",
        "a = [\"${b}\"]\n",
        "a = \"b\"\n",
    ] {
        stays(text);
    }
}

#[test]
fn an_expression_over_lines_keeps_its_lines_without_quotes() {
    check("a=\"${\nb\n}\"\n", "a = b\n");
    check("a=\"${b?1\n:2}\"\n", "a = (b ? 1\n: 2)\n");
    check("a=\"${(\nb)}\"\n", "a = (\nb)\n");
    check("a=\"${(b)\n+(c)}\"\n", "a = ((b)\n+ (c))\n");
    check("a=\"${b # c\n+1}\"\n", "a = (b # c\n+ 1)\n");
    check("d {a=\"${b # c\n}\"}\n", "d { a = (b # c\n) }\n");
}

#[test]
fn types_of_long_ago_are_written_as_today() {
    for (text, expected) in [
        ("\"string\"", "string"),
        ("\"list\"", "list(string)"),
        ("\"map\"", "map(string)"),
        ("list", "list(any)"),
        ("map", "map(any)"),
        ("set", "set(any)"),
        ("\"number\"", "\"number\""),
        ("\"${string}\"", "\"${string}\""),
        ("(list)", "(list)"),
    ] {
        check(
            &format!("variable \"a\" {{\n  type = {text}\n}}\n"),
            &format!("variable \"a\" {{\n  type = {expected}\n}}\n"),
        );
    }
    stays("type = \"string\"\n");
    stays("variable \"a\" {\n  b {\n    type = list\n  }\n}\n");
}

#[test]
fn labels_stand_in_quotes() {
    check("a b  \"c\"{}\n", "a \"b\" \"c\" {}\n");
    stays("a \"\\u00e9 $${b} %\" {}\n");
    check("a /* b */ c {}\n", "a /* b */ \"c\" {}\n");
}

#[test]
fn ends_of_lines_and_of_the_file_stay() {
    check(
        "a=1\r\nb {\r\n# c\r\n}\r\n",
        "a = 1\r\nb {\r\n  # c\r\n}\r\n",
    );
    check("a=1", "a = 1");
    check("\u{feff}a=1\n", "a = 1\n");
    check(" \n\n\na=1\t\n\n", "\n\n\na = 1\n\n");
    stays("");
}

#[test]
fn what_is_wrong_is_left_alone() {
    let problems = format(FileId(0), "a = = 1\nb = [\n").unwrap_err();
    assert_eq!(problems.len(), 2);
}
