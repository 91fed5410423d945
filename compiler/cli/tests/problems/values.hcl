project "shop" {}

variable "size" {
  type    = numbr
            ^^^^^ LF0132 unknown type
  default = 2
}

variable "space" {
  type    = size
  default = "20GiB"

  validation {
    condition     = bytes(var.space) < bytes("1GiB")
                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0308 is false
    error_message = "Too much: ${var.space}."
  }
}

locals {
  ports    = [80, 443]
  names    = { for n in ["a", "a"] : n => 1 }
                                     ^ LF0209 the second of the same
  third    = local.ports[2]
                         ^ LF0207 not there
  missing  = var.unknown
                 ^^^^^^^ LF0121 not declared in this module
  follows  = upper(local.missing) + local.third
  many     = local.missing > 3 ? 1 : 2
  nothing  = 1 / (length(local.ports) - 2)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0202 in this operation
}

resource "terraform_data" "a" {
  count = local.many
  input = var.size
}

resource "terraform_data" "b" {
  for_each = local.missing
  input    = local.names
}

resource "terraform_data" "c" {
  count  = -1
           ^^ LF0137 not such a number
  inputs = 1
  ^^^^^^ LF0113 unknown argument
}

resource "terraform_data" "d" {
  input = terraform_data.c[*].output
}

output "all" {
  value = [terraform_data.a[*].id, values(terraform_data.b)[*].id, local.follows, local.nothing]
}

output "secret" {
  value = sensitive(var.size)
          ^^^^^^^^^^^^^^^^^^^ LF0311 sensitive
}
