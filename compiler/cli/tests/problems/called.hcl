shelf "a" {}
^^^^^^^^^ LF0207 in this call of `shelf`

shelf "b" {
^^^^^^^^^ LF0358 (warning) in this call of `shelf`
  books = 2
}
--- kinds/shelf/kind.hcl
kind "shelf" {
  implementation "wood" { when = var.books < 10 }
  implementation "steel" {}
}

variable "books" {
  type    = number
  default = 1
}
--- kinds/shelf/wood/main.hcl
locals {
  bad = [][1]
}

check "light" {
  assert {
    condition     = var.books < 2
    error_message = "Too heavy."
  }
}
--- kinds/shelf/steel/main.hcl
locals {
  worse = [][2]
             ^ LF0207 not there
}
