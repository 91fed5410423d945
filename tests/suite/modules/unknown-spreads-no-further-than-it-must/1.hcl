resource "terraform_data" "a" {
  input = 1
}
locals {
  l = [terraform_data.a.id, 1]
  m = { a = terraform_data.a.id, b = 2 }
}
resource "terraform_data" "b" {
  count = length(local.l)
  input = local.m.b
}
output "o" { value = terraform_data.b[*].output }
