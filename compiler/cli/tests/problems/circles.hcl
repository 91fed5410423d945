shelf "a" {}
--- kinds/shelf/kind.hcl
kind "shelf" {
  implementation "wood" {}
}
--- kinds/shelf/wood/main.hcl
locals {
  a = local.b
  ^ LF0301 part of the circle
  b = local.a
}
--- kinds/other/kind.hcl
kind "other" {
  implementation "one" {}
}
--- kinds/other/one/main.hcl
locals {
  c = local.c
  ^ LF0301 part of the circle
}
