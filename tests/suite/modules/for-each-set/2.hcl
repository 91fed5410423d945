resource "terraform_data" "a" {
  for_each = toset(["b", "c"])
  input = each.value
}
output "o" { value = { for k, v in terraform_data.a : k => v.output } }
