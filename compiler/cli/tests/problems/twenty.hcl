project "shop" {}

variable "size" {
  type    = numbr
            ^^^^^ LF0132 unknown type
  default = 2
}

variable "name" {
  type    = string
  default = ["web"]
            ^^^^^^^ LF0130 a string required, found a tuple of 1
}

variable "port" { default = 80, type = number }
                              ^ LF0015 expected `}`

variable "region" {
  default = "eu"

  validation {
    condition     = contains(["eu", "us"], var.region)
    error_mesage  = "eu or us"
    ^^^^^^^^^^^^ LF0113 unknown argument
  }
}

locals {
  greeting = "hello
             ^^^^^^ LF0003 the closing `"` is missing
  prefix   = "${local.greting}-${var.name}"
                      ^^^^^^^ LF0121 not declared in this module
  ports    = [80, 443
             ^ LF0005 its `]` is missing
  first    = local.second
  ^^^^^ LF0301 part of the circle
  second   = local.first
}

locals {
  prefix = "again"
  ^^^^^^ LF0116 declared again
}

resource "random_pasword" "key" {
         ^^^^^^^^^^^^^^^^ LF0124 no provider has it
  length = 20
}

resource "terraform_data" "a" {
  count    = 2
  for_each = toset(["x"])
  ^^^^^^^^ LF0139 second
  input    = upper(local.prefix, 1)
             ^^^^^ LF0221 too many arguments
}

resource "terraform_data" "b" {
  input = terraform_data.a.output
                           ^^^^^^ LF0126 it has `for_each`

  lifecycle {
    ignore_changes = ["input"]
                      ^^^^^^^ LF0128 expected such as `content`, `tags["name"]`, or `all` alone
  }
}

resource "terraform_data" "c" {
  input = "%{ if var.size > 1 }many"
           ^^^^^ LF0013 it begins here
}

resource "terraform_data" "d" {
  input      = each.value
               ^^^^^^^^^^ LF0123 the block has no `for_each`
  depends_on = [terraform_data.c]
}

resource "terraform_data" "e" {
  input = uper("x")
          ^^^^ LF0220 an unknown function
  input = 1
  ^^^^^ LF0008 set again here
}

module "net" {
  source = "./net"
  cidr   = "10.0.0.0/8"
}

module "far" {
  source = "hashicorp/consul/aws"
           ^^^^^^^^^^^^^^^^^^^^^^ LF0103 expected a path that begins with `./` or `../`
}

output "key" {
  value = module.net.adress
                     ^^^^^^ LF0122 unknown output
}
--- net/main.hcl
variable "cidr" {}

output "address" {
  value = cidrhost(var.cidr, 1)
}
