# Nobody calls this kind.
--- kinds/site/kind.hcl
kind "site" {
  implementation "wrong" { when = var.ports > 3 }
                                  ^^^^^^^^^ LF0201 this is a list
  implementation "other" {}
}

variable "name" {
  type = string

  validation {
    condition     = length(var.name) > [1]
                                       ^^^ LF0201 this is a tuple
    error_message = "Too short."
  }
}

variable "ports" {
  type = list(number)
}

variable "at" {
  type    = map(string)
  default = {}
}

output "place" {
  type = object({ address = string })
}
--- kinds/site/wrong/main.hcl
resource "terraform_data" "each" {
  count = length(var.at)
  input = tonumber("x${count.index}") + file("missing")
                                             ^^^^^^^^^ LF0223 in this call
}

resource "random_password" "key" {
  for_each = var.at
  length   = "long-${each.key}"
}

output "place" {
  value = { address = jsondecode("[1]") }
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ LF0330 address: a string required, found a tuple of 1
}
--- kinds/site/other/main.hcl
inner "i" {
  count = length(var.ports)
  size  = count.index
}

module "m" {
  source   = "../m"
  for_each = var.at
  to       = each.value
}

output "place" {
  value = jsondecode("{")
                     ^^^ LF0223 in this call
}
--- kinds/site/m/main.hcl
variable "to" {
  type = string
}

locals {
  half = var.to / [2]
                  ^^^ LF0201 this is a tuple
}
--- kinds/inner/kind.hcl
kind "inner" {
  implementation "one" { when = var.size > 1 }
  implementation "two" { when = target.provider == "sandbox" }
}

variable "size" {
  type = number
}
--- kinds/inner/one/main.hcl
resource "terraform_data" "one" {
  input = regex("(", tostring(var.size))
}
--- kinds/inner/two/main.hcl
locals {
  none = {}.none
         ^^^^^^^ LF0205 not there; it is empty
}
