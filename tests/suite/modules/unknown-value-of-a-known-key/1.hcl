resource "terraform_data" "a" {
  input = 1
}
resource "terraform_data" "b" {
  for_each = { k = terraform_data.a.id }
  input = each.value
}
output "o" { value = terraform_data.b["k"].output == terraform_data.a.id }
