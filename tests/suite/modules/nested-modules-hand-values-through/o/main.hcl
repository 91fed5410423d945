variable "n" {}
module "m" {
  source   = "../m"
  for_each = toset(["a", "b"])
  n        = "${each.key}${var.n}"
}
output "out" { value = [for k, m in module.m : m.out] }
