resource "terraform_data" "a" {
  for_each = toset(["b"])
  input = each.value
}
resource "terraform_data" "b" {
  for_each = terraform_data.a
  input = each.value.output
}
output "o" { value = { for k, v in terraform_data.b : k => v.output } }
